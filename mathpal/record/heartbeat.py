"""Signs of life: a process at work touches a file, and others can tell whether it is still there.

So a trial needs no database and outlives the process that started it, and whoever shares the file
system can take it over. Knows nothing of Hydra and Optuna.
"""

import contextlib
import fcntl
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from mathpal.record import files, lock

ATTEMPT = "attempt.json"
_BEAT = 2.0  # seconds between signs of life


@contextmanager
def alone(trial_dir: Path) -> Iterator[None]:
    """Be the only attempt at a run; wait for the end of one that is under way.

    A driver may die between starting a process and that process's first sign of life. The next
    driver then sees nobody at work, and starts another.

    Args:
        trial_dir: of the run, which is made where it is not there.
    """
    trial_dir.mkdir(parents=True, exist_ok=True)
    with (trial_dir / ".attempt.lock").open("ab") as stream:
        # A forked child shares the lock, and would keep it when this process is killed.
        os.register_at_fork(after_in_child=stream.close)
        with contextlib.suppress(OSError):  # of a file system that knows no locks
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextmanager
def beating(path: Path) -> Iterator[dict[str, Any]]:
    """Leave a sign of life in a file: who is at work, and when last.

    Args:
        path: of the file, which stays when the work is done.

    Yields:
        What stands in it: host, pid, started (of the process), began (of the work).
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
            except OSError:  # the next beat may come through; who waits has patience
                continue

    thread = threading.Thread(target=beat, name=f"beat of {path.name}", daemon=True)
    thread.start()
    try:
        yield sign
    finally:
        over.set()
        thread.join()


def alive(path: Path, grace_s: float) -> bool:
    """Whether who left the sign of life is still at work.

    Args:
        path: the file that `beating` keeps.
        grace_s: seconds without a beat after which a process of another machine counts as gone;
            of this machine it is known at once.
    """
    try:
        sign = json.loads(path.read_text(encoding="utf-8"))
        beat = path.stat().st_mtime
    except (OSError, ValueError):
        return False
    if sign.get("host") == socket.gethostname():
        return _runs(sign)
    return _file_time(path.parent) - beat < grace_s


def at_work(trial_dir: Path, grace_s: float) -> bool:
    """Whether an attempt at the trial is under way, be it that only its ranks are left."""
    return alive(trial_dir / ATTEMPT, grace_s) or lock.is_held(trial_dir)


def _runs(sign: dict[str, Any]) -> bool:
    try:
        process = psutil.Process(int(sign["pid"]))
        same = abs(process.create_time() - float(sign["started"])) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, KeyError, TypeError, ValueError):
        return False


def _file_time(folder: Path) -> float:
    """Now by the clock of the file server, whose times the beats are."""
    probe = folder / f".now.{socket.gethostname()}.{os.getpid()}"
    probe.touch()
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)
