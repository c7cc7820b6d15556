"""Cells and rows of the tables of a comparison's page. Knows one share; nothing of files."""

from typing import NamedTuple

from markupsafe import Markup

from mathpal.reporting import numbers
from mathpal.reporting.compare_records import Proportion
from mathpal.reporting.estimates import tiny_bar
from mathpal.reporting.numbers import Language

FEW = 10  # problems; smaller groups are grey
NOTHING = "–"


class Cell(NamedTuple):
    """One cell.

    Attributes:
        small: further text in small letters.
        bar: a drawing below; "" for none.
        go: the filter of the problems that are counted here, as the page's fragment; "" for none.
        value: what the column is sorted by; None where it is not sorted.
    """

    text: str
    small: str = ""
    bar: Markup = Markup("")
    go: str = ""
    value: float | None = None


class Row(NamedTuple):
    """One row.

    Attributes:
        more: what the row's number means, in small letters.
        few: of fewer problems than `FEW`.
        go: as in `Cell`, of the row's head.
    """

    title: str
    more: str
    cells: list[Cell]
    few: bool = False
    go: str = ""


def share_cell(found: Proportion, language: Language, *, bar: bool = False) -> Cell:
    """Return the cell of a share: percent, interval, and a bar if wanted."""
    own = (found["accuracy"], found["low"], found["high"])
    return Cell(
        numbers.percent(found["accuracy"], language),
        numbers.span(found["low"], found["high"], language),
        tiny_bar(*own) if bar else Markup(""),
        value=found["accuracy"],
    )
