"""The Lightning module: one objective and one optimizer around a causal LM, exact to the bit.

All random numbers of a step are drawn from (seed, step), so that a resumed run draws the same ones.
Knows nothing of data sources, run directories or trackers.
"""

import hashlib
import math
from collections.abc import Callable
from typing import Any

import lightning
import torch
from lightning.pytorch.strategies import ModelParallelStrategy

from mathpal.objectives.objective import Loss
from mathpal.tokens.batches import Batch
from mathpal.training.guard import Decision, Guard
from mathpal.training.sharding import shard, whole
from mathpal.training.state import trained

BadStep = Callable[[Decision, str], None]


class TuningModule(lightning.LightningModule):
    """Minimise `objective` over the model's trainable weights.

    Args:
        model: a causal LM, or a PEFT model around one; weights that require a gradient are trained.
        objective: (model, batch) -> scalar loss.
        build: builds the optimizer for the given weights; each of its groups has its peak
            learning rate as "peak".
        factor: learning rate at step s as a share of the peak (see `schedule`).
        clip: largest global gradient norm; None for no clipping. The norm before clipping is
            kept in `grad_norm` either way.
        guard: judges each step before it is applied.
        seed: seed of dropout and any other random numbers of a step.

    Attributes:
        optimizer: set once training has begun.
        step: finished optimizer steps, including those that were not applied.
        loss: of the last finished step: the mean over its supervised tokens, on all processes.
        applied: whether the last finished step changed the weights.
        on_bad_step: called with the guard's decision and its reason before the step is dropped.
    """

    def __init__(
        self,
        model: Any,
        objective: Loss,
        build: Callable[[dict[str, torch.nn.Parameter]], torch.optim.Optimizer],
        *,
        factor: Callable[[int], float],
        clip: float | None,
        guard: Guard,
        seed: int,
    ) -> None:
        super().__init__()
        self.model = model
        self.objective = objective
        self.build, self.factor, self.clip = build, factor, clip
        self.guard, self.seed = guard, seed
        self.step = 0
        self.loss = self.grad_norm = math.nan
        self.applied = True
        self._window = torch.zeros(())  # loss of the step's micro-batches so far
        self.on_bad_step: BadStep = lambda decision, reason: None

    def configure_model(self) -> None:
        if isinstance(self.trainer.strategy, ModelParallelStrategy):
            shard(self.model, self.device_mesh["data_parallel"])

    def training_step(self, batch: Batch, batch_idx: int) -> torch.Tensor:
        accumulate = self.trainer.accumulate_grad_batches
        part = batch_idx % accumulate
        torch.manual_seed(
            drawn(self.seed, self.step, part * self.trainer.world_size + self.trainer.global_rank)
        )
        loss = self.objective(self.model, batch)
        share = loss.detach() / accumulate
        self._window = share if part == 0 else self._window + share
        return loss

    def optimizer_step(
        self, epoch: int, batch_idx: int, optimizer: Any, optimizer_closure: Any = None
    ) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * self.factor(self.step)
        super().optimizer_step(epoch, batch_idx, optimizer, optimizer_closure)
        self.step += 1

    def configure_gradient_clipping(
        self, optimizer: Any, gradient_clip_val: Any = None, gradient_clip_algorithm: Any = None
    ) -> None:
        # Lightning calls this between the backward pass and the optimizer's step.
        weights = list(trained(self.model).values())
        limit = math.inf if self.clip is None else self.clip
        self.grad_norm = float(whole(torch.nn.utils.clip_grad_norm_(weights, limit)))
        self.loss = float(self.trainer.strategy.reduce(self._window, reduce_op="mean"))
        decision, reason = self.guard.judge(self.step + 1, self.loss, self.grad_norm)
        self.applied = decision == "apply"
        if not self.applied:
            self.on_bad_step(decision, reason)
            for weight in weights:  # optimizers skip weights without a gradient
                weight.grad = None

    def configure_optimizers(self) -> torch.optim.Optimizer:
        self.optimizer = self.build(trained(self.model))
        return self.optimizer


def drawn(seed: int, step: int, part: int) -> int:
    """Return the seed of one micro-batch: a hash of its position, 0 to 2**63 - 1."""
    key = hashlib.blake2b(f"step\x1f{seed}\x1f{step}\x1f{part}".encode(), digest_size=8)
    return int.from_bytes(key.digest(), "little") >> 1


def schedule(kind: str, *, steps: int, warmup: float) -> Callable[[int], float]:
    """Return the learning rate of each step as a share of its peak.

    Args:
        kind: "cosine" (to 0), "linear" (to 0) or "constant", each after a linear warm-up.
        steps: optimizer steps in all.
        warmup: share of the steps (below 1) or number of steps (1 and more) until the peak.

    Example:
        >>> rate = schedule("linear", steps=10, warmup=2)
        >>> [rate(0), rate(1), rate(2), rate(6)]
        [0.5, 1.0, 1.0, 0.5]
    """
    rising = int(warmup if warmup >= 1 else round(warmup * steps))

    def factor(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        done = min(1.0, (step - rising) / max(1, steps - rising))
        if kind == "cosine":
            return 0.5 * (1 + math.cos(math.pi * done))
        return 1.0 - done if kind == "linear" else 1.0

    return factor
