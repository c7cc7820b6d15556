"""Resolve settings of a training that are "auto", and refuse those that contradict each other.

Shared by `fit` and `fit_trl`; trains nothing.
"""

from typing import Any, Literal

import torch

from mathpal.errors import ConfigError
from mathpal.objectives.head import body_of


def require_one_length(max_steps: int | None, epochs: int | None) -> None:
    """Raise unless exactly one of max_steps and epochs is given."""
    if (max_steps is None) == (epochs is None):
        raise ConfigError("give exactly one of trainer.max_steps and trainer.epochs")


def require_measured(best: str, *, validated: bool) -> None:
    """Raise when the metric that decides the best step is not measured."""
    if best.startswith("validation/") and not validated:
        raise ConfigError(
            f"trainer.best={best} selects the best step, but there are no validation rows; set "
            "trainer.patience=null trainer.finish_with=last, or give the data a validation split"
        )


def uses_gpu(accelerator: str) -> bool:
    """Return whether training runs on a GPU."""
    gpu = torch.cuda.is_available() and accelerator != "cpu"
    if accelerator == "gpu" and not gpu:
        raise ConfigError("trainer.accelerator=gpu, but torch sees no GPU; use auto or cpu")
    return gpu


def settled_precision(asked: str, *, gpu: bool) -> str:
    """Return the precision; auto depends on the device."""
    if asked != "auto":
        return asked
    return "bf16-mixed" if gpu else "32-true"


def settled_layout(
    asked: Literal["auto", "padded", "packed"], model: Any, strategy: str
) -> Literal["padded", "packed"]:
    """Return the layout of a micro-batch; auto depends on the model and the strategy."""
    if asked != "auto":
        return asked
    return "packed" if strategy != "fsdp" and takes_rows(model) else "padded"


def takes_rows(model: Any) -> bool:
    """Return whether the model's body runs packed rows without padding or a mask."""
    return bool(getattr(body_of(model), "takes_rows", False))
