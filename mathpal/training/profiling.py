"""The callback that profiles a few training steps.

Knows torch's profiler and its output files; does not change what is trained.
"""

import logging
from pathlib import Path
from typing import Any

import lightning
import torch
from torch.profiler import ProfilerActivity, profile

from mathpal.record.files import whole_file, write_text

log = logging.getLogger(__name__)

WARM_UP_STEPS = 3
PROFILED_STEPS = 2  # a step of a small model leaves 40 MB of trace before compression
_ROWS = 40  # rows of the table


class Profiler(lightning.Callback):
    """Profile two steps after the first three; in a shorter run the last step.

    Writes `trace.json.gz` (for ui.perfetto.dev or chrome://tracing) and `top_ops.txt`, the
    operations by their own time. The profiled steps are slower, and count in the run's speeds.

    Args:
        folder: folder of the two files.
        steps: optimizer steps in all.
    """

    def __init__(self, folder: Path, *, steps: int) -> None:
        self.folder, self.steps = folder, steps
        self.running: profile | None = None

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self.first = max(pl_module.step, min(pl_module.step + WARM_UP_STEPS, self.steps - 1))

    def on_train_batch_start(
        self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int
    ) -> None:
        opens = batch_idx % trainer.accumulate_grad_batches == 0
        if opens and pl_module.step == self.first and self.running is None:
            kinds = [ProfilerActivity.CPU]
            if pl_module.device.type == "cuda":
                kinds.append(ProfilerActivity.CUDA)
            self.running = profile(activities=kinds)
            self.running.start()

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        if self.running is None or (batch_idx + 1) % trainer.accumulate_grad_batches:
            return
        if pl_module.step in (self.first + PROFILED_STEPS, self.steps):
            self._write(pl_module.step, trainer.is_global_zero)

    def _write(self, step: int, keeps: bool) -> None:
        assert self.running is not None
        self.running.stop()
        done, self.running = self.running, None
        if not keeps:
            return
        # torch compresses the trace where the name says so.
        trace = self.folder / "trace.json.gz"
        with whole_file(trace, fsync=False, suffix=".json.gz") as part:
            done.export_chrome_trace(str(part))
        device = "cuda" if torch.cuda.is_available() else "cpu"
        table = done.key_averages().table(sort_by=f"self_{device}_time_total", row_limit=_ROWS)
        write_text(self.folder / "top_ops.txt", f"steps {self.first + 1} to {step}\n{table}\n")
        log.info("profile of steps %d to %d written to %s", self.first + 1, step, self.folder)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        if self.running is not None:  # training ended early
            self._write(pl_module.step, trainer.is_global_zero)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        if self.running is not None:
            self.running.stop()
            self.running = None
