"""Optimizers by name, over weights sorted into groups.

Every group has its peak learning rate as "peak"; the schedule scales it. The first group has
the run's own rate.
"""

import re
from typing import Any

import torch

from mathpal.errors import ConfigError
from mathpal.training.job import Optimization

_LORA_B = re.compile(r"\.lora_(?:B|embedding_B)\.")


def build(
    asked: Optimization, weights: dict[str, torch.nn.Parameter], *, gpu: bool = False
) -> torch.optim.Optimizer:
    """Build the optimizer for the given weights.

    Args:
        asked: the optimizer's settings. "adamw" is fused; "adamw_8bit", whose moments take a
            quarter of the memory, needs a GPU; "adafactor" keeps a row and a column for each matrix
            and no first moment, and has its own decay rates. Vectors (norms, biases) have no
            weight decay.
        weights: by name, as the model has them.
        gpu: whether the weights will be on a GPU.

    Raises:
        ConfigError: when `lora_plus` is set without LoRA, or adamw_8bit has no GPU or bitsandbytes.

    Source: LoRA+ (arXiv 2402.12354); Adafactor (1804.04235); 8-bit optimizers (2110.02861).
    """
    lr, betas = asked.lr, (asked.betas[0], asked.betas[1])
    groups = _groups(weights, lr=lr, weight_decay=asked.weight_decay, lora_plus=asked.lora_plus)
    if asked.optimizer == "adafactor":
        return _adafactor(groups, lr)
    if asked.optimizer == "adamw_8bit":
        return _adamw_8bit(groups, lr, betas, gpu=gpu)
    return torch.optim.AdamW(groups, lr=lr, betas=betas, fused=True)


def _groups(
    weights: dict[str, torch.nn.Parameter],
    *,
    lr: float,
    weight_decay: float,
    lora_plus: float | None,
) -> list[dict[str, Any]]:
    fast = {name for name in weights if _LORA_B.search(name)} if lora_plus else set()
    if lora_plus and not fast:
        raise ConfigError(
            f"trainer.lora_plus={lora_plus:g} scales the rate of LoRA's B matrices, and no LoRA "
            "is trained; use trainer.lora_plus=null, or a lora option"
        )
    plain = [(name, weight) for name, weight in weights.items() if name not in fast]
    matrices = [weight for _, weight in plain if weight.ndim >= 2]
    vectors = [weight for _, weight in plain if weight.ndim < 2]
    sorted_in = [(matrices, weight_decay, lr), (vectors, 0.0, lr)]
    if lora_plus:
        sorted_in.append(([weights[name] for name in weights if name in fast], weight_decay,
                          lr * lora_plus))  # fmt: skip
    return [
        {"params": members, "weight_decay": decay, "peak": peak}
        for members, decay, peak in sorted_in
        if members
    ]


def _adafactor(groups: list[dict[str, Any]], lr: float) -> torch.optim.Optimizer:
    """Transformers' Adafactor at the given rate.

    Not torch.optim.Adafactor: that one always scales the rate by the size of the weights, and
    LoRA's B, which begins at zero, would learn at a thousandth of it.
    """
    from transformers import Adafactor

    return Adafactor(groups, lr=lr, relative_step=False, scale_parameter=False)


def _adamw_8bit(
    groups: list[dict[str, Any]], lr: float, betas: tuple[float, float], *, gpu: bool
) -> torch.optim.Optimizer:
    if not gpu:
        raise ConfigError(
            "trainer.optimizer=adamw_8bit needs a CUDA GPU, but training runs on the CPU; "
            "use trainer.optimizer=adamw, or adafactor where memory is short"
        )
    try:
        from bitsandbytes.optim import AdamW8bit  # type: ignore[import-not-found]
    except ImportError as error:
        raise ConfigError(
            'trainer.optimizer=adamw_8bit needs bitsandbytes: pip install "mathpal[gpu]"'
        ) from error
    optimizer: torch.optim.Optimizer = AdamW8bit(groups, lr=lr, betas=betas)
    return optimizer
