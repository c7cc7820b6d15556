"""Running studies of the cheap application, and reading what they left."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from mathpal.settings.composition import CONF
from mathpal.sweeps.storage import open_storage

APP = Path(__file__).parent / "app" / "app.py"
X = "x=interval(-5, 5)"
STATES = {
    TrialState.COMPLETE: "completed",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "running",
}


def command(*words: str) -> list[str]:
    """The command of a study; `words` are overrides."""
    root = [sys.executable, str(APP), "-m", f"hydra.searchpath=[file://{CONF}]"]
    return [*root, "hydra.sweeper.poll_s=0.05", *words]


def surroundings() -> dict[str, str]:
    """The environment of a study, which finds this package from anywhere."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "OMP_NUM_THREADS": "1"}


def study(folder: Path, *words: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a study to its end in a folder."""
    done = subprocess.run(
        command(*words), cwd=folder, capture_output=True, text=True, env=surroundings(), timeout=240
    )
    assert done.returncode == expect, done.stderr[-3000:]
    return done


def begin(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """Begin a study and do not wait for it."""
    with (folder / "driver.log").open("ab") as log:
        return subprocess.Popen(
            command(*words), cwd=folder, stdout=log, stderr=log, env=surroundings()
        )


def until(true: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def trials_of(folder: Path, name: str = "study") -> list[FrozenTrial]:
    """All trials that count."""
    home = folder / "multirun" / name
    loaded = optuna.load_study(study_name=name, storage=open_storage(None, home))
    return [t for t in loaded.get_trials() if "unborn" not in t.user_attrs]


def ends(folder: Path, name: str = "study") -> list[str]:
    """How each trial ended, by number."""
    return [STATES[trial.state] for trial in trials_of(folder, name)]


def begun(folder: Path, number: int | str, name: str = "study") -> list[str]:
    """The processes that began a trial, one after the other."""
    path = folder / "multirun" / name / str(number) / "begun"
    return path.read_text().split() if path.exists() else []


def outcome(folder: Path, number: int | str, name: str = "study") -> Any:
    """A trial's outcome.json."""
    return json.loads((folder / "multirun" / name / str(number) / "outcome.json").read_text())


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL, and wait for the end."""
    process.send_signal(signal.SIGKILL)
    process.wait()
