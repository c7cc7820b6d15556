"""The rows of an audit: before cleaning, where a source can identify its raw rows.

A source returns clean problems, but an audit examines what the source fixed, dropped and
refused. So a file of questions and solutions is read again without cleaning. Of every other
source, the problems and the rejected rows are audited.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from mathpal.answers import declared_answer
from mathpal.data.cells import stated_gold
from mathpal.data.cleaning import clean
from mathpal.data.finish import NoTrainingRows
from mathpal.data.limits import audited
from mathpal.data.sieve import SPLITS
from mathpal.errors import DataError
from mathpal.problems import Fault, LeftOut, Problem, RawRows, Splits

# Refused because of the texts' content: they are readable, so they are audited.
_LEGIBLE = ("damaged_encoding", "too_long", "image_only")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the data.

    Attributes:
        row: its number in the file, or its problem's id.
        split: "train", "validation" or "test"; "" for a row in none of them. A row that is
            dropped because it gives another one away keeps its split here.
        raw_question: the question before cleaning, where that is known.
        raw_solution: the solution before cleaning, where that is known.
        problem: the problem of a run; None for an unreadable row.
        gold: text of the answer column; without one, the answer that the solution declares; None
            without either. The checker may be unable to read it.
        fault: why the row was unreadable, refused or unused.
    """

    row: int | str
    split: str
    raw_question: str
    raw_solution: str
    problem: Problem | None
    gold: str | None
    fault: Fault | None = None

    @property
    def question(self) -> str:
        """The cleaned question; "" for an unreadable row."""
        return "" if self.problem is None else self.problem.question

    @property
    def solution(self) -> str:
        """The cleaned solution; "" for an unreadable row and for plain text."""
        return "" if self.problem is None else self.problem.solution


class Material(NamedTuple):
    """The rows to audit.

    Attributes:
        entries: every row.
        sizes: number of rows by split, without a limit on the test split.
        raw: whether the entries are rows before cleaning.
        refusal: why the source refuses these rows to a run; "" if it does not.
    """

    entries: list[Entry]
    sizes: dict[str, int]
    raw: bool
    refusal: str


def material(source: partial[Any]) -> Material:
    """Load all rows of a source.

    Args:
        source: the bound callable of a `data` group.

    Raises:
        DataError: nothing can be read.
    """
    try:
        return material_of(audited(source)(None))
    except DataError as error:
        cause = error.__cause__
        # Raw rows are worth an audit even if a run refuses them.
        if not isinstance(cause, NoTrainingRows) or _auditable(cause.splits) is None:
            raise
        return material_of(cause.splits)._replace(refusal=str(error))


def material_of(splits: Splits) -> Material:
    """Collect all rows of the splits that a source returned."""
    rows = _auditable(splits)
    if rows is not None:
        entries = list(_from_rows(rows, splits))
    else:
        entries = [_from_problem(p, name) for name in SPLITS for p in getattr(splits, name)]
        entries += map(_from_left, splits.rejected)
    sizes = {name: len(getattr(splits, name)) for name in SPLITS}
    return Material(entries, sizes, rows is not None, "")


def _auditable(splits: Splits) -> RawRows | None:
    """The way to raw rows from which the problems can be made again; None without one."""
    return next((rows for rows in splits.raw if rows.make is not None), None)


def _from_rows(rows: RawRows, splits: Splits) -> Iterator[Entry]:
    assert rows.make is not None
    place = {p.id: name for name in SPLITS for p in getattr(splits, name)}
    unused = {left.problem.id: left for left in splits.rejected if left.problem is not None}
    for row in rows.read(None):
        fields = row.fields or {}
        cells = [fields.get(rows.columns[name]) for name in ("question", "solution")]
        raw = [cell if isinstance(cell, str) else "" for cell in cells]
        made = row.fault or rows.make(fields)
        split, fault = "", None
        if isinstance(made, Problem):
            problem: Problem | None = made
            left = unused.pop(made.id, None)  # of copies, only one is recorded
            split = place.get(made.id, "") if left is None else left.split
            fault = None if left is None else left.fault
        else:
            problem, fault = None, made
            if fault.code in _LEGIBLE:
                problem = Problem(str(row.number), clean(raw[0]), clean(raw[1]))
        gold = None if problem is None else stated_gold(fields, rows.columns, problem.solution)
        yield Entry(row.number, split, raw[0] or row.raw, raw[1], problem, gold, fault)


def _from_problem(p: Problem, split: str, row: int | str = "", fault: Fault | None = None) -> Entry:
    gold = p.answer if p.answer is not None else declared_answer(p.solution)
    return Entry(row or p.id, split, p.question, p.solution, p, gold, fault)


def _from_left(left: LeftOut) -> Entry:
    if left.problem is not None:
        return _from_problem(left.problem, left.split, left.row, left.fault)
    return Entry(left.row, "", left.excerpt, "", None, None, left.fault)
