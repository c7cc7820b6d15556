"""A KV cache of a batch in which finished rows are replaced by new ones.

Knows columns (positions) and rows; knows nothing of tokens, prompts or stopping. All rows end in
the newest column. A shorter row has unused columns on its left, hidden by the attention mask.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor
from transformers.cache_utils import Cache, DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

# Spare columns allocated at a time: a layer is copied once in so many tokens, not for each.
ROOM = 64


class RowLayer(DynamicLayer):
    """One attention layer's keys and values, written in place.

    Args:
        window: columns that a token attends to, its own included; None for all.
    """

    def __init__(self, window: int | None = None) -> None:
        super().__init__()
        self.window = window
        self.is_sliding = window is not None
        self.seen = 0  # columns so far, dropped ones included
        self.stored = 0  # how many of the newest columns are in `keys` and `values`

    @property
    def reach(self) -> int:
        """How many past columns the next token attends to."""
        return self.seen if self.window is None else min(self.seen, self.window - 1)

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Append new columns; return all columns that they attend to.

        Args:
            key_states: (B, H, new, D).
            value_states: (B, H, new, D).
        """
        new, past = key_states.shape[-2], self.reach
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            self.keys, self.values = key_states, value_states
        else:
            if self.stored + new > self.keys.shape[-2]:
                self.keys = _moved(self.keys[..., self.stored - past : self.stored, :], new + ROOM)
                self.values = _moved(
                    self.values[..., self.stored - past : self.stored, :], new + ROOM
                )
                self.stored = past
            self.keys[..., self.stored : self.stored + new, :] = key_states
            self.values[..., self.stored : self.stored + new, :] = value_states
        self.seen += new
        self.stored += new
        seen = slice(self.stored - past - new, self.stored)
        return self.keys[..., seen, :], self.values[..., seen, :]

    def regroup(self, rows: Tensor, columns: int, joining: Sequence["RowLayer"] = ()) -> None:
        """Keep some rows and the newest columns; append the rows of other caches below them.

        Args:
            rows: indexes of the rows to keep (kept,).
            columns: how many of the newest columns they need.
            joining: the same layer of the other caches; all their rows are appended.
        """
        own = min(columns, self.reach)
        width = max([own, *(layer.reach for layer in joining)])
        for name in ("keys", "values"):
            kept = getattr(self, name)[..., self.stored - own : self.stored, :][rows]
            others = [
                getattr(layer, name)[..., layer.stored - layer.reach : layer.stored, :]
                for layer in joining
            ]
            setattr(self, name, _below(kept, others, width))
        self.seen = max([columns, *(layer.seen for layer in joining)])
        self.stored = width

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Columns that the next tokens attend to, and the index of the first of them."""
        return self.reach + query_length, self.seen - self.reach

    def get_seq_length(self) -> int:
        """Columns so far."""
        return self.seen


class RowCache(Cache):
    """The KV cache of a model, a `RowLayer` for each layer with its own keys and values.

    Args:
        windows: of these layers, see `attention_windows`.
    """

    def __init__(self, windows: list[int | None]) -> None:
        super().__init__(layers=[RowLayer(window) for window in windows])

    def regroup(self, rows: Tensor, columns: int, joining: Sequence["RowCache"] = ()) -> None:
        """Keep some rows and their newest columns, and append the rows of other caches."""
        for number, layer in enumerate(self.layers):
            layer.regroup(rows, columns, [cache.layers[number] for cache in joining])


def attention_windows(config: Any) -> list[int | None] | None:
    """The attention window of each layer that caches keys and values, in columns.

    Args:
        config: of the model.

    Returns:
        An entry for each layer with its own keys and values: its window, or None if it attends to
        all columns. None instead of the list if the model keeps other state than keys and values
        (recurrent or convolutional states, an encoder).
    """
    if getattr(config, "is_encoder_decoder", False):
        return None
    windows: list[int | None] = []
    for layer in DynamicCache(config=config).layers:
        if type(layer) is DynamicLayer:
            windows.append(None)
        elif type(layer) is DynamicSlidingWindowLayer:
            windows.append(layer.sliding_window)
        else:
            return None
    return windows


def _moved(columns: Tensor, room: int) -> Tensor:
    """Copy columns (B, H, S, D) into a larger tensor with spare columns (B, H, S + room, D)."""
    batch, heads, length, width = columns.shape
    store = columns.new_empty(batch, heads, length + room, width)
    store[..., :length, :] = columns
    return store


def _below(first: Tensor, others: Sequence[Tensor], width: int) -> Tensor:
    """Stack rows, right-aligned in the first `width` columns, with spare columns after them."""
    parts = [first, *others]
    _, heads, _, depth = first.shape
    store = first.new_empty(sum(map(len, parts)), heads, width + ROOM, depth)
    begin = 0
    for part in parts:
        rows = store[begin : begin + len(part)]
        rows[..., : width - part.shape[-2], :] = 0  # masked, but NaN times 0 is NaN
        rows[..., width - part.shape[-2] : width, :] = part
        begin += len(part)
    return store
