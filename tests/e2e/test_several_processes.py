"""Two processes train as one does on the same global batch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mathpal.training import checkpoints
from tests.e2e import several

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("strategy", "trained", "layout"),
    [
        ("ddp", "lora", "packed"),
        pytest.param("ddp", "whole", "packed", marks=pytest.mark.slow),
        # FSDP trains on padded rows, whose steps hold other rows than those of packed ones.
        pytest.param("fsdp", "whole", "padded", marks=pytest.mark.slow),
    ],
)
def test_two_processes_train_as_one(
    tmp_path: Path, strategy: str, trained: str, layout: str
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    done = subprocess.run(
        [*torchrun, "-m", "tests.e2e.several", str(two), strategy, trained, layout],
        cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True,
        timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    several.train(one, 1, 2, "auto", trained, layout)
    expected, found = (torch.load(p / "records.pt", weights_only=True) for p in (one, two))
    assert [step for step, _ in found] == [step for step, _ in expected]
    for (_, mine), (_, theirs) in zip(found, expected, strict=True):
        assert mine == pytest.approx(theirs, rel=2e-4)
    ends = [checkpoints.newest(p / "checkpoints") for p in (one, two)]
    assert all(end is not None for end in ends)
    for name, weight in ends[0].weights.items():
        assert torch.allclose(ends[1].weights[name], weight, atol=1e-4), name
