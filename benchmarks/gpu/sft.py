"""Speed and memory of LoRA fine-tuning, against the usual alternatives.

    python benchmarks/gpu/sft.py [--only 'e2b/2048/*'] [--seconds N] [--out DIR] [--toy]

Models of the true E2B and E4B shape with random bf16 weights, LoRA r=16 on the seven projections,
rows of one length (no padding), the second half of each supervised. An optimizer step has the same
number of tokens on every side, in the largest micro-batches that fit. Sides:

- mathpal: `mathpal.training.fit.fit` as a run calls it, with Lightning, guard and records, on
  packed rows. mathpal-padded pads rows, mathpal-checkpointing recomputes activations,
  mathpal-compiled compiles each decoder layer;
- peft: `transformers.Trainer` with plain Transformers and PEFT, SDPA and bf16 autocast;
  peft-checkpointing adds the non-reentrant kind of checkpointing;
- unsloth-trl: Unsloth's FastModel in TRL's SFTTrainer with its own checkpointing, in a separate
  process; unsloth-trl-plain has no checkpointing.

MFU counts 4·N operations a token, N being the weights of the linear layers without the head. It is
given against 990 TFLOP/s and against the measured matrix product. Recomputation of checkpointing
does not count; operations that packed rows skip do.
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
TOKENS = {"e2b": 16_384, "e4b": 8_192, "toy": 512}  # per optimizer step
SIDES = (
    "mathpal", "peft", "unsloth-trl", "mathpal-checkpointing", "peft-checkpointing",
    "mathpal-compiled", "mathpal-padded", "unsloth-trl-plain",
)  # fmt: skip
# Micro-batches per step to try first on 80 GB (1 if not listed): 16 bytes a logit and the
# activations of all layers must fit. If they do not fit, half the size is tried.
FIRST = {"peft": 4, "peft-checkpointing": 2, "mathpal": 2, "mathpal-compiled": 2,
         "mathpal-padded": 2, "unsloth-trl-plain": 2}  # fmt: skip
STEPS = 11
WARM = 4  # first steps, which are not timed

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
    "tokens/s is over all steps after the first four; step ms is their median. A profile's "
    "operations are in the JSON (`operations`, `kernels`, `by_kind`)."
)


def order(toy: bool) -> list[tuple[Shape, int, str]]:
    """Shapes, lengths and sides, the most important first."""
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
    """Cells that check the shapes' numbers of weights."""

    def check(shape: Shape) -> dict[str, Any]:
        found = counted(shape)
        assert found == (shape.parameters, shape.linear), found
        return {"parameters": found[0], "linear": found[1]}

    return [(f"{shape.name}/parameters", partial(check, shape)) for shape in (E2B, E4B)]


def start(job: Job, where: Any) -> int:
    """Tokens of the micro-batch to try first."""
    parts = FIRST.get(job.side, 1)
    if where.type == "cuda":
        import torch

        if torch.cuda.get_device_properties(where).total_memory > 100 * 2**30:
            parts = max(1, parts // 2)
    return max(job.length, job.tokens // parts)


def largest(job: Job, where: Any) -> Run:
    """Train with the largest micro-batches that fit: `start`, then half of it, and so on."""
    micro = start(job, where)
    while True:
        run = None
        try:
            run = sft_sides.train(job._replace(micro=micro), where)
        except Exception as error:
            if not common.is_oom(error) or micro // 2 < job.length:
                raise
            print(f"  micro-batches of {micro} tokens do not fit: trying half", flush=True)
        if run is not None:
            return run
        common.free()  # not in the handler, where the failed attempt's tensors are alive
        micro //= 2


def reported(job: Job, run: Run, product: float | None) -> dict[str, Any]:
    """The values of a run's cell."""
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
    """The measured matrix product of the cell `ceilings`, in TFLOP/s; None if not measured."""
    if not measured:
        found = Store(asked, "sft", (), "").mine().get("ceilings", {})
        measured |= {k: v for k, v in found.items() if k == "matmul_tflops"}
    return measured.get("matmul_tflops")


if __name__ == "__main__":
    main()
