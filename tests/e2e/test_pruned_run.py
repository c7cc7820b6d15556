"""A run that its study prunes leaves its metrics, and no result."""

import math
from pathlib import Path
from typing import Any

import pytest

from mathpal.record.outcome import read
from mathpal.record.trials import WORD, tell_to_stop
from mathpal.run import RunResult, resume, train
from mathpal.settings.composition import compose
from mathpal.training import validating
from tests.e2e.test_resume_run import ADAPTER, start, wait_for
from tests.e2e.test_run import UNMEASURED
from tests.records import read_json

LEFT_OUT = ("adapter", "evaluation", "export", "report.html")


def require_pruned(run: Path) -> dict[str, Any]:
    outcome: dict[str, Any] = read_json(run / "outcome.json")
    assert (outcome["status"], outcome["objective"], outcome["error"]) == ("pruned", None, None)
    assert "fit" in outcome["timings"] and "evaluate" not in outcome["timings"]
    assert not [name for name in LEFT_OUT if (run / name).exists()]
    return outcome


@pytest.fixture(scope="module")
def pruned(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A run whose study pruned it before it began."""
    run = tmp_path_factory.mktemp("pruned") / "run"
    run.mkdir()
    tell_to_stop(run)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(run.parent)
        return train(compose([*UNMEASURED, "trainer.evaluate_every=1"]), run)


def test_it_ends_at_its_first_step_with_its_metrics(pruned: RunResult) -> None:
    outcome = require_pruned(pruned.run_dir)
    assert pruned.objective is None
    assert outcome["metrics"]["validation/loss"] == pruned.metrics["validation/loss"] > 0


@pytest.mark.slow
def test_it_stays_pruned_until_the_file_is_removed_and_then_resumes(
    pruned: RunResult, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    monkeypatch.chdir(pruned.run_dir.parent)
    before = (pruned.run_dir / "outcome.json").read_bytes()
    again = resume(pruned.run_dir)
    assert again.objective is None
    assert again.metrics["validation/loss"] == pruned.metrics["validation/loss"]
    assert (pruned.run_dir / "outcome.json").read_bytes() == before
    assert f"remove {pruned.run_dir / WORD}" in caplog.text
    (pruned.run_dir / WORD).unlink()
    done = resume(pruned.run_dir)
    assert read(pruned.run_dir).status == "completed" and done.objective is not None
    (entry,) = read_json(pruned.run_dir / "run.json")["history"]
    assert (entry["reason"], entry["from_step"]) == ("pruned", 1)
    whole = train(compose([*UNMEASURED, "trainer.evaluate_every=1"]), Path("whole"))
    assert (whole.run_dir / ADAPTER).read_bytes() == (done.run_dir / ADAPTER).read_bytes()


@pytest.mark.slow
def test_two_processes_end_together(tmp_path: Path) -> None:
    words = [*UNMEASURED, "trainer=ddp", "trainer.accelerator=cpu", "trainer.max_steps=100000"]
    running = start(tmp_path, *words, "hydra.run.dir=run", OMP_NUM_THREADS="1")
    wait_for(tmp_path / "run" / "metrics.jsonl")
    tell_to_stop(tmp_path / "run")
    output, errors = running.communicate(timeout=100)
    assert running.returncode == 0, errors
    assert output.splitlines()[-1] == "run"
    assert require_pruned(tmp_path / "run")["metrics"]["train/loss"] > 0
    assert "resuming" not in errors
    assert f"{tmp_path / 'run'} was pruned by its study" in errors


def test_a_validation_loss_that_is_not_a_number_is_an_objective_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(validating, "validation_loss", lambda *_: math.nan)
    done = train(compose([*UNMEASURED, "trainer.max_steps=2"]), Path("run"))
    assert done.objective is not None and math.isnan(done.objective)
    outcome = read_json(Path("run/outcome.json"))
    assert outcome["objective"] == {"name": "validation/loss", "value": None}
    again = resume(Path("run"))
    assert again.objective is not None and math.isnan(again.objective)
    assert Path("run/report.html").is_file()
