"""The loss over Gemma's vocabulary: time, memory and gradient error of everyone who computes it.

    python benchmarks/gpu/loss.py [--only 'frozen/*'] [--seconds N] [--out DIR] [--toy]

4,096 supervised rows of hidden width 2,048 against 262,144 entries in bf16, softcap 30, forward
and backward, with a frozen and a trained head. The peak is what forward and backward pass add to
hidden states and head. Errors are ‖found - truth‖ / ‖truth‖ of the gradients of 256 rows (all
rows for the head are those), the truth in fp64 from the same bf16 numbers.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import common
from common import Cell, Column, Missing, need
from timing import peak, reset_peak, spread, timed

SOFTCAP = 30.0


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

Loss = Callable[[Any, Any, Any], Any]


def main(argv: list[str] | None = None) -> None:
    asked = common.arguments(__doc__, argv)
    where = common.device(asked)
    size = TOY if asked.toy else TRUE
    cells: list[Cell] = []
    # Unsloth changes torch for all that come after it.
    for own in ([name for name in LOSSES if name != "unsloth"], ["unsloth"]):
        for head in ("frozen", "trained"):
            for name in own:
                work = partial(cell, LOSSES[name], size, where, head == "trained")
                cells.append((f"{head}/{name}", work))
    common.measure("loss", cells, COLUMNS, asked, notes=NOTES)


NOTES = (
    "TFLOP/s counts 2·rows·hidden·vocabulary for each of the products that cannot be spared: two "
    "with a frozen head, three with a trained one."
)


def cell(
    make: Callable[[], Loss], size: Size, where: Any, trained: bool, times: int = 10
) -> dict[str, Any]:
    """One loss: its errors on a few rows, then time and memory on all."""
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
    """The loss a row, and the gradients of hidden states and, where it is trained, of the head."""
    hidden = hidden.detach().clone().requires_grad_()
    weight = weight.detach().requires_grad_(trained)
    weight.grad = None
    total = loss(hidden, weight, targets)
    total.backward()
    gradient, weight.grad = weight.grad, None
    return [total.detach(), hidden.grad, gradient]


def _truth(few: list[Any], trained: bool) -> list[Any]:
    """The same in fp64, in pieces of the vocabulary's rows that fit."""
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
    """‖found - truth‖ / ‖truth‖, by pieces: a head's gradient in fp64 would not fit twice."""
    if found is None:
        return float("nan")
    own, true = found.reshape(-1), truth.reshape(-1)
    apart = size = 0.0
    for begin in range(0, len(true), 2**26):
        a, b = own[begin : begin + 2**26].double(), true[begin : begin + 2**26].double()
        apart += float((a - b).square().sum())
        size += float(b.square().sum())
    return (apart / size) ** 0.5


def eager() -> Loss:
    """What Transformers computes: all logits, softcapped, in fp32, log-softmax."""
    import torch

    def loss(hidden: Any, weight: Any, targets: Any) -> Any:
        logits = torch.nn.functional.linear(hidden, weight)
        logits = torch.tanh(logits / SOFTCAP) * SOFTCAP
        return torch.nn.functional.cross_entropy(logits.float(), targets, reduction="sum")

    return loss


def compiled() -> Loss:
    """The same chain under torch.compile."""
    import torch

    return torch.compile(eager(), dynamic=False)


def chunks(rows: int | None = None) -> Loss:
    """MathPal's own."""
    from mathpal.objectives.linear_cross_entropy import linear_cross_entropy

    return partial(linear_cross_entropy, softcap=SOFTCAP, chunk=rows)


def fused(backend: Any) -> Loss:
    """MathPal's call of another package's kernel, with every gradient exact."""
    from mathpal.objectives.fused import PACKAGES, linear_loss

    _need_gpu()
    need(*PACKAGES[backend])
    return partial(linear_loss(backend), softcap=SOFTCAP)


def filtered() -> Loss:
    """Cut cross-entropy as it comes: it leaves out gradients below bf16's rounding."""
    _need_gpu()
    need("cut_cross_entropy", "cut-cross-entropy")
    from cut_cross_entropy import linear_cross_entropy

    return partial(linear_cross_entropy, softcap=SOFTCAP, reduction="sum")


def unsloth() -> Loss:
    """Unsloth's fused loss, which sizes its chunks by the memory that is free."""
    _need_gpu()
    need("unsloth")
    import unsloth  # noqa: F401 - first
    from unsloth_zoo.fused_losses import unsloth_fused_ce_loss

    def loss(hidden: Any, weight: Any, targets: Any) -> Any:
        # It shifts the labels by itself: one row in front of them is what it drops.
        import torch

        labels = torch.cat([targets.new_full((1,), -100), targets])[None]
        states = torch.cat([hidden, hidden[-1:]])[None]
        return unsloth_fused_ce_loss(
            trainer=None, hidden_states=states, lm_head_weight=weight, lm_head_bias=None,
            labels=labels, n_items=1, logit_softcapping=SOFTCAP,
        )  # fmt: skip

    return loss


def _need_gpu() -> None:
    import torch

    if not torch.cuda.is_available():
        raise Missing("its kernels need a GPU")


LOSSES: dict[str, Callable[[], Loss]] = {
    "eager": eager,
    "mathpal": chunks,
    "mathpal, 512 rows": partial(chunks, 512),
    "cut_cross_entropy": partial(fused, "cut_cross_entropy"),
    "cut_cross_entropy, filtered": filtered,
    "liger": partial(fused, "liger"),
    "eager, compiled": compiled,
    "unsloth": unsloth,
}

if __name__ == "__main__":
    main()
