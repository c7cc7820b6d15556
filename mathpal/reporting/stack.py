"""Draws a plan's memory, part by part, from plan.json as inline SVG.

Knows names and bytes; nothing of how they were computed. A GB has 2**30 bytes here.
"""

from typing import NamedTuple

from markupsafe import Markup

from mathpal.drawing.charts import drawing, svg_text
from mathpal.reporting.records import Planned

GB = 2**30
_WIDTH, _LEFT, _RIGHT, _ROW = 1000, 96, 12, 44
_LETTER = 7.4  # width of a letter in drawing units; a name wider than its piece is not drawn


class Stack(NamedTuple):
    """The page's section on planned memory.

    Attributes:
        svg: one bar for each stage, with a line at the device's available memory.
        rows: (part, GB in each stage); None in a stage without this part.
        stages: names of the stages.
        facts: (label, value) of the verdict and the planned device.
    """

    svg: Markup
    rows: list[tuple[str, tuple[float | None, ...]]]
    stages: list[str]
    facts: list[tuple[str, str]]


def read_stack(plan: Planned) -> Stack:
    """Make the section from the content of plan.json.

    Raises:
        ValueError: there are no sizes.
    """
    found = {"training": plan.get("training"), "evaluation": plan.get("evaluation")}
    stages = {name: sizes for name, sizes in found.items() if sizes}
    free = plan.get("room")
    room = free["size"] if free else None
    names = dict.fromkeys(part for sizes in stages.values() for part in sizes)
    rows = [(n, tuple(_gb(sizes.get(n)) for sizes in stages.values())) for n in names]
    rows.append(("total", tuple(_gb(sum(sizes.values())) for sizes in stages.values())))
    facts = [
        ("Verdict", plan["verdict"]),
        ("Planned for", f"{plan['device']}, {plan['precision']}"),
    ]
    return Stack(_drawn(stages, room), rows, list(stages), facts)


def _gb(size: float | None) -> float | None:
    return None if size is None else size / GB


def _drawn(stages: dict[str, dict[str, float]], room: float | None) -> Markup:
    peak = max((sum(sizes.values()) for sizes in stages.values()), default=0)
    if peak <= 0:
        raise ValueError("all sizes are 0")
    # Beside a device with many times this memory, the bars would be too short to see.
    shown = room is not None and room <= 4 * peak
    scale = (_WIDTH - _LEFT - _RIGHT) / (max(peak, room) if shown and room else peak)
    parts: list[Markup] = []
    for row, (stage, sizes) in enumerate(stages.items()):
        top = 8 + row * _ROW
        parts.append(svg_text("label end", _LEFT - 12, top + 20, stage))
        parts += _pieces(sizes, top, scale)
    height = 8 + len(stages) * _ROW
    if shown and room is not None:
        x = round(_LEFT + room * scale, 1)
        parts.append(Markup('<path class="room" d="M{} 2V{}"/>').format(x, height))
        text = f"{room / GB:.1f} GB available"
        parts.append(svg_text("tick end" if x > _WIDTH / 2 else "tick", x, height + 16, text))
    return drawing(_WIDTH, height + 24, "Peak memory of one device, by part", parts)


def _pieces(sizes: dict[str, float], top: int, scale: float) -> list[Markup]:
    parts, x = [], float(_LEFT)
    for number, (name, size) in enumerate(sizes.items()):
        width = size * scale
        shade = (0.75, 0.5, 0.3)[number % 3]
        parts.append(
            Markup(
                '<rect class="piece" x="{}" y="{}" width="{}" height="30" fill-opacity="{}">'
                "<title>{}: {} GB</title></rect>"
            ).format(round(x, 1), top, round(width, 1), shade, name, f"{size / GB:.2f}")
        )
        if width > _LETTER * len(name) + 10:
            parts.append(svg_text("label mid", round(x + width / 2, 1), top + 20, name))
        x += width
    return parts
