"""Turns metric records, as in metrics.jsonl, into curves small enough for a page.

Knows steps and values; nothing of files or pixels.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, TypeGuard

Point = tuple[float, float]

# With fewer points the trend is visible without smoothing.
_SMOOTH_FROM = 30


class Series(NamedTuple):
    """One metric over the steps of a run.

    Attributes:
        points: (step, value) in the order of steps, every value finite.
        not_finite: values that were NaN or infinite and cannot be drawn.
    """

    points: list[Point]
    not_finite: int


def collect(records: Iterable[dict[str, Any]]) -> dict[str, Series]:
    """Gather every numeric metric of a run.

    A resumed run logs some steps twice. The later record wins, because it belongs to the weights
    that the run kept.

    Args:
        records: the objects of metrics.jsonl, in the order of the file.
    """
    values: dict[str, dict[float, float]] = {}
    for record in records:
        step = record.get("step")
        if not _is_number(step):
            continue
        for name, value in record.items():
            if name not in ("step", "time") and _is_number(value):
                values.setdefault(name, {})[step] = float(value)
    collected = {}
    for name, by_step in values.items():
        finite = [(s, v) for s, v in sorted(by_step.items()) if math.isfinite(v)]
        collected[name] = Series(finite, len(by_step) - len(finite))
    return collected


def smooth(points: Sequence[Point]) -> list[Point]:
    """Smooth by a centred rolling mean over about 1/25 of the run; it does not lag behind.

    Two passes over half the width each turn a single spike into a hump instead of a box.

    Args:
        points: (step, value) in the order of steps; fewer than 30 give an empty list.
    """
    if len(points) < _SMOOTH_FROM:
        return []
    reach = max(2, len(points) // 100)
    values = _rolling_mean(_rolling_mean([value for _, value in points], reach), reach)
    return [(step, value) for (step, _), value in zip(points, values, strict=True)]


def thin(points: Sequence[Point], limit: int) -> list[Point]:
    """Keep at most `limit` points: two thirds evenly spaced, one third local extremes.

    Extremes alone would draw two bands with nothing between them; evenly spaced points alone would
    lose the spikes.

    Args:
        points: (step, value) in the order of steps.
        limit: largest number of points to keep, 6 or more.
    """
    count = len(points)
    if count <= limit:
        return list(points)
    stretches = limit // 6
    even = limit - 2 * stretches
    kept = {i * (count - 1) // (even - 1) for i in range(even)}
    for s in range(stretches):
        stretch = range(s * count // stretches, (s + 1) * count // stretches)
        kept.add(min(stretch, key=lambda i: points[i][1]))
        kept.add(max(stretch, key=lambda i: points[i][1]))
    return [points[i] for i in sorted(kept)]


def _rolling_mean(values: Sequence[float], reach: int) -> list[float]:
    count = len(values)
    sums = [0.0, *accumulate(values)]
    means = []
    for i in range(count):
        # Near the ends the window shrinks on both sides alike, because a one-sided window would
        # bend the curve. It keeps at least half its reach, so that it averages several records.
        side = max(min(reach, i, count - 1 - i), reach // 2)
        first, last = max(0, i - side), min(count, i + side + 1)
        means.append((sums[last] - sums[first]) / (last - first))
    return means


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
