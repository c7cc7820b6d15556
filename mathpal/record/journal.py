"""JSON Lines of a run: the only place that splits such a file into lines and parses them.

A journal is append-only, its lines have a `step`, and no step stands there twice although the run
was killed and resumed. Knows nothing else of the content.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.errors import DataError
from mathpal.record.files import append_line, write_text

Row = dict[str, Any]


class Journal:
    """The writer of one journal.

    The first line that a process appends cuts off what an earlier process left of this step and
    of later ones: the run was resumed from an earlier checkpoint, and does those steps again. A
    last line that was torn by a kill is cut off too.

    Args:
        path: of the file; it need not exist.

    Attributes:
        cut: (step, key) of every value that was cut off.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut: set[tuple[int, str]] = set()
        self._open = False

    def append(self, step: int, values: Row) -> None:
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
        text = _decoded(self.path.read_bytes())
        kept = []
        for line in _whole_lines(text):
            row = _object(line)
            if row is None or not _has_step(row):
                continue
            if row["step"] < step:
                kept.append(f"{line}\n")
            else:
                self.cut |= {(row["step"], name) for name in row}
        if (whole := "".join(kept)) != text:
            write_text(self.path, whole)


class Lines(NamedTuple):
    """The content of a JSON Lines file.

    Attributes:
        rows: the objects, in the order of the file.
        damaged: lines that hold no object. A last line without its end is not among them: a
            killed process was writing it.
    """

    rows: list[Row]
    damaged: int


def read_lines(path: Path) -> Lines:
    """Read all objects of a JSON Lines file, one a line, and count the damaged lines.

    Raises:
        OSError: when the file is absent or cannot be read.
    """
    text = _decoded(path.read_bytes())
    found = [_object(line) for line in _whole_lines(text) if line.strip()]
    rows = [row for row in found if row is not None]
    damaged = len(found) - len(rows)
    last = _object(text[text.rfind("\n") + 1 :])
    return Lines(rows if last is None else [*rows, last], damaged)


def read(path: Path) -> list[Row]:
    """Read the rows of a journal that have a step; none where there is no file."""
    if not path.exists():
        return []
    return [row for row in read_lines(path).rows if _has_step(row)]


def read_from(path: Path, offset: int) -> tuple[list[Row], int]:
    """Read the objects of a JSON Lines file whose lines are complete beyond an offset.

    Args:
        path: of the file; it need not exist yet.
        offset: in bytes, as the last call returned it; 0 at first.

    Returns:
        The rows, damaged lines left out, and the offset for the next call.
    """
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            content = stream.read()
    except OSError:
        return [], offset
    end = content.rfind(b"\n") + 1
    rows = (_object(line) for line in _whole_lines(_decoded(content[:end])))
    return [row for row in rows if row is not None], offset + end


class Values:
    """Follow one metric of a run while the run writes it.

    Args:
        path: of metrics.jsonl; it need not exist yet.
        name: of the metric.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name, self._offset = path, name, 0

    def new(self) -> list[tuple[int, float]]:
        """Return the (step, value) pairs since the last call, without the values that are null."""
        rows, self._offset = read_from(self.path, self._offset)
        return [
            (int(row["step"]), float(row[self.name]))
            for row in rows
            if all(isinstance(row.get(name), (int, float)) for name in ("step", self.name))
        ]


def _decoded(content: bytes) -> str:
    """UTF-8 text; a line that was torn inside a letter must not hide the other lines."""
    return content.decode("utf-8", errors="replace")


def _whole_lines(text: str) -> list[str]:
    """The lines that have their end, without it.

    Not splitlines(): U+2028 and other separators may stand unescaped inside a JSON string.
    """
    return text.split("\n")[:-1]


def _object(line: str) -> Row | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _has_step(row: Row) -> bool:
    return isinstance(row.get("step"), int)
