"""Reads the files of a run directory for the page.

A report is also written for runs that failed, were interrupted or only rehearsed. A missing or
damaged file therefore raises nothing here: it becomes a reason that the page prints in place of the
section, and what is left out of a section is named.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from mathpal.record import outcome, reading, untrusted
from mathpal.record.journal import Lines, read_lines
from mathpal.record.outcome import Outcome
from mathpal.record.schemas import Ending

T = TypeVar("T")


class Section(NamedTuple, Generic[T]):
    """The content of one section, or the reason why it is missing.

    Attributes:
        value: the content; None if it is missing.
        absent: the reason in one sentence; "" if there is content.
        damage: what was left out of the content, each with its place.
    """

    value: T | None
    absent: str
    damage: tuple[str, ...] = ()


def read_object(run_dir: Path, name: str, schema: type[T], *, whole: bool = True) -> Section[T]:
    """Read a JSON file that holds one object; parts that have another shape are left out.

    Args:
        run_dir: the run directory.
        name: the file's path inside it, with forward slashes.
        schema: the record.
        whole: every key that the record requires is needed.
    """
    try:
        found = reading.read_tolerantly(run_dir / name, schema)
    except FileNotFoundError:
        return Section(None, _absent(name))
    record: Any = schema
    wanted: frozenset[str] = record.__required_keys__ if whole else frozenset()
    held: Any = wanted if found.value is None else found.value
    missing = sorted(key for key in wanted if key not in held)
    if found.value is None or missing:
        reasons = found.damage or [f"{key} is missing" for key in missing]
        return Section(None, f"{name} cannot be shown: {'; '.join(reasons[:3])}.")
    return Section(found.value, "", tuple(f"{name}: {each}" for each in found.damage))


def read_records(run_dir: Path, name: str, schema: type[Any]) -> Section[Lines]:
    """Read a JSONL file of one record a line; damaged lines are counted.

    Args:
        run_dir: the run directory.
        name: the file's path inside it, with forward slashes.
        schema: the record.
    """
    try:
        lines = read_lines(run_dir / name, schema)
    except FileNotFoundError:
        return Section(None, _absent(name))
    except OSError as fault:
        return Section(None, f"{name} cannot be read: {untrusted.reason(fault)}.")
    return Section(lines, "") if lines.rows else Section(None, f"{name} holds no record yet.")


def read_outcome(run_dir: Path) -> Section[Outcome]:
    """Read outcome.json."""
    found = read_object(run_dir, outcome.NAME, Ending)
    return derive(found, outcome.NAME, outcome.of_record)._replace(damage=found.damage)


def derive(source: Section[Any], name: str, build: Callable[[Any], T]) -> Section[T]:
    """Build a section from the content of a file.

    Args:
        source: the file's content, or the reason why it is missing.
        name: the file's path, named in the reason if the content makes no section.
        build: makes the section's content from the file's content.
    """
    if source.absent:
        return Section(None, source.absent)
    try:
        return Section(build(source.value), "")
    except (ValueError, ArithmeticError) as fault:
        return Section(None, f"{name}: {fault}.")


def _absent(name: str) -> str:
    return f"Absent: {name} is not in the run directory."
