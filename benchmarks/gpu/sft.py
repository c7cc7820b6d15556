"""How fast LoRA fine-tuning goes, and in how much memory, beside what one would run instead.

    python benchmarks/gpu/sft.py [--only 'e2b/2048/*'] [--seconds N] [--out DIR] [--toy]

Models of the true E2B and E4B shape with random bf16 weights, LoRA r=16 on the seven projections,
rows of one length (no padding), the second half of each supervised. Every side takes an optimizer
step over the same number of tokens, in the largest micro-batches that fit. Sides:

- mathpal: `mathpal.training.fit.fit` as a run calls it: Lightning, guard and records included,
  its own layout (packed rows); mathpal-padded has padded ones, mathpal-checkpointing recomputes
  activations, mathpal-compiled compiles each decoder layer;
- peft: `transformers.Trainer` around plain Transformers and PEFT, with SDPA and bf16 autocast;
  peft-checkpointing with the non-reentrant kind;
- unsloth-trl: Unsloth's FastModel in TRL's SFTTrainer, with its own checkpointing, in a process
  of its own; unsloth-trl-plain without checkpointing.

MFU counts 4·N operations a token (N: weights of the linear layers without the head; neither what
checkpointing computes again nor the head; what packed rows spare is credited all the same),
against 990 TFLOP/s and against the measured product.
"""

import statistics
from functools import partial
from typing import Any

import common
import sft_sides
from common import Cell, Column
from sft_jobs import Job, Run
from shapes import E2B, E4B, TOY, Shape, counted, forget_checkpoints
from store import Store
from timing import ceilings, spread

DATASHEET = 990.0  # TFLOP/s, dense bf16, H100 SXM and H200
TOKENS = {"e2b": 16_384, "e4b": 8_192, "toy": 512}  # an optimizer step
SIDES = (
    "mathpal", "peft", "unsloth-trl", "mathpal-checkpointing", "peft-checkpointing",
    "mathpal-compiled", "mathpal-padded", "unsloth-trl-plain",
)  # fmt: skip
# Micro-batches to begin with on 80 GB, as a share of the step's tokens: 16 bytes a logit and the
# activations of all layers must fit. What does not fit is tried with half.
FIRST = {"peft": 4, "peft-checkpointing": 2, "mathpal": 2, "mathpal-compiled": 2,
         "mathpal-padded": 2, "unsloth-trl-plain": 2}  # fmt: skip
STEPS = 11
WARM = 4  # of them are not timed

COLUMNS = (
    Column("tokens_s", "tokens/s", ",.0f"),
    Column("supervised_tokens_s", "supervised tokens/s", ",.0f"),
    Column("step_ms", "step ms", ",.1f"),
    Column("step_ms_range", "range"),
    Column("mfu_datasheet", "MFU of 990", ".1%"),
    Column("mfu_measured", "MFU of measured", ".1%"),
    Column("peak_gb", "peak GB", ".2f"),
    Column("reserved_gb", "reserved GB", ".2f"),
    Column("micro", "micro-batch", ",d"),
    Column("loss", "loss", ".3f"),
    Column("matmul_tflops", "bf16 product TFLOP/s", ",.1f"),
    Column("copy_tb_s", "copy TB/s", ".2f"),
    Column("busy_share", "GPU busy", ".1%"),
    Column("kernels_a_step", "kernels a step", ",.0f"),
    Column("kinds", "GPU ms a step"),
)


def main(argv: list[str] | None = None) -> None:
    asked = common.arguments(__doc__, argv)
    where = common.device(asked)
    measured: dict[str, float] = {}

    def ceiling() -> dict[str, Any]:
        return ceilings(where, toy=asked.toy)

    def cell(shape: Shape, length: int, side: str) -> dict[str, Any]:
        job = Job(shape, length, TOKENS[shape.name], side, STEPS, WARM, asked.toy)
        return reported(job, largest(job, where), peak_of_card(asked, measured))

    def profile(shape: Shape, length: int) -> dict[str, Any]:
        job = Job(shape, length, TOKENS[shape.name], "mathpal", STEPS, WARM, asked.toy)
        return sft_sides.profiled(job._replace(micro=start(job, where)), where)

    cells: list[Cell] = [("ceilings", ceiling), *shape_cells(asked.toy)]
    for shape, length, side in order(asked.toy):
        name = f"{shape.name}/{length}/{side}"
        work = partial(profile, shape, length) if side == "profile" else partial(
            cell, shape, length, side
        )  # fmt: skip
        cells.append((name, work))
    try:
        common.measure("sft", cells, COLUMNS, asked, notes=NOTES)
    finally:
        forget_checkpoints()


