"""What a trial and the study around it tell each other: files in the trial's directory.

The run in it leaves a sign of life, its values and its outcome; the study leaves the word to stop.
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

from mathpal import locking, rundir
from mathpal.errors import DataError

ATTEMPT = "attempt.json"
WORD = "prune"
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
    rundir.write_json(path, sign)
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
    return alive(trial_dir / ATTEMPT, grace_s) or locking.is_held(trial_dir)


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


def tell_to_stop(trial_dir: Path) -> None:
    """Leave the word to stop: the run ends at its next optimizer step, as pruned."""
    (trial_dir / WORD).touch()


def told_to_stop(trial_dir: Path) -> bool:
    """Whether the study has no more use for the trial."""
    return (trial_dir / WORD).exists()


class Pruned(Exception):
    """The study has no more use for the trial."""


def report(trial_dir: Path, step: int, **values: float) -> None:
    """Tell the study how a trial is getting on; for tasks that are no runs of MathPal's.

    Args:
        trial_dir: Hydra's `runtime.output_dir`.
        step: counts up.
        values: by name; `hydra.sweeper.intermediate` is one of them.

    Raises:
        Pruned: when the study has left the word to stop. Let it pass.
    """
    rundir.append_line(trial_dir / "metrics.jsonl", {"step": step, **values})
    if told_to_stop(trial_dir):
        raise Pruned


class Values:
    """Follow one metric of a run while it is being written.

    Args:
        path: metrics.jsonl, there or not yet.
        name: of the metric.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name, self._read = path, name, 0

    def new(self) -> list[tuple[int, float]]:
        """What came since the last call, as (step, value); a NaN, which JSON lacks, is left out."""
        try:
            with self.path.open("rb") as stream:
                stream.seek(self._read)
                text = stream.read()
        except OSError:
            return []
        whole = text.rfind(b"\n") + 1
        self._read += whole
        found = []
        for line in text[:whole].splitlines():
            try:
                record = json.loads(line)
            except ValueError:  # torn by a crash; what it said is said again
                continue
            value = record.get(self.name)
            if isinstance(value, (int, float)):
                found.append((int(record["step"]), float(value)))
        return found


def status(run_dir: Path) -> str | None:
    """How the last attempt says that it ended; None where it says nothing."""
    try:
        return rundir.status(run_dir)
    except DataError:
        return None


def outcome(run_dir: Path) -> dict[str, Any] | None:
    """How a run ended; None while it did not, or where it was only interrupted."""
    if status(run_dir) in (None, "interrupted"):
        return None
    found: dict[str, Any] = rundir.read_json(run_dir / "outcome.json")
    return found
