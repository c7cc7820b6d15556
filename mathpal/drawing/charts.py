"""Draws line charts as inline SVG in the page's light or dark colours.

Knows points and labels; nothing of runs. Colours are CSS classes, defined in report.css. An SVG
element has a viewBox but no width, so it fills its column.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from markupsafe import Markup

from mathpal.drawing.formatting import scientific
from mathpal.drawing.series import Point

# Drawing units: a chart fills half of a desktop page, and text of 12 units is legible on a phone.
_WIDTH, _HEIGHT = 460, 232
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 10, 12, 34


class Line(NamedTuple):
    """One curve of a chart.

    Attributes:
        points: (step, value), in the order of steps.
        style: "cloud" for faint raw points, "line" for a curve, "marks" for few joined points.
    """

    points: Sequence[Point]
    style: Literal["cloud", "line", "marks"]


class Scale(NamedTuple):
    """A linear map from data to drawing units, with its ticks."""

    low: float
    high: float
    start: float
    end: float
    ticks: list[float]

    def __call__(self, value: float) -> float:
        """Return the position of a value, in drawing units."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def line_chart(lines: Sequence[Line], *, title: str, from_zero: bool = False) -> Markup:
    """Draw curves over steps, with axes and ticks.

    A few outliers far above all other values would flatten the curve. The axis then ends above the
    bulk of the values, and a triangle at the upper edge marks each logged value beyond it.

    Args:
        lines: the curves, the one at the back first; at least one point in all.
        title: what the chart shows, for screen readers.
        from_zero: whether the value axis begins at zero.
    """
    steps = [step for line in lines for step, _ in line.points]
    values = [value for line in lines for _, value in line.points]
    assert steps, "a chart needs a point"
    top = _ceiling(values)
    floor = min(0.0, *values) if from_zero else min(values)
    x = _scale(min(steps), max(steps), _LEFT, _WIDTH - _RIGHT, wanted=5, snap=False, whole=True)
    y = _scale(floor, top, _HEIGHT - _BOTTOM, _TOP, wanted=4, snap=True)
    parts = [*_axes(x, y), *(_curve(line, x, y) for line in lines), _exceeding(lines, x, y)]
    return drawing(_WIDTH, _HEIGHT, title, parts)


def nice_ticks(low: float, high: float, wanted: int) -> list[float]:
    """Return ticks that cover low..high, spaced 1, 2, 2.5 or 5 times a power of ten.

    Args:
        low: the smallest value.
        high: the largest value, above `low`.
        wanted: approximate number of intervals, 1 or more.
    """
    raw = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, last + 1)]


def tick_label(value: float, step: float) -> str:
    """Return a tick's text, with only the digits that tell it from its neighbours.

    Args:
        value: the tick.
        step: the distance between ticks, above 0.
    """
    if abs(value) < step * 1e-6:
        return "0"
    if step >= 1000:
        return f"{value / 1000:.6g}k"
    if step < 1e-3:
        return scientific(value)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    text = f"{value:.{digits}f}"
    return text if math.isclose(float(text), value, rel_tol=1e-6) else f"{value:.{digits + 1}f}"


def _ceiling(values: Sequence[float]) -> float:
    ordered = sorted(values)
    bulk = ordered[int(0.98 * (len(ordered) - 1))]
    spread = bulk - ordered[0]
    far = len(ordered) >= 30 and spread > 0 and ordered[-1] - ordered[0] > 4 * spread
    return ordered[0] + 1.5 * spread if far else ordered[-1]


def _scale(
    low: float, high: float, start: float, end: float, *, wanted: int, snap: bool,
    whole: bool = False,
) -> Scale:  # fmt: skip
    if high <= low:  # a flat curve, or a single step
        margin = abs(low) * 0.1 or 1.0
        low, high = low - margin, high + margin
    ticks = nice_ticks(low, high, wanted)
    if snap:
        return Scale(ticks[0], ticks[-1], start, end, ticks)
    inside = [t for t in ticks if low <= t <= high and (not whole or t == round(t))]
    return Scale(low, high, start, end, inside)


def _axes(x: Scale, y: Scale) -> list[Markup]:
    parts = []
    for tick in y.ticks:
        text = tick_label(tick, y.ticks[1] - y.ticks[0])
        parts.append(_path("grid", f"M{_LEFT} {y(tick)}H{_WIDTH - _RIGHT}"))
        parts.append(svg_text("tick end", _LEFT - 7, y(tick) + 4, text))
    base = _HEIGHT - _BOTTOM
    parts.append(_path("axis", f"M{_LEFT} {base}H{_WIDTH - _RIGHT}"))
    parts.append(svg_text("tick end", _LEFT - 7, base + 18, "step"))
    step = x.ticks[1] - x.ticks[0] if len(x.ticks) > 1 else 1.0
    for tick in x.ticks:
        # A label at the very edge would be cut off by the drawing's border.
        anchor = "end" if x(tick) > _WIDTH - _RIGHT - 14 else "mid"
        parts.append(_path("axis", f"M{x(tick)} {base}v4"))
        parts.append(svg_text(f"tick {anchor}", x(tick), base + 18, tick_label(tick, step)))
    return parts


def _curve(line: Line, x: Scale, y: Scale) -> Markup:
    shown = [(x(s), y(v)) for s, v in line.points if line.style != "cloud" or v <= y.high]
    if line.style == "cloud":
        # Zero-length strokes with round caps look like dots and need a tenth of a circle's bytes.
        return _path("cloud", "".join(f"M{a} {b}h0" for a, b in shown))
    # A smoothed value may still exceed the axis; clamp it to the upper edge.
    shown = [(a, max(b, float(_TOP))) for a, b in shown]
    path = "M" + "L".join(f"{a} {b}" for a, b in shown) if shown else ""
    dots = Markup("")
    if line.style == "marks":
        dots = Markup("").join(
            Markup('<circle class="mark" cx="{}" cy="{}" r="2.6"/>').format(a, b) for a, b in shown
        )
    return _path(f"curve {line.style}", path) + dots


def _exceeding(lines: Sequence[Line], x: Scale, y: Scale) -> Markup:
    above = [s for line in lines if line.style == "cloud" for s, v in line.points if v > y.high]
    path = "".join(f"M{x(step)} {_TOP - 8}l3.5 6h-7z" for step in above)
    return _path("exceeding", path) if above else Markup("")


def svg_text(style: str, x: float, y: float, text: str) -> Markup:
    """Return an SVG text element; the text is escaped.

    Args:
        style: its CSS classes.
        x: its left end, middle or right end (the class says which), in drawing units.
        y: its base line, in drawing units.
        text: the text.
    """
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(style, x, y, text)


def drawing(width: float, height: float, title: str, parts: Sequence[Markup]) -> Markup:
    """Return an SVG element that fills the width of its column.

    Args:
        width: drawing units across.
        height: drawing units from top to bottom.
        title: what it shows, for screen readers.
        parts: its elements, the one at the back first.
    """
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        width, height, title, Markup("").join(parts)
    )


def _path(style: str, path: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(style, path)
