"""Validation loss, and the best step so far."""

from collections.abc import Iterable
from typing import Any

import lightning
import torch

from mathpal.tokens.batches import Batch
from mathpal.training.recording import Record
from mathpal.training.records import BestState


def validation_loss(module: Any, trainer: Any, batches: Iterable[Batch]) -> float:
    """Return the mean loss over all supervised tokens; the processes share the work.

    Args:
        module: a `TuningModule` in training.
        trainer: its precision and device are used.
        batches: all micro-batches of the validation rows; each process takes its part.
    """
    was_training = module.model.training
    module.model.eval()
    sums = torch.zeros(2, dtype=torch.float64, device=module.device)  # loss, tokens
    with torch.no_grad(), trainer.precision_plugin.val_step_context():
        for number, batch in enumerate(batches):
            if number % trainer.world_size != trainer.global_rank:
                continue
            placed = trainer.strategy.batch_to_device(batch)
            # The objective divides by the batch's supervised tokens; multiply by them again.
            sums[0] += module.objective(module.model, placed).double() * batch["normaliser"]
            sums[1] += batch["normaliser"]
    sums = trainer.strategy.reduce(sums, reduce_op="sum")
    module.model.train(was_training)
    return float(sums[0] / sums[1])


class Validator(lightning.Callback):
    """Record `validation/loss` every `every` optimizer steps, and at the end.

    Args:
        record: called with the number of finished steps and the named values.
        batches: micro-batches of the validation rows.
        every: optimizer steps between validations.
        steps: optimizer steps in all.
    """

    def __init__(self, record: Record, batches: Iterable[Batch], *, every: int, steps: int) -> None:
        self.record, self.batches, self.every, self.steps = record, batches, every, steps

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        step = pl_module.step
        if (batch_idx + 1) % trainer.accumulate_grad_batches:
            return
        if step % self.every == 0 or step == self.steps:
            loss = validation_loss(pl_module, trainer, self.batches)
            self.record(step, {"validation/loss": loss})


class Best:
    """The best step by one metric: lower is better for a loss, higher for anything else.

    Args:
        metric: its name in the records.
        patience: measurements in a row that may bring no better value; one more ends training.
            None for no early end.
    """

    def __init__(self, metric: str, patience: int | None) -> None:
        self.metric, self.patience = metric, patience
        self.value: float | None = None
        self.step: int | None = None
        self.misses = 0
        self.latest: dict[str, float] = {}

    def note(self, step: int, values: dict[str, float]) -> None:
        """Take a record into account."""
        self.latest |= values
        value = values.get(self.metric)
        if value is None:
            return
        if self._better(value):
            self.value, self.step, self.misses = value, step, 0
        else:
            self.misses += 1

    def _better(self, value: float) -> bool:
        if self.value is None or value != value:
            return value == value
        return value < self.value if "loss" in self.metric else value > self.value

    @property
    def exhausted(self) -> bool:
        """Whether training must end for lack of a better value."""
        return self.patience is not None and self.misses > self.patience

    def state(self) -> BestState:
        """Return the state that a checkpoint stores."""
        return {
            "value": self.value,
            "step": self.step,
            "misses": self.misses,
            "latest": self.latest,
        }

    def restore(self, state: BestState) -> None:
        """Restore what `state` returned."""
        self.value, self.step, self.misses = state["value"], state["step"], state["misses"]
        self.latest = dict(state["latest"])
