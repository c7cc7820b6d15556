"""What a run gives back, and how its outcome.json says it.

Knows the end of a run alone; how it came to it is decided elsewhere.
"""

import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.errors import DataError
from mathpal.record import files, trials

log = logging.getLogger(__name__)
# What a sweep compares: the best of these that was measured.
_OBJECTIVES = ("tuned/accuracy_new", "tuned/accuracy", "validation/loss", "train/loss")


class RunResult(NamedTuple):
    """What a run gives back.

    Attributes:
        run_dir: its directory.
        metrics: flat, final values; empty for a dry run, NaN for what was not finite.
        objective: the value a sweep compares, NaN where it was not finite; None for a dry run,
            and for one that its study stopped early: it has nothing to compare.
        table: base against tuned as text; "" where nothing was evaluated.
    """

    run_dir: Path
    metrics: dict[str, float]
    objective: float | None
    table: str


def completed(
    run_dir: Path, metrics: dict[str, float], timings: dict[str, float], notes: Sequence[str]
) -> None:
    """Say that a run reached its end; the arguments are those of `files.write_outcome`."""
    objective = next({"name": n, "value": metrics[n]} for n in _OBJECTIVES if n in metrics)
    files.write_outcome(
        run_dir, status="completed", metrics=metrics, objective=objective, timings=timings,
        notes=notes,
    )  # fmt: skip


def pruned(
    run_dir: Path, metrics: dict[str, float], timings: dict[str, float], notes: Sequence[str]
) -> None:
    """Say that a run ended early because its study has no more use for it."""
    files.write_outcome(
        run_dir, status="pruned", metrics=metrics, objective=None, timings=timings, notes=notes
    )
    log.info("%s", _pruned(run_dir))


def result(run_dir: Path) -> RunResult:
    """What a run gave back that is complete or was pruned, without its table.

    Raises:
        DataError: when it did not end so.
    """
    outcome = files.read_json(run_dir / "outcome.json")
    if outcome["status"] not in ("completed", "pruned"):
        raise DataError(f"{run_dir} has {outcome['status']}: {outcome['error']}")
    objective = outcome["objective"]
    return RunResult(
        run_dir,
        {name: _number(value) for name, value in outcome["metrics"].items()},
        None if objective is None else _number(objective["value"]),
        "",
    )


def settled(run_dir: Path) -> RunResult | None:
    """The result of a run with nothing left to do; None for any other."""
    status = files.status(run_dir)
    if status == "completed":
        log.info("%s is complete; there is nothing left to do", run_dir)
    elif status == "pruned" and trials.told_to_stop(run_dir):
        log.info("%s", _pruned(run_dir))
    else:
        return None
    return result(run_dir)


def _number(value: Any) -> float:
    """JSON has no NaN: a value that was not finite is null there."""
    return math.nan if value is None else float(value)


def _pruned(run_dir: Path) -> str:
    return (
        f"{run_dir} is pruned: its study has no more use for it. To go on with it all the same, "
        f"remove {run_dir / trials.WORD} and say resume={run_dir}"
    )
