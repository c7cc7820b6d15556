"""JSON Lines of a run: the only place that splits such a file into lines and parses them.

A journal is append-only, its lines have a `step`, and no step stands there twice although the run
was killed and resumed. Knows nothing else of the content.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.errors import DataError
from mathpal.record import reading, untrusted
from mathpal.record.files import append_line, write_text
from mathpal.record.schemas import Measured

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
            fix = "free some space" if error.errno == errno.ENOSPC else "move it away"
            raise DataError(
                f"{self.path} could not be written: {untrusted.reason(error)}; {fix} and resume "
                "the run"
            ) from error

    def _rewind(self, step: int) -> None:
        if not os.path.lexists(self.path):
            return
        untrusted.require_appendable(self.path)
        content = untrusted.read_bytes(self.path, untrusted.LINES)
        kept = []
        for line in _whole_lines(_decoded(content)):
            row = _object(line, Measured)
            if row is None:
                continue
            if row["step"] < step:
                kept.append(f"{line}\n")
            else:
                self.cut |= {(row["step"], name) for name in row}
        if (whole := "".join(kept)).encode() != content:
            write_text(self.path, whole)


class Lines(NamedTuple):
    """The content of a JSON Lines file.

    Attributes:
        rows: the objects, in the order of the file.
        damaged: lines that hold no such object, or more than 4 MB; what lies beyond 256 MB counts
            as one. A last line without its end is not among them: a killed process was writing it.
    """

    rows: list[Row]
    damaged: int


def read_lines(path: Path, schema: type[Any] = Row) -> Lines:
    """Read all objects of a JSON Lines file, one a line, and count the damaged lines.

    Args:
        path: of the file.
        schema: the record that every line is to hold.

    Raises:
        OSError: when the file is absent or cannot be read.
    """
    rows, damaged = [], 0
    for content, ended in _bounded_lines(path):
        row = None if content is None else _object(_decoded(content), schema)
        if row is not None:
            rows.append(row)
        elif ended and (content is None or content.strip()):
            damaged += 1
    return Lines(rows, damaged)


def _bounded_lines(path: Path) -> Iterator[tuple[bytes | None, bool]]:
    """Yield each line, None for one that is too long, and whether it has its end."""
    left = untrusted.LINES
    with untrusted.open_file(path) as stream:
        while line := stream.readline(untrusted.LINE + 1):
            whole = line.endswith(b"\n") or len(line) <= untrusted.LINE
            yield line.rstrip(b"\n") if whole else None, line.endswith(b"\n") or not whole
            left -= len(line)
            while not whole and left > 0 and (rest := stream.readline(untrusted.LINE)):
                left -= len(rest)
                whole = rest.endswith(b"\n")
            if left <= 0:
                yield None, bool(stream.read(1))
                return


def read(path: Path) -> list[Row]:
    """Read the rows of a journal that have a step; none where there is no file.

    Raises:
        DataError: when it cannot be read.
    """
    try:
        return read_lines(path, Measured).rows
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DataError(f"{path} cannot be read: {untrusted.reason(error)}") from error


def read_from(path: Path, offset: int) -> tuple[list[Row], int]:
    """Read the objects of a JSON Lines file whose lines are complete beyond an offset.

    Args:
        path: of the file; it need not exist yet.
        offset: in bytes, as the last call returned it; 0 at first.

    Returns:
        The rows, damaged lines left out, and the offset for the next call.
    """
    try:
        with untrusted.open_file(path) as stream:
            stream.seek(offset)
            content = stream.read(untrusted.LINES)
    except OSError:
        return [], offset
    end = content.rfind(b"\n") + 1
    if not end and len(content) > untrusted.LINE:
        end = len(content)  # of a line that is too long
    rows = (_object(line, Row) for line in _whole_lines(_decoded(content[:end])))
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
            (row["step"], float(row[self.name]))
            for row in rows
            if reading.conforms(row, Measured) and isinstance(row.get(self.name), (int, float))
        ]


def _decoded(content: bytes) -> str:
    """UTF-8 text; a line that was torn inside a letter must not hide the other lines."""
    return content.decode("utf-8", errors="replace")


def _whole_lines(text: str) -> list[str]:
    """The lines that have their end, without it.

    Not splitlines(): U+2028 and other separators may stand unescaped inside a JSON string.
    """
    return text.split("\n")[:-1]


def _object(line: str, schema: type[Any]) -> Row | None:
    """Return the object in a line; None for anything else. NaN stays: it is a measured value."""
    try:
        value: Row = reading.conform(untrusted.parse_json(line, finite=False), schema)
    except ValueError:
        return None
    return value
