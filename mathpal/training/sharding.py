"""Weights divided among the processes that train together, by FSDP2.

Each process keeps a part of every weight and of its optimizer state; a layer's weights are
gathered while it computes. Knows tensors, not checkpoints.
"""

from typing import Any

import torch
from torch.distributed.tensor import DTensor, distribute_tensor

from mathpal.errors import ConfigError


def shard(model: Any, mesh: Any) -> None:
    """Divide the model's weights among the processes, layer by layer.

    Args:
        model: a Transformers model; its class names the layers that are FSDP units.
        mesh: one-dimensional device mesh of the processes.

    Raises:
        ConfigError: when some weights are frozen: a unit cannot hold trained and frozen weights of
            different dtypes.
    """
    from torch.distributed.fsdp import fully_shard

    if any(not weight.requires_grad for weight in model.parameters()):
        raise ConfigError(
            "trainer.strategy=fsdp with frozen weights: LoRA in fp32 and its 16-bit base cannot "
            "share an FSDP unit; use trainer.strategy=ddp, or lora=none"
        )
    units = set(getattr(model, "_no_split_modules", None) or ())
    for layer in model.modules():
        if type(layer).__name__ in units:
            fully_shard(layer, mesh=mesh)
    fully_shard(model, mesh=mesh)


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """Gather a tensor's parts from all processes; all of them must call this."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def divided_as(tensor: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Divide a whole tensor among the processes as a weight of its shape is."""
    if not isinstance(weight, DTensor) or tensor.shape != weight.shape:
        return tensor
    placed = tensor.to(weight.device, weight.dtype)
    return distribute_tensor(placed, weight.device_mesh, weight.placements)
