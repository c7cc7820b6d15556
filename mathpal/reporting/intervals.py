"""Draws how accuracy moved from base to tuned, as inline SVG with 95 % intervals.

Knows shares of 0..1 and labels; nothing of runs or of how the intervals were computed.
"""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from mathpal.drawing.charts import drawing, svg_text
from mathpal.drawing.formatting import cut


class Estimate(NamedTuple):
    """A measured accuracy with its 95 % interval, all as shares of 0..1."""

    accuracy: float
    low: float
    high: float


class Bar(NamedTuple):
    """One row of the chart; a system that was not measured is None.

    Attributes:
        heading: text above the first row of a group; "" for every other row.
    """

    label: str
    base: Estimate | None
    tuned: Estimate | None
    heading: str = ""


class Layout(NamedTuple):
    """Measures of the chart: a wide one has labels beside the rows, a narrow one above them.

    Attributes:
        width: drawing units across.
        left: drawing units left of the scale.
        row: height of a row in drawing units.
        letters: longest label, in characters.
    """

    width: int
    left: int
    row: int
    letters: int


WIDE = Layout(width=1000, left=300, row=27, letters=38)
NARROW = Layout(width=360, left=8, row=46, letters=44)


def interval_chart(bars: Sequence[Bar], *, title: str, layout: Layout) -> Markup:
    """Draw one row per group: base as a ring, tuned as a dot, the change as a line between them.

    Args:
        bars: the rows, from top to bottom; at least one.
        title: what the chart shows, for screen readers.
        layout: `WIDE` for a desktop column, `NARROW` for a phone.
    """
    assert bars, "a chart needs a row"
    y = 6
    rows: list[Markup] = []
    for bar in bars:
        if bar.heading:
            y += 26
            rows.append(
                svg_text("heading", 0 if layout is WIDE else layout.left, y - 6, bar.heading)
            )
        rows.append(_row(bar, y, layout))
        y += layout.row
    grid = []
    for share in range(0, 101, 25):
        x = _x(share / 100, layout)
        grid.append(Markup('<path class="grid" d="M{} 6V{}"/>').format(x, y + 2))
        grid.append(svg_text(f"tick {_anchor(share, layout)}", x, y + 18, f"{share}%"))
    return drawing(layout.width, y + 24, title, [*grid, *rows])


def interval_bar(base: Estimate | None, tuned: Estimate | None, *, title: str) -> Markup:
    """Draw a single row from 0 to 100 %, without a label."""
    layout = Layout(width=360, left=8, row=26, letters=0)
    ends = Markup('<path class="grid" d="M8 13H352"/><path class="axis" d="M8 8v10M352 8v10"/>')
    return drawing(360, 26, title, [ends, _marks(base, tuned, 13, layout)])


def _row(bar: Bar, y: int, layout: Layout) -> Markup:
    shown, left_out = cut(bar.label, layout.letters)
    text = shown.rstrip() + "…" if left_out else shown
    if layout is WIDE:
        middle = y + layout.row / 2
        label = svg_text("label end", layout.left - 18, middle + 4.5, text)
    else:
        middle = y + 32
        label = svg_text("label", layout.left, y + 17, text)
    return Markup("<g><title>{}</title>{}{}</g>").format(
        bar.label, label, _marks(bar.base, bar.tuned, middle, layout)
    )


def _marks(base: Estimate | None, tuned: Estimate | None, y: float, layout: Layout) -> Markup:
    parts = []
    # Shift the two intervals apart, so that neither hides the other.
    for name, estimate, shift in (("base", base, 3), ("tuned", tuned, -3)):
        if estimate is not None:
            parts.append(
                Markup('<path class="range {}" d="M{} {}H{}"/>').format(
                    name, _x(estimate.low, layout), y + shift, _x(estimate.high, layout)
                )
            )
    if base is not None and tuned is not None:
        parts.append(
            Markup('<path class="change" d="M{} {}L{} {}"/>').format(
                _x(base.accuracy, layout), y + 3, _x(tuned.accuracy, layout), y - 3
            )
        )
    for name, estimate, shift in (("base", base, 3), ("tuned", tuned, -3)):
        if estimate is not None:
            parts.append(
                Markup('<circle class="dot {}" cx="{}" cy="{}" r="4"/>').format(
                    name, _x(estimate.accuracy, layout), y + shift
                )
            )
    return Markup("").join(parts)


def _x(share: float, layout: Layout) -> float:
    return round(layout.left + share * (layout.width - layout.left - 8), 1)


def _anchor(share: int, layout: Layout) -> str:
    if share == 100:
        return "end"
    return "start" if share == 0 and layout is NARROW else "mid"
