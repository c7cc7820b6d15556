"""Proportions with Wilson confidence intervals. Standard library only."""

from math import sqrt
from typing import NamedTuple

from mathpal.errors import DataError

Z95 = 1.959963984540054


class Proportion(NamedTuple):
    """A share of successes with its Wilson 95 % interval, all in 0..1."""

    correct: int
    n: int
    accuracy: float
    low: float
    high: float


def wilson(correct: int, n: int, z: float = Z95) -> Proportion:
    """The share correct / n and its Wilson score interval.

    Args:
        correct: successes, 0..n.
        n: trials, at least 1.
        z: normal quantile; 1.96 for 95 %.

    Raises:
        DataError: for n = 0, where no accuracy is defined.

    Source: Wilson 1927, "Probable inference, the law of succession".

    Example:
        >>> round(wilson(61, 100).low, 3), round(wilson(61, 100).high, 3)
        (0.512, 0.7)
    """
    if n == 0:
        raise DataError("an accuracy needs at least one problem; the test set is empty")
    share = correct / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # For 0 or n successes a bound is exactly 0 or 1; the formula misses it by rounding.
    low, high = centre - half if correct else 0.0, centre + half if correct < n else 1.0
    return Proportion(correct, n, share, low, high)
