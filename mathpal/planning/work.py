"""Tokens, floating point operations and time of a training.

Knows the usual rules of counting; measures nothing.
"""

from typing import NamedTuple

from mathpal.planning.setting import Setting
from mathpal.planning.spans import effective_weights


class Work(NamedTuple):
    """How much there is to do.

    Attributes:
        tokens_per_step: of an optimizer step on all devices, padding included, at most.
        steps: optimizer steps; None where epochs decide and the rows are not known.
        flops_per_token: 4 for each linear weight without the head under LoRA, else 6: the usual
            rule, by which every token goes through every layer.
        effective: share of these operations that are really done, see `mathpal.planning.spans`.
        flops: of all steps by the rule; None with `steps`.
        seconds: of all steps; None where no rate is known, too.
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
        tflops: 10¹² operations a second that all devices together achieve, by the same rule
            as `train/tflops` in a run's metrics, which counts those that are left out, too.
        train_tokens: of one pass over the rows, where `trainer.epochs` decides.
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
