"""Studies of the real run: killed, pruned, resumed, and true to a run alone."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mathpal.record import heartbeat
from tests.e2e.test_run import ROOT, UNMEASURED
from tests.e2e.verbs import called
from tests.records import read_json
from tests.unit.sweeps.studies import surroundings, trials_of, until

STUDY = ["hydra/sweeper=optuna", "hydra.sweeper.study_name=s", "hydra.sweeper.poll_s=0.05",
         "trainer.lr=tag(log, interval(1e-4, 1e-2))"]  # fmt: skip


def command(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "train.py"), *words]


def ran(folder: Path, *words: str) -> str:
    done = subprocess.run(
        command(*words), cwd=folder, capture_output=True, text=True, env=surroundings(), timeout=280
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow  # the suite kills trials of a small task, and runs
def test_a_killed_trial_resumes_and_ends_as_a_run_alone_does(tmp_path: Path) -> None:
    settings = [*UNMEASURED, "trainer.max_steps=12", "trainer.evaluate_every=12",
                "trainer.checkpoint_every=2"]  # fmt: skip
    words = ["-m", *settings, *STUDY, "hydra.sweeper.n_trials=2"]
    home = tmp_path / "multirun" / "s"
    with (tmp_path / "log").open("wb") as log:
        driver = subprocess.Popen(
            command(*words), cwd=tmp_path, env=surroundings(), stdout=log, stderr=log
        )
    until(lambda: (home / "0/checkpoints/last").exists(), 120)
    os.kill(read_json(home / "0" / heartbeat.ATTEMPT)["pid"], signal.SIGKILL)
    assert driver.wait(240) == 0
    first, second = trials_of(tmp_path, "s")
    assert [a["how"] for a in first.user_attrs["attempts"]] == ["killed", "completed"]
    assert len(second.user_attrs["attempts"]) == 1
    history = read_json(home / "0" / "run.json")["history"]
    assert history[0]["from_step"] >= 2
    ran(tmp_path, *settings, *first.user_attrs["overrides"], "hydra.run.dir=alone")
    alone = read_json(tmp_path / "alone" / "outcome.json")
    assert alone["objective"]["value"] == first.value  # to the last bit


@pytest.mark.slow
def test_a_pruned_trial_is_a_run_that_ended_early(tmp_path: Path) -> None:
    settings = [*UNMEASURED, "trainer.max_steps=99", "trainer.evaluate_every=1"]
    ran(tmp_path, "-m", *settings, *STUDY, "hydra.sweeper.n_trials=1",
        "hydra/sweeper/pruner=threshold", "hydra.sweeper.pruner.upper=0.0")  # fmt: skip
    (trial,) = trials_of(tmp_path, "s")
    outcome = read_json(tmp_path / "multirun/s/0/outcome.json")
    assert outcome["status"] == "pruned" and trial.state.name == "PRUNED"
    assert 1 <= len(trial.intermediate_values) < 99
    assert trial.user_attrs["metrics"]["validation/loss"] == outcome["metrics"]["validation/loss"]


@pytest.mark.slow
def test_a_run_that_does_not_fit_in_memory_is_rejected_and_no_failure(tmp_path: Path) -> None:
    ran(tmp_path, "-m", *UNMEASURED, "hydra/sweeper=optuna", "hydra.sweeper.study_name=s",
        "trainer.batch_tokens=100000000,512", "hydra/sweeper/sampler=grid",
        "hydra.sweeper.max_failure_rate=0")  # fmt: skip
    first, second = trials_of(tmp_path, "s")
    assert "memory" in first.user_attrs["infeasible"] and first.state.name == "PRUNED"
    assert second.state.name == "COMPLETE"


def test_a_plain_grid_has_the_same_table_and_resumes(tmp_path: Path) -> None:
    words = ["-m", *UNMEASURED, "trainer.max_steps=1", "lora=r4,r8", "hydra.sweep.dir=grid"]
    assert ran(tmp_path, *words).splitlines()[-1] == "grid"
    assert sorted(p.parent.name for p in tmp_path.glob("grid/*/run.json")) == ["0", "1"]
    values = [read_json(tmp_path / f"grid/{n}/outcome.json")["objective"] for n in (0, 1)]
    assert [v["name"] for v in values] == ["validation/loss"] * 2
    assert values[0]["value"] != values[1]["value"]
    assert json.loads((tmp_path / "grid/study.json").read_text())["directions"] == ["minimize"]
    before = (tmp_path / "grid/0/outcome.json").stat().st_mtime_ns
    ran(tmp_path, *words)
    assert (tmp_path / "grid/0/outcome.json").stat().st_mtime_ns == before
    page = (tmp_path / "grid/report.html").read_text()
    assert "lora" in page and "r8" in page
    best = (tmp_path / "grid/best.yaml").read_text()
    assert best.startswith("# @package _global_")


@pytest.mark.parametrize("study", sorted(p.stem for p in (ROOT / "conf" / "study").glob("*.yaml")))
def test_every_study_that_ships_composes_in_all_its_values(study: str, tmp_path: Path) -> None:
    words = ["-m", f"+study={study}", "hydra.launcher.warm=false",
             "hydra.sweeper.n_trials=0"]  # fmt: skip  # the space is looked at first
    done = called("train", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert "1 fault" in done.stderr and "hydra.sweeper.n_trials=0" in done.stderr
