"""Are the gradients right? Every path by which training computes one, against a plain reference.

The reference is Transformers' own loss of one row after another: no padding, no packing, no
accumulation, nothing computed again. Knows nothing of the terminal.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch

from mathpal.objectives.objective import Loss
from mathpal.tokens.batches import IGNORED, TrainingBatches, padded
from mathpal.tokens.chat import TokenTable
from mathpal.tokens.windows import Layout, Plan
from mathpal.training.module import drawn
from mathpal.training.state import trained

Gradients = dict[str, torch.Tensor]
Checkpointing = bool | str  # False, True (non-reentrant), "reentrant"

PARTS = 8  # micro-batches of the accumulated paths
# Largest error of the whole gradient, relative to its norm. On small Gemma-3n rounding comes to
# 3e-6 in fp32 and 3e-2 in bf16, the mean of micro-batch means to 0.2, a mask of ones to 0.6.
TOLERANCES = {torch.float32: 1e-4, torch.bfloat16: 8e-2}
_ONE = 3  # times that for a single weight
_SIZE = 0.02  # standard deviation of the random B
_FAINT = 1e-3  # of the root mean square: a weight's gradient below it counts as that large


class Path(NamedTuple):
    """A way to compute the gradient of the same rows."""

    name: str
    layout: Layout = "padded"
    parts: int = 1
    checkpointing: Checkpointing = False


PATHS = (
    Path("padded, 1×8"),
    Path("padded, 8×1", parts=PARTS),
    Path("packed, 1×8", layout="packed"),
    Path("packed, 8×1", layout="packed", parts=PARTS),
    Path("checkpointing, 1×8", checkpointing=True),
    Path("checkpointing, packed, 8×1", layout="packed", parts=PARTS, checkpointing=True),
)
REENTRANT = Path("reentrant checkpointing, 1×8", checkpointing="reentrant")


class Finding(NamedTuple):
    """How far a path's gradient is from the reference.

    Attributes:
        path: which.
        whole: norm of the difference of all gradients over the norm of the reference.
        largest: the same for the one weight where it is largest.
        weight: that weight's name.
        right: whether both stay within the tolerance (`largest` within three times it).
    """

    path: Path
    whole: float
    largest: float
    weight: str
    right: bool


def examine(
    model: Any,
    table: TokenTable,
    objective: Loss,
    *,
    pad: int,
    mixed: bool = False,
    tolerance: float | None = None,
    reentrant: bool = False,
    seed: int = 42,
) -> list[Finding]:
    """Compare the gradients of one optimizer step on every path.

    The model's LoRA B matrices get random numbers (at zero they would silence A), and its dropout
    is switched off while it is examined.

    Args:
        model: with LoRA, or whole; where it is to be computed.
        table: rows, all of them in the one step; at least 16, so that packing has what to keep
            apart in each of eight micro-batches.
        objective: what training minimises.
        pad: the id that fills a batch.
        mixed: compute in bfloat16 by autocast.
        tolerance: largest relative error of the whole gradient; None for that of the precision,
            which is bfloat16's too where the frozen weights are not in float32.
        reentrant: look at reentrant checkpointing too, which training never uses.
        seed: of the random numbers and of the order of the rows.

    Returns:
        A finding a path; the reentrant one, where asked for, is the last.
    """
    limit = TOLERANCES[_precision(model, mixed)] if tolerance is None else tolerance
    count = len(table.starts) - 1
    assert count >= 2 * PARTS, "the verb's settings ask for as many"
    waken(model, seed)

    def batches(parts: int, layout: Layout) -> TrainingBatches:
        # A budget that holds every row at the length of the longest: they make one window.
        budget = -(-count // parts) * int(table.lengths.max())
        return TrainingBatches(
            table, Plan(budget, parts, seed, layout=layout), steps=1, epochs=0, pad=pad
        )

    with _still(model), torch.autocast(model.device.type, torch.bfloat16, enabled=mixed):
        expected = reference(model, table, range(count), pad=pad)
        findings = []
        for path in (*PATHS, *([REENTRANT] if reentrant else [])):
            with _checkpointed(model, path.checkpointing):
                found = gradients(model, batches(path.parts, path.layout), objective)
            findings.append(compare(path, found, expected, limit))
    return findings


def _precision(model: Any, mixed: bool) -> torch.dtype:
    """What the rounding is that of: quantized and 16-bit weights are multiplied in bfloat16."""
    plain = all(weight.dtype == torch.float32 for weight in model.parameters())
    return torch.float32 if plain and not mixed else torch.bfloat16


def waken(model: Any, seed: int) -> None:
    """Give the LoRA B matrices small random numbers, so that every gradient is alive."""
    with torch.no_grad():
        for number, (name, weight) in enumerate(trained(model).items()):
            if ".lora_B." in name:
                generator = torch.Generator().manual_seed(drawn(seed, 0, number))
                weight.copy_(_SIZE * torch.randn(weight.shape, generator=generator))


def reference(model: Any, table: TokenTable, rows: Sequence[int], *, pad: int) -> Gradients:
    """Gradients of the mean loss over the rows' supervised tokens, by Transformers' own loss."""
    import numpy as np

    model.zero_grad(set_to_none=True)
    total = sum(int(table.loss_tokens[row]) for row in rows)
    for row in rows:
        batch = padded(table, np.array([row]), pad=pad, normaliser=1.0)
        ids, labels = (batch[name].to(model.device) for name in ("input_ids", "labels"))  # (1, T)
        mean = model(input_ids=ids, labels=labels, use_cache=False).loss
        (mean * int((labels[:, 1:] != IGNORED).sum()) / total).backward()
    return _taken(model)


def gradients(model: Any, batches: TrainingBatches, objective: Loss) -> Gradients:
    """Gradients of one optimizer step, summed over its micro-batches as Lightning does."""
    model.zero_grad(set_to_none=True)
    for number in range(len(batches)):
        batch = batches[number]
        placed = {
            name: value.to(model.device) if isinstance(value, torch.Tensor) else value
            for name, value in batch.items()
        }
        (objective(model, placed) / batches.plan.accumulate).backward()
    return _taken(model)


def compare(path: Path, found: Gradients, expected: Gradients, limit: float) -> Finding:
    """How far the found gradients are from the expected ones."""
    norms = {name: float(gradient.norm()) for name, gradient in expected.items()}
    whole_norm = math.sqrt(sum(norm**2 for norm in norms.values()))
    # A weight that hardly takes part has a gradient of mere rounding.
    floor = _FAINT * whole_norm / math.sqrt(max(1, len(norms)))
    whole, largest, weight = 0.0, 0.0, ""
    for name in expected.keys() | found.keys():
        mine, theirs = found.get(name), expected.get(name)
        if mine is None or theirs is None:  # a gradient where there is none, or none where one is
            alive = float((mine if theirs is None else theirs).norm())  # type: ignore[union-attr]
            distance, error = alive, (math.inf if alive > floor else 0.0)
        else:
            distance = float((mine - theirs).norm())
            error = _share(distance, max(norms[name], floor))
        whole += distance**2
        if error > largest:
            largest, weight = error, name
    relative = _share(math.sqrt(whole), whole_norm)
    return Finding(path, relative, largest, weight, relative <= limit and largest <= _ONE * limit)


def _share(distance: float, size: float) -> float:
    if distance == 0.0:
        return 0.0
    return distance / size if size and not math.isnan(distance) else math.inf


def _taken(model: Any) -> Gradients:
    taken = {
        name: weight.grad.detach().float().cpu()
        for name, weight in trained(model).items()
        if weight.grad is not None
    }
    model.zero_grad(set_to_none=True)
    return taken


@contextmanager
def _still(model: Any) -> Iterator[None]:
    """Training mode, in which checkpointing works, without dropout."""
    before = model.training
    wet = [
        (module, name, rate)
        for module in model.modules()
        for name in ("p", "attention_dropout")
        if isinstance(rate := getattr(module, name, None), float)
    ]
    for module, name, _ in wet:
        setattr(module, name, 0.0)
    model.train()
    try:
        yield
    finally:
        for module, name, rate in wet:
            setattr(module, name, rate)
        model.train(before)


@contextmanager
def _checkpointed(model: Any, kind: Checkpointing) -> Iterator[None]:
    if not kind:
        yield
        return
    reentrant = kind == "reentrant"
    model.gradient_checkpointing_enable({"use_reentrant": reentrant})
    if reentrant:  # without it nothing that it recomputes would have a gradient
        model.enable_input_require_grads()
    try:
        yield
    finally:
        model.gradient_checkpointing_disable()
        if reentrant:
            model.disable_input_require_grads()
