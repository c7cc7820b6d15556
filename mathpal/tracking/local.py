"""The record of a run: one JSON object a line in `metrics.jsonl`."""

import time
from collections.abc import Callable
from pathlib import Path

from mathpal.rundir import append_line


def local(run_dir: Path) -> Callable[[int, dict[str, float]], None]:
    """Append each record to `metrics.jsonl`; nothing leaves the machine.

    Returns:
        A function (finished optimizer steps, named values) -> None.
    """
    path = run_dir / "metrics.jsonl"

    def record(step: int, values: dict[str, float]) -> None:
        append_line(path, {"step": step, "time": round(time.time(), 3), **values})

    return record
