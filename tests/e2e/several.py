"""One process of a short training; test_several_processes starts it by torchrun.

python -m tests.e2e.several OUT STRATEGY TRAINED LAYOUT, with TRAINED lora or whole.
"""

import copy
import sys
from pathlib import Path
from typing import Any

import torch

from mathpal.models.lora import attach_lora, no_lora
from mathpal.objectives.sft import sft
from mathpal.training import checkpoints
from mathpal.training.fit import fit
from mathpal.training.job import TrainingJob
from tests.faults.course import CHECK, LOADED, TRAIN


def train(
    out: Path, devices: int, accumulate: int, strategy: str, trained: str, layout: str
) -> None:
    """Train four steps of 1,024 tokens, and keep the last checkpoint in `out`."""
    torch.manual_seed(0)
    base = copy.deepcopy(LOADED.model)
    lora = attach_lora(base, r=4, alpha=8, dropout=0.2) if trained == "lora" else None
    model = lora if lora is not None else no_lora(base)
    lines = []

    def record(step: int, values: dict[str, float]) -> None:
        exact = ("train/loss", "train/grad_norm", "validation/loss")
        lines.append((step, {n: v for n, v in values.items() if n in exact}))

    settings: dict[str, Any] = {
        "lr": 1e-3, "batch_tokens": 512, "accumulate": accumulate, "max_steps": 4,
        "record_every": 1, "accelerator": "cpu", "devices": devices, "strategy": strategy,
        "layout": layout,
    }  # fmt: skip
    fit(TrainingJob(LOADED._replace(model=model), TRAIN, CHECK, sft(), record, out), **settings)
    if not torch.distributed.is_initialized() or torch.distributed.get_rank() == 0:
        torch.save(lines, out / "records.pt")
        assert checkpoints.newest(out / "checkpoints") is not None
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    train(Path(sys.argv[1]), 2, 1, *sys.argv[2:])
