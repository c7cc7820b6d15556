"""Finish a run after training: save the weights, evaluate, export, write outcome and report.

Only the first process of a run calls this.
"""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mathpal.errors import DataError
from mathpal.models.loaded import Loaded
from mathpal.problems import Splits
from mathpal.record import outcome
from mathpal.record.attempts import Clock
from mathpal.record.files import point_latest
from mathpal.run.preparing import Prepared, load_model
from mathpal.run.weights import restore, save_trained
from mathpal.settings.checked import Composition
from mathpal.settings.run_settings import RunSettings

if TYPE_CHECKING:
    from mathpal.tracking.tracking import Tracking
    from mathpal.training.fit import FitResult

log = logging.getLogger(__name__)


def finish(
    composition: Composition,
    settings: RunSettings,
    prepared: Prepared,
    fitted: "FitResult",
    tracking: "Tracking",
    clock: Clock,
    run_dir: Path,
) -> str:
    """Evaluate, export, and write the outcome and the report; for a pruned run only the outcome.

    Returns:
        The table of base against tuned; "" if nothing was evaluated.

    Raises:
        DataError: if the export or the report failed; the run is complete without it.
    """
    if fitted.pruned:
        clock.stop()
        outcome.pruned(run_dir, fitted.metrics, clock.seconds, fitted.notes)
        return ""
    loaded = prepared.loaded
    if fitted.whole_weights:  # the model in memory holds only this process's share of the weights
        loaded = load_model(composition.model, composition.lora, seed=settings.seed)
        restore(loaded, fitted.whole_weights)
        loaded = loaded._replace(tokenizer=prepared.loaded.tokenizer)
    save_trained(loaded, run_dir)
    clock("evaluate")
    measured, table = _evaluated(composition, loaded, prepared.splits, run_dir)
    clock("export")
    faults = _faults("the export", partial(composition.export, loaded, run_dir))
    clock.stop()
    notes = (*fitted.notes, *faults)
    outcome.completed(run_dir, {**fitted.metrics, **measured}, clock.seconds, notes)
    point_latest(run_dir)
    faults += _faults("the report", partial(_publish, tracking, run_dir))
    if table:
        log.info("\n%s\n", table)
    log.info("%s", _timings(clock.seconds))
    if faults:
        told = "\n".join(faults)
        raise DataError(f"{told}\nThe run is complete: its weights and metrics are in {run_dir}")
    return table


def _faults(what: str, action: Callable[[], Any]) -> list[str]:
    """Do one of the last things of a run, and return why that failed, if it did.

    A failure of these must not take the trained weights and the measured metrics with it.
    """
    try:
        action()
    except Exception as error:
        log.debug("%s failed", what, exc_info=True)
        return [f"{what} failed: {type(error).__name__}: {error}"]
    return []


def _evaluated(
    composition: Composition, loaded: Loaded, splits: Splits, run_dir: Path
) -> tuple[dict[str, float], str]:
    """Evaluate; return the metrics and the table, both empty if nothing is measured."""
    from mathpal.evaluation.tables import text_table, write_report

    report: Any = composition.evaluation(loaded, splits.test)
    if report is None:
        return {}, ""
    write_report(report, run_dir / "evaluation")
    return report.metrics, text_table(report)


def _publish(tracking: "Tracking", run_dir: Path) -> None:
    """Write report.html, and send it and the adapter to the trackers."""
    from mathpal.reporting import write_report

    write_report(run_dir)
    for name in ("adapter", "report.html"):
        if (run_dir / name).exists():
            tracking.artifact(run_dir / name, name.removesuffix(".html"))


def _timings(seconds: dict[str, float]) -> str:
    """Return the seconds of each stage and their sum, on one line."""
    stages = " · ".join(f"{name} {value:.0f} s" for name, value in seconds.items())
    return f"time: {stages} · together {sum(seconds.values()):.0f} s"
