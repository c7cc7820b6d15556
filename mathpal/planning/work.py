"""Tokens, floating point operations and time of a training.

Knows the usual 4·N and 6·N rules; measures nothing.
"""

from typing import NamedTuple

from mathpal.planning.setting import Setting
from mathpal.planning.spans import effective_weights


class Work(NamedTuple):
    """The amount of work of a training.

    Attributes:
        tokens_per_step: most tokens of an optimizer step on all devices, padding included.
        steps: optimizer steps; None if epochs decide and the rows are not known.
        flops_per_token: 4 for each linear weight without the head with LoRA, else 6: the usual
            rule, which assumes that every token passes through every layer.
        effective: share of these operations that are executed, see `mathpal.planning.spans`.
        flops: of all steps by the rule; None if `steps` is.
        seconds: of all steps; None if `flops` is or if no rate is given.
    """

    tokens_per_step: int
    steps: int | None
    flops_per_token: int
    effective: float
    flops: int | None
    seconds: float | None


def work(setting: Setting, *, tflops: float | None = None, train_tokens: int | None = None) -> Work:
    """Count the work of a training.

    Args:
        setting: of the run.
        tflops: 10¹² operations a second of all devices together, by the same rule as
            `train/tflops` in a run's metrics: operations that are left out count too.
        train_tokens: of one pass over the rows; needed if `trainer.epochs` decides.
    """
    step = setting.batch_tokens * setting.accumulate * setting.devices
    steps = setting.steps
    if steps is None and train_tokens is not None and setting.epochs is not None:
        steps = -(-train_tokens * setting.epochs // step)
    rule = 6 if setting.lora is None else 4
    each = rule * setting.architecture.linear_weights
    flops = None if steps is None else steps * step * each
    seconds = flops / (tflops * 1e12) if flops is not None and tflops is not None else None
    effective = effective_weights(setting) / setting.architecture.linear_weights
    return Work(step, steps, each, effective, flops, seconds)
