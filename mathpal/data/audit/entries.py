"""The rows that an audit looks at: as they were before cleaning, wherever that can be had.

A source hands on clean problems; what it mended, dropped and refused is what an audit is
about. A source that reads a file of rows is therefore read again, below its cleaning. Every
other source is asked for its problems and for the quarantine file that it writes.
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.answers import declared_answer
from mathpal.data.cleaning import clean
from mathpal.data.reading import SUFFIXES, Fault, Row, read_rows
from mathpal.errors import DataError
from mathpal.problems import Problem, Splits

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the data.

    Attributes:
        row: its number in the file, or its problem's id.
        split: "train", "validation" or "test"; "" for a row that is in none.
        raw_question: before cleaning, where that is known.
        raw_solution: likewise.
        question: cleaned; "" for a row that could not be read.
        solution: likewise.
        gold: the answer column's text, else what the solution declares; None without either.
        kind: the gold's kind, where the source knows it.
        parameters: of a generated problem, with its family; "" for others.
        fault: why the row could not be read, or was refused.
    """

    row: int | str
    split: str
    raw_question: str
    raw_solution: str
    question: str
    solution: str
    gold: str | None
    kind: str | None = None
    parameters: str = ""
    fault: Fault | None = None


class Material(NamedTuple):
    """What there is to audit.

    Attributes:
        entries: every row.
        sizes: rows by split, as the source divides them.
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
    parameters = signature(source.func).parameters
    known = {name: p.default for name, p in parameters.items() if p.default is not p.empty}
    settings: dict[str, Any] = {**known, **source.keywords}
    if "max_quarantine" in settings:
        settings["max_quarantine"] = 1.0  # to be counted, not to be stopped by
    with tempfile.TemporaryDirectory() as folder:
        rows = _file_rows(settings)
        try:
            # Rows read below the source need no quarantine file to be told from its problems.
            splits: Splits = source.func(None if rows else Path(folder), **settings)
        except DataError as error:
            if rows is None:
                raise
            splits, refusal = Splits([], [], [], {}), str(error)
        else:
            refusal = ""
        sizes = {name: len(getattr(splits, name)) for name in SPLITS}
        if rows is not None:
            return Material(_from_rows(rows, settings, splits), sizes, True, refusal)
        quarantined = _quarantined(Path(folder) / "data" / "quarantine.jsonl")
    problems = [_from_problem(p, name) for name in SPLITS for p in getattr(splits, name)]
    return Material([*problems, *quarantined], sizes, False, refusal)


def _file_rows(settings: Mapping[str, Any]) -> list[Row] | None:
    """The rows of a source that names one file and its columns."""
    path = settings.get("path")
    if path is None or Path(path).suffix.lower() not in SUFFIXES or "question" not in settings:
        return None
    return read_rows(Path(path), columns=_columns(settings), split=settings.get("split"))


def _columns(settings: Mapping[str, Any]) -> dict[str, str]:
    wanted = {name: settings.get(name) for name in ("question", "solution", "answer")}
    return {name: column for name, column in wanted.items() if column is not None}


def _from_rows(rows: list[Row], settings: Mapping[str, Any], splits: Splits) -> list[Entry]:
    columns = _columns(settings)
    place = {p.question: name for name in SPLITS for p in getattr(splits, name)}
    entries = []
    for row in rows:
        fields = row.fields or {}
        texts = [fields.get(columns[name]) for name in ("question", "solution")]
        if row.fields is None or not all(isinstance(t, str) and t.strip() for t in texts):
            shown = [t if isinstance(t, str) else "" for t in texts]
            fault = row.fault or Fault("empty", "the question or the solution holds no text")
            entries.append(
                Entry(row.number, "", shown[0] or row.raw, shown[1], "", "", None, fault=fault)
            )
            continue
        question, solution = clean(str(texts[0])), clean(str(texts[1]))
        gold = declared_answer(solution)
        if "answer" in columns:
            cell = fields.get(columns["answer"])
            gold = clean(str(cell)) or None if cell is not None else None
        entries.append(
            Entry(
                row=row.number,
                split=place.get(question, ""),
                raw_question=str(texts[0]),
                raw_solution=str(texts[1]),
                question=question,
                solution=solution,
                gold=gold,
            )
        )
    return entries


def _from_problem(p: Problem, split: str) -> Entry:
    return Entry(
        row=p.id,
        split=split,
        raw_question=p.question,
        raw_solution=p.solution,
        question=p.question,
        solution=p.solution,
        gold=p.answer if p.answer is not None else declared_answer(p.solution),
        kind=p.kind,
        parameters=f"{p.family}\x1f{p.parameters}" if p.parameters else "",
    )


def _quarantined(path: Path) -> list[Entry]:
    """The rows that a source left out, as its quarantine file tells them."""
    if not path.is_file():
        return []
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Entry(
            row=record.get("row", 0),
            split="",
            raw_question=str(record.get("excerpt", "")),
            raw_solution="",
            question="",
            solution="",
            gold=None,
            fault=Fault(str(record.get("code", "")), str(record.get("message", ""))),
        )
        for record in records
    ]
