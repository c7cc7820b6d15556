"""The Lightning module: one objective, one optimizer, one schedule around a causal LM.

Knows nothing of data sources, run directories or trackers.
"""

import math
from collections.abc import Callable
from typing import Any

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler

from mathpal.data.batches import IGNORED, Batch
from mathpal.objectives.sft import Objective


class TuningModule(lightning.LightningModule):
    """Minimise `objective` over the model's trainable weights.

    Args:
        model: a causal LM, or a PEFT model around one; what requires a gradient is trained.
        objective: (model, batch) -> scalar loss.
        lr: peak learning rate.
        factor: learning rate at step s as a share of `lr` (see `schedule`).
        weight_decay: decoupled decay of matrices; vectors (norms, biases) have none.
        betas: AdamW's decay rates of the two moments.
        clip: largest global gradient norm; None for no clipping. The norm before clipping is
            kept in `grad_norm` either way.
    """

    def __init__(
        self,
        model: Any,
        objective: Objective,
        *,
        lr: float,
        factor: Callable[[int], float],
        weight_decay: float,
        betas: tuple[float, float],
        clip: float | None,
    ) -> None:
        super().__init__()
        self.model = model
        self.objective = objective
        self.lr, self.factor, self.weight_decay, self.betas = lr, factor, weight_decay, betas
        self.clip = clip
        self.grad_norm = float("nan")

    def trainable(self) -> list[torch.nn.Parameter]:
        """The weights that training changes."""
        return [p for p in self.model.parameters() if p.requires_grad]

    def training_step(self, batch: Batch, batch_idx: int) -> torch.Tensor:
        return self.objective(self.model, batch)

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        # The objective divides by the batch's supervised tokens; weight it back by them.
        tokens = int((batch["labels"] != IGNORED).sum())
        self.log(
            "validation/loss", self.objective(self.model, batch), batch_size=tokens, on_epoch=True
        )

    def configure_gradient_clipping(
        self, optimizer: Any, gradient_clip_val: Any = None, gradient_clip_algorithm: Any = None
    ) -> None:
        limit = math.inf if self.clip is None else self.clip
        norm = torch.nn.utils.clip_grad_norm_(self.trainable(), limit)
        self.grad_norm = float(norm)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        weights = self.trainable()
        groups = [
            {"params": [p for p in weights if p.ndim >= 2], "weight_decay": self.weight_decay},
            {"params": [p for p in weights if p.ndim < 2], "weight_decay": 0.0},
        ]
        optimizer = torch.optim.AdamW(
            [group for group in groups if group["params"]], lr=self.lr, betas=self.betas, fused=True
        )
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, self.factor)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": "step"},
        }


def schedule(kind: str, *, steps: int, warmup: float) -> Callable[[int], float]:
    """The learning rate's course as a share of its peak.

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
