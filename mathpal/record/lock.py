"""One run a directory: the lock that the process at work holds.

The kernel keeps the lock (flock) and drops it when the process ends, however it ends; what the
file says is only for the message. A copied or left-over file is therefore no obstacle.
"""

import contextlib
import fcntl
import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any

from mathpal.errors import DataError

log = logging.getLogger(__name__)
NAME = ".lock"
_PATIENCE = 5.0  # seconds that a killed run's children may hold on to its lock


@contextlib.contextmanager
def hold(run_dir: Path) -> Iterator[None]:
    """Be the only run in a directory, which is made where it is not there.

    Raises:
        DataError: when another run is at work there; it says which.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    with (run_dir / NAME).open("a+b", buffering=0) as stream:
        _take(stream, run_dir)
        # A forked child shares the lock, and would keep it when this process is killed.
        os.register_at_fork(after_in_child=stream.close)
        _say(stream, {"pid": os.getpid(), "host": socket.gethostname(), "since": _now()})
        try:
            yield
        finally:
            _say(stream, None)
            with contextlib.suppress(OSError):
                fcntl.flock(stream, fcntl.LOCK_UN)


def is_held(run_dir: Path) -> bool:
    """Whether a run is at work in a directory, as far as its file system tells."""
    try:
        with (run_dir / NAME).open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _take(stream: FileIO, run_dir: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            holder = _read(stream)
            if time.monotonic() >= deadline or not _is_gone(holder):
                break
            time.sleep(0.1)
        except OSError as error:
            log.warning(
                "%s cannot be locked (%s): see to it that no two runs use it", run_dir, error
            )
            return
    who = (
        f"process {holder['pid']} on {holder['host']} since {holder['since']}"
        if holder
        else "another process"
    )
    raise DataError(
        f"{run_dir} is in use: {who} is at work there. Wait for it or stop it, or choose another "
        "directory (hydra.run.dir=…)"
    )


def _say(stream: FileIO, holder: dict[str, Any] | None) -> None:
    # A disk that is full must not end a run for the sake of a message.
    with contextlib.suppress(OSError):
        stream.truncate(0)
        stream.write(json.dumps(holder).encode() if holder else b"")


def _read(stream: FileIO) -> dict[str, Any] | None:
    """Who the file says holds the lock; None where it says nothing of use."""
    try:
        stream.seek(0)
        holder = json.loads(stream.read())
        return {name: holder[name] for name in ("pid", "host", "since")}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_gone(holder: dict[str, Any] | None) -> bool:
    """Whether the process is known to have ended; elsewhere nothing is known."""
    if holder is None or holder["host"] != socket.gethostname():
        return False
    try:
        os.kill(int(holder["pid"]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
