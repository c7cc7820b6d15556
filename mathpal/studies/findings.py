"""All results of a study that its report shows, computed from its history."""

from typing import NamedTuple

from mathpal.studies import costs
from mathpal.studies.comparing import Comparison, compare
from mathpal.studies.costs import Time
from mathpal.studies.history import History, Trial
from mathpal.studies.importance import Importance, importance
from mathpal.studies.ranking import Configuration, Ranking, best_trial, rank


class Findings(NamedTuple):
    """The results of a study.

    Attributes:
        history: the study as read.
        ranking: of the configurations.
        comparisons: the best against the next few; none with several objectives.
        importances: of the parameters, for each objective.
        time: of the trials.
    """

    history: History
    ranking: Ranking
    comparisons: list[Comparison]
    importances: list[Importance]
    time: Time

    @property
    def best(self) -> Configuration | None:
        """The best configuration, by the first of several objectives; None where there is none."""
        return self.ranking.complete[0] if self.ranking.complete else None

    @property
    def best_trial(self) -> Trial | None:
        """The best trial of the best configuration."""
        return None if self.best is None else best_trial(self.history, self.best)

    @property
    def several(self) -> bool:
        """Whether there are several objectives."""
        return len(self.history.study.directions) > 1


def find(history: History) -> Findings:
    """Compute the results of a study.

    Args:
        history: the study as read.
    """
    ranking = rank(history)
    objectives = range(len(history.study.directions))
    return Findings(
        history,
        ranking,
        compare(ranking) if len(objectives) == 1 else [],
        [importance(history, ranking.complete, objective) for objective in objectives],
        costs.time(history.trials),
    )
