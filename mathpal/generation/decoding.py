"""Greedy decoding in a batch that stays full: a finished row makes place for a waiting prompt.

Knows token ids and a model's forward; knows nothing of texts. It writes the tokens that
`model.generate` would, one prompt at a time: batch mates, padding and turns of places only change
the last bit of a logit.

Source: iteration-level scheduling, Yu et al. 2022 (Orca, OSDI).
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mathpal.generation.cache import RowCache

# A share of the rows that have finished is worth a change of places: it costs a copy of the cache,
# and a forward over the prompts that come in.
TURNOVER = 1 / 8
# Most prompt tokens, padding included, of one forward; more prompts are read in several.
PREFILL_TOKENS = 2048


class Rows(NamedTuple):
    """The rows in the model.

    Attributes:
        cache: keys and values of all columns before the newest token.
        own: which of those columns are the row's, padding is not (B, columns).
        newest: last token of each row, which the model has not seen yet (B,).
        numbers: which prompt each row answers.
        lengths: tokens of each row's prompt.
        written: each row's answer so far.
    """

    cache: RowCache
    own: Tensor
    newest: Tensor
    numbers: list[int]
    lengths: list[int]
    written: list[list[int]]


def greedy(
    model: Any,
    prompts: Sequence[Sequence[int]],
    *,
    windows: list[int | None],
    stops: Collection[int],
    max_new_tokens: int,
    batch_tokens: int,
) -> Iterator[tuple[int, list[int]]]:
    """Answer every prompt; yields a prompt's number and its new tokens as soon as it is done.

    Args:
        model: a causal LM.
        prompts: token ids, none empty.
        windows: see `mathpal.generation.cache.attention_windows`.
        stops: ids that end an answer; the one that does is part of it.
        max_new_tokens: most tokens of an answer.
        batch_tokens: most tokens that the cache may come to hold, padding included; one prompt is
            answered even where it needs more.
    """
    # The longest first: like lengths are padded least, and what needs most memory comes at once.
    waiting = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
    rows: Rows | None = None
    living: list[int] = []
    while waiting or living:
        kept = [rows.lengths[row] for row in living] if rows else []
        longest = max([*kept, *(len(prompts[i]) for i in waiting[:1])])
        places = max(1, batch_tokens // (longest + max_new_tokens)) - len(living)
        entering, waiting = waiting[: max(0, places)], waiting[max(0, places) :]
        fresh = _read(model, prompts, entering, windows)
        rows = _kept(rows, living, fresh) if rows and living else _kept(fresh[0], None, fresh[1:])
        crowd = len(rows.numbers)
        living = _unfinished(rows, stops, max_new_tokens)
        while crowd - len(living) < max(1, TURNOVER * crowd):
            rows = _stepped(model, rows, living)
            living = _unfinished(rows, stops, max_new_tokens)
        for row in sorted(set(range(crowd)) - set(living)):
            yield rows.numbers[row], rows.written[row]


@torch.inference_mode()
def _read(
    model: Any,
    prompts: Sequence[Sequence[int]],
    numbers: list[int],
    windows: list[int | None],
) -> list[Rows]:
    """Read prompts, the longest first, and write the first token of each answer."""
    read: list[Rows] = []
    while numbers:
        width = len(prompts[numbers[0]])
        count = max(1, PREFILL_TOKENS // width)
        chosen, numbers = numbers[:count], numbers[count:]
        lengths = torch.tensor([len(prompts[i]) for i in chosen])[:, None]  # (B, 1)
        # The id under padding is masked and may be any; 0 is in every vocabulary.
        ids = torch.tensor([[0] * (width - len(prompts[i])) + [*prompts[i]] for i in chosen])
        positions = torch.arange(width) - width + lengths  # (B, T), left-padded
        own = (positions >= 0).to(model.device)
        cache = RowCache(windows)
        newest = _next(
            model, ids.to(model.device), own, positions.clamp(min=0).to(model.device), cache
        )
        written = [[token] for token in newest.tolist()]
        read.append(Rows(cache, own, newest, chosen, lengths[:, 0].tolist(), written))
    return read


@torch.inference_mode()
def _stepped(model: Any, rows: Rows, living: list[int]) -> Rows:
    """Write one more token of every row; those of finished rows are thrown away."""
    # A finished row stays where it is: it must not walk off the end of a position table.
    reached = [[n + len(w) - 1] for n, w in zip(rows.lengths, rows.written, strict=True)]
    positions = torch.tensor(reached, device=rows.own.device)  # (B, 1)
    own = torch.nn.functional.pad(rows.own, (0, 1), value=True)
    newest = _next(model, rows.newest[:, None], own, positions, rows.cache)
    tokens = newest.tolist()
    for row in living:
        rows.written[row].append(tokens[row])
    return rows._replace(own=own, newest=newest)


def _next(model: Any, ids: Tensor, own: Tensor, positions: Tensor, cache: RowCache) -> Tensor:
    """The likeliest token after the ids (B, T) of each row (B,); fills the cache."""
    logits = model(
        input_ids=ids,
        attention_mask=own,
        position_ids=positions,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,  # a prompt's other logits are its whole length times the vocabulary
    ).logits
    return logits[:, -1].argmax(dim=-1)


@torch.inference_mode()
def _kept(rows: Rows, living: list[int] | None, fresh: Sequence[Rows]) -> Rows:
    """The living rows (None: all), cut to the columns that they need, the fresh ones below them."""
    if living is None:
        living = list(range(len(rows.numbers)))
    places = torch.tensor(living, device=rows.own.device)
    # The newest token of an answer has no column yet.
    columns = max(rows.lengths[row] + len(rows.written[row]) - 1 for row in living)
    rows.cache.regroup(places, columns, [other.cache for other in fresh])
    owned = [rows.own[places][:, -columns:], *(other.own for other in fresh)]
    width = max(own.shape[1] for own in owned)
    aligned = [torch.nn.functional.pad(own, (width - own.shape[1], 0)) for own in owned]
    return Rows(
        rows.cache,
        torch.cat(aligned),
        torch.cat([rows.newest[places], *(other.newest for other in fresh)]),
        [rows.numbers[row] for row in living] + [i for other in fresh for i in other.numbers],
        [rows.lengths[row] for row in living] + [n for other in fresh for n in other.lengths],
        [rows.written[row] for row in living] + [w for other in fresh for w in other.written],
    )


def _unfinished(rows: Rows, stops: Collection[int], max_new_tokens: int) -> list[int]:
    """The rows whose answer has neither stopped nor come to the limit."""
    return [
        row
        for row, answer in enumerate(rows.written)
        if answer[-1] not in stops and len(answer) < max_new_tokens
    ]
