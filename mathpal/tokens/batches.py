"""Make the tensors of micro-batches, padded or packed, for a whole run.

`windows` chooses the rows of each step. Knows nothing of the model or the device.
"""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple, NotRequired, TypedDict

import numpy as np
import torch

from mathpal.tokens.chat import TokenTable
from mathpal.tokens.windows import Plan, Window, cut_padded, windows

IGNORED = -100


class PackedRows(NamedTuple):
    """The rows within a packed row, and the positions that the loss needs.

    Attributes:
        lengths: tokens of each row.
        first: for each row, the first position whose next token is a target, or the last
            position. Earlier positions predict no target.
    """

    lengths: tuple[int, ...]
    first: tuple[int, ...]

    @property
    def positions_needed(self) -> list[int]:
        """Number of positions from `first` on, for each row."""
        return [length - first for length, first in zip(self.lengths, self.first, strict=True)]

    def places(self) -> torch.Tensor:
        """Return these positions within the packed row, int64 (ΣQ,)."""
        starts = accumulate(self.lengths, initial=0)
        return torch.cat([
            torch.arange(start + first, start + length)
            for start, first, length in zip(starts, self.first, self.lengths)
        ])  # fmt: skip


class Batch(TypedDict):
    """One micro-batch.

    `input_ids` and `labels` are (B, T) int64; `labels` is -100 at positions without loss.
    Padded: each row of the table is one row, padded on the right. Packed: all rows follow one
    another in a single row, described by `rows`; `position_ids` (1, T) restart at 0 with each,
    so that attention keeps them apart. `answer` (B, T), bool, marks labels that state a final
    answer, if the table has them marked. The summed loss is divided by `normaliser`. `tokens`
    counts the rows' tokens without padding, `supervised` the tokens with a label.
    """

    input_ids: torch.Tensor
    labels: torch.Tensor
    position_ids: NotRequired[torch.Tensor]
    rows: NotRequired[PackedRows]
    answer: NotRequired[torch.Tensor]
    normaliser: float
    tokens: int
    supervised: int


def padded(table: TokenTable, rows: np.ndarray, *, pad: int, normaliser: float) -> Batch:
    """Make the tensors of the given rows, one row each; `pad` fills `input_ids` on the right."""
    # For these rows only: table.lengths would compute every row's length for every batch.
    lengths = table.starts[rows + 1] - table.starts[rows]
    places = np.arange(lengths.max())  # (T,)
    filled = places < lengths[:, None]  # (B, T)
    # After a row's end comes the next row; after the last row comes nothing.
    index = np.minimum(table.starts[rows][:, None] + places, len(table.ids) - 1)  # (B, T)
    ids = np.where(filled, table.ids[index], pad).astype(np.int64)
    labels = np.where(filled & table.supervised[index], ids, IGNORED)
    batch = Batch(
        input_ids=torch.from_numpy(ids),
        labels=torch.from_numpy(labels),
        normaliser=normaliser,
        tokens=int(lengths.sum()),
        supervised=int((labels != IGNORED).sum()),
    )
    if table.answer is not None:
        batch["answer"] = torch.from_numpy(filled & table.answer[index])
    return batch


def packed(table: TokenTable, rows: np.ndarray, *, normaliser: float) -> Batch:
    """Make the tensors of the given rows in a single row, without padding."""
    lengths = table.starts[rows + 1] - table.starts[rows]
    positions = _positions(lengths)
    index = np.repeat(table.starts[rows], lengths) + positions
    ids = table.ids[index].astype(np.int64)
    # A row's first token must not be predicted from the row before it.
    labels = np.where(table.supervised[index] & (positions > 0), ids, IGNORED)
    first = first_needed(labels != IGNORED, lengths)
    batch = Batch(
        input_ids=torch.from_numpy(ids)[None],
        labels=torch.from_numpy(labels)[None],
        position_ids=torch.from_numpy(positions)[None],
        rows=PackedRows(tuple(lengths.tolist()), tuple(first.tolist())),
        normaliser=normaliser,
        tokens=len(ids),
        supervised=int((labels != IGNORED).sum()),
    )
    if table.answer is not None:
        batch["answer"] = torch.from_numpy(table.answer[index])[None]
    return batch


