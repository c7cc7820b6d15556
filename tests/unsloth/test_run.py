"""A whole run of the recipe by Unsloth, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.test_real_architecture import SHORT

pytestmark = [pytest.mark.unsloth, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, cwd: Path, *words: str) -> Path:
    by = ["+experiment=grade6_e2b", f"model.path={folder}", "model.backend=unsloth"]
    command = [sys.executable, str(ROOT / "train.py"), *by, *SHORT, "model.dtype=float32", *words]
    env = {**os.environ, "UNSLOTH_FORCE_CPU": "1"}
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    assert "by unsloth" in done.stderr
    return cwd / done.stdout.strip().splitlines()[-1]


def test_the_recipe_runs_and_transformers_takes_its_adapter(e2b: Path, tmp_path: Path) -> None:
    from functools import partial

    from mathpal.models.loading import load_gemma3n
    from mathpal.run.weights import load_trained

    run_dir = run(e2b, tmp_path)
    assert json.loads((run_dir / "outcome.json").read_text())["status"] == "completed"
    assert json.loads((run_dir / "run.json").read_text())["backend"] == "unsloth"
    by = partial(load_gemma3n, path=str(e2b), dtype="float32", max_length=256)
    loaded = load_trained(by, run_dir)
    assert loaded.backend == "transformers"
    moved = [w for n, w in loaded.model.named_parameters() if "lora_B" in n and w.abs().sum() > 0]
    assert moved


def test_trl_trains_the_same_composition(e2b: Path, tmp_path: Path) -> None:
    """SFTTrainer itself, with Unsloth's loss in the place of the kernel that a CPU has not."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    words = ["trainer.max_steps=4", "trainer.precision=32-true"]
    ours = run(e2b, tmp_path / "a", *words)
    theirs = run(e2b, tmp_path / "b", "trainer=trl", *words)
    outcome = json.loads((theirs / "outcome.json").read_text())
    assert (outcome["status"], outcome["notes"]) == ("completed", ["trained by TRL"])
    assert (theirs / "adapter" / "adapter_model.safetensors").is_file()

    def values(run_dir: Path, name: str) -> list[tuple[int, float]]:
        lines = map(json.loads, (run_dir / "metrics.jsonl").read_text().splitlines())
        return [(line["step"], line[name]) for line in lines if name in line]

    for name in ("train/loss", "train/lr", "train/grad_norm", "validation/loss"):
        (steps, found), (their_steps, expected) = (
            zip(*values(run_dir, name), strict=True) for run_dir in (ours, theirs)
        )
        assert steps == their_steps
        assert found == pytest.approx(expected, abs=1e-4, rel=1e-3), name


def test_trl_does_not_go_on_with_a_run(e2b: Path, tmp_path: Path) -> None:
    run_dir = run(e2b, tmp_path, "trainer=trl", "trainer.precision=32-true")
    (run_dir / "outcome.json").unlink()
    command = [sys.executable, "-m", "mathpal.worker", str(run_dir)]
    env = {**os.environ, "UNSLOTH_FORCE_CPU": "1"}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=env)
    assert done.returncode != 0
    assert "trainer=trl cannot resume a run" in done.stderr
