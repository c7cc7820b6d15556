"""Compare the gradients of every path that training may take with a plain reference.

The reference is Transformers' own loss, one row at a time: no padding, no packing, no
accumulation, no checkpointing. Knows nothing of the terminal.
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
# Largest allowed error of the whole gradient, relative to its norm. On a small Gemma-3n rounding
# causes 3e-6 in fp32 and 3e-2 in bf16, the mean of micro-batch means 0.2, a mask of ones 0.6.
TOLERANCES = {torch.float32: 1e-4, torch.bfloat16: 8e-2}
_ONE = 3  # times that tolerance for a single weight
_SIZE = 0.02  # standard deviation of the random LoRA B matrices
_FAINT = 1e-3  # share of the root mean square; a smaller gradient is judged as if that large


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
    """The error of a path's gradient.

    Attributes:
        path: the path.
        whole: norm of the difference of all gradients, divided by the norm of the reference.
        largest: the same for the single weight where it is largest.
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

    The model's LoRA B matrices are set to random numbers, since A has no gradient while B is zero.
    Dropout is off during the check.

    Args:
        model: with LoRA, or fully trained; on the device that is to compute.
        table: the rows of the step; at least 16, so that each of eight packed micro-batches has
            two rows to keep apart.
        objective: the loss that training minimises.
        pad: padding token id.
        mixed: compute in bfloat16 by autocast.
        tolerance: largest relative error of the whole gradient; None for the precision's own,
            which is bfloat16's also when some weights are not in float32.
        reentrant: also check reentrant checkpointing, which training never uses.
        seed: seed of the random numbers and of the row order.

    Returns:
        One finding for each path; the reentrant one is the last.
    """
    limit = TOLERANCES[_precision(model, mixed)] if tolerance is None else tolerance
    count = len(table.starts) - 1
    assert count >= 2 * PARTS, "the verb's settings require that many problems"
    randomise_lora_b(model, seed)

    def batches(parts: int, layout: Layout) -> TrainingBatches:
        # The budget counts every row as long as the longest, so that one step holds all rows.
        budget = -(-count // parts) * int(table.lengths.max())
        return TrainingBatches(
            table, Plan(budget, parts, seed, layout=layout), steps=1, epochs=0, pad=pad
        )

    with _without_dropout(model), torch.autocast(model.device.type, torch.bfloat16, enabled=mixed):
        expected = reference(model, table, range(count), pad=pad)
        findings = []
        for path in (*PATHS, *([REENTRANT] if reentrant else [])):
            with _checkpointed(model, path.checkpointing):
                found = gradients(model, batches(path.parts, path.layout), objective)
            findings.append(compare(path, found, expected, limit))
    return findings


def _precision(model: Any, mixed: bool) -> torch.dtype:
    """Return the dtype that rounds: quantized and 16-bit weights are multiplied in bfloat16."""
    plain = all(weight.dtype == torch.float32 for weight in model.parameters())
    return torch.float32 if plain and not mixed else torch.bfloat16


def randomise_lora_b(model: Any, seed: int) -> None:
    """Set the LoRA B matrices to small random numbers, so that A has a gradient too."""
    with torch.no_grad():
        for number, (name, weight) in enumerate(trained(model).items()):
            if ".lora_B." in name:
                generator = torch.Generator().manual_seed(drawn(seed, 0, number))
                weight.copy_(_SIZE * torch.randn(weight.shape, generator=generator))


def reference(model: Any, table: TokenTable, rows: Sequence[int], *, pad: int) -> Gradients:
    """Return the gradients of the mean loss per supervised token, by Transformers' own loss."""
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
    """Return the gradients of one optimizer step, summed over micro-batches as Lightning does."""
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
    """Measure how far the found gradients are from the expected ones."""
    norms = {name: float(gradient.norm()) for name, gradient in expected.items()}
    whole_norm = math.sqrt(sum(norm**2 for norm in norms.values()))
    # The gradient of a weight with almost no influence is mostly rounding.
    floor = _FAINT * whole_norm / math.sqrt(max(1, len(norms)))
    whole, largest, weight = 0.0, 0.0, ""
    for name in expected.keys() | found.keys():
        mine, theirs = found.get(name), expected.get(name)
        if mine is None or theirs is None:  # only one of the two has a gradient
            size = float((mine if theirs is None else theirs).norm())  # type: ignore[union-attr]
            distance, error = size, (math.inf if size > floor else 0.0)
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
def _without_dropout(model: Any) -> Iterator[None]:
    """Set training mode, which checkpointing needs, with dropout off."""
    before = model.training
    rates = [
        (module, name, rate)
        for module in model.modules()
        for name in ("p", "attention_dropout")
        if isinstance(rate := getattr(module, name, None), float)
    ]
    for module, name, _ in rates:
        setattr(module, name, 0.0)
    model.train()
    try:
        yield
    finally:
        for module, name, rate in rates:
            setattr(module, name, rate)
        model.train(before)


@contextmanager
def _checkpointed(model: Any, kind: Checkpointing) -> Iterator[None]:
    if not kind:
        yield
        return
    reentrant = kind == "reentrant"
    model.gradient_checkpointing_enable({"use_reentrant": reentrant})
    if reentrant:  # otherwise nothing that it recomputes has a gradient
        model.enable_input_require_grads()
    try:
        yield
    finally:
        model.gradient_checkpointing_disable()
        if reentrant:
            model.disable_input_require_grads()
