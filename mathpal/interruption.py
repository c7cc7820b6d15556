"""Handles the signals that ask a process to stop.

These are SIGTERM, SIGINT (Ctrl-C), SIGUSR2 (Slurm's warning before it ends a job) and SIGHUP (the
terminal is gone). Knows nothing of the interrupted work. Standard library only.
"""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR2, signal.SIGHUP)
# One stop can arrive as several SIGTERMs, milliseconds apart: in a Slurm job from slurmstepd and
# from srun, and in a process that torchrun started also from torchrun.
_LAUNCHER_VARIABLES = ("SLURM_JOB_ID", "LOCAL_RANK")  # set by Slurm, by torchrun
_REPEAT_SECONDS = 5.0


def exit_code(number: int) -> int:
    """Return the exit code of a process that a signal ended: 143 for SIGTERM, 130 for SIGINT."""
    return 128 + number


@contextlib.contextmanager
def leaving_at_once() -> Iterator[None]:
    """Within the context, make SIGTERM, SIGUSR2 and SIGHUP raise SystemExit immediately.

    Ctrl-C keeps raising KeyboardInterrupt.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(exit_code(number))

    with handled(leave, without=signal.SIGINT):
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

    A second signal ends the process immediately. Under Slurm or torchrun, and after a SIGHUP,
    further signals within 5 seconds count as the first one: launchers repeat it, and SIGTERM often
    comes with a SIGHUP.

    Attributes:
        received: number of the first signal; None until one arrives.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._since = 0.0
        self._stack = contextlib.ExitStack()

    def begin(self) -> None:
        """Install this object's handlers in place of the current ones."""
        self._stack.enter_context(handled(self._note))

    def end(self) -> None:
        """Restore the previous handlers."""
        self._stack.close()

    def _note(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.received is None:
            self.received, self._since = number, now
        elif number != signal.SIGHUP and not self._is_repeated(now):
            os._exit(exit_code(number))

    def _is_repeated(self, now: float) -> bool:
        launched = any(name in os.environ for name in _LAUNCHER_VARIABLES)
        hung_up = self.received == signal.SIGHUP
        return (launched or hung_up) and now - self._since <= _REPEAT_SECONDS


def ignored_in_worker(_: int) -> None:
    """Ignore stop signals and SIGUSR1 in a data loader worker.

    A signal to the process group also reaches the workers, but only the main process handles it.

    Args:
        _: the worker's number, which the data loader passes.
    """
    for number in (*SIGNALS, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def handled(
    handler: Callable[[int, FrameType | None], None], *, without: signal.Signals | None = None
) -> Iterator[None]:
    """Within the context, call the handler for the stop signals; only in the main thread.

    An ignored SIGHUP stays ignored, as `nohup` wants it. The first SIGHUP is the only one: a
    terminal that goes away sends several, and the later ones must not end the work of the first.

    Args:
        handler: called with the signal's number and the frame.
        without: a signal to leave as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Python allows only the main thread to install signal handlers
        return

    def once(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        handler(number, frame)

    ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    left = {without, signal.SIGHUP if ignored else None}
    before = {
        number: signal.signal(number, once if number == signal.SIGHUP else handler)
        for number in SIGNALS
        if number not in left
    }
    try:
        yield
    finally:
        for number, earlier in before.items():
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, earlier)
