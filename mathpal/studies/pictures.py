"""A study's figures as self-contained SVG files, for the lab notebook."""

import re
from pathlib import Path

from markupsafe import Markup

from mathpal.studies.figures import Figure
from mathpal.studies.page import Drawn

_CELL = (520, 300)  # width and height of a chart with its title, where a picture has several


def pictures(drawn: Drawn) -> dict[str, tuple[str, str]]:
    """Return name of the file -> (title, SVG).

    Args:
        drawn: the figures of a study.
    """
    found: dict[str, list[Figure]] = {
        "front": drawn.fronts,
        "course": [*drawn.history, *([drawn.intermediate] if drawn.intermediate else [])],
        "slices": [figure for figures in drawn.slices for figure in figures],
    }
    named = {
        name: ("; ".join(figure.title for figure in figures), _several(figures))
        for name, figures in found.items()
        if figures
    }
    for threads in drawn.threads:
        width, height = _size(threads.wide)
        inner = _placed(threads.wide, 0, 8, width, height)
        named["across"] = ("Configurations across their parameters",
                              _file([inner], width, height + 16))  # fmt: skip
    return named


def _several(figures: list[Figure]) -> str:
    columns = min(2, len(figures))
    parts: list[Markup] = []
    for place, figure in enumerate(figures):
        x = (place % columns) * _CELL[0] + 20
        y = (place // columns) * _CELL[1] + 26
        width, height = _size(figure.svg)
        parts.append(
            Markup('<text class="heading" x="{}" y="{}">{}</text>').format(x, y, figure.title)
        )
        parts.append(_placed(figure.svg, x, y + 16, width, height))
    rows = -(-len(figures) // columns)
    return _file(parts, columns * _CELL[0], rows * _CELL[1])


def _size(svg: Markup) -> tuple[int, int]:
    found = re.match(r'<svg viewBox="0 0 (\d+) (\d+)', svg)
    assert found, "charts.drawing begins with its viewBox"
    return int(found[1]), int(found[2])


def _placed(svg: Markup, x: int, y: int, width: int, height: int) -> Markup:
    where = f'<svg x="{x}" y="{y}" width="{width}" height="{height}" '
    return Markup(where + str(svg).removeprefix("<svg "))


def _file(parts: list[Markup], width: int, height: int) -> str:
    here = Path(__file__).parent
    css = "".join(
        (here / name).read_text(encoding="utf-8") for name in ("figures.css", "study.css")
    )
    inner = "".join(parts)
    # XML allows no control characters, not even escaped.
    inner = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", inner)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><style>{css}</style>'
        f'<rect class="paper" width="{width}" height="{height}"/>{inner}</svg>\n'
    )