def first_needed(supervised: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return, for each row, the first position whose next token is a target, or the last one.

    Args:
        supervised: whether a token of the concatenated rows is a target, bool (total,).
        lengths: of the rows, at least 1 each.
    """
    positions = _positions(lengths)
    last = np.repeat(lengths - 1, lengths)
    # The position before a row's first token belongs to another row.
    predicting = np.where(supervised & (positions > 0), positions - 1, last)
    return np.minimum.reduceat(predicting, np.cumsum(lengths) - lengths)


def _positions(lengths: np.ndarray) -> np.ndarray:
    """The position of each token of concatenated rows within its own row."""
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)


class TrainingBatches:
    """The micro-batches of a whole run, epoch after epoch; batch i is a function of i alone.

    So a run can resume at any batch, and any worker process can make any batch.

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
        self,
        table: TokenTable,
        plan: Plan,
        *,
        steps: int | None,
        epochs: int,
        pad: int,
    ) -> None:
        self.table, self.plan, self.pad = table, plan, pad
        self._epoch: list[Window] = windows(table.lengths, plan, 0)
        self._at = 0  # the epoch of these windows
        self._ends = [len(self._epoch)]  # steps up to the end of each epoch entered so far
        self._loss_tokens = table.loss_tokens
        if steps is None:
            for epoch in range(1, epochs):
                self._enter(epoch)
            steps = self._ends[epochs - 1]
        self.steps = steps

    def __len__(self) -> int:
        return self.steps * self.plan.accumulate

    def __getitem__(self, index: int) -> Batch:
        if not 0 <= index < len(self):
            raise IndexError(index)
        step, part = divmod(index, self.plan.accumulate)
        window = self.window(step)
        tokens = int(sum(self._loss_tokens[rows].sum() for rows in window))
        # Lightning divides each loss by `accumulate`. The sum over the window is then the mean
        # over its supervised tokens, however they are spread over micro-batches.
        normaliser = tokens / self.plan.accumulate
        if part < len(window):
            return self._batch(window[part], normaliser)
        empty = self._batch(window[0][:1], normaliser)
        empty["labels"].fill_(IGNORED)
        empty["supervised"] = 0
        return empty

    def window(self, step: int) -> Window:
        """Return the rows of an optimizer step (from 0), by micro-batch."""
        while step >= self._ends[-1]:
            self._enter(len(self._ends))
        epoch = bisect_right(self._ends, step)
        if self._at != epoch:
            self._enter(epoch)
        return self._epoch[step - (self._ends[epoch - 1] if epoch else 0)]

    @property
    def longest(self) -> int:
        """Tokens of the longest row."""
        return int(self.table.lengths.max())

    def replanned(self, plan: Plan) -> "TrainingBatches":
        """The same optimizer steps, cut by another plan."""
        return TrainingBatches(self.table, plan, steps=self.steps, epochs=0, pad=self.pad)

    def rows(self, step: int) -> list[int]:
        """Return the row numbers of an optimizer step."""
        return sorted(int(row) for piece in self.window(step) for row in piece)

    def _enter(self, epoch: int) -> None:
        self._epoch, self._at = windows(self.table.lengths, self.plan, epoch), epoch
        if epoch == len(self._ends):
            self._ends.append(self._ends[-1] + len(self._epoch))

    def _batch(self, rows: np.ndarray, normaliser: float) -> Batch:
        if self.plan.layout == "packed":
            return packed(self.table, rows, normaliser=normaliser)
        return padded(self.table, rows, pad=self.pad, normaliser=normaliser)


class ValidationBatches:
    """All rows once, in order of length; a batch's normaliser is its supervised tokens."""

    def __init__(self, table: TokenTable, *, batch_tokens: int, pad: int) -> None:
        self.table, self.pad = table, pad
        order = np.argsort(table.lengths, kind="stable")
        self.pieces = cut_padded(order, table.lengths, batch_tokens)
        self._loss_tokens = table.loss_tokens

    def __len__(self) -> int:
        return len(self.pieces)

    def __iter__(self) -> Iterator[Batch]:
        for rows in self.pieces:
            tokens = float(self._loss_tokens[rows].sum())
            yield padded(self.table, rows, pad=self.pad, normaliser=tokens)
