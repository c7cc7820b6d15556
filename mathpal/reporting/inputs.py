"""Reads the files of a run directory for the page.

A report is also written for runs that failed, were interrupted or only rehearsed. A missing or
damaged file therefore raises nothing here: it becomes a reason that the page prints in place of the
section. Knows JSON; nothing of what the files mean.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Section(NamedTuple, Generic[T]):
    """The content of one section, or the reason why it is missing.

    Attributes:
        value: the content; None if it is missing.
        absent: the reason in one sentence; "" if there is content.
    """

    value: T | None
    absent: str


class Records(NamedTuple):
    """The objects of a JSONL file, and the number of its complete but unreadable lines."""

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
    """Read a JSONL file of one object per line.

    A killed run leaves its last line torn, without a newline; such a line is dropped silently. Any
    other unreadable line is counted as damaged.

    Args:
        run_dir: the run directory.
        name: the file's path inside it, with forward slashes.
    """
    text, absent = _text(run_dir, name)
    if absent:
        return Section(None, absent)
    rows: list[dict[str, Any]] = []
    damaged = 0
    # Not splitlines(): a JSON string may hold U+2028 and similar separators unescaped.
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


def _text(run_dir: Path, name: str) -> tuple[str, str]:
    try:
        # A line torn in the middle of a character must not hide the lines before it.
        return (run_dir / name).read_text(encoding="utf-8", errors="replace"), ""
    except FileNotFoundError:
        return "", f"Absent: {name} is not in the run directory."
    except OSError as fault:
        return "", f"{name} cannot be read: {fault.strerror}."
