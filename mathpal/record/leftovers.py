"""What a killed writer has left under a temporary name; the next writer of that name removes it.

A writer at work holds the lock (flock) of its temporary file or folder, which the kernel drops when
the process ends. So another writer's unfinished work is never taken for a left-over. Standard
library only.
"""

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

TOKEN = r"[0-9a-f]{8}"


@contextlib.contextmanager
def held(path: Path, make: Callable[[Path], object]) -> Iterator[None]:
    """Make a file or folder and hold its lock.

    Args:
        path: of the file or folder; its name holds a token, so that nobody else writes it.
        make: makes it.
    """
    with contextlib.ExitStack() as ending:
        while True:
            make(path)
            try:
                handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:  # taken for a left-over already
                continue
            ending.callback(os.close, handle)
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            if _is_at(handle, path):  # otherwise taken for a left-over before it was locked
                break
        yield


def _is_at(handle: int, path: Path) -> bool:
    """Return whether a path still names what was opened."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def clear(folder: Path, name: str, end: str) -> None:
    """Remove the temporary files and folders `.name.TOKEN<end>` that no process holds.

    Args:
        folder: that holds them; it may be absent.
        name: of the file or folder that was to be written.
        end: of the temporary name.
    """
    pattern = re.compile(rf"\.{re.escape(name)}\.{TOKEN}{re.escape(end)}")
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(folder)):
            if pattern.fullmatch(entry.name):
                remove(Path(entry.path))


def remove(path: Path) -> None:
    """Remove a temporary file or folder, under its lock; not a link, nor what a process holds."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        finally:
            os.close(handle)
