"""The loss over Gemma's vocabulary: time, memory and gradient error of each implementation.

    python benchmarks/gpu/loss.py [--only 'frozen/*'] [--seconds N] [--out DIR] [--toy]

4,096 supervised rows of hidden width 2,048, a vocabulary of 262,144, bf16, softcap 30, forward and
backward, with a frozen and a trained head. Added GB is the peak beyond hidden states and head.
Errors are ‖found - truth‖ / ‖truth‖ of the loss and gradients of the first 256 rows, with the truth
in fp64 from the same bf16 numbers.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import common
from common import Cell, Column
from loss_kinds import LOSSES, SOFTCAP, Loss
from timing import peak, reset_peak, spread, timed


class Size(NamedTuple):
    rows: int
    hidden: int
    vocabulary: int
    looked_at: int  # rows whose gradient is compared


TRUE = Size(4096, 2048, 262_144, 256)
TOY = Size(64, 32, 500, 16)

COLUMNS = (
    Column("ms", "ms", ",.2f"),
    Column("ms_range", "range"),
    Column("added_gb", "added GB", ".3f"),
    Column("tflops", "TFLOP/s of products", ",.0f"),
    Column("hidden_error", "error, hidden", ".1e"),
    Column("head_error", "error, head", ".1e"),
    Column("loss_error", "error, loss", ".1e"),
)


def main(argv: list[str] | None = None) -> None:
    asked = common.arguments(__doc__, argv)
    where = common.device(asked)
    size = TOY if asked.toy else TRUE
    cells: list[Cell] = []
    # Unsloth last: importing it changes torch for all later cells.
    for own in ([name for name in LOSSES if name != "unsloth"], ["unsloth"]):
        for head in ("frozen", "trained"):
            for name in own:
                work = partial(cell, LOSSES[name], size, where, head == "trained")
                cells.append((f"{head}/{name}", work))
    common.measure("loss", cells, COLUMNS, asked, notes=NOTES)


NOTES = (
    "TFLOP/s counts 2·rows·hidden·vocabulary for each necessary product: two with a frozen head, "
    "three with a trained one."
)


def cell(
    make: Callable[[], Loss], size: Size, where: Any, trained: bool, times: int = 10
) -> dict[str, Any]:
    """Measure one loss: its errors on a few rows, then time and memory on all rows."""
    import torch

    loss = make()
    hidden, weight, targets = data(size, where)
    few = [hidden[: size.looked_at], weight, targets[: size.looked_at]]
    truth = _truth(few, trained)
    found = graded(loss, *few, trained)
    names = ("loss_error", "hidden_error", "head_error")
    values: dict[str, Any] = {
        name: _distance(own, true)
        for name, own, true in zip(names, found, truth)
        if true is not None
    }
    del truth, found, few
    common.free()

    inputs = [hidden.requires_grad_(), weight.requires_grad_(trained), targets]

    def step() -> None:
        hidden.grad = weight.grad = None
        loss(*inputs).backward()

    step()
    hidden.grad = weight.grad = None
    before = torch.cuda.memory_allocated() / 2**30 if where.type == "cuda" else 0.0
    reset_peak(where)
    step()
    values |= {"added_gb": peak(where)["peak_gb"] - before}
    taken = timed(step, where, warm=2, times=times)
    values |= spread("ms", taken)
    products = (3 if trained else 2) * 2 * size.rows * size.hidden * size.vocabulary
    values["tflops"] = products / values["ms"] / 1e9
    return values


def data(size: Size, where: Any) -> tuple[Any, Any, Any]:
    """Hidden states, head and targets; logits with a spread of about 3."""
    import torch

    random = torch.Generator(where).manual_seed(0)
    dtype = torch.bfloat16
    hidden = torch.randn(size.rows, size.hidden, generator=random, device=where).to(dtype)
    weight = torch.randn(
        size.vocabulary, size.hidden, generator=random, device=where, dtype=dtype
    ).mul_(3 * size.hidden**-0.5)
    targets = torch.randint(size.vocabulary, (size.rows,), generator=random, device=where)
    return hidden, weight, targets


def graded(loss: Loss, hidden: Any, weight: Any, targets: Any, trained: bool) -> list[Any]:
    """The summed loss, and the gradients of the hidden states and (if trained) of the head."""
    hidden = hidden.detach().clone().requires_grad_()
    weight = weight.detach().requires_grad_(trained)
    weight.grad = None
    total = loss(hidden, weight, targets)
    total.backward()
    gradient, weight.grad = weight.grad, None
    return [total.detach(), hidden.grad, gradient]


def _truth(few: list[Any], trained: bool) -> list[Any]:
    """`graded` in fp64, in pieces of the vocabulary that fit into memory."""
    import torch

    hidden, weight, targets = few
    where, cap = hidden.device, SOFTCAP
    wide = hidden.double()  # (N, H)
    pieces = list(range(0, len(weight), 32_768))
    capped = torch.empty(len(wide), len(weight), device=where, dtype=torch.float64)  # (N, V)
    for begin in pieces:
        part = weight[begin : begin + 32_768].double()
        capped[:, begin : begin + len(part)] = cap * torch.tanh(wide @ part.t() / cap)
    total = torch.nn.functional.cross_entropy(capped, targets, reduction="sum")
    slopes = capped.softmax(1)
    slopes[torch.arange(len(wide), device=where), targets] -= 1
    slopes *= 1 - (capped / cap) ** 2
    of_hidden = torch.zeros_like(wide)
    of_head = torch.empty(weight.shape, device=where, dtype=torch.float32) if trained else None
    for begin in pieces:
        part = weight[begin : begin + 32_768].double()
        own = slopes[:, begin : begin + len(part)]
        of_hidden += own @ part
        if of_head is not None:
            of_head[begin : begin + len(part)] = (own.t() @ wide).float()
    return [total, of_hidden, of_head]


def _distance(found: Any, truth: Any) -> float:
    """‖found - truth‖ / ‖truth‖, in pieces: two gradients of a head in fp64 would not fit."""
    if found is None:
        return float("nan")
    own, true = found.reshape(-1), truth.reshape(-1)
    apart = size = 0.0
    for begin in range(0, len(true), 2**26):
        a, b = own[begin : begin + 2**26].double(), true[begin : begin + 2**26].double()
        apart += float((a - b).square().sum())
        size += float(b.square().sum())
    return (apart / size) ** 0.5


if __name__ == "__main__":
    main()
