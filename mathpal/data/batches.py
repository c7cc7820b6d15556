"""Which rows make up which step: a pure function of (seed, epoch), and the tensors of a batch.

Rows of like length share a batch, a batch holds a budget of padded tokens. The rows of one
optimizer step (a window) are chosen first and then cut into micro-batches, so that one
micro-batch of 8 budgets and eight of one budget see the same rows.
"""

import hashlib
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypedDict

import numpy as np
import torch

from mathpal.data.chat import TokenTable

IGNORED = -100
POOL_WINDOWS = {"shuffled": 64, "given": 16}  # rows of so many are sorted by length together

Window = list[np.ndarray]


class Batch(TypedDict):
    """One micro-batch.

    `input_ids` and `labels` are (B, T) int64, padded on the right; `labels` is -100 where there
    is no loss. `normaliser` is the number by which the summed loss is divided.
    """

    input_ids: torch.Tensor
    labels: torch.Tensor
    normaliser: float


class Plan(NamedTuple):
    """What decides the batches besides the data: see `windows`."""

    batch_tokens: int
    accumulate: int
    seed: int
    order: Literal["shuffled", "given"] = "shuffled"


def windows(lengths: np.ndarray, plan: Plan, epoch: int) -> list[Window]:
    """The optimizer steps of one epoch, each a list of micro-batches of row numbers.

    Args:
        lengths: tokens of each row, int (rows,).
        plan: `batch_tokens` padded tokens a micro-batch, `accumulate` micro-batches a step,
            `seed` of the order. `order` "given" keeps the rows' own order: each pool of 16
            windows comes before the next, within it rows meet others of like length.
        epoch: 0, 1, …

    Every row appears exactly once. The same arguments give the same windows. A window holds
    its budget strictly; where its rows do not divide evenly among several micro-batches, one
    of them may pass `batch_tokens` by less than one row.
    """
    key = hashlib.blake2b(f"batches\x1f{plan.seed}\x1f{epoch}".encode(), digest_size=16).digest()
    random = np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little")))
    budget = plan.batch_tokens * plan.accumulate
    assert lengths.max() <= plan.batch_tokens, "preflight holds max_length <= batch_tokens"
    given = plan.order == "given"
    order = np.arange(len(lengths)) if given else random.permutation(len(lengths))
    pool = POOL_WINDOWS[plan.order] * max(1, int(budget // max(1, lengths.mean())))
    pools: list[list[np.ndarray]] = []
    for begin in range(0, len(order), pool):
        rows = order[begin : begin + pool]
        rows = rows[np.argsort(lengths[rows], kind="stable")]
        pools.append(_cut(rows, lengths, budget))
    if not given:
        pools = [[window for windows in pools for window in windows]]
    return [_split(w[i], plan.accumulate) for w in pools for i in random.permutation(len(w))]


def _cut(rows: np.ndarray, lengths: np.ndarray, budget: int) -> list[np.ndarray]:
    """Cut rows, sorted by length, where the padded size would pass the budget."""
    pieces, begin = [], 0
    for end in range(1, len(rows) + 1):
        full = end == len(rows) or (end + 1 - begin) * lengths[rows[end]] > budget
        if full:
            pieces.append(rows[begin:end])
            begin = end
    return pieces


def _split(rows: np.ndarray, parts: int) -> Window:
    """At most `parts` micro-batches of like size; each has a row."""
    return [piece for piece in np.array_split(rows, parts) if len(piece)]


def collate(table: TokenTable, rows: np.ndarray, *, pad: int, normaliser: float) -> Batch:
    """The tensors of the given rows; `pad` fills `input_ids` on the right."""
    # Of these rows only: table.lengths would look at every row for every batch.
    lengths = table.starts[rows + 1] - table.starts[rows]
    places = np.arange(lengths.max())  # (T,)
    filled = places < lengths[:, None]  # (B, T)
    # Behind a row's end stands the next row, behind the last one nothing.
    index = np.minimum(table.starts[rows][:, None] + places, len(table.ids) - 1)  # (B, T)
    ids = np.where(filled, table.ids[index], pad).astype(np.int64)
    labels = np.where(filled & table.supervised[index], ids, IGNORED)
    return Batch(
        input_ids=torch.from_numpy(ids), labels=torch.from_numpy(labels), normaliser=normaliser
    )


class TrainingBatches:
    """The micro-batches of a whole run in order, epoch after epoch.

    Args:
        table: the rows.
        plan: see `windows`.
        steps: optimizer steps in all; None for `epochs` whole passes.
        epochs: passes over the rows when `steps` is None.
        pad: the id that fills a batch.

    Every window has exactly `plan.accumulate` micro-batches: a window of fewer rows than that
    is padded with empty-loss repeats so that Lightning's fixed accumulation stays in step.
    """

    def __init__(
        self, table: TokenTable, plan: Plan, *, steps: int | None, epochs: int, pad: int
    ) -> None:
        self.table, self.plan, self.pad = table, plan, pad
        if steps is None:
            lengths = table.lengths
            steps = sum(len(windows(lengths, plan, epoch)) for epoch in range(epochs))
        self.steps = steps

    def __len__(self) -> int:
        return self.steps * self.plan.accumulate

    def __iter__(self) -> Iterator[Batch]:
        lengths, loss_tokens = self.table.lengths, self.table.loss_tokens
        step, epoch = 0, 0
        while step < self.steps:
            for window in windows(lengths, self.plan, epoch)[: self.steps - step]:
                tokens = int(sum(loss_tokens[rows].sum() for rows in window))
                # Lightning divides each loss by `accumulate`; the sum over the window is then
                # the mean over its supervised tokens, however they fall into micro-batches.
                normaliser = tokens / self.plan.accumulate
                for rows in window:
                    yield collate(self.table, rows, pad=self.pad, normaliser=normaliser)
                for _ in range(self.plan.accumulate - len(window)):
                    empty = collate(self.table, window[0][:1], pad=self.pad, normaliser=normaliser)
                    empty["labels"].fill_(IGNORED)
                    yield empty
                step += 1
            epoch += 1


class ValidationBatches:
    """All rows once, in order of length; a batch's normaliser is its supervised tokens."""

    def __init__(self, table: TokenTable, *, batch_tokens: int, pad: int) -> None:
        self.table, self.pad = table, pad
        order = np.argsort(table.lengths, kind="stable")
        self.pieces = _cut(order, table.lengths, batch_tokens)

    def __len__(self) -> int:
        return len(self.pieces)

    def __iter__(self) -> Iterator[Batch]:
        loss_tokens = self.table.loss_tokens
        for rows in self.pieces:
            tokens = float(loss_tokens[rows].sum())
            yield collate(self.table, rows, pad=self.pad, normaliser=tokens)
