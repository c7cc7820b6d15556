"""The rows that an audit looks at: as they were before cleaning, wherever that can be had.

A source hands on clean problems; what it mended, dropped and refused is what an audit is
about. A file of questions and solutions is therefore read again, below its cleaning. Every
other source is asked for its problems and for the quarantine file that it writes.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from inspect import signature, unwrap
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.answers import declared_answer
from mathpal.data.cells import stated_gold
from mathpal.data.cleaning import clean
from mathpal.data.files import file
from mathpal.data.finish import finish
from mathpal.data.quarantine import LeftOut, read_left_out
from mathpal.data.reading import Fault, Row, read_rows
from mathpal.data.sieve import SPLITS, worked_problem
from mathpal.errors import DataError
from mathpal.problems import Problem, Splits

# Rows are to be counted, not to be stopped by or left aside.
_LIFTED = {"max_quarantine": 1.0, "max_test": 10**9}
_MIXED = {"weights": None, "train": None}
# Refused for what the texts say: they can be read, and are looked at all the same.
_LEGIBLE = ("damaged_encoding", "too_long", "image_only")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the data.

    Attributes:
        row: its number in the file, or its problem's id.
        split: "train", "validation" or "test"; "" for a row that is in none. A row that leaves
            a split because it gives another away is still named with it.
        raw_question: before cleaning, where that is known.
        raw_solution: likewise.
        problem: as a run has it; None for a row that cannot be read.
        gold: the answer column's text, else what the solution declares, readable or not; None
            without either.
        fault: why the row could not be read, was refused, or is not used.
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
        """Cleaned; "" for a row that cannot be read."""
        return "" if self.problem is None else self.problem.question

    @property
    def solution(self) -> str:
        """Cleaned; "" for a row that cannot be read, and for plain text."""
        return "" if self.problem is None else self.problem.solution


class Material(NamedTuple):
    """What there is to audit.

    Attributes:
        entries: every row.
        sizes: rows by split, as the source divides them with no limit on the test.
        raw: whether the entries are rows before cleaning.
        refusal: why the source would not give these rows to a run; "" where it would.
    """

    entries: list[Entry]
    sizes: dict[str, int]
    raw: bool
    refusal: str


def material(source: partial[Any]) -> Material:
    """All rows of a source.

    Args:
        source: the bound callable of a `data` group.

    Raises:
        DataError: nothing can be read.
    """
    settings = {**_defaults(source.func), **_lifted(source).keywords}
    rows = None
    if unwrap(source.func) is file:
        path, split = Path(settings["path"]), settings["split"]
        rows = read_rows(path, columns=_columns(settings), split=split)
    refusal = ""
    with tempfile.TemporaryDirectory() as folder, _unsaid(folder):
        try:
            splits: Splits = source.func(Path(folder), **settings)
        except DataError as error:
            if rows is None:
                raise
            splits = Splits([], [], [], {})
            refusal = "\n".join(line for line in str(error).splitlines() if folder not in line)
        left_out = read_left_out(Path(folder))
    if rows is not None:
        entries = list(_from_rows(rows, settings, splits, left_out))
    else:
        problems = [(p, name) for name in SPLITS for p in getattr(splits, name)]
        entries = [_from_problem(p, name) for p, name in problems] + list(map(_from_left, left_out))
    sizes = {name: len(getattr(splits, name)) for name in SPLITS}
    return Material(entries, sizes, rows is not None, refusal)


@contextmanager
def _unsaid(folder: str) -> Iterator[None]:
    """Without the source's words on a file that will not be there."""
    log = logging.getLogger(finish.__module__)

    def lasting(record: logging.LogRecord) -> bool:
        return folder not in record.getMessage()

    log.addFilter(lasting)
    try:
        yield
    finally:
        log.removeFilter(lasting)


def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    parameters = signature(function).parameters
    return {name: p.default for name, p in parameters.items() if p.default is not p.empty}


def _lifted(source: partial[Any]) -> partial[Any]:
    """The source without the settings that leave rows aside; a mixture's sources likewise."""
    known = signature(source.func).parameters
    lifted = {**_LIFTED, **(_MIXED if "sources" in known else {})}
    settings = {**source.keywords, **{k: v for k, v in lifted.items() if k in known}}
    if "sources" in known:
        settings["sources"] = {
            name: _lifted(part) if isinstance(part, partial) else part
            for name, part in settings["sources"].items()
        }
    return partial(source.func, **settings)


def _columns(settings: Mapping[str, Any]) -> dict[str, str]:
    wanted = {name: settings[name] for name in ("question", "solution", "answer")}
    return {name: column for name, column in wanted.items() if column is not None}


def _from_rows(
    rows: list[Row], settings: Mapping[str, Any], splits: Splits, left_out: list[LeftOut]
) -> Iterator[Entry]:
    columns = _columns(settings)
    place = {p.id: name for name in SPLITS for p in getattr(splits, name)}
    unused = {left.problem.id: left for left in left_out if left.problem is not None}
    for row in rows:
        fields = row.fields or {}
        cells = [fields.get(columns[name]) for name in ("question", "solution")]
        raw = [cell if isinstance(cell, str) else "" for cell in cells]
        made = row.fault or worked_problem(fields, columns, settings["max_characters"])
        split, fault = "", None
        if isinstance(made, Problem):
            problem: Problem | None = made
            left = unused.pop(made.id, None)  # of copies one only
            split = place.get(made.id, "") if left is None else left.split
            fault = None if left is None else left.fault
        else:
            problem, fault = None, made
            if fault.code in _LEGIBLE:
                problem = Problem(str(row.number), clean(raw[0]), clean(raw[1]))
        gold = None if problem is None else stated_gold(fields, columns, problem.solution)
        yield Entry(row.number, split, raw[0] or row.raw, raw[1], problem, gold, fault)


def _from_problem(p: Problem, split: str, row: int | str = "", fault: Fault | None = None) -> Entry:
    gold = p.answer if p.answer is not None else declared_answer(p.solution)
    return Entry(row or p.id, split, p.question, p.solution, p, gold, fault)


def _from_left(left: LeftOut) -> Entry:
    if left.problem is not None:
        return _from_problem(left.problem, left.split, left.row, left.fault)
    return Entry(left.row, "", left.excerpt, "", None, None, left.fault)
