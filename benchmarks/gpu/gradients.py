"""Check gradients on a GPU: every way in which training computes them, against fp32.

    python benchmarks/gpu/gradients.py [--only 'narrow/*'] [--seconds N] [--out DIR] [--toy]

A narrow model of E2B's true architecture (30 layers of which 10 share keys and values, 10 sparse
ones, AltUp, Laurel, per-layer embeddings), LoRA r=16 with random B, rows of mixed length with the
second half supervised; if time is left, the true E2B shape with two rows. The reference is
Transformers' and PEFT's own forward in fp32, one row after another. In fp32 (TF32 off) the relative
error of the whole gradient must be below 1e-4, that of a single weight below three times that. In
bf16 the limit is 1.25 times the error of Transformers' own forward of padded rows, at least 8e-2:
with random weights AltUp subtracts nearly equal numbers, which amplifies rounding errors a
hundredfold (in fp32 too).
"""

from functools import partial
from typing import Any

import common
from common import Cell, Column, need
from sft_jobs import LORA
from sft_sides import compile_layers
from shapes import E2B, NARROW, TOY, Shape, random_model, table

COLUMNS = (
    Column("verdict", "verdict"),
    Column("whole", "error of the whole gradient", ".1e"),
    Column("largest", "largest of one weight", ".1e"),
    Column("weight", "which"),
    Column("limit", "limit", ".0e"),
    Column("weights", "weights compared", ",d"),
)

Way = tuple[str, str, bool, bool]  # layout, checkpointing, accelerated, compiled
WAYS: dict[str, Way] = {
    "plain": ("padded", "", False, False),
    "plain, non-reentrant": ("padded", "non-reentrant", False, False),
    "plain, reentrant": ("padded", "reentrant", False, False),
    "plain, packed": ("packed", "", False, False),
    "mathpal": ("padded", "", True, False),
    "mathpal, non-reentrant": ("padded", "non-reentrant", True, False),
    "mathpal, reentrant": ("padded", "reentrant", True, False),
    "mathpal, packed": ("packed", "", True, False),
    "mathpal, packed, non-reentrant": ("packed", "non-reentrant", True, False),
    "mathpal, packed, compiled": ("packed", "", True, True),
    "mathpal, compiled": ("padded", "", True, True),
    "mathpal, compiled, non-reentrant": ("padded", "non-reentrant", True, True),
}


def main(argv: list[str] | None = None) -> None:
    asked = common.arguments(__doc__, argv)
    where = common.device(asked)
    cells: list[Cell] = []
    cache: dict[str, Any] = {}
    shape, lengths = (TOY, SHORT) if asked.toy else (NARROW, MIXED)
    narrow: list[Cell] = []
    for precision in ("fp32", "bf16"):
        for name, way in WAYS.items():
            work = partial(cell, shape, lengths, way, precision, where, cache)
            narrow.append((f"narrow/{precision}/{name}", work))
    slow = [own for own in narrow if "compiled" in own[0]]  # a minute for each
    cells += [own for own in narrow if own not in slow]
    cells.append(("narrow/unsloth", partial(unsloth, asked.toy, where)))
    if not asked.toy:
        for name in ("plain", "mathpal", "mathpal, non-reentrant", "mathpal, packed"):
            work = partial(cell, E2B, [700, 500], WAYS[name], "bf16", where, cache)
            cells.append((f"e2b/bf16/{name}", work))
    cells += slow
    common.measure("gradients", cells, COLUMNS, asked, notes=NOTES)


NOTES = (
    "Reentrant checkpointing is shown for comparison: its gradients are wrong if layers share keys "
    "and values. Training never uses it."
)


MIXED = [96, 60, 33, 80, 48, 71, 25, 90]  # longer and shorter than the window of 32
SHORT = [40, 24, 33]


