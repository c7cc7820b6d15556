"""The rows that a source left out, with the reason: `data/quarantine.jsonl` of a run.

Knows the file, both ways. Knows nothing of why a row is left out.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.data.reading import Fault
from mathpal.problems import Problem
from mathpal.record.files import write_lines

FILE = Path("data") / "quarantine.jsonl"
EXCERPT_CHARACTERS = 500


class LeftOut(NamedTuple):
    """A row that a run does not use.

    Attributes:
        row: its number in the source, or its problem's id.
        split: the split it would be in; "" where the source has one list of rows only.
        fault: why it is left out.
        excerpt: the start of its text.
        problem: of a row that is sound in itself.
    """

    row: int | str
    split: str
    fault: Fault
    excerpt: str
    problem: Problem | None = None


def dropped(problem: Problem, split: str, fault: Fault) -> LeftOut:
    """A sound problem that the other rows leave no place for."""
    return LeftOut(problem.id, split, fault, problem.question[:EXCERPT_CHARACTERS], problem)


def write_left_out(path: Path, rows: Sequence[LeftOut]) -> None:
    """Write the rows, an object a line; without rows only a file that is there is replaced."""
    if rows or path.exists():
        write_lines(path, [_record(row) for row in rows])


def read_left_out(folder: Path) -> list[LeftOut]:
    """The rows that a source has left out.

    Args:
        folder: the run directory that the source was given. A mixture gives each of its sources
            one of its own below; the source's name then stands before a row's number and id.
    """
    found: list[LeftOut] = []
    for path in sorted(folder.rglob(FILE.name)):
        # data/own/data/quarantine.jsonl is of the source "own".
        names = path.relative_to(folder).parent.parts[1::2]
        found += _read(path, names)
    return found


def _record(left: LeftOut) -> dict[str, Any]:
    record: dict[str, Any] = {"split": left.split} if left.split else {}
    record |= {"row": left.row, **left.fault._asdict(), "excerpt": left.excerpt}
    if left.problem is not None:
        record["problem"] = {name: v for name, v in asdict(left.problem).items() if v}
    return record


def _read(path: Path, names: Sequence[str]) -> Iterator[LeftOut]:
    before = "".join(f"{name}/" for name in names)
    # No splitlines: an excerpt may hold a line separator (U+2028), which JSON leaves as it is.
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        record = json.loads(line)
        row, known = record["row"], record.get("problem")
        yield LeftOut(
            row=f"{before}{row}" if before else row,
            split=record.get("split", ""),
            fault=Fault(record["code"], record["message"]),
            excerpt=record["excerpt"],
            problem=None if known is None else _problem(known, before),
        )


def _problem(known: dict[str, Any], before: str) -> Problem:
    turns = tuple((role, text) for role, text in known.pop("messages", ()))
    steps = tuple(known.pop("steps", ()))
    known = {"question": "", "solution": "", **known, "id": before + known["id"]}
    return Problem(**known, messages=turns, steps=steps)
