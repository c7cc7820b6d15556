"""The default run on this machine: its time and accuracies, and whether it is reproducible.

    python benchmarks/gpu/tiny.py [--seconds N] [--out DIR] [--toy]

Runs `python train.py` twice with the same seed, each in its own process and run directory. The
table also has the figures of two CPU cores (docs/performance.md), and whether all adapter weights
of both runs are equal. With --toy: four steps, no evaluation.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import common
from common import Cell, Column

CPU = {"seconds": 221, "tuned_new": 0.700, "tuned_old": 0.627}  # two cores, docs/performance.md

COLUMNS = (
    Column("seconds", "seconds", ",.0f"),
    Column("fit_s", "of them fit", ",.0f"),
    Column("evaluate_s", "evaluation", ",.0f"),
    Column("tuned_new", "tuned, new", ".1%"),
    Column("tuned_old", "tuned, old", ".1%"),
    Column("base_new", "base, new", ".1%"),
    Column("loss", "loss", ".4f"),
    Column("tokens_s", "tokens/s", ",.0f"),
    Column("step_ms", "step ms", ",.1f"),
    Column("peak_gb", "peak GB", ".2f"),
    Column("same_bits", "same weights as before"),
)


def main(argv: list[str] | None = None) -> None:
    asked = common.arguments(__doc__, argv)
    common.device(asked)
    with tempfile.TemporaryDirectory(prefix="mathpal-tiny-") as folder:
        home = Path(folder)
        cells: list[Cell] = [
            ("cpu, two cores (recorded)", lambda: dict(CPU)),
            ("first", partial(run, home / "first", None, asked.toy)),
            ("again, same seed", partial(run, home / "again", home / "first", asked.toy)),
        ]
        common.measure("tiny", cells, COLUMNS, asked)


def run(folder: Path, before: Path | None, toy: bool) -> dict[str, Any]:
    """Run train.py once; return its values."""
    words = [sys.executable, str(common.ROOT / "train.py"), f"hydra.run.dir={folder}"]
    if toy:
        words += ["trainer.max_steps=4", "evaluation=none", "data.train=200"]
    settings = {"PYTHONPATH": os.pathsep.join([str(common.ROOT), os.environ.get("PYTHONPATH", "")])}
    began = time.perf_counter()
    done = subprocess.run(
        words, cwd=common.ROOT, env={**os.environ, **settings}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"exit {done.returncode}: {done.stdout[-1500:]}")
    outcome = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
    metrics, timings = outcome["metrics"], outcome["timings"]
    values: dict[str, Any] = {
        "seconds": seconds,
        "fit_s": timings.get("fit"),
        "evaluate_s": timings.get("evaluate"),
        "tuned_new": metrics.get("tuned/accuracy_new"),
        "tuned_old": metrics.get("tuned/accuracy_old"),
        "base_new": metrics.get("base/accuracy_new"),
        "loss": metrics.get("train/loss"),
        "tokens_s": metrics.get("train/tokens_per_second"),
        "peak_gb": metrics.get("train/peak_memory_gb"),
        "metrics": metrics,
        "timings": timings,
    }
    if before is not None:
        values["same_bits"] = same(before, folder)
    return {name: value for name, value in values.items() if value is not None}


def same(one: Path, other: Path) -> str:
    """Whether two runs' adapters are equal, and if not, their relative distance."""
    import torch
    from safetensors.torch import load_file

    name = "adapter/adapter_model.safetensors"
    if not (one / name).exists():
        return "the first run is missing"
    mine, theirs = load_file(one / name), load_file(other / name)
    if all(torch.equal(mine[key], theirs[key]) for key in mine):
        return "yes"
    apart = sum(float((mine[k].float() - theirs[k].float()).square().sum()) for k in mine)
    size = sum(float(mine[k].float().square().sum()) for k in mine)
    return f"no, {(apart / size) ** 0.5:.1e} apart"


if __name__ == "__main__":
    main()
