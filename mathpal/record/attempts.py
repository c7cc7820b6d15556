"""What surrounds one attempt at a run: its log, and word of how it ended, whatever happens.

Knows nothing of what is done in between.
"""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mathpal.errors import MathPalError
from mathpal.record import files
from mathpal.record.redaction import RedactingFormatter

log = logging.getLogger(__name__)
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextmanager
def log_file(run_dir: Path) -> Iterator[None]:
    """Everything logged goes to the run's train.log too, and nowhere with secrets."""
    handler = logging.FileHandler(run_dir / "train.log", encoding="utf-8")
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
def outcome_on_error(run_dir: Path, clock: files.Clock, *, dry: bool) -> Iterator[None]:
    """A run that does not reach its end says so in outcome.json.

    Args:
        clock: of the attempt's stages.
        dry: leave nothing: a rehearsal has no outcome.
    """
    try:
        yield
    except BaseException as error:
        clock.stop()
        if not dry and not (run_dir / "outcome.json").exists():
            interrupted = isinstance(error, (KeyboardInterrupt, SystemExit))
            files.write_outcome(
                run_dir,
                status="interrupted" if interrupted else "failed",
                metrics={},
                objective=None,
                timings=clock.seconds,
                error=_told(error),
                error_type=None if interrupted else type(error).__name__,
            )
        if not isinstance(error, MathPalError):
            log.debug("the run stopped", exc_info=True)
        raise


def _told(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "stopped by SIGINT"
    if isinstance(error, SystemExit) and isinstance(error.code, int) and error.code > 128:
        return f"stopped by {signal.Signals(error.code - 128).name}"
    return f"{type(error).__name__}: {error}"


def outcome(run_dir: Path) -> dict[str, Any]:
    """outcome.json, or what it would say where a full disk could not take it."""
    try:
        found: dict[str, Any] = files.read_json(run_dir / "outcome.json")
        return found
    except MathPalError as error:
        return {"status": "failed", "metrics": {}, "objective": None, "error": str(error)}
