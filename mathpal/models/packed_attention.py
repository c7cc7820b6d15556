"""Causal attention over packed rows: all rows in one sequence, without padding.

Knows tensors and the rows' lengths; knows nothing of models, layers or batches.
Letters: N tokens of all rows, Q needed positions (those that have queries), H query heads, G key
and value heads, J = H / G heads that share keys, E width of a head.
"""

from collections.abc import Iterator, Sequence
from inspect import signature
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from mathpal.tokens.batches import PackedRows

SHORT = 256  # on a CPU, rows up to so many tokens keep their probabilities; longer ones use SDPA


def packed_attention(
    q: Tensor, k: Tensor, v: Tensor, rows: PackedRows, *, scale: float, window: int | None
) -> Tensor:
    """softmax(scale · q·kᵀ)·v; each position attends to its own row, up to itself.

    Args:
        q: (Q, H, E), queries of the needed positions.
        k: (N, G, E), keys of all positions; G divides H.
        v: (N, G, E), values of all positions.
        rows: lengths of the rows and the first needed position of each.
        scale: factor of the products.
        window: positions that one attends to, itself included; None for all before it.

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
    """One matrix product for each row and group of heads: its scores fit into a CPU's cache."""

    @staticmethod
    def forward(
        ctx: Any, q: Tensor, k: Tensor, v: Tensor, rows: PackedRows, scale: float,
        window: int | None,
    ) -> Tensor:  # fmt: skip
        q, out, kept = q * scale, torch.empty_like(q), []
        hidden = ~_visible(max(rows.lengths), 0, window, q.device)[:, None]
        for queries, tokens, heads, group, first, length in _products(rows, q, k):
            scores = q[queries, heads].reshape(-1, q.shape[-1]) @ k[tokens, group].t()  # (QJ, N)
            by_place = scores.view(length - first, -1, length)
            by_place.masked_fill_(hidden[first:length, :, :length], -torch.inf)
            shares = torch.softmax(scores, -1)
            out[queries, heads] = (shares @ v[tokens, group]).view(length - first, -1, q.shape[-1])
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
        for (queries, tokens, heads, group, first, length), shares in zip(
            products, kept, strict=True
        ):
            given = g[queries, heads].reshape(-1, q.shape[-1])  # (QJ, E)
            dv[tokens, group] = shares.t() @ given
            dshares = given @ v[tokens, group].t()
            dscores = torch._softmax_backward_data(dshares, shares, -1, shares.dtype)
            dq[queries, heads] = (dscores @ k[tokens, group]).view(length - first, -1, q.shape[-1])
            dk[tokens, group] = dscores.t() @ q[queries, heads].reshape(-1, q.shape[-1])
        return dq.mul_(ctx.scale), dk, dv, None, None, None


def _products(rows: PackedRows, q: Tensor, k: Tensor) -> Iterator[tuple[Any, ...]]:
    """For each row and group of heads: slices of the row's queries, of its tokens and of the
    heads, the group's number, the row's first needed position and its length."""
    query, token, shares = 0, 0, q.shape[1] // k.shape[1]
    for first, length in zip(rows.first, rows.lengths, strict=True):
        queries, tokens = slice(query, query + length - first), slice(token, token + length)
        query, token = queries.stop, tokens.stop
        for group in range(k.shape[1]):
            yield queries, tokens, slice(group * shares, (group + 1) * shares), group, first, length


def _visible(length: int, first: int, window: int | None, device: torch.device) -> Tensor:
    """(Q, N), bool: the tokens of a row that each position from `first` on attends to."""
    places = torch.arange(length, device=device)
    own = places[first:, None]
    visible = places <= own
    return visible if window is None else visible & (places > own - window)


def _of_one_row(q: Tensor, k: Tensor, v: Tensor, scale: float, window: int | None) -> Tensor:
    """Attention of one row; queries are those of its last Q positions."""
    first = len(k) - len(q)
    mask = _visible(len(k), first, window, q.device) if first or window is not None else None
    # With shared keys, the CPU kernel does not run in parallel on two cores: five times slower.
    k, v = _spread(k, q), _spread(v, q)
    q, k, v = (part.transpose(0, 1)[None] for part in (q, k, v))
    found = torch.nn.functional.scaled_dot_product_attention(
        q, k, v, attn_mask=mask, is_causal=mask is None, scale=scale
    )
    return found[0].transpose(0, 1)


def _varlen(
    q: Tensor, k: Tensor, v: Tensor, rows: PackedRows, scale: float, window: int | None
) -> Tensor:
    """One kernel for all rows. Flash attention aligns a row's last query with its last key."""
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
    """Whether torch's varlen kernel lets several heads share keys: from torch 2.12 on."""
    from torch.nn.attention.varlen import varlen_attn

    return "enable_gqa" in signature(varlen_attn).parameters


def _spread(keys: Tensor, q: Tensor) -> Tensor:
    """Repeat keys or values (N, G, E) for every head of q: (N, H, E)."""
    shares = q.shape[1] // keys.shape[1]
    return keys.unsqueeze(2).expand(-1, -1, shares, -1).flatten(1, 2)


def _ends(lengths: Sequence[int], device: torch.device) -> Tensor:
    """Cumulative lengths (rows + 1,), int32: 0 and the end of each row."""
    return torch.tensor([0, *accumulate(lengths)], dtype=torch.int32).to(device, non_blocking=True)
