"""Drive a Trainer of Transformers or TRL as `fit` drives Lightning: the same micro-batches, random
numbers in a step, optimizer and schedule. The loss is the trainer's own.

Two engines can then be compared step by step. Knows nothing of run directories and TRL's settings.
"""

import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset
from transformers import Trainer, TrainerCallback

from mathpal.errors import DataError
from mathpal.objectives.objective import Loss
from mathpal.progress import Progress
from mathpal.tokens.batches import TrainingBatches, ValidationBatches
from mathpal.training.module import drawn
from mathpal.training.recording import WARM_UP_STEPS, Record, memory
from mathpal.training.state import trained

Build = Callable[[dict[str, torch.nn.Parameter]], torch.optim.Optimizer]


class Inputs(Dataset[dict[str, torch.Tensor]]):
    """The micro-batches of a run, by number, as arguments of a model's forward pass."""

    def __init__(self, batches: TrainingBatches) -> None:
        self.batches = batches

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        batch = self.batches[index]
        step, part = divmod(index, self.batches.plan.accumulate)
        window = self.batches.window(step)
        rows = window[part] if part < len(window) else window[0][:1]  # a filler without labels
        lengths = torch.from_numpy(self.batches.table.lengths[rows])
        places = torch.arange(batch["input_ids"].shape[1])  # (T,)
        return {
            "input_ids": batch["input_ids"],
            "labels": batch["labels"],
            "attention_mask": (places < lengths[:, None]).long(),  # (B, T)
        }


def driven(
    base: type[Trainer],
    batches: TrainingBatches,
    build: Build,
    factor: Callable[[int], float],
    seed: int,
) -> type[Trainer]:
    """Return a subclass of a trainer whose steps are MathPal's in all but the loss.

    Args:
        base: `transformers.Trainer` or a subclass of it.
        batches: padded micro-batches of the whole run.
        build: builds the optimizer for the given weights.
        factor: learning rate at step s as a share of the peak.
        seed: seed of dropout.
    """

    class Driven(base):  # type: ignore[valid-type, misc]
        optimizer: Any
        lr_scheduler: Any
        part = 0  # micro-batches so far

        def get_train_dataloader(self) -> DataLoader[Any]:
            return DataLoader(Inputs(batches), batch_size=None, shuffle=False)

        def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
            if self.optimizer is None:
                self.optimizer = build(trained(self.model))
            return self.optimizer

        def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
            if self.lr_scheduler is None:
                chosen = optimizer or self.optimizer
                self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(chosen, factor)
            return self.lr_scheduler

        def training_step(self, *args: Any, **kwargs: Any) -> torch.Tensor:
            step, part = divmod(self.part, batches.plan.accumulate)
            torch.manual_seed(drawn(seed, step, part))
            self.part += 1
            return super().training_step(*args, **kwargs)

    return Driven


class Follower(TrainerCallback):
    """Record metrics under MathPal's names, validate, and stop a pruned run.

    Args:
        record: called with the number of finished steps and the named values.
        batches: micro-batches of the whole run.
        lr: peak learning rate.
        factor: learning rate at step s as a share of the peak.
        validate: returns the validation loss of a model; None for no validation.
        evaluate_every: optimizer steps between validations; None for one at the end.
        unwanted: whether the study has pruned the run; called after every step.

    Attributes:
        latest: the last value of each name.
        pruned: whether training ended because the study pruned the run.
    """

    def __init__(
        self,
        record: Record,
        batches: TrainingBatches,
        *,
        lr: float,
        factor: Callable[[int], float],
        validate: Callable[[Any], float] | None,
        evaluate_every: int | None,
        unwanted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.unwanted, self.pruned = unwanted, False
        self.record, self.batches, self.lr, self.factor = record, batches, lr, factor
        self.validate, self.every = validate, evaluate_every
        self.latest: dict[str, float] = {}
        self.seconds, self.tokens, self.supervised = 0.0, 0, 0
        self.began = time.perf_counter()

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.bar = Progress("training", total=self.batches.steps, unit="step")

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.bar.close()

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.began = time.perf_counter()

    def on_step_end(
        self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any
    ) -> None:
        step = state.global_step
        if step > WARM_UP_STEPS or self.batches.steps <= WARM_UP_STEPS:
            rows = self.batches.rows(step - 1)
            self.seconds += time.perf_counter() - self.began
            self.tokens += int(self.batches.table.lengths[rows].sum())
            self.supervised += int(self.batches.table.loss_tokens[rows].sum())
        self.bar.advance(1)
        last = step == self.batches.steps
        if self.validate and (last or (self.every is not None and step % self.every == 0)):
            self._write(step, {"validation/loss": self.validate(model)})
        if not last and self.unwanted():
            self.pruned = control.should_training_stop = True

    def on_log(
        self, args: Any, state: Any, control: Any, logs: Any = None, model: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        if not logs or "loss" not in logs:  # the summary at the end
            return
        step, loss, norm = state.global_step, float(logs["loss"]), float(logs["grad_norm"])
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise DataError(
                f"training stops before step {step}: its loss or gradient is not finite, and "
                "trainer=trl has no guard that skips such a step; lower trainer.lr, or use "
                "trainer=default"
            )
        values = {
            "train/loss": loss,
            "train/grad_norm": norm,
            "train/lr": self.lr * self.factor(step - 1),
        }
        if self.seconds:
            values["train/tokens_per_second"] = self.tokens / self.seconds
            values["train/supervised_tokens_per_second"] = self.supervised / self.seconds
        self._write(step, values | memory(model.device))

    def _write(self, step: int, values: dict[str, float]) -> None:
        self.latest |= values
        self.record(step, values)


def validation_loss(
    model: Any, objective: Loss, batches: ValidationBatches, *, mixed: bool
) -> float:
    """Return the mean loss over all supervised tokens, by MathPal's objective.

    Args:
        model: left in its training or evaluation mode.
        objective: the run's objective.
        batches: all micro-batches of the validation rows.
        mixed: compute under bf16 autocast, as training does.
    """
    training, kind = model.training, model.device.type
    model.eval()
    total = tokens = 0.0
    with torch.no_grad(), torch.autocast(kind, torch.bfloat16, enabled=mixed):
        for batch in batches:
            placed = {
                name: value.to(model.device) if isinstance(value, torch.Tensor) else value
                for name, value in batch.items()
            }
            total += float(objective(model, placed)) * batch["normaliser"]
            tokens += batch["normaliser"]
    model.train(training)
    return total / tokens
