"""Keys and values of a batch whose rows come and go.

Knows columns and rows; knows nothing of tokens, prompts and stopping. Every row ends in the newest
column: a shorter one has columns on its left that the attention mask hides.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor
from transformers.cache_utils import Cache, DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

# Columns bought at a time: a layer is copied once in so many tokens, not at every one.
ROOM = 64


class RowLayer(DynamicLayer):
    """One attention layer's keys and values, written in place.

    Args:
        window: how many columns a token of this layer sees, itself among them; None for all.
    """

    def __init__(self, window: int | None = None) -> None:
        super().__init__()
        self.window = window
        self.is_sliding = window is not None
        self.seen = 0  # columns so far, those that were let go among them
        self.stored = 0  # how many of them lie in `keys` and `values`: the newest

    @property
    def reach(self) -> int:
        """How many of the past columns the next token sees."""
        return self.seen if self.window is None else min(self.seen, self.window - 1)

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Write new columns and return all that they see.

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
        """Keep some rows and the newest columns; put the rows of other layers below them.

        Args:
            rows: indexes of the rows to keep (kept,).
            columns: how many of the newest columns they need.
            joining: the same layer of other caches, whole.
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
        """Columns that the next tokens see, and the number of the first of them."""
        return self.reach + query_length, self.seen - self.reach

    def get_seq_length(self) -> int:
        """Columns so far."""
        return self.seen


class RowCache(Cache):
    """A KV cache for each attention layer of a model.

    Args:
        windows: of each layer that has keys and values of its own, see `attention_windows`.
    """

    def __init__(self, windows: list[int | None]) -> None:
        super().__init__(layers=[RowLayer(window) for window in windows])

    def regroup(self, rows: Tensor, columns: int, joining: Sequence["RowCache"] = ()) -> None:
        """Keep some rows, cut to their newest columns, and take in those of other caches."""
        for number, layer in enumerate(self.layers):
            layer.regroup(rows, columns, [cache.layers[number] for cache in joining])


def attention_windows(config: Any) -> list[int | None] | None:
    """What each caching layer of a model sees: a window's columns, or None for all of them.

    None instead of a list for a model that keeps anything but keys and values (recurrent and
    convolutional states, an encoder).

    Args:
        config: of the model. Layers that share another one's keys and values have no entry.
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
    """The same columns (B, H, S, D) with room for more behind them (B, H, S + room, D)."""
    batch, heads, length, width = columns.shape
    store = columns.new_empty(batch, heads, length + room, width)
    store[..., :length, :] = columns
    return store


def _below(first: Tensor, others: Sequence[Tensor], width: int) -> Tensor:
    """Rows below rows, all ending in the last of `width` columns; there is room behind it."""
    parts = [first, *others]
    _, heads, _, depth = first.shape
    store = first.new_empty(sum(map(len, parts)), heads, width + ROOM, depth)
    begin = 0
    for part in parts:
        rows = store[begin : begin + len(part)]
        rows[..., : width - part.shape[-2], :] = 0  # masked, but not a number times 0 is not 0
        rows[..., width - part.shape[-2] : width, :] = part
        begin += len(part)
    return store
