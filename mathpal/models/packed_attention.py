"""Causal attention among rows that stand one after another, without any padding between them.

Knows tensors and the rows' lengths; knows nothing of models, layers or batches.
Letters: N tokens of all rows, Q of them that ask, H heads, G heads with own keys, E width of one.
"""

from collections.abc import Iterator, Sequence
from inspect import signature
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from mathpal.tokens.batches import PackedRows

SHORT = 256  # tokens of a row whose scores may be kept; longer ones go through flash attention


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
    if max(rows.lengths) <= SHORT:
        found: Tensor = _ShortRows.apply(q, k, v, rows, scale, window)  # type: ignore[no-untyped-call]
        return found
    parts = zip(
        q.split(rows.positions_needed), k.split(list(rows.lengths)), v.split(list(rows.lengths))
    )
    return torch.cat([_of_one_row(*part, scale, window) for part in parts])


class _ShortRows(torch.autograd.Function):
    """Row by row, the heads that share keys in one product, whose scores a CPU's cache holds."""

    @staticmethod
    def forward(
        ctx: Any, q: Tensor, k: Tensor, v: Tensor, rows: PackedRows, scale: float,
        window: int | None,
    ) -> Tensor:  # fmt: skip
        q, out, kept = q * scale, torch.empty_like(q), []
        hidden = ~_visible(max(rows.lengths), 0, window, q.device)[:, None]
        for asks, seen, heads, group, first, length in _products(rows, q, k):
            scores = q[asks, heads].reshape(-1, q.shape[-1]) @ k[seen, group].t()  # (QJ, N)
            by_place = scores.view(length - first, -1, length)
            by_place.masked_fill_(hidden[first:length, :, :length], -torch.inf)
            shares = torch.softmax(scores, -1)
            out[asks, heads] = (shares @ v[seen, group]).view(length - first, -1, q.shape[-1])
            kept.append(shares)
        ctx.save_for_backward(q, k, v, *kept)
        ctx.rows, ctx.scale = rows, scale
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v, *kept = ctx.saved_tensors
        dq, dk, dv = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
        products = _products(ctx.rows, q, k)
        for (asks, seen, heads, group, first, length), shares in zip(products, kept, strict=True):
            given = g[asks, heads].reshape(-1, q.shape[-1])  # (QJ, E)
            dv[seen, group] = shares.t() @ given
            dshares = given @ v[seen, group].t()
            dscores = torch._softmax_backward_data(dshares, shares, -1, shares.dtype)
            dq[asks, heads] = (dscores @ k[seen, group]).view(length - first, -1, q.shape[-1])
            dk[seen, group] = dscores.t() @ q[asks, heads].reshape(-1, q.shape[-1])
        return dq.mul_(ctx.scale), dk, dv, None, None, None


def _products(rows: PackedRows, q: Tensor, k: Tensor) -> Iterator[tuple[Any, ...]]:
    """Of each row and each group of heads: where its questions stand, its tokens, its heads, the
    group's number; and the row's first question and its length."""
    asked, begun, shares = 0, 0, q.shape[1] // k.shape[1]
    for first, length in zip(rows.first, rows.lengths, strict=True):
        asks, seen = slice(asked, asked + length - first), slice(begun, begun + length)
        asked, begun = asks.stop, seen.stop
        for group in range(k.shape[1]):
            yield asks, seen, slice(group * shares, (group + 1) * shares), group, first, length


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
        q, k, v, _ends(rows.positions_needed, q.device), _ends(rows.lengths, q.device),
        max(rows.positions_needed), max(rows.lengths), scale=scale, **options,
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
