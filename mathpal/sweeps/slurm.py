"""What Slurm's queue says of a sweep's jobs; asks `squeue`, which every cluster has.

submitit asks `sacct`, which knows nothing where there is no accounting: a job that was killed is
then waited for without end (submitit #1720).
"""

import functools
import logging
import subprocess
import time
from typing import Any

from mathpal.errors import DataError

log = logging.getLogger(__name__)
_FRESH_S = 10.0  # for so long what was listed is taken to be there still
_DELAY_S = 15  # between looks at jobs that one waits for


class Queue:
    """The jobs of this user by their names.

    Whoever is listed is believed to be there for a while; whoever is not is asked for anew.
    """

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._asked = -_FRESH_S

    def has(self, name: str) -> bool:
        """Whether a job of that name waits or runs; also where Slurm does not answer.

        Nothing may be started twice because the controller is busy or being restarted.
        """
        if name in self._names and time.monotonic() - self._asked < _FRESH_S:
            return True
        try:
            self._names, self._asked = frozenset(_listed("%j")), time.monotonic()
        except DataError as error:
            log.warning("%s; it is asked again", error)
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
    """From here on submitit learns from the queue which jobs are over."""
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
            # What ended has left the queue; how it ended, its files say.
            return {job: {"State": states.get(job, "OVER")} for job in set(self._registered)}

    SlurmJob.watcher = Watcher(delay_s=_DELAY_S)
