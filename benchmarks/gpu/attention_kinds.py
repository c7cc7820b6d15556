"""Kinds of attention over rows of mixed length, padded or packed.

Each maker returns a function of queries (B, H, T, D), keys and values (B, K, T, D).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from common import Missing, need


class Size(NamedTuple):
    heads: int
    kv: int
    width: int
    window: int
    tokens: int
    longest: tuple[int, ...]


class Rows(NamedTuple):
    """Rows of mixed length and their layout: padded (B, T), or packed (1, Σ)."""

    lengths: list[int]
    packed: bool
    size: Size
    where: Any

    @property
    def shape(self) -> tuple[int, int]:
        if self.packed:
            return 1, sum(self.lengths)
        return len(self.lengths), max(self.lengths)

    def numbers(self) -> tuple[Any, Any]:
        """For each place (B, T): its row, -1 for padding, and its position in the row."""
        import torch

        batch, width = self.shape
        row = torch.full((batch, width), -1, dtype=torch.int32)
        place = torch.arange(width, dtype=torch.int32).repeat(batch, 1)
        begin = 0
        for number, length in enumerate(self.lengths):
            own = slice(begin, begin + length) if self.packed else slice(0, length)
            line = 0 if self.packed else number
            row[line, own] = number
            place[line, own] = torch.arange(length, dtype=torch.int32)
            begin += length
        return row.to(self.where), place.to(self.where)


def allowed(rows: Rows, sliding: bool, row: Any = None) -> Any:
    """Mask of the keys that each query attends to, bool (B, 1, T, T); padding sees itself."""
    import torch

    own, place = rows.numbers()
    if row is not None:
        own, place = own[row : row + 1], place[row : row + 1]
    apart = place[:, :, None] - place[:, None, :]
    seen = (own[:, :, None] == own[:, None, :]) & (apart >= 0)
    if sliding:
        seen &= apart < rows.size.window
    seen |= torch.eye(own.shape[1], dtype=torch.bool, device=rows.where)
    return seen[:, None]


def eager(rows: Rows, sliding: bool) -> Callable[..., Any]:
    """Transformers' eager attention: all scores, softmax in fp32."""
    import torch

    mask = allowed(rows, sliding)
    groups = rows.size.heads // rows.size.kv

    def attend(q: Any, k: Any, v: Any) -> Any:
        k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
        scores = (q @ k.transpose(-1, -2)).masked_fill(~mask, torch.finfo(q.dtype).min)
        return scores.softmax(-1, dtype=torch.float32).to(q.dtype) @ v

    return attend


def sdpa(rows: Rows, sliding: bool) -> Callable[..., Any]:
    """F.scaled_dot_product_attention; without a mask if all rows have the same length."""
    import torch
    import torch.nn.functional as F

    plain = not sliding and not rows.packed and len(set(rows.lengths)) == 1
    mask = None if plain else allowed(rows, sliding)
    groups = rows.size.heads // rows.size.kv

    def attend(q: Any, k: Any, v: Any) -> Any:
        if plain:
            return F.scaled_dot_product_attention(
                q, k, v, is_causal=True, scale=1.0, enable_gqa=True
            )
        # With a mask, the kernels need as many key heads as query heads.
        k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=1.0)

    assert torch.backends.cuda.mem_efficient_sdp_enabled()
    return attend


def flex(rows: Rows, sliding: bool) -> Callable[..., Any]:
    """torch's flex_attention, compiled, with a block mask."""
    import torch
    import torch._dynamo
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention

    own, place = rows.numbers()
    window = rows.size.window if sliding else 2**30

    def seen(b: Any, h: Any, q: Any, k: Any) -> Any:
        apart = place[b, q] - place[b, k]
        return (own[b, q] == own[b, k]) & (apart >= 0) & (apart < window)

    batch, width = rows.shape
    block = create_block_mask(seen, batch, None, width, width, device=rows.where.type)
    if rows.where.type == "cuda":
        # Each layout is compiled separately; beyond the limit it would run unfused.
        torch._dynamo.config.recompile_limit = 256
        torch._dynamo.config.accumulated_recompile_limit = 1024
        attention = torch.compile(flex_attention, dynamic=False)
    else:
        attention = _flex_in_plain_torch
    return lambda q, k, v: attention(q, k, v, block_mask=block, scale=1.0, enable_gqa=True)


