"""Draws the charts of a study as inline SVG: lines and marks over two axes.

Knows rulers and marks, but no trials. Colours are classes of study.css.
"""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from mathpal.drawing.charts import drawing, svg_text
from mathpal.studies.rulers import Ruler

WIDTH, HEIGHT = 460, 232
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 14, 40
BASE = HEIGHT - BOTTOM


class Mark(NamedTuple):
    """One mark of a chart, in drawing units.

    Attributes:
        style: its CSS classes: "dot", "dot best", "dot far", "cross", "stroke".
        tooltip: what it stands for.
    """

    x: float
    y: float
    style: str
    tooltip: str


class Course(NamedTuple):
    """One line of a chart, in drawing units."""

    points: Sequence[tuple[float, float]]
    style: str
    tooltip: str = ""


def chart(
    x: Ruler, y: Ruler, *, title: str, label: str, courses: Sequence[Course] = (),
    marks: Sequence[Mark] = (),
) -> Markup:  # fmt: skip
    """Draw lines and marks over axes.

    Args:
        x: from `LEFT` to `WIDTH - RIGHT`.
        y: from `BASE` to `TOP`.
        title: what the chart shows, read out by screen readers.
        label: of the horizontal axis.
        courses: lines, the hindmost first.
        marks: in front of them.
    """
    parts = [*_axes(x, y, label), *map(line, courses), *map(mark, marks)]
    return drawing(WIDTH, HEIGHT, title, parts)


def line(course: Course) -> Markup:
    """Draw a line through its points."""
    path = "M" + "L".join(f"{a:g} {b:g}" for a, b in course.points)
    tooltip = Markup("<title>{}</title>").format(course.tooltip) if course.tooltip else Markup("")
    return Markup('<path class="{}" d="{}">{}</path>').format(course.style, path, tooltip)


def mark(found: Mark) -> Markup:
    """Draw a dot, a cross, a stroke on the base line, or a triangle that points off the chart."""
    tooltip = Markup("<title>{}</title>").format(found.tooltip) if found.tooltip else Markup("")
    x, y = found.x, found.y
    if found.style.startswith("dot"):
        return Markup('<circle class="{}" cx="{:g}" cy="{:g}" r="{}">{}</circle>').format(
            found.style, x, y, 4.5 if "best" in found.style else 3, tooltip
        )
    shapes = {
        "cross": f"M{x - 3:g} {y - 3:g}l6 6m0-6l-6 6",
        "stroke": f"M{x:g} {y - 4:g}v8",
        "up": f"M{x:g} {y - 4:g}l4 7h-8z",
        "down": f"M{x:g} {y + 4:g}l4-7h-8z",
    }
    return Markup('<path class="{}" d="{}">{}</path>').format(
        found.style, shapes[found.style.split()[0]], tooltip
    )


def _axes(x: Ruler, y: Ruler, label: str) -> list[Markup]:
    parts = []
    for place, text in y.ticks:
        parts.append(_path("grid", f"M{LEFT} {y.to(place):g}H{WIDTH - RIGHT}"))
        parts.append(svg_text("tick end", LEFT - 7, y.to(place) + 4, text))
    parts.append(_path("axis", f"M{LEFT} {BASE}H{WIDTH - RIGHT}"))
    for place, text in x.ticks:
        at = x.to(place)
        # A centred label at the edge would reach over the border of the drawing.
        reach = 3.4 * len(text)
        anchor = "end" if at + reach > WIDTH else "mid"
        parts.append(_path("axis", f"M{at:g} {BASE}v4"))
        parts.append(svg_text(f"tick {anchor}", at, BASE + 17, text))
    parts.append(svg_text("tick end", WIDTH - RIGHT, BASE + 34, label))
    return parts


def _path(style: str, path: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(style, path)
