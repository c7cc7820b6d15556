"""The callback that turns training steps into metric records and progress.

Speeds are means over the steps since the last record, without warm-up steps.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

import lightning
import torch

from mathpal.models import cores
from mathpal.progress import Progress
from mathpal.record.resident import peak_resident
from mathpal.training.records import RecorderState, SumsState
from mathpal.training.throughput import startup

log = logging.getLogger(__name__)
Record = Callable[[int, dict[str, float]], None]
WARM_UP_STEPS = 3


class Recorder(lightning.Callback):
    """Write one record every `every` optimizer steps.

    Args:
        record: called with the number of finished steps and the named values.
        every: optimizer steps between records.
        steps: optimizer steps in all.
        flops_per_token: floating point operations of a step for each of its tokens.
    """

    def __init__(self, record: Record, *, every: int, steps: int, flops_per_token: float) -> None:
        self.record, self.every, self.steps = record, every, steps
        self.flops_per_token = flops_per_token
        self.startup: dict[str, float] = {}
        self.last_loss = float("nan")
        self.since = _Sums()  # since the last record
        self.whole = _Sums()  # of the run without warm-up: the steady state
        self._slowdown = Slowdown()

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self.bar = Progress("training", total=self.steps, unit="step")
        self.bar.advance(pl_module.step)
        self.begun_at = pl_module.step
        self.step = _Sums()
        self.batch_end = time.perf_counter()

    def on_train_batch_start(
        self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int
    ) -> None:
        self.batch_start = time.perf_counter()
        self.step.waited += self.batch_start - self.batch_end

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        # With several processes, each has about the same share.
        self.step.padded += batch["input_ids"].numel() * trainer.world_size
        self.step.tokens += batch["tokens"] * trainer.world_size
        self.step.supervised += batch["supervised"] * trainer.world_size
        self.batch_end = time.perf_counter()
        self.step.busy += self.batch_end - self.batch_start
        if (batch_idx + 1) % trainer.accumulate_grad_batches == 0:
            self._step_done(trainer, pl_module)
            self.step = _Sums()

    def _step_done(self, trainer: Any, module: Any) -> None:
        if module.step == self.begun_at + 1:
            self.startup = startup()
        # A resumed run warms up again. Warm-up steps count in the loss, not in the speeds.
        warming = module.step - self.begun_at <= WARM_UP_STEPS < self.steps - self.begun_at
        self.since.add(self.step, timed=not warming)
        if not warming:
            self.whole.add(self.step, timed=True)
        if module.applied:
            self.since.loss += module.loss
            self.since.steps += 1
        facts: dict[str, str] = {}
        if module.step % self.every == 0 or module.step == self.steps:
            facts = self._write(trainer, module)
        self.bar.advance(1, **facts)

    def _write(self, trainer: Any, module: Any) -> dict[str, str]:
        # The schedule has already advanced; this step used the rate before.
        group = module.optimizer.param_groups[0]
        rate = group["peak"] * module.factor(module.step - 1)
        values = {"train/lr": rate, "train/grad_norm": module.grad_norm}
        if self.since.steps:  # else no step since the last record was applied
            self.last_loss = self.since.loss / self.since.steps
            values["train/loss"] = self.last_loss
        speeds = self.since.speeds(self.flops_per_token)
        self._slowdown.look(speeds.get("train/tokens_per_second"))
        values |= speeds
        values |= memory(module.device)
        if module.guard.skipped:
            values["train/skipped"] = module.guard.skipped
        self.record(module.step, values)
        self.since = _Sums()
        return {"loss": f"{self.last_loss:.3f}", "lr": f"{rate:.1e}"}

    def pause(self) -> None:
        """Exclude validation and saving from the data-wait time."""
        self.batch_end = time.perf_counter()

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        self.bar.close()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        if hasattr(self, "bar"):  # not set if training never began
            self.bar.close()

    def totals(self) -> dict[str, float]:
        """Return the last loss, the steady-state speeds of the run, and its start-up seconds."""
        speeds = self.whole.speeds(self.flops_per_token)
        return {"train/loss": self.last_loss} | speeds | self.startup

    def state(self) -> RecorderState:
        """Return the state that a checkpoint stores."""
        return {
            "last_loss": self.last_loss,
            "since": self.since.state(),
            "whole": self.whole.state(),
        }

    def restore(self, state: RecorderState) -> None:
        """Restore what `state` returned."""
        self.last_loss = state["last_loss"]
        self.since, self.whole = _Sums(**state["since"]), _Sums(**state["whole"])


class Slowdown:
    """Warn once when other programs slow training down.

    Attributes:
        fastest: tokens a second of the fastest record so far.
        told: whether the warning was given.
    """

    FAR_BELOW = 0.6  # share of the fastest record

    def __init__(self) -> None:
        self.fastest, self.told = 0.0, False

    def look(self, speed: float | None) -> None:
        """Compare a record's speed with the fastest one.

        Args:
            speed: tokens a second; None where the record has none.
        """
        if speed is None:
            return
        self.fastest = max(self.fastest, speed)
        others = cores.cores_used_by_others()
        if self.told or others is None or others < cores.BUSY_CORES:
            return
        if speed < self.FAR_BELOW * self.fastest:
            self.told = True
            log.warning(
                "training runs at %.0f %% of its earlier speed: other processes use %.1f of %d "
                "cores. End them, or wait until they are done; fewer threads (OMP_NUM_THREADS) may "
                "be faster beside them, but another number of threads changes the last bits of the "
                "results",
                100 * speed / self.fastest, others, len(cores.available()),
            )  # fmt: skip


class _Sums:
    """Sums over some steps; `add` counts only those that are `timed`."""

    def __init__(self, **values: Any) -> None:
        self.steps = self.tokens = self.padded = self.supervised = 0
        self.loss = self.busy = self.waited = 0.0
        vars(self).update(values)

    def add(self, other: "_Sums", *, timed: bool) -> None:
        if timed:
            for name in ("tokens", "padded", "supervised", "busy", "waited"):
                setattr(self, name, getattr(self, name) + getattr(other, name))

    def state(self) -> SumsState:
        values: Any = vars(self)
        sums: SumsState = values
        return sums

    def speeds(self, flops_per_token: float) -> dict[str, float]:
        seconds = self.busy + self.waited
        if seconds <= 0 or self.padded <= 0:  # nothing was timed, or a damaged state says so
            return {}
        return {
            "train/tokens_per_second": self.tokens / seconds,
            "train/supervised_tokens_per_second": self.supervised / seconds,
            "train/tflops": self.tokens * flops_per_token / seconds / 1e12,
            "train/padding": 1 - self.tokens / self.padded,
            "train/data_wait": self.waited / seconds,
        }


def memory(device: torch.device) -> dict[str, float]:
    """Return the peak memory in GiB so far: of the GPU if one is used, else of this process."""
    if device.type == "cuda":
        return {"train/peak_memory_gb": torch.cuda.max_memory_allocated(device) / 2**30}
    return {"train/peak_memory_gb": peak_resident() / 2**30}