def _flex_in_plain_torch(q: Any, k: Any, v: Any, **settings: Any) -> Any:
    from torch.nn.attention.flex_attention import flex_attention

    # There is no backward pass on a CPU.
    return flex_attention(q.detach(), k.detach(), v.detach(), **settings)


def varlen(rows: Rows, sliding: bool, *, repeated: bool = False) -> Callable[..., Any]:
    """torch.nn.attention.varlen: rows separated by their boundaries."""
    if rows.where.type != "cuda":
        raise Missing("torch.nn.attention.varlen: not on a CPU")
    need("torch.nn.attention.varlen")
    from torch.nn.attention.varlen import varlen_attn

    bounds, longest = _bounds(rows), max(rows.lengths)
    window = (rows.size.window - 1, 0) if sliding else (-1, 0)

    def attention(q: Any, k: Any, v: Any) -> Any:
        return varlen_attn(q, k, v, bounds, bounds, longest, longest, scale=1.0, window_size=window)

    # Some releases need as many key heads as query heads.
    return _flat(rows, attention, rows.size.heads // rows.size.kv if repeated else 1)


def own(rows: Rows, sliding: bool) -> Callable[..., Any]:
    """MathPal's `packed_attention`, computed at every position."""
    from mathpal.models.packed_attention import packed_attention
    from mathpal.tokens.batches import PackedRows

    packed_rows = PackedRows(tuple(rows.lengths), (0,) * len(rows.lengths))
    window = rows.size.window if sliding else None

    def attention(q: Any, k: Any, v: Any) -> Any:
        return packed_attention(q, k, v, packed_rows, scale=1.0, window=window)

    return _flat(rows, attention, 1)


def flash(rows: Rows, sliding: bool) -> Callable[..., Any]:
    """The flash-attn package."""
    need("flash_attn", "flash-attn")
    from flash_attn import flash_attn_varlen_func

    bounds, longest = _bounds(rows), max(rows.lengths)
    window = (rows.size.window - 1, 0) if sliding else (-1, -1)

    def attention(q: Any, k: Any, v: Any) -> Any:
        return flash_attn_varlen_func(
            q, k, v, bounds, bounds, longest, longest, softmax_scale=1.0, causal=True,
            window_size=window,
        )  # fmt: skip

    return _flat(rows, attention, 1)


def _bounds(rows: Rows) -> Any:
    import torch

    ends = torch.tensor([0, *rows.lengths]).cumsum(0)
    return ends.to(rows.where, torch.int32)


def _flat(rows: Rows, attention: Callable[..., Any], groups: int) -> Callable[..., Any]:
    """Wrap a kernel of unpadded tokens (Σ, H, D) into a function of tensors (B, H, T, D)."""
    import torch

    real = (rows.numbers()[0] >= 0).flatten().nonzero().squeeze(-1)  # (Σ,)
    whole = rows.packed or len(set(rows.lengths)) == 1

    def attend(q: Any, k: Any, v: Any) -> Any:
        batch, heads, width, depth = q.shape
        parts = []
        for own in (q, k, v):
            flat = own.transpose(1, 2).flatten(0, 1)  # (B·T, H, D)
            flat = flat if whole else flat[real]
            if flat.shape[1] < heads and groups > 1:
                flat = flat.repeat_interleave(groups, 1)
            parts.append(flat.contiguous())
        out = attention(*parts)
        if not whole:
            out = torch.zeros(
                batch * width, heads, depth, device=q.device, dtype=q.dtype
            ).index_put((real,), out)
        return out.view(batch, width, heads, depth).transpose(1, 2)

    return attend


MAKERS: dict[str, Callable[[Rows, bool], Callable[..., Any]]] = {
    "eager": eager,
    "sdpa": sdpa,
    "flex": flex,
    "varlen": varlen,
    "varlen, keys repeated": partial(varlen, repeated=True),
    "flash-attn": flash,
    "mathpal": own,
}
