"""What autograd keeps between a forward and a backward pass, counted."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


def bytes_saved(model: Any, forward: Callable[[], Any]) -> int:
    """Bytes of all tensors that a forward pass saves for the backward pass, weights left out."""
    known = {t.untyped_storage().data_ptr() for t in (*model.parameters(), *model.buffers())}
    kept: dict[int, torch.Tensor] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        place = tensor.untyped_storage().data_ptr()
        if place and place not in known:
            kept[place] = tensor  # held, so that no other takes its place
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = forward()
    total = sum(tensor.untyped_storage().nbytes() for tensor in kept.values())
    del result
    return total


class _SquaresInFp32(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "") in ("pow", "__pow__"):
            args = (args[0].float(), *args[1:])
        return func(*args, **(kwargs or {}))


@contextlib.contextmanager
def autocast_of_a_gpu() -> Iterator[None]:
    """bf16 autocast on the CPU that also takes squares in fp32, as it does on a GPU."""
    with torch.autocast("cpu", torch.bfloat16), _SquaresInFp32():
        yield
