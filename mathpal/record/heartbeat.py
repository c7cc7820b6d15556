"""Heartbeats: a working process touches a file, by which others tell whether it is still alive.

So a trial needs no database, it outlives the process that started it, and any driver that shares
the file system can take it over. Knows nothing of Hydra and Optuna.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from mathpal.errors import DataError
from mathpal.record import files, lock, reading
from mathpal.record.schemas import Sign

ATTEMPT = "attempt.json"
_BEAT = 2.0  # seconds between beats


@contextmanager
def alone(trial_dir: Path) -> Iterator[None]:
    """Be the only attempt at a run; wait until an attempt under way has ended.

    A driver may die after it has started a process and before that process's first beat. The next
    driver then sees no attempt, and starts a second process.

    Args:
        trial_dir: directory of the run; it is made.
    """
    with lock.locked(trial_dir / ".attempt.lock", wait=True, required=False):
        yield


@contextmanager
def beating(path: Path) -> Iterator[dict[str, Any]]:
    """Keep a heartbeat file: its content names the process, its time is that of the last beat.

    Args:
        path: of the file; it stays when the work is done.

    Yields:
        Its content: host, pid, started (of the process), began (of the work).
    """
    sign = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started": psutil.Process().create_time(),
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    files.write_json(path, sign)
    over = threading.Event()

    def beat() -> None:
        while not over.wait(_BEAT):
            try:
                os.utime(path)
            except OSError:  # the next beat may succeed; readers allow for missed beats
                continue

    thread = threading.Thread(target=beat, name=f"beat of {path.name}", daemon=True)
    thread.start()
    try:
        yield sign
    finally:
        over.set()
        thread.join()


def alive(path: Path, grace_s: float) -> bool:
    """Return whether the process of a heartbeat file is still at work.

    Args:
        path: the file that `beating` keeps.
        grace_s: seconds without a beat after which a process of another machine counts as dead.
            The death of a process of this machine is known at once.
    """
    try:
        sign = reading.read(path, Sign)
        beat = path.stat().st_mtime
    except (OSError, DataError):
        return False
    if sign["host"] == socket.gethostname():
        return _runs(sign)
    return _file_time(path.parent) - beat < grace_s


def at_work(trial_dir: Path, grace_s: float) -> bool:
    """Return whether an attempt at the trial is under way, if only by ranks of a dead launcher."""
    return alive(trial_dir / ATTEMPT, grace_s) or lock.is_held(trial_dir)


def _runs(sign: Sign) -> bool:
    try:
        process = psutil.Process(sign["pid"])
        same = abs(process.create_time() - sign["started"]) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _file_time(folder: Path) -> float:
    """Return the time by the file server's clock, which also dates the beats."""
    probe = folder / f".now.{socket.gethostname()}.{os.getpid()}"
    probe.touch()
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)
