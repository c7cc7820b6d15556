"""The rejected rows of a run on disk: `data/quarantine.jsonl`.

Knows the layout of the file. Knows nothing of why a row is rejected.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mathpal.problems import Fault, LeftOut, Problem
from mathpal.record.files import write_lines

FILE = Path("data") / "quarantine.jsonl"
EXCERPT_CHARACTERS = 500


def dropped(problem: Problem, split: str, fault: Fault) -> LeftOut:
    """The record of a sound problem that is rejected because of other rows."""
    return LeftOut(problem.id, split, fault, problem.question[:EXCERPT_CHARACTERS], problem)


def write_quarantine(run_dir: Path | None, rejected: Sequence[LeftOut]) -> Path | None:
    """Write the rejected rows, one object a line.

    Without rejected rows, only an existing file is replaced.

    Args:
        run_dir: the run directory; None writes nothing.
        rejected: the rows of one source.

    Returns:
        The file's path; None without a run directory.
    """
    if run_dir is None:
        return None
    path = Path(run_dir) / FILE
    if rejected or path.exists():
        write_lines(path, [_record(row) for row in rejected])
    return path


def _record(left: LeftOut) -> dict[str, Any]:
    record: dict[str, Any] = {"split": left.split} if left.split else {}
    record |= {"row": left.row, **left.fault._asdict(), "excerpt": left.excerpt}
    if left.problem is not None:
        record["problem"] = {name: v for name, v in asdict(left.problem).items() if v}
    return record


def count_malformed(rejected: Sequence[LeftOut]) -> int:
    """Count the rejected rows that hold no usable problem; duplicates are not among them."""
    return sum(row.problem is None and row.fault.code != "duplicate" for row in rejected)
