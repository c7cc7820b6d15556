"""Optimizers by name, over weights sorted into groups.

Every group carries its peak learning rate as "peak"; the schedule scales it.
"""

from typing import Literal

import torch

OptimizerName = Literal["adamw"]


def build(
    name: OptimizerName,
    weights: dict[str, torch.nn.Parameter],
    *,
    lr: float,
    weight_decay: float,
    betas: tuple[float, float],
) -> torch.optim.Optimizer:
    """The optimizer of the given weights.

    Args:
        name: which.
        weights: by name, as the model has them.
        lr: peak learning rate.
        weight_decay: decoupled decay of matrices; vectors (norms, biases) have none.
        betas: decay rates of the two moments.
    """
    groups = [
        {"params": [w for w in weights.values() if w.ndim >= 2], "weight_decay": weight_decay},
        {"params": [w for w in weights.values() if w.ndim < 2], "weight_decay": 0.0},
    ]
    filled = [{**group, "peak": lr} for group in groups if group["params"]]
    return torch.optim.AdamW(filled, lr=lr, betas=betas, fused=True)
