"""4-bit and 8-bit base weights: loading, a training step, and the memory it takes.

    python benchmarks/gpu/quantized.py [--only 'e4b/*'] [--seconds N] [--out DIR] [--toy]

A checkpoint of the true shape with random weights is written and then loaded as in a run, by
`mathpal.models.loading.load_gemma3n(quantization=…)`. Then LoRA r=16 trains through `fit`, one row
of 2,048 tokens a step, with and without gradient checkpointing. With --toy nothing is quantized,
because bitsandbytes needs a GPU.
"""

import itertools
import time
from functools import partial
from typing import Any

import common
from common import Cell, Column, need
from sft_jobs import LORA, LR
from shapes import E2B, E4B, TOY, Shape, checkpoint, forget_checkpoints, table
from timing import peak, reset_peak, spread, wait

STEPS = 9
WARM = 4

COLUMNS = (
    Column("load_s", "load s", ",.1f"),
    Column("loaded_gb", "GB loaded", ".2f"),
    Column("step_ms", "step ms", ",.1f"),
    Column("step_ms_range", "range"),
    Column("tokens_s", "tokens/s", ",.0f"),
    Column("peak_gb", "peak GB", ".2f"),
    Column("reserved_gb", "reserved GB", ".2f"),
    Column("quantized", "quantized layers", ",d"),
    Column("loss", "loss", ".3f"),
)


def main(argv: list[str] | None = None) -> None:
    asked = common.arguments(__doc__, argv)
    where = common.device(asked)
    cells: list[Cell] = []
    for shape in (TOY,) if asked.toy else (E4B, E2B):
        for kind in ("none",) if asked.toy else ("4bit", "8bit", "none"):
            for again in (True, False):
                name = f"{shape.name}/{kind}/{'checkpointing' if again else 'plain'}"
                length = 64 if asked.toy else 2048
                cells.append((name, partial(cell, shape, kind, again, length, where)))
    try:
        common.measure("quantized", cells, COLUMNS, asked)
    finally:
        forget_checkpoints()


def cell(shape: Shape, kind: Any, again: bool, length: int, where: Any) -> dict[str, Any]:
    """Load with this quantization, then train a few steps."""
    from mathpal.models.loading import load_gemma3n
    from mathpal.models.lora import attach_lora
    from mathpal.objectives.sft import sft
    from mathpal.training.fit import fit
    from mathpal.training.job import TrainingJob

    if kind != "none":
        need("bitsandbytes")
    folder = checkpoint(shape, where)
    common.free()
    began = time.perf_counter()
    loaded = load_gemma3n(path=str(folder), quantization=kind, max_length=length)
    wait(where)
    values: dict[str, Any] = {"load_s": time.perf_counter() - began, "loaded_gb": held(where)}
    names = [type(module).__name__ for module in loaded.model.modules()]
    values["quantized"] = sum(name in ("Linear4bit", "Linear8bitLt") for name in names)
    ticks: list[float] = []
    losses: list[float] = []
    memory: dict[str, Any] = {}

    def record(step: int, own: dict[str, float]) -> None:
        wait(where)
        ticks.append(time.perf_counter())
        losses.append(own["train/loss"])
        if step == WARM:
            reset_peak(where)
        if step == STEPS:
            memory.update(peak(where))

    fit(
        TrainingJob(
            loaded._replace(model=attach_lora(loaded.model, **LORA)),
            table(shape, [length] * STEPS),
            None,
            sft(),
            record,
            None,
        ),
        lr=LR,
        max_steps=STEPS,
        batch_tokens=length,
        gradient_checkpointing=again,
        accelerator="gpu" if where.type == "cuda" else "cpu",
        record_every=1,
        spike=None,
    )
    between = [1e3 * (b - a) for a, b in itertools.pairwise(ticks)][WARM - 1 :]
    values |= spread("step_ms", between) | memory
    values |= {"tokens_s": 1e3 * length / values["step_ms"], "loss": losses[-1]}
    return values


def held(where: Any) -> float | None:
    """Allocated GPU memory now, in GB; None on a CPU."""
    import torch

    return torch.cuda.memory_allocated(where) / 2**30 if where.type == "cuda" else None


if __name__ == "__main__":
    main()