def cell(
    shape: Shape, lengths: list[int], way: Way, precision: str, where: Any, cache: dict[str, Any]
) -> dict[str, Any]:
    """Compare the gradient of one way with the reference."""
    import torch

    from mathpal.training.gradient_check import TOLERANCES, Path, compare

    assert not torch.backends.cuda.matmul.allow_tf32
    rows = table(shape, lengths)
    if shape.name not in cache:
        cache.clear()
        model = tuned(shape, where, False, torch.float32)
        cache[shape.name] = reference(model, rows)
        del model
        common.free()
    layout, checkpointing, accelerated, compiled = way
    mixed = precision == "bf16"
    # As in a run: frozen weights in bf16, LoRA weights in fp32.
    dtype = torch.bfloat16 if mixed else torch.float32
    model = tuned(shape, where, accelerated, dtype)
    if compiled:
        compile_layers(model.get_base_model())
    found = gradients(model, rows, layout, checkpointing, mixed)
    del model
    common.free()
    limit = TOLERANCES[dtype]
    if mixed:
        limit = max(limit, 1.25 * rounding(shape, rows, where, cache))
    finding = compare(Path(layout), found, cache[shape.name], limit)
    return {
        "verdict": "right" if finding.right else "WRONG",
        "whole": finding.whole,
        "largest": finding.largest,
        "weight": finding.weight.replace("base_model.model.model.", "").replace(".default", ""),
        "limit": limit,
        "weights": len(found),
    }


def rounding(shape: Shape, rows: Any, where: Any, cache: dict[str, Any]) -> float:
    """The error of Transformers' own forward in bf16; computed once per shape."""
    import torch

    from mathpal.training.gradient_check import Path, compare

    name = f"{shape.name} in bf16"
    if name not in cache:
        model = tuned(shape, where, False, torch.bfloat16)
        found = gradients(model, rows, "padded", "", True)
        cache[name] = compare(Path("plain"), found, cache[shape.name], 1.0).whole
        del model
        common.free()
    error: float = cache[name]
    return error


def tuned(shape: Shape, where: Any, accelerated: bool, dtype: Any) -> Any:
    """A LoRA model with the same weights every time, rounded to bf16 for both precisions."""
    import torch
    from peft import LoraConfig, get_peft_model

    from mathpal.models.accelerate import accelerate_layers
    from mathpal.models.lora import PROJECTIONS
    from mathpal.training.gradient_check import randomise_lora_b

    base = random_model(shape, where, dtype=torch.bfloat16)
    if dtype != torch.bfloat16:
        base = base.to(dtype)
    torch.manual_seed(0)
    names = "|".join(PROJECTIONS)
    pattern = rf".*\.layers\.\d+\.(?:self_attn|mlp)\.(?:{names})$"
    config = LoraConfig(
        r=LORA["r"], lora_alpha=LORA["alpha"], target_modules=pattern, task_type="CAUSAL_LM"
    )
    model = get_peft_model(base, config)
    # Drawn on the CPU, so that the numbers do not depend on the base's dtype.
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if ".lora_A." in name:
                weight.copy_(
                    torch.randn(weight.shape, generator=generator) / weight.shape[1] ** 0.5
                )
    randomise_lora_b(model, 0)
    if accelerated:
        accelerate_layers(model)
    return model.train()


def reference(model: Any, rows: Any) -> dict[str, Any]:
    """Reference gradients: Transformers' own loss in fp32, one row after another."""
    from mathpal.training import gradient_check

    count = len(rows.starts) - 1
    return gradient_check.reference(model, rows, range(count), pad=0)


def gradients(
    model: Any, rows: Any, layout: Any, checkpointing: str, mixed: bool
) -> dict[str, Any]:
    """Gradients of one optimizer step by MathPal's objective."""
    import torch

    from mathpal.objectives.sft import sft
    from mathpal.tokens.batches import TrainingBatches
    from mathpal.tokens.windows import Plan
    from mathpal.training import gradient_check

    if checkpointing:
        reentrant = checkpointing == "reentrant"
        model.gradient_checkpointing_enable({"use_reentrant": reentrant})
        if reentrant:
            model.enable_input_require_grads()
    count = len(rows.lengths)
    parts = 2  # micro-batches of the step
    plan = Plan(-(-count // parts) * int(rows.lengths.max()), parts, 0, layout=layout)
    batches = TrainingBatches(rows, plan, steps=1, epochs=0, pad=0)
    kind = next(model.parameters()).device.type
    with torch.autocast(kind, torch.bfloat16, enabled=mixed):
        return gradient_check.gradients(model, batches, sft())


def unsloth(toy: bool, where: Any) -> dict[str, Any]:
    """Compare Unsloth's gradients with and without its checkpointing, in a separate process."""
    need("unsloth")
    from sft_peers import child
    from shapes import checkpoint

    shape = TOY if toy else NARROW
    folder = checkpoint(shape, where)
    common.free()
    values: dict[str, Any] = child("gradients_unsloth.py", str(folder), shape.name, str(int(toy)))
    return values


if __name__ == "__main__":
    main()
