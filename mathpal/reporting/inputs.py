"""Reads the files of a run directory for the page.

A report is also written for runs that failed, were interrupted or only rehearsed. So a file that
is missing or damaged is never an exception here: it is a reason, which the page prints in the
place of the section.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Section(NamedTuple, Generic[T]):
    """What one section shows, or why it shows nothing.

    Attributes:
        value: the content; None where there is none.
        absent: the reason in one sentence; "" where there is content.
    """

    value: T | None
    absent: str


class Records(NamedTuple):
    """The objects of a JSONL file, and how many whole lines of it could not be read."""

    rows: list[dict[str, Any]]
    damaged: int


def read_object(run_dir: Path, name: str) -> Section[dict[str, Any]]:
    """Read a JSON file that holds one object.

    Args:
        run_dir: the run directory.
        name: the file's path inside it, with forward slashes.
    """
    text, absent = _text(run_dir, name)
    if absent:
        return Section(None, absent)
    try:
        value = json.loads(text)
    except ValueError as fault:
        return Section(None, f"{name} cannot be read as JSON: {fault}.")
    if not isinstance(value, dict):
        return Section(None, f"{name} holds {type(value).__name__}, expected an object.")
    return Section(value, "")


def read_records(run_dir: Path, name: str) -> Section[Records]:
    """Read a JSONL file of one object a line.

    A last line without its newline that cannot be read is the record a killed run was writing,
    and is left out silently; any other unreadable line is counted.

    Args:
        run_dir: the run directory.
        name: the file's path inside it, with forward slashes.
    """
    text, absent = _text(run_dir, name)
    if absent:
        return Section(None, absent)
    rows: list[dict[str, Any]] = []
    damaged = 0
    # Not splitlines(): U+2028 and its kin may stand unescaped inside a JSON string.
    lines = text.split("\n")
    for position, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            damaged += position < len(lines) - 1
            continue
        if isinstance(row, dict):
            rows.append(row)
        else:
            damaged += 1
    if not rows:
        return Section(None, f"{name} holds no record yet.")
    return Section(Records(rows, damaged), "")


def derive(source: Section[Any], name: str, build: Callable[[Any], T]) -> Section[T]:
    """Build a section from a file that was read.

    Args:
        source: the file's content, or why there is none.
        name: the file's path, for the reason given where its content has another shape.
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
        return Section(None, f"{name} cannot be shown, its content has another shape ({detail}).")


def _text(run_dir: Path, name: str) -> tuple[str, str]:
    try:
        # A line killed in the middle of a letter must not hide the lines before it.
        return (run_dir / name).read_text(encoding="utf-8", errors="replace"), ""
    except FileNotFoundError:
        return "", f"Absent: {name} is not in the run directory."
    except OSError as fault:
        return "", f"{name} cannot be read: {fault.strerror}."
