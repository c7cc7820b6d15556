"""Slurm's queue of a sweep's jobs, read with `squeue`, which every cluster has.

submitit asks `sacct`, which knows nothing on a cluster without accounting: it then waits for a
killed job forever (submitit #1720).
"""

import functools
import logging
import subprocess
import time
from typing import Any

from mathpal.errors import DataError

log = logging.getLogger(__name__)
_FRESH_S = 10.0  # seconds for which a listed job is taken to be still there
_DELAY_S = 15  # seconds between two queries of submitit


class Queue:
    """The jobs of this user, by name.

    A listed job is taken to be there for a while; for any other, Slurm is asked again.
    """

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._asked = -_FRESH_S

    def has(self, name: str) -> bool:
        """Return whether a job of that name waits or runs; True also where Slurm does not answer.

        A busy or restarting controller must not cause a run to be started twice.
        """
        if name in self._names and time.monotonic() - self._asked < _FRESH_S:
            return True
        try:
            self._names, self._asked = frozenset(_listed("%j")), time.monotonic()
        except DataError as error:
            log.warning("%s; asking again", error)
            return True
        return name in self._names


def _listed(form: str) -> list[str]:
    command = ["squeue", "--noheader", "--me", "--array", f"--format={form}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DataError(f"Slurm's queue cannot be read: {error}") from error
    if done.returncode:
        raise DataError(f"Slurm's queue cannot be read: {done.stderr.strip()}")
    return [line.strip() for line in done.stdout.splitlines()]


@functools.cache
def ask_the_queue() -> None:
    """Make submitit learn from the queue which jobs have ended."""
    from submitit.slurm.slurm import SlurmInfoWatcher, SlurmJob

    class Watcher(SlurmInfoWatcher):  # type: ignore[misc]
        def _make_command(self) -> list[str] | None:
            if not self._registered - self._finished:
                return None
            return ["squeue", "--noheader", "--me", "--array", "--format=%i|%T"]

        def read_info(self, string: Any) -> dict[str, dict[str, str]]:
            text = string if isinstance(string, str) else string.decode()
            pairs = (line.split("|") for line in text.splitlines() if "|" in line)
            states = {job.strip(): state.strip() for job, state in pairs}
            # A job that ended has left the queue; its files tell how it ended.
            return {job: {"State": states.get(job, "OVER")} for job in set(self._registered)}

    SlurmJob.watcher = Watcher(delay_s=_DELAY_S)
