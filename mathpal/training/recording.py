"""The callback that turns training steps into metric records and progress.

Speed figures are means over the steps since the last record, the first steps left out.
"""

import time
from collections.abc import Callable
from typing import Any

import lightning
import torch

from mathpal.data.batches import IGNORED
from mathpal.progress import Progress

Record = Callable[[int, dict[str, float]], None]
WARM_UP_STEPS = 3


class Recorder(lightning.Callback):
    """Write one record every `every` optimizer steps, and at each validation.

    Args:
        record: called with the number of finished steps and the named values.
        every: optimizer steps between records.
        steps: optimizer steps in all, for the progress bar.
    """

    def __init__(self, record: Record, *, every: int, steps: int) -> None:
        self.record, self.every, self.steps = record, every, steps
        self.tokens = self.supervised = 0
        self.loss = 0.0
        self.waited = self.busy = 0.0
        self.since = 0
        # Whole-run sums behind the steady-state figures.
        self.all_tokens = self.all_supervised = 0
        self.all_seconds = self.all_waited = 0.0
        self.batch_end = time.perf_counter()

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self.bar = Progress("training", total=self.steps, unit="step")
        self.last_loss = float("nan")
        self.batch_end = time.perf_counter()

    def on_train_batch_start(
        self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int
    ) -> None:
        self.batch_start = time.perf_counter()
        self.waited += self.batch_start - self.batch_end

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.tokens += batch["input_ids"].numel()
        self.supervised += int((batch["labels"] != IGNORED).sum())
        # Lightning hands back the loss already divided by the accumulation; the window's sum
        # is its mean over supervised tokens.
        self.loss += float(outputs["loss"])
        now = time.perf_counter()
        self.busy += now - self.batch_start
        self.batch_end = now
        accumulate = trainer.accumulate_grad_batches
        if (batch_idx + 1) % accumulate:
            return
        self._step_done(trainer, pl_module)

    def _step_done(self, trainer: Any, module: Any) -> None:
        step = trainer.global_step
        self.since += 1
        seconds = self.busy + self.waited
        if step <= WARM_UP_STEPS < self.steps:
            if step == WARM_UP_STEPS:
                self._reset()
            self.bar.advance()
            return
        if step % self.every and step != self.steps:
            self.bar.advance()
            return
        self.last_loss = self.loss / self.since
        self.all_tokens += self.tokens
        self.all_supervised += self.supervised
        self.all_seconds += seconds
        self.all_waited += self.waited
        # The scheduler has already moved on; the rate that this step used is the one before.
        rate = module.lr * module.factor(step - 1)
        values = {
            "train/loss": self.last_loss,
            "train/lr": rate,
            "train/grad_norm": module.grad_norm,
            "train/tokens_per_second": self.tokens / seconds,
            "train/supervised_tokens_per_second": self.supervised / seconds,
            "train/data_wait": self.waited / seconds,
        }
        if torch.cuda.is_available():
            values["train/peak_memory_gb"] = torch.cuda.max_memory_allocated() / 2**30
        self.record(step, values)
        self.bar.advance(loss=f"{self.last_loss:.3f}", lr=f"{rate:.1e}")
        self._reset()

    def _reset(self) -> None:
        self.tokens = self.supervised = self.since = 0
        self.loss = self.waited = self.busy = 0.0

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        value = trainer.callback_metrics.get("validation/loss")
        if value is not None:
            self.record(trainer.global_step, {"validation/loss": float(value)})
        self.batch_end = time.perf_counter()  # validation is not waiting for data

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        self.bar.close()

    def totals(self) -> dict[str, float]:
        """Steady-state speed of the whole run, warm-up and validation left out."""
        seconds = self.all_seconds or float("nan")
        return {
            "train/loss": self.last_loss,
            "train/tokens_per_second": self.all_tokens / seconds,
            "train/supervised_tokens_per_second": self.all_supervised / seconds,
            "train/data_wait": self.all_waited / seconds,
        }
