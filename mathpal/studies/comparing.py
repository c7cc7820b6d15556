"""Paired tests of the best configuration against the next ones, over the seeds they share."""

from collections.abc import Callable
from typing import NamedTuple

from mathpal.statistics.means import Paired, holm, paired
from mathpal.studies.ranking import ALONE, Configuration, Ranking

RIVALS = 3  # with more, the correction would leave no difference significant
LEVEL = 0.05


class Comparison(NamedTuple):
    """The best configuration against another.

    Attributes:
        rival: the other configuration.
        shared: the seeds that both have.
        test: best minus rival; None where they share fewer than two seeds.
        t, wilcoxon, sign: p of `test`, corrected for the number of rivals (Holm, each kind of test
            separately); None where the test has none.
    """

    rival: Configuration
    shared: list[str]
    test: Paired | None
    t: float | None
    wilcoxon: float | None
    sign: float | None

    @property
    def differs(self) -> bool:
        """Whether the paired t test finds a difference."""
        return self.t is not None and self.t < LEVEL


def compare(ranking: Ranking, objective: int = 0) -> list[Comparison]:
    """Compare the best configuration with the next three.

    Args:
        ranking: of the study.
        objective: its place among the objectives.
    """
    if len(ranking.complete) < 2:
        return []
    best, *others = ranking.complete[: RIVALS + 1]
    pairs: list[tuple[Configuration, list[str], Paired | None]] = []
    for rival in others:
        shared = [seed for seed in best.by_seed if seed in rival.by_seed and seed != ALONE]
        enough = len(shared) >= 2
        first = [best.by_seed[seed][objective] for seed in shared]
        second = [rival.by_seed[seed][objective] for seed in shared]
        pairs.append((rival, shared, paired(first, second) if enough else None))
    tests = [test for _, _, test in pairs]
    corrected = zip(
        _corrected(tests, lambda test: test.t),
        _corrected(tests, lambda test: test.wilcoxon),
        _corrected(tests, lambda test: test.sign),
        strict=True,
    )
    return [Comparison(*pair, *ps) for pair, ps in zip(pairs, corrected, strict=True)]


def _corrected(
    tests: list[Paired | None], take: Callable[[Paired], float | None]
) -> list[float | None]:
    found = [None if test is None else take(test) for test in tests]
    corrected = iter(holm([p for p in found if p is not None]))
    return [None if p is None else next(corrected) for p in found]
