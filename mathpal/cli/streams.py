"""Standard output and error that may close while the work goes on (`… | head`, a lost terminal)."""

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator
from typing import Any

_GONE = (errno.EPIPE, errno.EIO)  # the reader of a pipe has left, the terminal was closed
_lost: set[int] = set()  # file descriptors that were closed at the other end


@contextlib.contextmanager
def outlived() -> Iterator[None]:
    """Within the context, discard what standard output or error no longer takes.

    What was begun is finished, and its exit code does not depend on who reads along.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _outliving(sys.stdout), _outliving(sys.stderr)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = before


def is_heard() -> bool:
    """Whether standard output still has a reader, as far as is known."""
    return 1 not in _lost


class _Outliving(io.FileIO):
    """A stream that becomes /dev/null, for this whole process, once nobody takes what it says."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in _GONE:
                raise
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, self.fileno())
        os.close(null)
        _lost.add(self.fileno())
        return len(data)


def _outliving(stream: Any) -> Any:
    """Return the stream on an `_Outliving` one; as it is where it is no file of this process."""
    try:
        raw = _Outliving(stream.fileno(), "w", closefd=False)
    except (AttributeError, OSError, ValueError):  # None, StringIO, closed
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
