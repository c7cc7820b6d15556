"""Locks between processes (flock), and the lock that a run holds on its directory.

The kernel drops a lock when its process ends, however it ends. What a lock file says is only for
the message, so a copied or left-over file is no obstacle.
"""

import contextlib
import fcntl
import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any

from mathpal.errors import DataError
from mathpal.record.untrusted import (
    open_file,
    parse_json,
    read_bytes,
    reason,
    require_appendable,
)

log = logging.getLogger(__name__)
NAME = ".lock"
_PATIENCE = 5.0  # seconds that a killed run's children may hold on to its lock
_ASKED_EVERY = 0.1  # seconds

_open: set[FileIO] = set()  # lock files of this process


@contextlib.contextmanager
def locked(
    path: Path, *, wait: bool | Callable[[], bool], required: bool = True
) -> Iterator[FileIO]:
    """Hold the lock of a file. A forked child does not inherit it.

    Args:
        path: of the lock file, which is made with its folders and stays.
        wait: while another holder has the lock: True waits, False raises at once, and a function
            is asked every 0.1 s whether to wait any longer.
        required: False continues with a warning where the file system has no locks.

    Yields:
        The open file, to write in.

    Raises:
        BlockingIOError: when another holder has the lock and waiting is over.
        OSError: when the file cannot be opened, or cannot be locked and the lock is required.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _opened(path) as stream:
        _open.add(stream)
        try:
            _acquire(stream, path, wait=wait, required=required)
            yield stream
        finally:
            _open.discard(stream)
            if not stream.closed:  # as it is in a forked child
                with contextlib.suppress(OSError):
                    fcntl.flock(stream, fcntl.LOCK_UN)


def _opened(path: Path) -> FileIO:
    """Open a lock file. A link is refused: what is written here would empty another file."""
    if os.path.lexists(path):
        require_appendable(path)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    return FileIO(handle, "r+b")


def _acquire(
    stream: FileIO, path: Path, *, wait: bool | Callable[[], bool], required: bool
) -> None:
    try:
        if wait is True:
            fcntl.flock(stream, fcntl.LOCK_EX)
            return
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if wait is False or not wait():
                    raise
                time.sleep(_ASKED_EVERY)
    except BlockingIOError:
        raise
    except OSError as error:
        if required:
            raise
        log.warning(
            "%s cannot be locked (%s): make sure that no two processes use it", path.parent, error
        )


def _close_all() -> None:
    """Close the lock files of a forked child: it would keep the locks of a killed parent."""
    for stream in _open:
        stream.close()
    _open.clear()


os.register_at_fork(after_in_child=_close_all)


@contextlib.contextmanager
def hold(run_dir: Path) -> Iterator[None]:
    """Hold the run directory's lock; the directory is made.

    Raises:
        DataError: when another run holds it, which the message names; or when the lock file cannot
            be opened.
    """
    path, deadline = run_dir / NAME, time.monotonic() + _PATIENCE

    def children_may_have_it() -> bool:
        return time.monotonic() < deadline and _is_gone(_holder(path))

    with contextlib.ExitStack() as held:
        try:
            taken = locked(path, wait=children_may_have_it, required=False)
            stream = held.enter_context(taken)
        except BlockingIOError:
            raise DataError(_in_use(run_dir, _holder(path))) from None
        except OSError as error:
            raise DataError(f"{path} cannot be opened: {reason(error)}; remove it") from error
        _say(stream, {"pid": os.getpid(), "host": socket.gethostname(), "since": _now()})
        try:
            yield
        finally:
            _say(stream, None)


def is_held(run_dir: Path) -> bool:
    """Return whether a run holds the directory's lock; False where the file system cannot tell."""
    try:
        with open_file(run_dir / NAME) as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _in_use(run_dir: Path, holder: dict[str, Any] | None) -> str:
    who = (
        f"process {holder['pid']} on {holder['host']} since {holder['since']}"
        if holder
        else "another process"
    )
    return (
        f"{run_dir} is in use: {who} is at work there. Wait for it or stop it, or choose another "
        "directory (hydra.run.dir=…)"
    )


def _say(stream: FileIO, holder: dict[str, Any] | None) -> None:
    # The text is only for a message: a full disk must not end the run. A forked child's is closed.
    with contextlib.suppress(OSError, ValueError):
        stream.truncate(0)
        stream.write(json.dumps(holder).encode() if holder else b"")


def _holder(path: Path) -> dict[str, Any] | None:
    """Return who holds the lock according to the file; None where it names nobody."""
    try:
        holder = parse_json(read_bytes(path).decode())
        return {"pid": int(holder["pid"]), "host": str(holder["host"]), "since": holder["since"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_gone(holder: dict[str, Any] | None) -> bool:
    """Return whether the process is known to have ended; of another machine nothing is known."""
    if holder is None or holder["host"] != socket.gethostname():
        return False
    try:
        os.kill(holder["pid"], 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
