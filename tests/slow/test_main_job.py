"""The default run at full length: it must teach the new without losing the old."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def test_the_default_run_learns_the_new_families_and_keeps_the_old(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "train.py")], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    outcome = json.loads((tmp_path / "outputs" / "latest" / "outcome.json").read_text())
    metrics = outcome["metrics"]
    assert outcome["status"] == "completed"
    assert metrics["tuned/accuracy_new"] >= metrics["base/accuracy_new"] + 0.40
    assert metrics["tuned/accuracy_old"] >= metrics["base/accuracy_old"] - 0.10
    seconds = outcome["timings"]
    # Five minutes on two idle cores; twice that on a machine with other work.
    assert seconds["fit"] + seconds["evaluate"] < 600
