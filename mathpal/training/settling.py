"""What the settings of a training leave open, settled by the machine and the model; and what they
cannot ask for. Shared by the engines; knows nothing of what is done with the answers.
"""

from typing import Any, Literal

import torch

from mathpal.errors import ConfigError
from mathpal.objectives.head import body_of


def require_one_length(max_steps: int | None, epochs: int | None) -> None:
    """Refuse a training of no length, or of two."""
    if (max_steps is None) == (epochs is None):
        raise ConfigError("give exactly one of trainer.max_steps and trainer.epochs")


def require_measured(best: str, *, validated: bool) -> None:
    """What is to decide must be measured."""
    if best.startswith("validation/") and not validated:
        raise ConfigError(
            f"trainer.best={best} is asked to decide, but there are no validation rows; set "
            "trainer.patience=null trainer.finish_with=last, or give the data a validation split"
        )


def uses_gpu(accelerator: str) -> bool:
    """Whether training will run on a GPU."""
    gpu = torch.cuda.is_available() and accelerator != "cpu"
    if accelerator == "gpu" and not gpu:
        raise ConfigError("trainer.accelerator=gpu, but torch sees no GPU; use auto or cpu")
    return gpu


def settled_precision(asked: str, *, gpu: bool) -> str:
    """What is computed in."""
    if asked != "auto":
        return asked
    return "bf16-mixed" if gpu else "32-true"


def settled_layout(
    asked: Literal["auto", "padded", "packed"], model: Any, strategy: str
) -> Literal["padded", "packed"]:
    """How rows share a micro-batch."""
    if asked != "auto":
        return asked
    return "packed" if strategy != "fsdp" and takes_rows(model) else "padded"


def takes_rows(model: Any) -> bool:
    """Whether the model's body runs packed rows without padding or a mask."""
    return bool(getattr(body_of(model), "takes_rows", False))
