"""Append-only JSON Lines in which no step stands twice, though a run was killed and went on.

Knows lines with a `step`; not what else is in them, and not who reads them.
"""

import json
import re
from pathlib import Path
from typing import Any

from mathpal.errors import DataError
from mathpal.record.files import append_line, write_text


class Journal:
    """The file of one run.

    The first line that a process appends cuts off what an earlier one left from this step on:
    that run went on from an earlier checkpoint, and those steps are done again. A last line that
    was torn by a kill goes too.

    Args:
        path: of the file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut: set[tuple[int, str]] = set()  # (step, key) of the lines cut off
        self._open = False

    def append(self, step: int, values: dict[str, Any]) -> None:
        """Append {"step": step, **values}.

        Args:
            step: finished optimizer steps.
            values: of JSON's kinds; NaN and infinity become null.

        Raises:
            DataError: when the line cannot be written, e.g. on a full disk.
        """
        try:
            if not self._open:
                self._rewind(step)
                self._open = True
            append_line(self.path, {"step": step, **values})
        except OSError as error:
            raise DataError(
                f"{self.path} could not be written: {error.strerror or error}; free some space and "
                "resume the run"
            ) from error

    def _rewind(self, step: int) -> None:
        if not self.path.exists():
            return
        text = self.path.read_text(encoding="utf-8", errors="replace")
        kept = []
        for line in _lines(text):
            value = parsed(line)
            if value is not None and value["step"] < step:
                kept.append(line)
            elif value is not None:
                self.cut |= {(value["step"], name) for name in value}
        if (whole := "".join(kept)) != text:
            write_text(self.path, whole)


def parsed(line: str) -> dict[str, Any] | None:
    """The object of a line; None where the line is torn or is none."""
    if not line.endswith("\n"):
        return None
    try:
        value = json.loads(line)
    except json.JSONDecodeError:
        return None
    sound = isinstance(value, dict) and isinstance(value.get("step"), int)
    return value if sound else None


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a journal, torn ones left out; none where there is no file."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = (parsed(line) for line in _lines(text))
    return [value for value in lines if value is not None]


def _lines(text: str) -> list[str]:
    """The lines with their ends; a line separator inside a JSON text is none."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
