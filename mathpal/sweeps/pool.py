"""The runs that a driver has started: a thread each, which waits in the launcher's call."""

import logging
import threading
import time
from pathlib import Path

from mathpal.record import heartbeat
from mathpal.sweeps.jobs import Launching, Run

log = logging.getLogger(__name__)


class Pool:
    """Starts runs and knows which have not ended; their files tell how they ended.

    Args:
        launching: starts and stops runs.
        folder: the study's directory.

    Attributes:
        runs: trial -> the thread that waits for its run; None where it is still to be started.
        trouble: trial -> why a launcher could not start its run.
        stopped_by: the signal that asked a run in this process to stop; None for none.
    """

    def __init__(self, launching: Launching, folder: Path) -> None:
        self.launching, self.folder = launching, folder
        self.runs: dict[int, threading.Thread | None] = {}
        self.trouble: dict[int, str] = {}
        self.stopped_by: int | None = None
        self._intended: list[Run] = []
        self._woken = threading.Event()

    def intend(self, run: Run) -> None:
        """Queue a run for `start`, which is called without the lock."""
        self.runs[run.trial] = None
        self._intended.append(run)

    def start(self) -> None:
        """Start the queued runs; wait for those that take place in this process."""
        for run in self._intended:
            if self.launching.inline:
                self._launch(run)
                del self.runs[run.trial]
                continue
            thread = threading.Thread(
                target=self._launch, args=(run,), name=f"trial {run.trial}", daemon=True
            )
            self.runs[run.trial] = thread
            thread.start()
        self._intended.clear()

    def forget_the_ended(self) -> None:
        """Drop the runs whose launcher has returned."""
        self.runs = {n: thread for n, thread in self.runs.items() if thread and thread.is_alive()}

    def await_an_end(self, seconds: float) -> None:
        """Wait until a run ends, at most so many seconds."""
        self._woken.wait(seconds)
        self._woken.clear()

    def stop(self, patience_s: float) -> list[int]:
        """Ask the runs of this machine to save and stop.

        Args:
            patience_s: seconds that all of them have together.

        Returns:
            The trials whose launcher has returned.
        """
        if asked := self.launching.stop():
            log.warning("%d trials are asked to save and stop", asked)
            deadline = time.monotonic() + patience_s
            for thread in self.runs.values():
                if thread is not None:
                    thread.join(max(0.0, deadline - time.monotonic()))
        return [n for n, thread in self.runs.items() if thread and not thread.is_alive()]

    def _launch(self, run: Run) -> None:
        """Launch one run and wait for its end; record errors, raise none."""
        try:
            self.launching.launch(run)
        except SystemExit as error:  # from a run in this process
            if isinstance(error.code, int) and error.code > 128:
                self.stopped_by = error.code - 128
        except Exception as error:
            log.debug("trial %d", run.trial, exc_info=True)
            if not (self.folder / run.folder / heartbeat.ATTEMPT).exists():
                self.trouble[run.trial] = f"not started ({type(error).__name__}: {error})"
        finally:
            self._woken.set()
