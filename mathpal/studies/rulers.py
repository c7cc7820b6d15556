"""The scales of a study's charts: numbers, logarithms and choices mapped to drawing units."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from mathpal.drawing.charts import nice_ticks, tick_label
from mathpal.drawing.formatting import cut
from mathpal.studies.axes import Axis
from mathpal.studies.wording import setting

_ENOUGH = 8  # fewest values among which some count as far worse than the bulk
_LETTERS = 14  # of a choice's label


class Ruler(NamedTuple):
    """A map from values to drawing units.

    Attributes:
        low, high: the ends of the scale; of choices, places in their list.
        start, end: where these ends lie in the drawing.
        ticks: (place on the scale, text).
        log: whether places are logarithms of values.
        choices: the values; None for a range of numbers.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: list[tuple[float, str]]
    log: bool = False
    choices: list[Any] | None = None

    def place(self, value: Any) -> float:
        """Return the place of a value on the scale."""
        if self.choices is not None:
            return float(self.choices.index(value))
        return math.log10(value) if self.log else float(value)

    def to(self, place: float) -> float:
        """Return where a place of the scale lies in the drawing, clamped to its ends."""
        share = (place - self.low) / (self.high - self.low)
        return round(self.start + min(1.0, max(0.0, share)) * (self.end - self.start), 1)

    def __call__(self, value: Any) -> float:
        """Return where a value lies in the drawing."""
        return self.to(self.place(value))

    def beyond(self, value: Any) -> int:
        """Return -1 for a value below the lower end, 1 for one above the upper end, else 0."""
        place = self.place(value)
        return (place > self.high) - (place < self.low)


def of_values(
    values: Sequence[float], start: float, end: float, *, better: str, wanted: int = 4
) -> Ruler:
    """Return a ruler for an objective that leaves far worse values beyond its end.

    A scale that held a few far worse values would show all others as one line. So it ends at four
    times the distance from the best value within which three quarters of the values lie.

    Args:
        values: finite, one or more.
        start: where the lowest value lies.
        end: where the highest value lies.
        better: "minimize" or "maximize".
        wanted: intervals between ticks.
    """
    low, high = min(values), max(values)
    if len(values) >= _ENOUGH:
        ordered = sorted(values, reverse=better == "maximize")
        reach = 4 * abs(ordered[(len(ordered) * 3) // 4 - 1] - ordered[0])
        if reach and better == "maximize":
            low = max(low, high - reach)
        elif reach:
            high = min(high, low + reach)
    return of_numbers(low, high, start, end, wanted=wanted)


def of_numbers(
    low: float, high: float, start: float, end: float, *, wanted: int = 4, whole: bool = False
) -> Ruler:
    """Return a ruler for a range of numbers, with its ends on ticks.

    Args:
        low: the lowest value.
        high: the highest value.
        start: where the lowest lies.
        end: where the highest lies.
        wanted: intervals between ticks.
        whole: whether only integers get ticks.
    """
    if high <= low:
        margin = abs(low) * 0.1 or 1.0
        low, high = low - margin, high + margin
    ticks = nice_ticks(low, high, wanted)
    step = ticks[1] - ticks[0]
    shown = [tick for tick in ticks if not whole or tick == round(tick)]
    labels = [(tick, tick_label(tick, max(step, 1.0) if whole else step)) for tick in shown]
    return Ruler(ticks[0], ticks[-1], start, end, labels)


def of_axis(axis: Axis, start: float, end: float) -> Ruler:
    """Return a ruler for a parameter.

    Args:
        axis: its range.
        start: where its lower end or first choice lies.
        end: where its upper end or last choice lies.
    """
    if axis.choices is not None:
        count = len(axis.choices)
        # At most eight labels: more are unreadable.
        every = math.ceil(count / 8)
        ticks = [(float(i), _short(choice)) for i, choice in enumerate(axis.choices)
                 if i % every == 0]  # fmt: skip
        return Ruler(-0.5, count - 0.5, start, end, ticks, choices=axis.choices)
    if axis.log and axis.high > axis.low:
        low, high = math.log10(axis.low), math.log10(axis.high)
        return Ruler(low, high, start, end, _log_ticks(low, high), log=True)
    if axis.high <= axis.low:
        return of_numbers(axis.low, axis.high, start, end)
    round_ones = nice_ticks(axis.low, axis.high, 4)
    step = round_ones[1] - round_ones[0]
    inside = [
        (tick, tick_label(tick, max(step, 1.0) if axis.whole else step))
        for tick in round_ones
        if axis.low <= tick <= axis.high and (not axis.whole or tick == round(tick))
    ]
    return Ruler(axis.low, axis.high, start, end, inside)


def _short(choice: Any) -> str:
    text, left_out = cut(setting(choice), _LETTERS)
    return text + "…" if left_out else text


def _log_ticks(low: float, high: float) -> list[tuple[float, str]]:
    powers = range(math.floor(low), math.ceil(high) + 1)
    for factors in ((1,), (1, 3), (1, 2, 5), range(1, 10)):
        places = [math.log10(factor) + power for power in powers for factor in factors]
        inside = [place for place in places if low - 1e-9 <= place <= high + 1e-9]
        if len(inside) >= 3:
            return [(place, setting(float(f"{10**place:.3g}"))) for place in inside]
    return [(low, setting(float(f"{10**low:.3g}"))), (high, setting(float(f"{10**high:.3g}")))]
