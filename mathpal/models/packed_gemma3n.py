"""Gemma-3n's text model on packed rows: no padding, and no work that no target needs.

Needed positions are those from each row's first target on. The last layer that makes keys and
values, and all layers after it, compute only these: nothing reads their outputs at the prompt's
positions. In E2B and E4B that is more than a third of the layers, because the last ones share the
keys and values of earlier ones.
Knows Transformers' modules; knows nothing of batches or losses.
Letters: N tokens, Q needed positions, D width, L layers, S width of a per-layer input, E width of
a head.
"""

from collections import UserDict
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mathpal.models.fused import rotary
from mathpal.models.packed_attention import packed_attention
from mathpal.tokens.batches import PackedRows


class LayerPositions(NamedTuple):
    """The positions that one layer computes, and their rotary embeddings.

    Attributes:
        rows: lengths of the rows and the first needed position of each.
        places: indexes (Q,) of the needed positions among the layer's inputs; None if the layer
            has an output for every input.
        query_rotation: cosines and sines (1, Q, E) of the needed positions.
        key_rotation: cosines and sines (1, N, E) of all positions.
    """

    rows: PackedRows
    places: Tensor | None
    query_rotation: tuple[Tensor, Tensor]
    key_rotation: tuple[Tensor, Tensor]


def text_model(self: Any, *args: Any, rows: PackedRows | None = None, **kwargs: Any) -> Any:
    """The forward of a `Gemma3nTextModel`; with `rows`, the forward of packed rows.

    Args:
        rows: the rows in input_ids (1, N) and position_ids (1, N); other arguments are then
            ignored, and `last_hidden_state` (1, Q, D) has the needed positions only. None for
            Transformers' own forward.
    """
    if rows is None:
        return type(self).forward(self, *args, **kwargs)
    from transformers.modeling_outputs import BaseModelOutputWithPast

    ids, positions = kwargs["input_ids"], kwargs["position_ids"]
    embedded = self.embed_tokens(ids)  # (1, N, D)
    layer_inputs = self.project_per_layer_inputs(
        embedded, self.get_per_layer_inputs(ids)
    )  # (1, N, L, S)
    streams = torch.stack(_same_size(embedded, [p(embedded) for p in self.altup_projections]))
    places = rows.places().to(ids.device, non_blocking=True)
    kinds = sorted(set(self.config.layer_types))
    of_all = {kind: self.rotary_emb(embedded, positions, kind) for kind in kinds}
    of_needed = {
        kind: tuple(part.index_select(1, places) for part in parts)
        for kind, parts in of_all.items()
    }
    all_rows = PackedRows(rows.lengths, (0,) * len(rows.lengths))
    last_own = len(self.layers) - 1 - self.config.num_kv_shared_layers
    shared: UserDict[int, Any] = UserDict()
    for number, layer in enumerate(self.layers):
        kind = self.config.layer_types[number]
        if number < last_own:
            own = LayerPositions(all_rows, None, of_all[kind], of_all[kind])
        else:
            chosen = places if number == last_own else None
            own = LayerPositions(rows, chosen, of_needed[kind], of_all[kind])
        if number == last_own:
            layer_inputs = layer_inputs.index_select(1, places)
        streams = layer(
            streams, None, layer_inputs[:, :, number], shared_kv_states=shared, layer_positions=own
        )
    first, *others = streams.unbind(0)
    others = [p(stream) for p, stream in zip(self.altup_unembed_projections, others, strict=True)]
    hidden = self.norm(torch.stack(_same_size(first, others)).mean(0))
    return BaseModelOutputWithPast(last_hidden_state=hidden)


def supports(text_model: Any) -> bool:
    """Whether `packed_attention` can compute the model's attention: without dropout."""
    return not text_model.config.attention_dropout


def _same_size(first: Tensor, others: list[Tensor]) -> list[Tensor]:
    """The first stream, and the others scaled to its root mean square at each position.

    All in the first one's dtype. Under autocast, Transformers' streams are fp32 from here on,
    which costs twice the memory and time of the residual stream.
    """
    size = _mean_square(first).sqrt()
    return [first] + [
        (other * (size / _mean_square(other).clamp_min(1e-5).sqrt())).to(first.dtype)
        for other in (stream.to(first.dtype) for stream in others)
    ]


def _mean_square(stream: Tensor) -> Tensor:
    """Mean square (1, N, 1) at each position, in fp32 or wider."""
    wide = stream.float() if stream.dtype in (torch.float16, torch.bfloat16) else stream
    return wide.square().mean(-1, keepdim=True)


def needed(inputs: Tensor, positions: LayerPositions) -> Tensor:
    """Select from a layer's inputs (1, N, D) those of the positions it computes (1, Q, D)."""
    return inputs if positions.places is None else inputs.index_select(1, positions.places)


def attention(
    self: Any, normed: Tensor, shared: Any, positions: LayerPositions
) -> tuple[Tensor, Tensor]:
    """Attention's output (1, Q, D) at the needed positions, and its inputs there (1, Q, D).

    Args:
        self: a `Gemma3nTextAttention`.
        normed: (1, N, D), or (1, Q, D) in a layer that shares the keys of another.
        shared: keys and values by the number of the layer that made them.
        positions: which positions the layer computes.
    """
    own = needed(normed, positions)
    heads = (-1, self.config.head_dim)
    q = rotary(self.q_norm(self.q_proj(own).unflatten(-1, heads)), *positions.query_rotation)
    if self.is_kv_shared_layer:
        k, v = shared[self.kv_shared_layer_index]
    else:
        k = rotary(self.k_norm(self.k_proj(normed).unflatten(-1, heads)), *positions.key_rotation)
        v = self.v_norm(self.v_proj(normed).unflatten(-1, heads))
    if self.store_full_length_kv:
        shared[self.layer_idx] = k, v
    # Rotation returns fp32; under autocast, attention is computed in 16 bits.
    q, k = q.to(v.dtype), k.to(v.dtype)
    found = packed_attention(
        q[0], k[0], v[0], positions.rows, scale=self.scaling, window=self.sliding_window
    )
    return self.o_proj(found.flatten(1)[None]), own
