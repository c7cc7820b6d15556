"""Statistics of means over few seeds: t intervals and paired tests.

Knows numbers, but no trials. SciPy computes the distributions.
"""

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import NamedTuple

# Fewer pairs cannot reach p < 0.05 in a two-sided test of ranks or signs: 2 * 0.5**5 = 0.0625.
PAIRS_FOR_RANKS = 6


class Mean(NamedTuple):
    """A mean of n values with its t interval; no interval for one value."""

    n: int
    mean: float
    low: float | None
    high: float | None


class Paired(NamedTuple):
    """Two series of values of the same seeds, compared.

    Attributes:
        n: pairs.
        difference: mean of first minus second, with its 95 % t interval.
        t: p of the paired t test, two-sided; None for one pair, and where all differences are
            equal, so that there is no spread to test against.
        wilcoxon: p of the signed-rank test; None for fewer than six pairs.
        sign: p of the sign test; None for fewer than six pairs.
    """

    n: int
    difference: Mean
    t: float | None
    wilcoxon: float | None
    sign: float | None


def mean_interval(values: Sequence[float], level: float = 0.95) -> Mean:
    """Return the mean of values and its t interval.

    Args:
        values: one or more, finite.
        level: of confidence, in 0..1.

    Source: Student 1908, "The probable error of a mean".

    Example:
        >>> mean_interval([1.0, 2.0, 3.0]).low
        -0.4841377117187...
    """
    assert values, "a mean needs a value"
    middle = fmean(values)
    if len(values) < 2 or not math.isfinite(middle):
        return Mean(len(values), middle, None, None)
    from scipy.stats import t

    half = float(t.ppf(0.5 + level / 2, len(values) - 1)) * stdev(values) / math.sqrt(len(values))
    return Mean(len(values), middle, middle - half, middle + half)


def paired(first: Sequence[float], second: Sequence[float]) -> Paired:
    """Compare two series of values of the same seeds.

    Args:
        first: values, finite; one or more.
        second: of the same seeds in the same order.

    Source: Wilcoxon 1945, "Individual comparisons by ranking methods" (pairs without a difference
        are left out); the sign test is a binomial test of one half.
    """
    apart = [a - b for a, b in zip(first, second, strict=True)]
    difference = mean_interval(apart)
    return Paired(len(apart), difference, _t(apart), _wilcoxon(apart), _sign(apart))


def holm(values: Sequence[float]) -> list[float]:
    """Return p values corrected for their number, in the given order.

    Args:
        values: p values in 0..1.

    Source: Holm 1979, "A simple sequentially rejective multiple test procedure".

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    corrected = [0.0] * len(values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=lambda i: values[i])):
        highest = max(highest, min(1.0, (len(values) - rank) * values[place]))
        corrected[place] = highest
    return corrected


def _t(apart: Sequence[float]) -> float | None:
    if len(apart) < 2:
        return None
    if not any(apart):
        return 1.0
    spread = stdev(apart)
    # Differences that are equal but for rounding have no meaningful spread.
    if spread <= 1e-12 * max(map(abs, apart)):
        return None
    from scipy.stats import t

    return float(2 * t.sf(abs(fmean(apart)) * math.sqrt(len(apart)) / spread, len(apart) - 1))


def _wilcoxon(apart: Sequence[float]) -> float | None:
    some = [value for value in apart if value]
    if len(some) < PAIRS_FOR_RANKS:
        return None
    from scipy.stats import wilcoxon

    return float(wilcoxon(some).pvalue)


def _sign(apart: Sequence[float]) -> float | None:
    some = [value for value in apart if value]
    if len(some) < PAIRS_FOR_RANKS:
        return None
    from scipy.stats import binomtest

    return float(binomtest(sum(value > 0 for value in some), len(some), 0.5).pvalue)
