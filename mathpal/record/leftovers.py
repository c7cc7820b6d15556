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
        path: of the file or folder.
        make: makes it.
    """
    make(path)
    with contextlib.ExitStack() as ending:
        with contextlib.suppress(OSError):  # a file system without locks
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            ending.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not path.exists():  # taken for a left-over before it was locked
            make(path)
        yield


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
            if pattern.fullmatch(entry.name) and _is_left(entry.path):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    Path(entry.path).unlink(missing_ok=True)


def _is_left(path: str) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
