"""Parallel coordinates: each trial is a line across one axis a parameter."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from mathpal.drawing.charts import drawing, svg_text
from mathpal.drawing.formatting import cut
from mathpal.studies.axes import Axis
from mathpal.studies.plots import Course, line
from mathpal.studies.rulers import Ruler, of_axis


class Thread(NamedTuple):
    """One line across the axes.

    Attributes:
        params: parameter -> value; the line skips the axes of parameters that it lacks.
        value: of the objective.
        style: its CSS classes.
        tooltip: what it stands for.
    """

    params: Mapping[str, Any]
    value: float
    style: str
    tooltip: str


def upright(
    axes: Mapping[str, Axis], objective: tuple[str, Ruler], threads: Sequence[Thread], *, title: str
) -> Markup:
    """Draw vertical axes side by side, the objective last; for a wide column.

    Args:
        axes: parameter -> its range.
        objective: its name and its ruler, whose start and end are ignored.
        threads: lines, the hindmost first.
        title: what the chart shows, read out by screen readers.
    """
    width, top, base = 1000, 34, 300
    name, ruler = objective
    rulers = {axis: of_axis(found, base, top) for axis, found in axes.items()}
    last = ruler._replace(start=base, end=top)
    step = (width - 190) / len(rulers)
    at = {axis: 90 + i * step for i, axis in enumerate(rulers)}
    end = 90 + len(at) * step
    parts = []
    for thread in threads:
        points = _points(thread, rulers, at, last, end)
        parts.append(line(Course(points, thread.style, thread.tooltip)))
    letters = int(step / 7.2)
    for place, (label, found) in enumerate([*rulers.items(), (name, last)]):
        x = round(90 + place * step, 1)
        parts.append(_path("axis upright", f"M{x:g} {base}V{top}"))
        parts.append(svg_text("label mid", x, 16, _short(label, letters)))
        for tick, text in found.ticks:
            parts.append(_path("axis", f"M{x:g} {found.to(tick):g}h-5"))
            parts.append(svg_text("tick end halo", x - 8, found.to(tick) + 4, text))
    return drawing(width, base + 14, title, parts)


def level(
    axes: Mapping[str, Axis], objective: tuple[str, Ruler], threads: Sequence[Thread], *, title: str
) -> Markup:
    """Draw horizontal axes below each other, for a phone, where labels need the full width."""
    width, left, right, row = 360, 22, 338, 78
    name, ruler = objective
    rulers = {axis: of_axis(found, left, right) for axis, found in axes.items()}
    last = ruler._replace(start=left, end=right)
    at = {axis: 26 + i * row for i, axis in enumerate(rulers)}
    end = 26 + len(at) * row
    parts = []
    for thread in threads:
        turned = [(y, x) for x, y in _points(thread, rulers, at, last, end)]
        parts.append(line(Course(turned, thread.style, thread.tooltip)))
    for place, (label, found) in enumerate([*rulers.items(), (name, last)]):
        y = 26 + place * row
        parts.append(_path("axis upright", f"M{left} {y}H{right}"))
        parts.append(svg_text("label halo", left - 14, y - 10, _short(label, 44)))
        for tick, text in found.ticks:
            x = found.to(tick)
            anchor = "end" if x + 3.6 * len(text) > width else "mid"
            parts.append(_path("axis", f"M{x:g} {y}v5"))
            parts.append(svg_text(f"tick {anchor} halo", x, y + 19, text))
    return drawing(width, end + 26, title, parts)


def _points(
    thread: Thread, rulers: Mapping[str, Ruler], at: Mapping[str, float], last: Ruler, end: float
) -> list[tuple[float, float]]:
    points = [(round(at[name], 1), ruler(thread.params[name]))
              for name, ruler in rulers.items() if name in thread.params]  # fmt: skip
    return [*points, (round(end, 1), last(thread.value))]


def _short(text: str, letters: int) -> str:
    shown, left_out = cut(text, letters)
    return shown[:-1] + "…" if left_out else shown


def _path(style: str, path: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(style, path)