NOTES = (
    "tokens/s is over the steps after the first four; step ms is their median. A profile's "
    "operations are in the JSON (`operations`, `kernels`, `by_kind`)."
)


def order(toy: bool) -> list[tuple[Shape, int, str]]:
    """Shapes, lengths and sides, the most telling first."""
    if toy:
        return [(TOY, 64, side) for side in ("mathpal", "profile", *SIDES[1:])]
    both = [(shape, 2048, side) for shape in (E2B, E4B) for side in SIDES]
    rest = [
        (shape, length, side)
        for length in (512, 4096)
        for shape in (E2B, E4B)
        for side in SIDES[:5]
    ]
    return [both[0], (E2B, 2048, "profile"), *both[1:], *rest]


def shape_cells(toy: bool) -> list[Cell]:
    """Whether the shapes are the true ones."""

    def check(shape: Shape) -> dict[str, Any]:
        found = counted(shape)
        assert found == (shape.parameters, shape.linear), found
        return {"parameters": found[0], "linear": found[1]}

    return [(f"{shape.name}/parameters", partial(check, shape)) for shape in (E2B, E4B)]


def start(job: Job, where: Any) -> int:
    """The micro-batch to begin with."""
    parts = FIRST.get(job.side, 1)
    if where.type == "cuda":
        import torch

        if torch.cuda.get_device_properties(where).total_memory > 100 * 2**30:
            parts = max(1, parts // 2)
    return max(job.length, job.tokens // parts)


def largest(job: Job, where: Any) -> Run:
    """The run with the largest micro-batches that fit, from `start` on downwards."""
    micro = start(job, where)
    while True:
        run = None
        try:
            run = sft_sides.train(job._replace(micro=micro), where)
        except Exception as error:
            if not common.is_oom(error) or micro // 2 < job.length:
                raise
            print(f"  {micro} tokens at once do not fit: half of that", flush=True)
        if run is not None:
            return run
        common.free()  # outside of the handler, which holds the failed attempt's frames
        micro //= 2


def reported(job: Job, run: Run, product: float | None) -> dict[str, Any]:
    """A run's figures."""
    between = [1e3 * (b - a) for a, b in zip(run.ticks, run.ticks[1:])][job.warm - 1 :]
    seconds = run.ticks[-1] - run.ticks[job.warm - 1]
    speed = job.tokens * len(between) / seconds
    values: dict[str, Any] = {
        "tokens_s": speed,
        "supervised_tokens_s": speed * run.supervised / job.tokens,
        **spread("step_ms", between),
        "micro": run.micro,
        "accumulate": job.tokens // run.micro,
        "first_step_s": round(run.first, 2),
        "loss": statistics.fmean(run.losses),
        **run.memory,
        "notes": run.notes,
    }
    if job.shape.linear:
        tflops = 4 * job.shape.linear * speed / 1e12
        values |= {"tflops": tflops, "mfu_datasheet": tflops / DATASHEET}
        if product:
            values["mfu_measured"] = tflops / product
    return values


def peak_of_card(asked: Any, measured: dict[str, float]) -> float | None:
    """The measured product of the cell `ceilings`, in TFLOP/s; None where it is not there."""
    if not measured:
        found = Store(asked, "sft", (), "").mine().get("ceilings", {})
        measured |= {k: v for k, v in found.items() if k == "matmul_tflops"}
    return measured.get("matmul_tflops")


if __name__ == "__main__":
    main()
