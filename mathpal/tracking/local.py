"""Only the run directory's own files: the tracker of `tracker=local`."""

from pathlib import Path
from typing import Annotated

from annotated_types import Gt

from mathpal.tracking.tracking import Tracking


def local(run_dir: Path, *, system_every_s: Annotated[float, Gt(0)] | None = 15.0) -> Tracking:
    """Keep `metrics.jsonl`, `samples.jsonl` and `system.jsonl`; nothing leaves the machine.

    Args:
        run_dir: of the run.
        system_every_s: seconds between system metrics (CPU, memory, disk, GPU); null for none.
    """
    return Tracking(run_dir, system_every_s=system_every_s)
