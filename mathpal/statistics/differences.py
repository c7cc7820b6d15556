"""Compare two systems that answered the same problems: paired differences and their tests.

Problems of one family are alike, so they count as one cluster, not as independent draws: with ten
families of twenty problems, a test of single problems rejects a true null in 16 % of simulations
(`benchmarks/coverage.py`).
"""

from collections.abc import Hashable, Sequence
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DRAWS = 10_000
POWER = 0.8  # with which a difference is called detectable
# Quantiles of the normal distribution: 97.5 % (two-sided test at 5 %) and 80 % (power).
_BOTH = 1.959963984540054 + 0.8416212335729143
# Webb's six-point distribution: mean 0, variance 1; six values keep draws apart for few clusters.
_WEBB = np.array([-sqrt(1.5), -1.0, -sqrt(0.5), sqrt(0.5), 1.0, sqrt(1.5)])
_AT_ONCE = 500  # draws that are in memory together


class Difference(NamedTuple):
    """The accuracy of a second system minus that of a first, on the same problems.

    Attributes:
        n: problems.
        clusters: groups of problems that are alike.
        won: problems that only the second system answers correctly.
        lost: problems that only the first system answers correctly.
        difference: of the two accuracies, in -1..1.
        low, high: 95 % interval; None for a single cluster, where none can be given.
        p: of the same bootstrap, two-sided; None as above.
        mcnemar: McNemar's exact p, two-sided, which takes the problems for independent.
        detectable: the smallest difference that a comparison of this size finds with 80 % power;
            None as above, and where the systems agree on every problem.
    """

    n: int
    clusters: int
    won: int
    lost: int
    difference: float
    low: float | None
    high: float | None
    p: float | None
    mcnemar: float
    detectable: float | None

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def difference(
    first: Sequence[bool],
    second: Sequence[bool],
    clusters: Sequence[Hashable],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Difference:
    """Compare two systems on the same problems.

    The interval and p come from a wild cluster bootstrap of the t statistic. It holds its level
    from six clusters on, where percentiles of resampled clusters cover 88 % instead of 95 %.

    Args:
        first: whether the first system's answers are correct; one or more.
        second: of the second system, for the same problems in the same order.
        clusters: the cluster of each problem, e.g. its template.
        draws: of the bootstrap.
        seed: of the draws; the same seed gives the same result.

    Source: Cameron, Gelbach and Miller 2008, "Bootstrap-based improvements for inference with
        clustered errors"; Webb 2014, "Reworking wild bootstrap based inference for clustered
        errors" (the weights).

    Example:
        >>> found = difference([True, False, False, False], [True, True, True, False], "aabb")
        >>> found.won, found.lost, found.difference, found.mcnemar
        (2, 0, 0.5, 0.5)
    """
    n = len(first)
    assert n == len(second) == len(clusters) and n, "paired answers to one problem or more"
    pairs = [(bool(a), bool(b)) for a, b in zip(first, second, strict=True)]
    won, lost = pairs.count((False, True)), pairs.count((True, False))
    numbers = {cluster: number for number, cluster in enumerate(dict.fromkeys(clusters))}
    sizes = np.zeros(len(numbers))
    sums = np.zeros(len(numbers))
    for (a, b), cluster in zip(pairs, clusters, strict=True):
        sizes[numbers[cluster]] += 1
        sums[numbers[cluster]] += b - a
    found = Difference(
        n, len(numbers), won, lost, (won - lost) / n, None, None, None, mcnemar(won, lost), None
    )
    if len(numbers) < 2:
        return found
    error = float(_errors(sums - found.difference * sizes, sizes)[0])
    low, high, p = _bootstrap(sums, sizes, error, draws, np.random.default_rng(seed))
    detectable = _BOTH * error if won + lost and error else None
    return found._replace(low=low, high=high, p=p, detectable=detectable)


def mcnemar(won: int, lost: int) -> float:
    """Return McNemar's exact p: the two-sided binomial test of the discordant pairs at one half.

    Source: McNemar 1947, "Note on the sampling error of the difference between correlated
        proportions".

    Example:
        >>> mcnemar(7, 1)
        0.0703125
    """
    n, fewer = won + lost, min(won, lost)
    tail, term = 0, 1
    for i in range(fewer + 1):
        tail += term
        term = term * (n - i) // (i + 1)
    return min(1.0, 2 * tail / 2**n)


def needed(found: Difference, wanted: float) -> int | None:
    """Return how many problems of this kind find a difference with 80 % power; None if unknown.

    Args:
        found: a comparison; more problems are thought to come in clusters of the same size.
        wanted: the difference to find, in 0..1, not 0.
    """
    if found.detectable is None:
        return None
    return ceil(found.n * (found.detectable / wanted) ** 2)


def _errors(residuals: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard errors of the difference from the residuals of the clusters (..., K)."""
    clusters = len(sizes)
    squares = np.atleast_1d((residuals**2).sum(axis=-1))
    errors: NDArray[np.float64] = np.sqrt(clusters / (clusters - 1) * squares) / sizes.sum()
    return errors


def _bootstrap(
    sums: NDArray[np.float64],
    sizes: NDArray[np.float64],
    error: float,
    draws: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Return the 95 % interval of the difference, and p of no difference.

    Args:
        sums: won minus lost of each cluster (K,).
        sizes: problems of each cluster (K,).
        error: standard error of the difference.
    """
    middle = float(sums.sum() / sizes.sum())
    if error == 0:  # all clusters differ by the same
        return middle, middle, float(middle == 0)
    residuals = sums - middle * sizes
    drawn = []
    for begin in range(0, draws, _AT_ONCE):
        weights = rng.choice(_WEBB, (min(_AT_ONCE, draws - begin), len(sizes)))
        again = weights * residuals  # (draws, K)
        means = again.sum(axis=1) / sizes.sum()
        errors = _errors(again - means[:, None] * sizes, sizes)
        drawn.append(np.divide(means, errors, out=np.zeros_like(means), where=errors > 0))
    t = np.concatenate(drawn)
    lowest, highest = np.quantile(t, [0.025, 0.975])
    # Of 10,000 draws none may be as extreme: p is then one in 10,001, not 0.
    beyond = min((t <= middle / error).sum(), (t >= middle / error).sum())
    p = min(1.0, 2 * (1 + int(beyond)) / (draws + 1))
    return max(-1.0, middle - highest * error), min(1.0, middle - lowest * error), p
