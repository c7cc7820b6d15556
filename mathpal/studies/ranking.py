"""The ranking of a study's configurations; trials that differ only in their seed are one.

Knows values and directions, but no files and no charts.
"""

import json
from collections.abc import Sequence
from statistics import fmean
from typing import Any, NamedTuple

from mathpal.studies.history import History, Trial

SEED = "seed"
ALONE = ""  # stands for the seed where the seed does not vary


class Configuration(NamedTuple):
    """Parameters without the seed, and what was measured with them.

    Attributes:
        params: of the trials, the seed left out.
        trials: the ones that count, by number.
        by_seed: seed -> values of the objectives; "" as seed where the seed does not vary.
        means: over the seeds, of each objective.
    """

    params: dict[str, Any]
    trials: list[Trial]
    by_seed: dict[str, list[float]]
    means: list[float]

    def values(self, objective: int) -> list[float]:
        """Return the values of one objective, in the order of `by_seed`."""
        return [values[objective] for values in self.by_seed.values()]

    def metric(self, name: str) -> float | None:
        """Return the mean of another metric over the seeds; None where a run did not measure it."""
        first = {trial.params.get(SEED): trial for trial in reversed(self.trials)}
        found = [trial.metrics.get(name) for trial in first.values()]
        known = [value for value in found if value is not None]
        return fmean(known) if len(known) == len(found) else None


class Ranking(NamedTuple):
    """The configurations of a study.

    Attributes:
        complete: those with the most seeds, the best first, by the first of several objectives.
        partial: those with fewer seeds, in the same order; their means depend more on luck.
        front: the Pareto front of the complete ones.
    """

    complete: list[Configuration]
    partial: list[Configuration]
    front: list[Configuration]


def rank(history: History) -> Ranking:
    """Group the trials that count into configurations, and order these.

    Args:
        history: the study.
    """
    found = configurations(history.trials)
    most = max((len(each.by_seed) for each in found), default=0)
    sign = signs(history)
    # The sort is stable: of equal ones the earlier one stays first.
    found.sort(key=lambda each: each.means[0] * sign[0])
    complete = [each for each in found if len(each.by_seed) == most]
    partial = [each for each in found if len(each.by_seed) < most]
    return Ranking(complete, partial, front(complete, sign))


def signs(history: History) -> list[int]:
    """Return 1 for each objective that is minimized, -1 for each that is maximized."""
    return [-1 if way == "maximize" else 1 for way in history.study.directions]


def configurations(trials: Sequence[Trial]) -> list[Configuration]:
    """Group the trials that count by their parameters, in the order of their first trial.

    Of several trials with the same parameters and seed only the first one counts.
    """
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        if trial.counts:
            groups.setdefault(json.dumps(without_seed(trial), sort_keys=True), []).append(trial)
    return [_configuration(group) for group in groups.values()]


def without_seed(trial: Trial) -> dict[str, Any]:
    """Return the parameters of a trial without its seed."""
    return {name: value for name, value in trial.params.items() if name != SEED}


def best_trial(history: History, configuration: Configuration) -> Trial:
    """Return the trial of a configuration with the best value of the first objective."""
    sign = signs(history)[0]
    return min(configuration.trials, key=lambda trial: (trial.values[0] * sign, trial.number))


def front(found: Sequence[Configuration], sign: Sequence[int]) -> list[Configuration]:
    """Return the Pareto front: those that no other equals in all objectives and beats in one."""
    points = [[mean * s for mean, s in zip(each.means, sign, strict=True)] for each in found]

    def dominated(point: list[float]) -> bool:
        return any(
            other != point and all(o <= p for o, p in zip(other, point, strict=True))
            for other in points
        )

    return [each for each, point in zip(found, points, strict=True) if not dominated(point)]


def _configuration(trials: list[Trial]) -> Configuration:
    by_seed: dict[str, list[float]] = {}
    for trial in trials:
        name = str(trial.params[SEED]) if SEED in trial.params else ALONE
        for seed, values in (trial.values_by_seed or {name: trial.values}).items():
            by_seed.setdefault(seed, values)
    columns = zip(*by_seed.values(), strict=True)
    means = [fmean(column) for column in columns]
    return Configuration(without_seed(trials[0]), trials, by_seed, means)
