"""Which rows make up which step: a pure function of (seed, epoch), in numpy.

Rows of like length share a batch, a batch holds a budget of padded tokens. The rows of one
optimizer step (a window) are chosen first and then cut into micro-batches, so that one
micro-batch of 8 budgets and eight of one budget see the same rows.
"""

import hashlib
from typing import Literal, NamedTuple

import numpy as np

# Rows of so many windows are sorted by length together: more pad less, and learn less from each
# token (docs/performance.md).
POOL_WINDOWS = {"shuffled": 64, "given": 16}

Window = list[np.ndarray]


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
        pools.append(cut(rows, lengths, budget))
    if not given:
        pools = [[window for windows in pools for window in windows]]
    return [_split(w[i], plan.accumulate) for w in pools for i in random.permutation(len(w))]


def cut(rows: np.ndarray, lengths: np.ndarray, budget: int) -> list[np.ndarray]:
    """Cut rows, sorted by length, where the padded size would pass the budget."""
    sizes = lengths[rows].tolist()  # plain numbers: numpy's own are slow one by one
    pieces, begin = [], 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or (end + 1 - begin) * sizes[end] > budget:
            pieces.append(rows[begin:end])
            begin = end
    return pieces


def _split(rows: np.ndarray, parts: int) -> Window:
    """At most `parts` micro-batches of like size; each has a row."""
    if parts == 1:
        return [rows]
    return [piece for piece in np.array_split(rows, parts) if len(piece)]
