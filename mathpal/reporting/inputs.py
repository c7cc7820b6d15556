"""Reads the files of a run directory for the page.

A report is also written for runs that failed, were interrupted or only rehearsed. A missing or
damaged file therefore raises nothing here: it becomes a reason that the page prints in place of the
section. Knows JSON; nothing of what the files mean.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from mathpal.record import outcome
from mathpal.record.journal import Lines, read_lines
from mathpal.record.outcome import Outcome

T = TypeVar("T")


class Section(NamedTuple, Generic[T]):
    """The content of one section, or the reason why it is missing.

    Attributes:
        value: the content; None if it is missing.
        absent: the reason in one sentence; "" if there is content.
    """

    value: T | None
    absent: str


def read_object(run_dir: Path, name: str) -> Section[dict[str, Any]]:
    """Read a JSON file that holds one object.

    Args:
        run_dir: the run directory.
        name: the file's path inside it, with forward slashes.
    """
    try:
        text = (run_dir / name).read_text(encoding="utf-8", errors="replace")
        value = json.loads(text)
    except OSError as fault:
        return Section(None, _absent(name, fault))
    except ValueError as fault:
        return Section(None, f"{name} cannot be read as JSON: {fault}.")
    if not isinstance(value, dict):
        return Section(None, f"{name} holds {type(value).__name__}, expected an object.")
    return Section(value, "")


def read_records(run_dir: Path, name: str) -> Section[Lines]:
    """Read a JSONL file of one object a line; damaged lines are counted.

    Args:
        run_dir: the run directory.
        name: the file's path inside it, with forward slashes.
    """
    try:
        lines = read_lines(run_dir / name)
    except OSError as fault:
        return Section(None, _absent(name, fault))
    return Section(lines, "") if lines.rows else Section(None, f"{name} holds no record yet.")


def read_outcome(run_dir: Path) -> Section[Outcome]:
    """Read outcome.json."""
    return derive(read_object(run_dir, outcome.NAME), outcome.NAME, outcome.parsed)


def derive(source: Section[Any], name: str, build: Callable[[Any], T]) -> Section[T]:
    """Build a section from the content of a file.

    Args:
        source: the file's content, or the reason why it is missing.
        name: the file's path, named in the reason if the content has an unexpected shape.
        build: makes the section's content from the file's content.
    """
    if source.absent:
        return Section(None, source.absent)
    try:
        return Section(build(source.value), "")
    except ValueError as fault:
        return Section(None, f"{name}: {fault}.")
    except (AttributeError, KeyError, TypeError) as fault:
        detail = f"{type(fault).__name__}: {fault}"
        return Section(None, f"{name} cannot be shown: its content has another shape ({detail}).")


def _absent(name: str, fault: OSError) -> str:
    """The reason why a file has no content."""
    if isinstance(fault, FileNotFoundError):
        return f"Absent: {name} is not in the run directory."
    return f"{name} cannot be read: {fault.strerror}."
