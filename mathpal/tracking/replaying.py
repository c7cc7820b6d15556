"""Send a finished run from its files to a tracker.

Knows the run directory's files. Unlike a run, a replay waits for a slow sink.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.errors import DataError
from mathpal.record import journal
from mathpal.record import manifest as manifests
from mathpal.record import outcome as outcomes
from mathpal.tracking.delivery import Health
from mathpal.tracking.tracking import Tracking

ARTIFACTS = ("adapter", "model", "report.html")
WAIT_S = 60.0  # for a place in a sink's queue


class Replayed(NamedTuple):
    """The records that were sent.

    Attributes:
        records: metric records, system metrics among them.
        samples: sample generations.
        artifacts: names of files and folders.
        health: by sink.
    """

    records: int
    samples: int
    artifacts: list[str]
    health: dict[str, Health]


def replay(run_dir: Path, into: Path, tracker: Callable[[Path], Tracking]) -> Replayed:
    """Send a finished run to a tracker's sinks.

    Args:
        run_dir: of the run; nothing is written there.
        into: directory for the files that the sinks write.
        tracker: an option of conf/tracker/ with its settings bound.

    Raises:
        DataError: when the directory holds no finished run, or the tracker has no sink.
    """
    manifest = manifests.read(run_dir)
    outcome = outcomes.read(run_dir)
    records = journal.read(run_dir / "metrics.jsonl") + journal.read(run_dir / "system.jsonl")
    records.sort(key=lambda record: record["step"])  # stable: as they were written
    samples = journal.read(run_dir / "samples.jsonl")
    tracking = tracker(into)
    if not tracking.deliveries:
        raise DataError(
            "tracker=local sends nothing; choose tensorboard, wandb, comet, mlflow, trackio or many"
        )
    tracking.system_every_s = None  # this machine's state now is no part of the run
    title = f"{manifest.get('name')} {run_dir.resolve().name} (replayed)"
    tracking.begin({**manifest, "title": title})
    steps: dict[int, list[dict[str, str]]] = {}
    for sample in samples:
        row = {n: str(v) for n, v in sample.items() if n not in ("step", "time")}
        steps.setdefault(sample["step"], []).append(row)
    for record in records:
        step, moment = record["step"], float(record.get("time", 0.0))
        for earlier in [s for s in steps if s < step]:
            _send(tracking, "texts", earlier, steps.pop(earlier))
        _send(tracking, "log", step, moment, _numbers(record))
    for step, rows in steps.items():
        _send(tracking, "texts", step, rows)
    artifacts = [name for name in ARTIFACTS if (run_dir / name).exists()]
    for name in artifacts:
        tracking.artifact(run_dir / name, name.removesuffix(".html"))
    tracking.finish(outcome)
    return Replayed(len(records), len(samples), artifacts, tracking.health())


def _send(tracking: Tracking, call: str, *arguments: Any) -> None:
    for delivery in tracking.deliveries:
        delivery.submit(call, *arguments, wait_s=WAIT_S)


def _numbers(record: dict[str, Any]) -> dict[str, float]:
    """Return the metrics of a record without the null values, which were not finite."""
    return {
        name: float(value)
        for name, value in record.items()
        if name not in ("step", "time") and isinstance(value, (int, float))
    }
