"""Gemma-3n's text model on rows that stand one after another: no padding, and no work that no
target needs.

Layers from the last one that makes keys and values on are asked for the positions from each
row's first target on: what a prompt's positions would become there is read by nobody. In a model
whose last layers share the keys and values of earlier ones that is a third of them and more.
Knows Transformers' modules; knows nothing of batches or losses.
Letters: N tokens, Q of them that ask, D width, P AltUp streams, H and G heads, E width of one.
"""

from collections import UserDict
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mathpal.models.fused import rotary
from mathpal.models.packed_attention import packed_attention
from mathpal.tokens.batches import PackedRows


class Sight(NamedTuple):
    """Who asks whom in a layer.

    Attributes:
        rows: where the rows stand and which positions ask.
        places: (Q,) those among the layer's inputs that its outputs are of; None for all.
        questions: cosines and sines (1, Q, E) of the positions that ask, for rotation.
        keys: the same (1, N, E) of all.
    """

    rows: PackedRows
    places: Tensor | None
    questions: tuple[Tensor, Tensor]
    keys: tuple[Tensor, Tensor]


def text_model(self: Any, *args: Any, rows: PackedRows | None = None, **kwargs: Any) -> Any:
    """The forward of a `Gemma3nTextModel`; with `rows` that of packed rows.

    Args:
        rows: where they stand among input_ids (1, N) and position_ids (1, N), which are then
            the only other arguments heeded. `last_hidden_state` (1, Q, D) is of the positions
            that ask. None for Transformers' own forward.
    """
    if rows is None:
        return type(self).forward(self, *args, **kwargs)
    from transformers.modeling_outputs import BaseModelOutputWithPast

    ids, positions = kwargs["input_ids"], kwargs["position_ids"]
    embedded = self.embed_tokens(ids)  # (1, N, D)
    extras = self.project_per_layer_inputs(embedded, self.get_per_layer_inputs(ids))  # (1, N, L, S)
    streams = torch.stack(_alike(embedded, [p(embedded) for p in self.altup_projections]))
    places = rows.places().to(ids.device, non_blocking=True)
    kinds = sorted(set(self.config.layer_types))
    all_of = {kind: self.rotary_emb(embedded, positions, kind) for kind in kinds}
    asking_of = {
        kind: tuple(part.index_select(1, places) for part in parts)
        for kind, parts in all_of.items()
    }
    everyone = PackedRows(rows.lengths, (0,) * len(rows.lengths))
    last_own = len(self.layers) - 1 - self.config.num_kv_shared_layers
    shared: UserDict[int, Any] = UserDict()
    for number, layer in enumerate(self.layers):
        kind = self.config.layer_types[number]
        if number < last_own:
            sight = Sight(everyone, None, all_of[kind], all_of[kind])
        else:
            narrows = places if number == last_own else None
            sight = Sight(rows, narrows, asking_of[kind], all_of[kind])
        if number == last_own:
            extras = extras.index_select(1, places)
        streams = layer(streams, None, extras[:, :, number], shared_kv_states=shared, sight=sight)
    first, *others = streams.unbind(0)
    others = [p(stream) for p, stream in zip(self.altup_unembed_projections, others, strict=True)]
    hidden = self.norm(torch.stack(_alike(first, others)).mean(0))
    return BaseModelOutputWithPast(last_hidden_state=hidden)


def can(text_model: Any) -> bool:
    """Whether its attention is one that `packed_attention` computes: there is no dropout in it."""
    return not text_model.config.attention_dropout


def _alike(first: Tensor, others: list[Tensor]) -> list[Tensor]:
    """The first stream, and the others brought to its root mean square at each position.

    In the dtype of the first: under autocast Transformers goes on in fp32 from here, which costs
    twice the memory and time of the whole residual stream.
    """
    size = _mean_square(first).sqrt()
    return [first] + [
        (other * (size / _mean_square(other).clamp_min(1e-5).sqrt())).to(first.dtype)
        for other in (stream.to(first.dtype) for stream in others)
    ]


def _mean_square(stream: Tensor) -> Tensor:
    """(1, N, 1), in fp32 or wider."""
    wide = stream.float() if stream.dtype in (torch.float16, torch.bfloat16) else stream
    return wide.square().mean(-1, keepdim=True)


def asking(inputs: Tensor, sight: Sight) -> Tensor:
    """Of a layer's inputs (1, N, D) those that it has outputs for (1, Q, D)."""
    return inputs if sight.places is None else inputs.index_select(1, sight.places)


def attention(self: Any, normed: Tensor, shared: Any, sight: Sight) -> tuple[Tensor, Tensor]:
    """What the positions that ask find, (1, Q, D), and their own inputs (1, Q, D).

    Args:
        self: a `Gemma3nTextAttention`.
        normed: (1, N, D), or (1, Q, D) in a layer that shares the keys of another.
        shared: keys and values by the number of the layer that made them.
        sight: who asks whom.
    """
    asks = asking(normed, sight)
    heads = (-1, self.config.head_dim)
    q = rotary(self.q_norm(self.q_proj(asks).unflatten(-1, heads)), *sight.questions)
    if self.is_kv_shared_layer:
        k, v = shared[self.kv_shared_layer_index]
    else:
        k = rotary(self.k_norm(self.k_proj(normed).unflatten(-1, heads)), *sight.keys)
        v = self.v_norm(self.v_proj(normed).unflatten(-1, heads))
    if self.store_full_length_kv:
        shared[self.layer_idx] = k, v
    # Rotation in fp32 leaves fp32 behind; under autocast attention is computed in 16 bits.
    q, k = q.to(v.dtype), k.to(v.dtype)
    found = packed_attention(
        q[0], k[0], v[0], sight.rows, scale=self.scaling, window=self.sliding_window
    )
    return self.o_proj(found.flatten(1)[None]), asks
