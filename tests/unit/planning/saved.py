"""What autograd keeps between a forward and a backward pass, counted."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from mathpal.models.packed_attention import packed_attention


def bytes_saved(model: Any, forward: Callable[[], Any]) -> int:
    """Bytes of all tensors that a forward pass saves for the backward pass, weights left out."""
    known = {t.untyped_storage().data_ptr() for t in (*model.parameters(), *model.buffers())}
    kept: dict[int, torch.UntypedStorage] = {}

    def pack(tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        if storage.data_ptr() and storage.data_ptr() not in known:
            # Held, so that no other takes its address; the tensor would hold its whole graph.
            kept[storage.data_ptr()] = storage
        # Nothing is returned: a graph that holds its own outputs is never freed.

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda nothing: nothing):
        result = forward()
    total = sum(storage.nbytes() for storage in kept.values())
    del result
    return total


class _SquaresInFp32(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "") in ("pow", "__pow__", "square"):
            args = (args[0].float(), *args[1:])
        return func(*args, **(kwargs or {}))


@contextlib.contextmanager
def autocast_of_a_gpu() -> Iterator[None]:
    """bf16 autocast on the CPU that also takes squares in fp32, as it does on a GPU."""
    with torch.autocast("cpu", torch.bfloat16), _SquaresInFp32():
        yield


class _OneKernel(torch.autograd.Function):
    """Keeps what a GPU's kernel for all packed rows keeps."""

    @staticmethod
    def forward(ctx: Any, q: Any, k: Any, v: Any, compute: Callable[..., Any]) -> torch.Tensor:
        found: torch.Tensor = compute(q, k, v).contiguous()
        ctx.save_for_backward(q, k, v, found, q.new_empty(q.shape[:2], dtype=torch.float32))
        return found

    @staticmethod
    def backward(ctx: Any, *g: torch.Tensor) -> None:
        raise NotImplementedError


def packed_attention_of_a_gpu(q: Any, k: Any, v: Any, rows: Any, **how: Any) -> torch.Tensor:
    """`packed_attention` of this CPU that keeps what it would keep on a GPU in 16 bits."""
    found: torch.Tensor = _OneKernel.apply(
        q, k, v, lambda q, k, v: packed_attention(q, k, v, rows, **how)
    )
    return found
