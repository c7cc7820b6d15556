"""Weights in pieces: FSDP2 over the processes that train together.

Each process keeps a part of every weight and of its optimizer state; a layer's weights are
gathered for the time of its computation. Knows tensors; not what is saved or when.
"""

from typing import Any

import torch
from torch.distributed.tensor import DTensor, distribute_tensor

from mathpal.errors import ConfigError


def shard(model: Any, mesh: Any) -> None:
    """Divide the model's weights among the processes, layer by layer.

    Args:
        model: a Transformers model; which of its layers are units, its class says.
        mesh: one-dimensional, of the processes.

    Raises:
        ConfigError: when some weights are frozen: a unit cannot mix both kinds in two dtypes.
    """
    from torch.distributed.fsdp import fully_shard

    if any(not weight.requires_grad for weight in model.parameters()):
        raise ConfigError(
            "trainer.strategy=fsdp with frozen weights: LoRA in fp32 around a 16-bit base cannot "
            "share a unit; use trainer.strategy=ddp, or lora=none"
        )
    units = set(getattr(model, "_no_split_modules", None) or ())
    for layer in model.modules():
        if type(layer).__name__ in units:
            fully_shard(layer, mesh=mesh)
    fully_shard(model, mesh=mesh)


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor with the parts of all processes; they all must ask for it."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def divided_as(tensor: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """A whole tensor, divided among the processes as a weight of its shape is."""
    if not isinstance(weight, DTensor) or tensor.shape != weight.shape:
        return tensor
    placed = tensor.to(weight.device, weight.dtype)
    return distribute_tensor(placed, weight.device_mesh, weight.placements)
