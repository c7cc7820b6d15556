"""Which configurations of a study are the best: trials that differ in their seed only are one.

Knows values and directions; nothing of files and drawings.
"""

import json
from collections.abc import Sequence
from statistics import fmean
from typing import Any, NamedTuple

from mathpal.studies.history import History, Trial

SEED = "seed"
ALONE = ""  # the name of the seed where no seed is named


class Configuration(NamedTuple):
    """Parameters without the seed, and what was measured with them.

    Attributes:
        params: of the trials, the seed left out.
        trials: that count, in the order of their numbers.
        by_seed: seed -> values of the objectives; "" as seed where none is named.
        means: over the seeds, of each objective.
    """

    params: dict[str, Any]
    trials: list[Trial]
    by_seed: dict[str, list[float]]
    means: list[float]

    def values(self, objective: int) -> list[float]:
        """One objective by seed, in the order of `by_seed`."""
        return [values[objective] for values in self.by_seed.values()]


class Ranking(NamedTuple):
    """The configurations of a study.

    Attributes:
        complete: those with as many seeds as any has, the best first; with several objectives
            by the first of them.
        partial: those with fewer seeds, in the same order: a mean over fewer is luck sooner.
        front: of the complete ones, those that no other is better than in every objective.
    """

    complete: list[Configuration]
    partial: list[Configuration]
    front: list[Configuration]


def rank(history: History) -> Ranking:
    """Group the trials that count and order the groups.

    Args:
        history: the study.
    """
    found = configurations(history.trials)
    most = max((len(each.by_seed) for each in found), default=0)
    sign = signs(history)
    # sorted() keeps the order of equals: of a tie the earlier one stands first.
    found.sort(key=lambda each: each.means[0] * sign[0])
    complete = [each for each in found if len(each.by_seed) == most]
    partial = [each for each in found if len(each.by_seed) < most]
    return Ranking(complete, partial, front(complete, sign))


def signs(history: History) -> list[int]:
    """1 for each objective to be minimized, -1 for each to be maximized."""
    return [-1 if way == "maximize" else 1 for way in history.study.directions]


def configurations(trials: Sequence[Trial]) -> list[Configuration]:
    """Group the trials that count by their parameters, in the order of their first trial.

    Of two trials with the same parameters and seed the first counts: the other is no second
    seed.
    """
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        if trial.counts:
            groups.setdefault(json.dumps(without_seed(trial), sort_keys=True), []).append(trial)
    return [_configuration(group) for group in groups.values()]


def without_seed(trial: Trial) -> dict[str, Any]:
    """The parameters of a trial that make its configuration."""
    return {name: value for name, value in trial.params.items() if name != SEED}


def best_trial(history: History, configuration: Configuration) -> Trial:
    """The trial of a configuration with the best value of the first objective."""
    sign = signs(history)[0]
    return min(configuration.trials, key=lambda trial: (trial.values[0] * sign, trial.number))


def front(found: Sequence[Configuration], sign: Sequence[int]) -> list[Configuration]:
    """Those that no other dominates: at least as good in all objectives and better in one."""
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
