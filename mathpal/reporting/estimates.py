"""Draws estimates with their 95 % intervals on one scale, as inline SVG: a row for each.

Knows numbers and labels; nothing of systems or of how the intervals were computed.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from mathpal.drawing.charts import drawing, nice_ticks, svg_text


class Point(NamedTuple):
    """One row of the chart.

    Attributes:
        low, high: the interval; None where there is none.
        note: the numbers as text, at the end of the row.
        sure: drawn as a filled dot; else as a ring.
    """

    label: str
    value: float
    low: float | None
    high: float | None
    note: str
    sure: bool = True


class Frame(NamedTuple):
    """Measures of the chart: a wide one has its texts beside the rows, a narrow one above them.

    Attributes:
        width: drawing units across.
        left, right: drawing units beside the scale.
        row: height of a row in drawing units.
        letters: longest label, in characters.
    """

    width: int
    left: int
    right: int
    row: int
    letters: int


WIDE = Frame(width=1000, left=330, right=180, row=30, letters=42)
NARROW = Frame(width=360, left=12, right=12, row=66, letters=42)


def estimate_chart(
    points: Sequence[Point],
    *,
    title: str,
    axis: Callable[[float], str],
    frame: Frame,
    between: tuple[float, float] | None = None,
) -> Markup:
    """Draw the points on one scale; a scale that crosses zero has a line there.

    Args:
        points: the rows, from top to bottom; at least one.
        title: what the chart shows, for screen readers.
        axis: writes the number at a tick.
        frame: `WIDE` for a desktop column, `NARROW` for a phone.
        between: the ends of the scale; None for what the points need, zero included.
    """
    assert points, "a chart needs a row"
    low, high = between or _ends(points)
    ticks = nice_ticks(low, high, 5 if frame is WIDE else 4)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    span = frame.width - frame.left - frame.right

    def x(value: float) -> float:
        return round(frame.left + (value - low) / (high - low) * span, 1)

    base = 8 + frame.row * len(points)
    parts = []
    for tick in ticks:
        is_zero = abs(tick) < 1e-9 and low < 0
        style = "zero" if is_zero else "grid"
        parts.append(
            Markup('<path class="{}" d="{}"/>').format(style, _down(x(tick), points, frame))
        )
        anchor = _anchor(x(tick), frame)
        parts.append(svg_text(f"tick {anchor}", x(tick), base + 18, axis(tick)))
    rows = [_row(point, 6 + frame.row * number, frame, x) for number, point in enumerate(points)]
    return drawing(frame.width, base + 24, title, [*parts, *rows])


def tiny_bar(value: float, low: float, high: float) -> Markup:
    """Return a bar from 0 to 100 % for a cell of a table: its interval, and a mark at the value."""
    return Markup(
        '<svg class="tiny" viewBox="-1 0 102 6" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="grid" d="M0 3H100"/><path class="range tuned" d="M{} 3H{}"/>'
        '<path class="at" d="M{} 0V6"/></svg>'
    ).format(*(round(100 * share, 1) for share in (low, high, value)))


def _down(x: float, points: Sequence[Point], frame: Frame) -> str:
    """Return a line from top to bottom; in a narrow chart it leaves out the rows' texts."""
    if frame is WIDE:
        return f"M{x} 4V{10 + frame.row * len(points)}"
    return "".join(f"M{x} {frame.row * number + 46}v22" for number in range(len(points)))


def _ends(points: Sequence[Point]) -> tuple[float, float]:
    values = [0.0]
    for point in points:
        values += [each for each in (point.value, point.low, point.high) if each is not None]
    low, high = min(values), max(values)
    return (low, high) if high > low else (-0.1, 0.1)  # all of them are zero


def _row(point: Point, y: float, frame: Frame, x: Callable[[float], float]) -> Markup:
    text = _shortened(point.label, frame.letters)
    if frame is WIDE:
        middle = y + frame.row / 2
        texts = svg_text("label end", frame.left - 18, middle + 4.5, text)
        texts += svg_text("note", frame.width - frame.right + 14, middle + 4.5, point.note)
    else:
        middle = y + 50
        texts = svg_text("label", frame.left, y + 18, text)
        texts += svg_text("note", frame.left, y + 34, point.note)
    style = "sure" if point.sure else "unsure"
    marks = Markup("")
    if point.low is not None and point.high is not None:
        marks = Markup('<path class="range {}" d="M{} {}H{}"/>').format(
            style, x(point.low), middle, x(point.high)
        )
    marks += Markup('<circle class="dot {}" cx="{}" cy="{}" r="4.5"/>').format(
        style, x(point.value), middle
    )
    return Markup("<g><title>{}: {}</title>{}{}</g>").format(point.label, point.note, texts, marks)


def _shortened(label: str, letters: int) -> str:
    """Leave out the middle of a long label: names of systems differ at their ends."""
    if len(label) <= letters:
        return label
    half = (letters - 1) // 2
    return f"{label[:half].rstrip()}…{label[-half:].lstrip()}"


def _anchor(x: float, frame: Frame) -> str:
    """Keep the numbers at the ends of a narrow chart inside it."""
    if frame is not WIDE and x > frame.width - frame.right - 10:
        return "end"
    return "start" if frame is not WIDE and x < frame.left + 10 else "mid"
