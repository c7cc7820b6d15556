"""Decoding with continuous batching: waiting prompts replace finished rows.

Knows token ids and a model's forward; knows nothing of texts. It generates the tokens that
`model.generate` would for each prompt alone: the other rows, padding and replacements change
logits by rounding only. What is sampled depends on the prompt's own seed, never on the batch.

Source: iteration-level scheduling, Yu et al. 2022 (Orca, OSDI).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mathpal.generation.cache import RowCache
from mathpal.generation.sampling import Choice

# Rows are replaced once this share of them has finished: a replacement costs a copy of the cache
# and a forward pass over the new prompts.
TURNOVER = 1 / 8
# Most prompt tokens, padding included, of one forward pass; more prompts take several passes.
PREFILL_TOKENS = 2048


Told = Callable[[int, Sequence[int]], None]


class Rows(NamedTuple):
    """The rows of the current batch.

    Attributes:
        cache: keys and values of all columns before the newest token.
        mask: attention mask of those columns, false for padding (B, columns).
        newest: last token of each row, not yet processed by the model (B,).
        numbers: the prompt that each row answers.
        lengths: tokens of each row's prompt.
        written: tokens of each row's answer so far.
    """

    cache: RowCache
    mask: Tensor
    newest: Tensor
    numbers: list[int]
    lengths: list[int]
    written: list[list[int]]


def decode(
    model: Any,
    prompts: Sequence[Sequence[int]],
    *,
    windows: list[int | None],
    ends: Callable[[list[int]], bool],
    choose: Choice,
    max_new_tokens: int,
    batch_tokens: int,
    told: Told | None = None,
) -> Iterator[tuple[int, list[int]]]:
    """Answer every prompt; yield its number and its new tokens as soon as it is finished.

    Args:
        model: a causal LM.
        prompts: token ids, none empty.
        windows: see `mathpal.generation.cache.attention_windows`.
        ends: whether an answer's tokens end it, its stop token included.
        choose: the next token of each row.
        max_new_tokens: most tokens of an answer.
        batch_tokens: most tokens in the cache, padding included; a prompt that needs more is
            answered alone.
        told: called with a prompt's number and its answer's tokens so far after each of them.
    """
    # Longest first: similar lengths need little padding, and memory peaks at the start.
    waiting = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
    rows: Rows | None = None
    active: list[int] = []
    while waiting or active:
        kept = [rows.lengths[row] for row in active] if rows else []
        longest = max([*kept, *(len(prompts[i]) for i in waiting[:1])])
        free = max(1, batch_tokens // (longest + max_new_tokens)) - len(active)
        entering, waiting = waiting[: max(0, free)], waiting[max(0, free) :]
        fresh = _read(model, prompts, entering, windows, choose)
        begun = range(len(active), len(active) + len(entering))
        rows = _kept(rows, active, fresh) if rows and active else _kept(fresh[0], None, fresh[1:])
        _tell(told, rows, begun)
        size = len(rows.numbers)
        active = _unfinished(rows, ends, max_new_tokens)
        while size - len(active) < max(1, TURNOVER * size):
            rows = _stepped(model, rows, active, choose)
            _tell(told, rows, active)
            active = _unfinished(rows, ends, max_new_tokens)
        for row in sorted(set(range(size)) - set(active)):
            yield rows.numbers[row], rows.written[row]


def _tell(told: Told | None, rows: Rows, newer: Iterable[int]) -> None:
    if told:
        for row in newer:
            told(rows.numbers[row], rows.written[row])


@torch.inference_mode()
def _read(
    model: Any,
    prompts: Sequence[Sequence[int]],
    numbers: list[int],
    windows: list[int | None],
    choose: Choice,
) -> list[Rows]:
    """Prefill prompts, the longest first, and generate the first token of each answer."""
    read: list[Rows] = []
    while numbers:
        width = len(prompts[numbers[0]])
        count = max(1, PREFILL_TOKENS // width)
        chosen, numbers = numbers[:count], numbers[count:]
        lengths = torch.tensor([len(prompts[i]) for i in chosen])[:, None]  # (B, 1)
        # Padding is masked, so its id does not matter; 0 is in every vocabulary.
        ids = torch.tensor([[0] * (width - len(prompts[i])) + [*prompts[i]] for i in chosen])
        positions = torch.arange(width) - width + lengths  # (B, T), left-padded
        mask = (positions >= 0).to(model.device)
        cache = RowCache(windows)
        logits = _logits(
            model, ids.to(model.device), mask, positions.clamp(min=0).to(model.device), cache
        )
        newest = choose(logits, chosen)
        written = [[token] for token in newest.tolist()]
        read.append(Rows(cache, mask, newest, chosen, lengths[:, 0].tolist(), written))
    return read


@torch.inference_mode()
def _stepped(model: Any, rows: Rows, active: list[int], choose: Choice) -> Rows:
    """Generate one more token for every row; those of finished rows are discarded."""
    # The position of a finished row stays the same, so that it never exceeds the model's limit.
    reached = [[n + len(w) - 1] for n, w in zip(rows.lengths, rows.written, strict=True)]
    positions = torch.tensor(reached, device=rows.mask.device)  # (B, 1)
    mask = torch.nn.functional.pad(rows.mask, (0, 1), value=True)
    newest = choose(_logits(model, rows.newest[:, None], mask, positions, rows.cache), rows.numbers)
    tokens = newest.tolist()
    for row in active:
        rows.written[row].append(tokens[row])
    return rows._replace(mask=mask, newest=newest)


def _logits(model: Any, ids: Tensor, mask: Tensor, positions: Tensor, cache: RowCache) -> Tensor:
    """Logits (B, V) of each row's next token, given its ids (B, T); extends the cache."""
    logits: Tensor = model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=positions,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,  # all logits of a prompt would be its length times the vocabulary
    ).logits
    return logits[:, -1]


@torch.inference_mode()
def _kept(rows: Rows, active: list[int] | None, fresh: Sequence[Rows]) -> Rows:
    """Keep the active rows (None: all), drop unneeded columns, and append the fresh rows."""
    if active is None:
        active = list(range(len(rows.numbers)))
    kept = torch.tensor(active, device=rows.mask.device)
    # The newest token of an answer has no column yet.
    columns = max(rows.lengths[row] + len(rows.written[row]) - 1 for row in active)
    rows.cache.regroup(kept, columns, [other.cache for other in fresh])
    masks = [rows.mask[kept][:, -columns:], *(other.mask for other in fresh)]
    width = max(mask.shape[1] for mask in masks)
    aligned = [torch.nn.functional.pad(mask, (width - mask.shape[1], 0)) for mask in masks]
    return Rows(
        rows.cache,
        torch.cat(aligned),
        torch.cat([rows.newest[kept], *(other.newest for other in fresh)]),
        [rows.numbers[row] for row in active] + [i for other in fresh for i in other.numbers],
        [rows.lengths[row] for row in active] + [n for other in fresh for n in other.lengths],
        [rows.written[row] for row in active] + [w for other in fresh for w in other.written],
    )


def _unfinished(rows: Rows, ends: Callable[[list[int]], bool], max_new_tokens: int) -> list[int]:
    """Indexes of the rows whose answer has neither ended nor reached the token limit."""
    return [
        row
        for row, answer in enumerate(rows.written)
        if not ends(answer) and len(answer) < max_new_tokens
    ]
