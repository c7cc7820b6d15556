"""What surrounds one attempt at a run: its directory, its log, its clock and its outcome.

Knows nothing of the attempt's stages.
"""

import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mathpal.errors import DataError, MathPalError
from mathpal.record import outcome
from mathpal.record.outcome import Outcome
from mathpal.record.redaction import RedactingFormatter
from mathpal.record.untrusted import reason, require_appendable

log = logging.getLogger(__name__)
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Clock:
    """The seconds of each stage of an attempt. `clock("fit")` begins a stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage: tuple[str, float] | None = None  # name, beginning

    def __call__(self, name: str) -> None:
        """End the running stage and begin the named one."""
        self.stop()
        self._stage = name, time.perf_counter()

    def stop(self) -> None:
        """End the running stage."""
        if self._stage is not None:
            name, began = self._stage
            self.seconds[name] = round(time.perf_counter() - began, 2)
        self._stage = None


def create(run_dir: Path) -> None:
    """Make the run's directory.

    Raises:
        DataError: when it holds a completed run.
    """
    earlier = outcome.find(run_dir)
    if earlier and earlier.status == "completed":
        raise DataError(
            f"{run_dir} already holds a finished run, which is never overwritten; "
            "choose another directory (hydra.run.dir=…)"
        )
    run_dir.mkdir(parents=True, exist_ok=True)


@contextmanager
def log_file(run_dir: Path) -> Iterator[None]:
    """Copy the log to the run's train.log, and redact secrets in all of the log's outputs.

    Raises:
        DataError: when train.log cannot be written.
    """
    path = run_dir / "train.log"
    try:
        require_appendable(path)
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path} cannot be written: {reason(error)}; move it away") from error
    handler.setFormatter(logging.Formatter(FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    formatters = [(each, each.formatter) for each in root.handlers]
    for each, formatter in formatters:
        each.setFormatter(RedactingFormatter(formatter or logging.Formatter()))
    try:
        yield
    finally:
        for each, formatter in formatters:
            each.setFormatter(formatter)
        root.removeHandler(handler)
        handler.close()


@contextmanager
def outcome_on_error(run_dir: Path, clock: Clock, *, dry: bool) -> Iterator[dict[str, float]]:
    """Write outcome.json when the run fails or is interrupted, unless there is one already.

    Args:
        clock: of the attempt's stages.
        dry: write nothing; a dry run has no outcome.

    Yields:
        The metrics to record then; the caller adds what it has measured.
    """
    metrics: dict[str, float] = {}
    try:
        yield metrics
    except BaseException as error:
        clock.stop()
        if not dry and not (run_dir / outcome.NAME).exists():
            outcome.write(run_dir, _failure(error, clock)._replace(metrics=metrics))
        if not isinstance(error, MathPalError):
            log.debug("the run stopped", exc_info=True)
        raise


def _failure(error: BaseException, clock: Clock) -> Outcome:
    interrupted = isinstance(error, (KeyboardInterrupt, SystemExit))
    return Outcome(
        "interrupted" if interrupted else "failed",
        timings=clock.seconds,
        error=_told(error),
        error_type=None if interrupted else type(error).__name__,
    )


def _told(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "stopped by SIGINT"
    if isinstance(error, SystemExit) and isinstance(error.code, int) and error.code > 128:
        return f"stopped by {signal.Signals(error.code - 128).name}"
    return f"{type(error).__name__}: {error}"
