"""Causal attention among rows that stand one after another, without any padding between them.

Knows tensors and the rows' lengths; knows nothing of models, layers or batches.
Letters: N tokens of all rows, Q of them that ask, H heads, G heads with own keys, E width of one.
"""

from collections.abc import Sequence
from inspect import signature
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor

from mathpal.data.batches import PackedRows


def packed_attention(
    q: Tensor, k: Tensor, v: Tensor, rows: PackedRows, *, scale: float, window: int | None
) -> Tensor:
    """softmax(scale · q·kᵀ)·v; each position sees those of its own row up to itself.

    Args:
        q: (Q, H, E), of the positions that ask.
        k: (N, G, E), of all of them; G divides H.
        v: (N, G, E).
        rows: where they stand.
        scale: of the products.
        window: a position sees so many, itself included; None for all before it.

    Returns:
        (Q, H, E).
    """
    if window is not None and window >= max(rows.lengths):
        window = None
    if q.is_cuda and q.dtype in (torch.float16, torch.bfloat16):
        return _varlen(q, k, v, rows, scale, window)
    parts = zip(q.split(rows.asking), k.split(list(rows.lengths)), v.split(list(rows.lengths)))
    return torch.cat([_of_one_row(*part, scale, window) for part in parts])


def _visible(length: int, first: int, window: int | None, device: torch.device) -> Tensor:
    """(Q, N): which tokens of a row its positions from the given one on see."""
    seen = torch.arange(length, device=device)
    asks = seen[first:, None]
    visible = seen <= asks
    return visible if window is None else visible & (seen > asks - window)


def _of_one_row(q: Tensor, k: Tensor, v: Tensor, scale: float, window: int | None) -> Tensor:
    """The same for one row, whose last positions ask: q (Q, H, E), k and v (N, G, E)."""
    first = len(k) - len(q)
    mask = _visible(len(k), first, window, q.device) if first or window is not None else None
    # A CPU's kernel takes turns on two cores for heads that share keys, five times as long.
    k, v = _spread(k, q), _spread(v, q)
    q, k, v = (part.transpose(0, 1)[None] for part in (q, k, v))
    found = torch.nn.functional.scaled_dot_product_attention(
        q, k, v, attn_mask=mask, is_causal=mask is None, scale=scale
    )
    return found[0].transpose(0, 1)


def _varlen(
    q: Tensor, k: Tensor, v: Tensor, rows: PackedRows, scale: float, window: int | None
) -> Tensor:
    """By one kernel for all rows (flash attention aligns the last question with the last key)."""
    from torch.nn.attention.varlen import varlen_attn

    options: dict[str, Any] = {"window_size": (-1 if window is None else window - 1, 0)}
    if shares_keys():
        options["enable_gqa"] = True
    else:
        k, v = _spread(k, q), _spread(v, q)
    found = varlen_attn(
        q, k, v, _ends(rows.asking, q.device), _ends(rows.lengths, q.device),
        max(rows.asking), max(rows.lengths), scale=scale, **options,
    )  # fmt: skip
    assert isinstance(found, Tensor)
    return found


def shares_keys() -> bool:
    """Whether that kernel takes one copy of keys for several heads: from torch 2.12 on."""
    from torch.nn.attention.varlen import varlen_attn

    return "enable_gqa" in signature(varlen_attn).parameters


def _spread(keys: Tensor, q: Tensor) -> Tensor:
    """(N, G, E) as (N, H, E): for every head of q its own copy."""
    shares = q.shape[1] // keys.shape[1]
    return keys.unsqueeze(2).expand(-1, -1, shares, -1).flatten(1, 2)


def _ends(lengths: Sequence[int], device: torch.device) -> Tensor:
    """(rows + 1,) int32: 0 and the end of each."""
    return torch.tensor([0, *accumulate(lengths)], dtype=torch.int32).to(device, non_blocking=True)
