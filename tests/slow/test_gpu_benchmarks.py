"""Every script of benchmarks/gpu at toy size on the CPU, so that they do not rot."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow

# Compiling on a CPU takes minutes and shows nothing of a GPU.
WANTED = {
    "sft": "ceilings,*/parameters,*/mathpal,*/profile,*/mathpal-checkpointing,*/peft*,*/unsloth*",
    "loss": "frozen/[!e]*,frozen/eager,trained/[!e]*,trained/eager",
    "attention": "*",
    "gradients": "*/plain*,*/mathpal,*/mathpal*packed,*/mathpal*packed?*reentrant",
    "generate": "*",
    "quantized": "*",
    "tiny": "*",
}


@pytest.mark.parametrize("script", WANTED)
def test_a_script_measures_every_cell_at_toy_size(script: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / f"benchmarks/gpu/{script}.py"), "--toy", "--out", str(tmp_path),
         "--only", WANTED[script]],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    cells = json.loads((tmp_path / f"toy_gpu_{script}.json").read_text())["cells"]
    assert cells
    failed = {name: own["error"] for name, own in cells.items() if "error" in own}
    assert not failed
    assert f"| {next(iter(cells.values()))['cell']} |" in done.stdout
    if script == "gradients":
        wrong = {own["cell"] for own in cells.values() if own.get("verdict") == "WRONG"}
        assert wrong == {own["cell"] for own in cells.values() if ", reentrant" in own["cell"]}


def test_the_driver_goes_on_after_a_part_that_fails(tmp_path: Path) -> None:
    (tmp_path / "toy_gpu_loss.json").write_text("no JSON", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks/gpu/all.py"), "--toy", "--minutes", "3",
         "--out", str(tmp_path), "--only", "loss,attention", "--pack", str(tmp_path / "r.tgz")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "loss: exit 1" in done.stdout
    assert "attention: exit 0" in done.stdout
    with tarfile.open(tmp_path / "r.tgz") as packed:
        assert {"toy_gpu_attention.json", "attention.log"} <= set(packed.getnames())
    assert "| 64/global/padded/sdpa |" in (tmp_path / "toy_gpu_summary.txt").read_text()
