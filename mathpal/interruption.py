"""Being asked to stop: SIGTERM, SIGINT (Ctrl-C) and SIGUSR2 (what Slurm sends before the end).

Standard library only; knows nothing of what is interrupted.
"""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR2)
# In a job of Slurm one SIGTERM comes from slurmstepd and one from srun, milliseconds apart; to a
# process of torchrun from both of them and from torchrun.
_REPEATING = ("SLURM_JOB_ID", "LOCAL_RANK")
_REPEATED_S = 5.0


def exit_code(number: int) -> int:
    """What a process that a signal ended exits with: 143 for SIGTERM, 130 for SIGINT."""
    return 128 + number


@contextlib.contextmanager
def leaving_at_once() -> Iterator[None]:
    """SIGTERM and SIGUSR2 raise SystemExit where they come; Ctrl-C raises as it always does."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(exit_code(number))

    with _handled(dict.fromkeys((signal.SIGTERM, signal.SIGUSR2), leave)):
        yield


@contextlib.contextmanager
def requeuing() -> Iterator[None]:
    """What SIGUSR2 ended goes back into the queue of the cluster, where it came from one.

    Slurm sends it before it takes a node away. submitit has a handler for it that submits the job
    anew, but it would do so at once: what runs here takes the signal from it, saves, and leaves
    with SystemExit, and only then is the handler called.
    """
    before = signal.getsignal(signal.SIGUSR2)
    try:
        yield
    except SystemExit as stopped:
        if stopped.code == exit_code(signal.SIGUSR2) and callable(before):
            before(signal.SIGUSR2, None)
        raise


class Postponed:
    """Signals are noted, to be obeyed where nothing is lost; a second one ends the process.

    Where schedulers say everything twice, what comes within seconds is the same one.

    Attributes:
        received: the signal's number; None while there is none.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._since = 0.0
        self._stack = contextlib.ExitStack()

    def begin(self) -> None:
        """Take the signals from whoever had them."""
        self._stack.enter_context(_handled(dict.fromkeys(SIGNALS, self._note)))

    def end(self) -> None:
        """Give them back."""
        self._stack.close()

    def _note(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.received is None:
            self.received, self._since = number, now
        elif now - self._since > _REPEATED_S or not any(n in os.environ for n in _REPEATING):
            os._exit(exit_code(number))


def ignored_in_worker(_: int) -> None:
    """For data loader workers: a signal to the whole process group is the main process's."""
    for number in (*SIGNALS, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def _handled(handlers: dict[signal.Signals, Any]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # Python lets only the main thread have handlers
        return
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
