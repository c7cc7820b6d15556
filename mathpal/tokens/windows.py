"""Choose the rows of each step: a pure function of (seed, epoch), in numpy.

A batch has a budget of tokens, padding included. Packed rows need no padding and keep the shuffled
order; padded rows are batched with rows of similar length. The rows of one optimizer step (a
window) are chosen first and then cut into micro-batches, so that one micro-batch of 8 budgets and
eight micro-batches of one budget see the same rows.
"""

import hashlib
from typing import Literal, NamedTuple

import numpy as np

# Number of windows whose rows are sorted by length together. More windows need less padding, but
# the model learns less from each token (docs/performance.md).
POOL_WINDOWS = {"shuffled": 64, "given": 16}

Window = list[np.ndarray]
Layout = Literal["padded", "packed"]


class Plan(NamedTuple):
    """The settings of the batches, see `windows`."""

    batch_tokens: int
    accumulate: int
    seed: int
    order: Literal["shuffled", "given"] = "shuffled"
    layout: Layout = "padded"


def windows(lengths: np.ndarray, plan: Plan, epoch: int) -> list[Window]:
    """Return the optimizer steps of one epoch, each a list of micro-batches of row numbers.

    Args:
        lengths: tokens of each row, int (rows,).
        plan: `batch_tokens` tokens a micro-batch, `accumulate` micro-batches a step, `seed` of
            the order. `order` "given" keeps the rows' own order; if padded, it keeps the order
            of pools of 16 windows, and batches rows of similar length within each pool.
        epoch: 0, 1, …

    Every row appears exactly once. The same arguments give the same windows. A window never
    exceeds its budget. If its rows do not divide evenly among several micro-batches, one of
    them may exceed `batch_tokens` by less than one row.
    """
    key = hashlib.blake2b(f"batches\x1f{plan.seed}\x1f{epoch}".encode(), digest_size=16).digest()
    random = np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little")))
    budget = plan.batch_tokens * plan.accumulate
    assert lengths.max() <= plan.batch_tokens, "preflight holds max_length <= batch_tokens"
    given = plan.order == "given"
    order = np.arange(len(lengths)) if given else random.permutation(len(lengths))
    if plan.layout == "packed":
        return [_split(rows, plan, lengths) for rows in cut_packed(order, lengths, budget)]
    pool = POOL_WINDOWS[plan.order] * max(1, int(budget // max(1, lengths.mean())))
    pools: list[list[np.ndarray]] = []
    for begin in range(0, len(order), pool):
        rows = order[begin : begin + pool]
        rows = rows[np.argsort(lengths[rows], kind="stable")]
        pools.append(cut_padded(rows, lengths, budget))
    if not given:
        pools = [[window for windows in pools for window in windows]]
    return [_split(w[i], plan, lengths) for w in pools for i in random.permutation(len(w))]


def cut_packed(rows: np.ndarray, lengths: np.ndarray, budget: int) -> list[np.ndarray]:
    """Cut rows before their tokens exceed the budget."""
    pieces, begin, held = [], 0, 0
    for end, size in enumerate(lengths[rows].tolist()):
        if held + size > budget:
            pieces.append(rows[begin:end])
            begin, held = end, 0
        held += size
    return [*pieces, rows[begin:]]


def cut_padded(rows: np.ndarray, lengths: np.ndarray, budget: int) -> list[np.ndarray]:
    """Cut rows, sorted by length, before their padded size exceeds the budget."""
    sizes = lengths[rows].tolist()  # Python numbers: numpy scalars are slow one by one
    pieces, begin = [], 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or (end + 1 - begin) * sizes[end] > budget:
            pieces.append(rows[begin:end])
            begin = end
    return pieces


def _split(rows: np.ndarray, plan: Plan, lengths: np.ndarray) -> Window:
    """At most `plan.accumulate` micro-batches of similar size, none of them empty."""
    if plan.accumulate == 1:
        return [rows]
    if plan.layout == "padded":
        pieces = np.array_split(rows, plan.accumulate)
    else:
        ends = np.cumsum(lengths[rows])
        shares = ends[-1] * np.arange(1, plan.accumulate) / plan.accumulate
        pieces = np.split(rows, np.searchsorted(ends, shares, side="right"))
    return [piece for piece in pieces if len(piece)]
