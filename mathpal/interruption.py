"""Handles the signals that ask a process to stop.

These are SIGTERM, SIGINT (Ctrl-C) and SIGUSR2 (Slurm's warning before it ends a job). Knows
nothing of the interrupted work. Standard library only.
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
# One stop can arrive as several SIGTERMs, milliseconds apart: in a Slurm job from slurmstepd and
# from srun, and in a process that torchrun started also from torchrun.
_LAUNCHER_VARIABLES = ("SLURM_JOB_ID", "LOCAL_RANK")  # set by Slurm, by torchrun
_REPEAT_SECONDS = 5.0


def exit_code(number: int) -> int:
    """Return the exit code of a process that a signal ended: 143 for SIGTERM, 130 for SIGINT."""
    return 128 + number


@contextlib.contextmanager
def leaving_at_once() -> Iterator[None]:
    """Within the context, make SIGTERM and SIGUSR2 raise SystemExit immediately.

    Ctrl-C keeps raising KeyboardInterrupt.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(exit_code(number))

    with _handled(dict.fromkeys((signal.SIGTERM, signal.SIGUSR2), leave)):
        yield


@contextlib.contextmanager
def requeuing() -> Iterator[None]:
    """Resubmit a cluster job that SIGUSR2 ended, but only after the run has saved its state.

    Slurm sends SIGUSR2 before it takes a node away. submitit installs a handler that resubmits
    the job as soon as the signal arrives, which is too early. The code inside this context
    therefore replaces that handler, saves, and exits with SystemExit; only then is submitit's
    handler called. Outside a submitit job there is no such handler, and nothing is resubmitted.
    """
    before = signal.getsignal(signal.SIGUSR2)
    try:
        yield
    except SystemExit as stopped:
        if stopped.code == exit_code(signal.SIGUSR2) and callable(before):
            before(signal.SIGUSR2, None)
        raise


class Postponed:
    """Record a stop signal so that the caller can obey it at a safe point.

    A second signal ends the process immediately. Under Slurm or torchrun, further signals within
    5 seconds count as the first one, because launchers repeat it.

    Attributes:
        received: number of the first signal; None until one arrives.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._since = 0.0
        self._stack = contextlib.ExitStack()

    def begin(self) -> None:
        """Install this object's handlers in place of the current ones."""
        self._stack.enter_context(_handled(dict.fromkeys(SIGNALS, self._note)))

    def end(self) -> None:
        """Restore the previous handlers."""
        self._stack.close()

    def _note(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.received is None:
            self.received, self._since = number, now
        elif now - self._since > _REPEAT_SECONDS or not any(
            name in os.environ for name in _LAUNCHER_VARIABLES
        ):
            os._exit(exit_code(number))


def ignored_in_worker(_: int) -> None:
    """Ignore stop signals and SIGUSR1 in a data loader worker.

    A signal to the process group also reaches the workers, but only the main process handles it.

    Args:
        _: the worker's number, which the data loader passes.
    """
    for number in (*SIGNALS, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def _handled(handlers: dict[signal.Signals, Any]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # Python allows only the main thread to install signal handlers
        return
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
