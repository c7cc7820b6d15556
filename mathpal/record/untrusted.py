"""Open files and parse JSON that somebody else may have written, or a damaged disk.

Where a file is expected there may be a folder, a FIFO, a device, a link to itself or a terabyte;
in the file, a number of a million digits or a million brackets. Nothing here waits, and what is
read is bounded. Standard library only; knows no record.
"""

import errno
import json
import os
import re
import stat
from io import BufferedReader
from pathlib import Path
from typing import Any

KB = 2**10
MB = 2**20
CONFIGURATION = 256 * KB  # largest YAML file: PyYAML needs 15 s for 1 MB
DOCUMENT = 16 * MB  # largest JSON file
LINES = 256 * MB  # largest part of a JSON Lines file that is read
LINE = 4 * MB  # largest line
DEPTH = 64  # of brackets; a configuration has about 6
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)  # its end may be missing
_BRACKETS = re.compile(r"[\[\]{}]")
_DIGITS = 300  # of a whole number; a float has 309 at most

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFLNK: "a link",
}


def open_file(path: Path) -> BufferedReader:
    """Open a regular file, or a link to one, for reading.

    Raises:
        OSError: if it is absent, of another kind, or cannot be read.
    """
    _require_file(os.stat(path), path)  # before opening: a device may act on that
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _require_file(os.fstat(handle), path)
        return os.fdopen(handle, "rb")
    except OSError:
        os.close(handle)
        raise


def read_bytes(path: Path, limit: int = DOCUMENT) -> bytes:
    """Read a whole file.

    Args:
        path: of the file.
        limit: largest size in bytes.

    Raises:
        OSError: as `open_file`, or if the file is larger.
    """
    with open_file(path) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        size = f"{limit // MB} MB" if limit >= MB else f"{limit // KB} kB"
        raise OSError(errno.EFBIG, f"it has more than {size}", str(path))
    return content


def require_appendable(path: Path) -> None:
    """Refuse to write at the end of anything but a file of one's own.

    A link would lead the text into another file, and a FIFO would wait for a reader.

    Raises:
        OSError: if there is something else than a regular file.
    """
    try:
        _require_file(os.lstat(path), path)
    except FileNotFoundError:
        return


def _require_file(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), "no file")
        raise OSError(errno.EINVAL, f"it is {kind}, expected a file", str(path))


def reason(error: OSError) -> str:
    """Return an error of reading as a clause: "it is a folder, expected a file"."""
    return error.strerror or str(error) or type(error).__name__


def parse_json(text: str, *, finite: bool = True) -> Any:
    """Parse JSON whose numbers fit into a float and whose brackets are at most 64 deep.

    Args:
        text: one value.
        finite: refuse NaN and infinity, which JSON lacks and Python writes.

    Raises:
        ValueError: with the reason.
    """
    require_shallow(_STRING.sub("", text) if text.count("[") + text.count("{") > DEPTH else "")
    return json.loads(
        text,
        parse_int=_whole,
        parse_float=_real if finite else None,
        parse_constant=_refused if finite else None,
    )


def require_shallow(text: str) -> None:
    """Refuse text whose brackets are more than 64 deep, those in strings included.

    Raises:
        ValueError: with the reason.
    """
    depth = 0
    for bracket in _BRACKETS.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > DEPTH:
            raise ValueError(f"it is nested more than {DEPTH} deep")


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _real(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{digits[:20]} is too large for a number")
    return value


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
