"""Sweeps through launchers that need nothing but this machine: every trial has one directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.test_run import ROOT, UNMEASURED
from tests.records import read_json

pytestmark = pytest.mark.slow
TRIAL = [*UNMEASURED, "trainer.max_steps=2"]


def sweep(folder: Path, *words: str) -> dict[str, dict[str, object]]:
    """The outcomes of a sweep's trials by their directories."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "train.py"), "-m", *TRIAL, "hydra.sweep.dir=sweep", *words],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert "validated against ConfigStore" not in done.stderr
    found = (path.parent for path in folder.rglob("run.json"))
    return {str(p.relative_to(folder)): read_json(p / "outcome.json") for p in found}


@pytest.mark.parametrize("launcher", ["joblib", "submitit_local"])
def test_two_trials_at_a_time(tmp_path: Path, launcher: str) -> None:
    found = sweep(tmp_path, "seed=1,2", f"hydra/launcher={launcher}", "hydra.sweeper.n_jobs=2")
    assert sorted(found) == ["sweep/0", "sweep/1"]
    assert {outcome["status"] for outcome in found.values()} == {"completed"}


def test_a_trial_of_two_processes_has_one_directory(tmp_path: Path) -> None:
    found = sweep(tmp_path, "seed=1,2", "trainer=ddp", "trainer.max_steps=2")
    assert sorted(found) == ["sweep/0", "sweep/1"]
    assert {outcome["status"] for outcome in found.values()} == {"completed"}
    for trial in ("0", "1"):
        config = read_json(tmp_path / "sweep" / trial / "run.json")["config"]
        assert config["trainer"]["devices"] == 2
