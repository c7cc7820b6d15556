"""outcome.json: how a run ended.

The only place that writes and reads that file. How a run came to its end is decided elsewhere.
"""

import logging
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from mathpal.errors import DataError
from mathpal.record import files, reading, trials
from mathpal.record.schemas import Compared, Ending

log = logging.getLogger(__name__)
NAME = "outcome.json"
# A sweep compares the first of these that was measured.
_OBJECTIVES = ("tuned/accuracy_new", "tuned/accuracy", "validation/loss", "train/loss")


class Objective(NamedTuple):
    """The value that a sweep compares.

    Attributes:
        name: of the metric.
        value: None where it was not finite; several values of a study with several objectives.
    """

    name: str
    value: float | Sequence[float | None] | None


class Outcome(NamedTuple):
    """How a run ended.

    Attributes:
        status: completed, failed, interrupted or pruned.
        metrics: flat, final values; None for a value that was not finite, once it is read.
        objective: None where the run did not complete.
        timings: seconds by stage.
        error: the message, when the run failed or was interrupted.
        error_type: name of the exception's class, when it failed.
        notes: remarks for the reader, e.g. that the micro-batches were halved.
    """

    status: str
    metrics: Mapping[str, float | None] = {}
    objective: Objective | None = None
    timings: Mapping[str, float] = {}
    error: str | None = None
    error_type: str | None = None
    notes: Sequence[str] = ()


def write(run_dir: Path, outcome: Outcome) -> None:
    """Write outcome.json, once, at the end of a run."""
    objective = outcome.objective and outcome.objective._asdict()
    values = {"schema": files.SCHEMA, **outcome._asdict(), "objective": objective}
    files.write_json(run_dir / NAME, values)


def read(run_dir: Path) -> Outcome:
    """Read the outcome of a run that has ended.

    Raises:
        DataError: when outcome.json is absent or damaged.
    """
    return of_record(reading.read(run_dir / NAME, Ending))


def find(run_dir: Path, *, unreadable: Literal["raise", "none"] = "raise") -> Outcome | None:
    """Read the outcome of a run that may not have ended; None where outcome.json is absent.

    Args:
        unreadable: whether an unreadable file raises, or counts as absent.

    Raises:
        DataError: when outcome.json is unreadable and is not to count as absent.
    """
    if not os.path.lexists(run_dir / NAME):
        return None
    try:
        return read(run_dir)
    except DataError:
        if unreadable == "raise":
            raise
        return None


def ended(run_dir: Path) -> Outcome | None:
    """Read the outcome of a trial; None while it has not ended, or was only interrupted."""
    found = find(run_dir, unreadable="none")
    return None if found is None or found.status == "interrupted" else found


def read_or_failed(run_dir: Path) -> Outcome:
    """Read the outcome; a failed one where a full disk could not take outcome.json."""
    try:
        return read(run_dir)
    except DataError as error:
        return Outcome("failed", error=str(error))


def of_record(value: Ending) -> Outcome:
    """Return the outcome that outcome.json holds. Keys that are absent have their defaults.

    Args:
        value: the content of the file.
    """
    return Outcome(
        status=value["status"],
        metrics=value.get("metrics") or {},
        objective=_objective(value.get("objective")),
        timings=value.get("timings") or {},
        error=value.get("error"),
        error_type=value.get("error_type"),
        notes=tuple(value.get("notes") or ()),
    )


def _objective(found: Compared | None) -> Objective | None:
    return None if found is None else Objective(found.get("name") or "", found.get("value"))


class RunResult(NamedTuple):
    """The return value of a run.

    Attributes:
        run_dir: its directory.
        metrics: flat, final values; empty for a dry run, NaN for a value that was not finite.
        objective: the value a sweep compares, NaN where it was not finite; None for a dry run
            and for a pruned one.
        table: base against tuned as text; "" where nothing was evaluated.
    """

    run_dir: Path
    metrics: dict[str, float]
    objective: float | None
    table: str


def completed(
    run_dir: Path, metrics: dict[str, float], timings: dict[str, float], notes: Sequence[str]
) -> None:
    """Write the outcome of a run that completed; the arguments are fields of `Outcome`."""
    objective = next(Objective(n, metrics[n]) for n in _OBJECTIVES if n in metrics)
    write(run_dir, Outcome("completed", metrics, objective, timings, notes=notes))


def pruned(
    run_dir: Path, metrics: dict[str, float], timings: dict[str, float], notes: Sequence[str]
) -> None:
    """Write the outcome of a run that its study pruned; the arguments are fields of `Outcome`."""
    write(run_dir, Outcome("pruned", metrics, timings=timings, notes=notes))
    log.info("%s", _pruned(run_dir))


def result(run_dir: Path) -> RunResult:
    """Return the result of a run that completed or was pruned, without its table.

    Raises:
        DataError: when it ended otherwise, or has not ended.
    """
    outcome = read(run_dir)
    if outcome.status not in ("completed", "pruned"):
        raise DataError(f"{run_dir} has {outcome.status}: {outcome.error}")
    objective = outcome.objective
    return RunResult(
        run_dir,
        {name: _number(value) for name, value in outcome.metrics.items()},
        None if objective is None else _number(objective.value),
        "",
    )


def settled(run_dir: Path) -> RunResult | None:
    """Return the result of a run with nothing left to do; None for any other run."""
    outcome = find(run_dir)
    status = outcome and outcome.status
    if status == "completed":
        log.info("%s is complete; there is nothing left to do", run_dir)
    elif status == "pruned" and trials.told_to_stop(run_dir):
        log.info("%s", _pruned(run_dir))
    else:
        return None
    return result(run_dir)


def _number(value: float | Sequence[float | None] | None) -> float:
    """JSON has no NaN: a value that was not finite is null in the file."""
    if isinstance(value, Sequence):
        raise DataError(f"its objective has {len(value)} values, expected one")
    return math.nan if value is None else float(value)


def _pruned(run_dir: Path) -> str:
    return (
        f"{run_dir} was pruned by its study. To resume it all the same, remove "
        f"{run_dir / trials.WORD} and say resume={run_dir}"
    )
