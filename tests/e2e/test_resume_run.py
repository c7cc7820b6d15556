"""A stopped run resumes, a complete one is left alone, and any run can be reproduced."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mathpal.errors import ConfigError, DataError
from mathpal.record import lock
from mathpal.record import outcome as outcomes
from mathpal.run import finishing, preparing, resume, train
from mathpal.settings.composition import compose
from tests.e2e.test_run import ROOT, UNMEASURED
from tests.e2e.verbs import called, started
from tests.records import read_json

MadeOnce = Callable[[str, Callable[[], None]], Path]
ADAPTER = "adapter/adapter_model.safetensors"
WORDS = [*UNMEASURED, "trainer.max_steps=8", "trainer.checkpoint_every=3"]
CANARY = "canary-in-a-coal-mine-77"


def start(folder: Path, *words: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "train.py"), *words],
        cwd=folder, env={**os.environ, **environment}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 200
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} does not come"
        time.sleep(0.05)


def losses(run: Path) -> list[tuple[int, Any]]:
    """Every recorded loss with its step, in the order of the file."""
    records = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    return [(r["step"], v) for r in records for k, v in r.items() if k.endswith("/loss")]


@pytest.fixture(scope="session")
def undisturbed(made_once: MadeOnce) -> Path:
    """A run whose training is uninterrupted, and which fails right after it."""

    def fill() -> None:
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(finishing.outcome, "completed", lambda *_: 1 / 0)
            broken.setattr(outcomes, "write", lambda *_: None)  # nor the word that it failed
            with pytest.raises(ZeroDivisionError):
                train(compose(WORDS), Path("run"))

    return made_once("undisturbed", fill) / "run"


@pytest.fixture
def stopped(made_once: MadeOnce, tmp_path: Path) -> Path:
    """The same run, stopped by SIGTERM once, then resumed until complete; a test's own copy."""
    made = made_once("stopped", lambda: stop_and_resume(Path.cwd()))
    return shutil.copytree(made / "run", tmp_path / "run", symlinks=True)


def stop_and_resume(folder: Path) -> None:
    run = folder / "run"
    running = start(folder, *WORDS, "hydra.run.dir=run")
    wait_for(run / "checkpoints")
    with pytest.raises(DataError, match=f"process {running.pid} on"), lock.hold(run):
        pytest.fail("two at once")
    running.send_signal(signal.SIGTERM)
    _, errors = running.communicate(timeout=100)
    assert running.returncode == 143, errors
    outcome = read_json(run / "outcome.json")
    assert (outcome["status"], outcome["error"]) == ("interrupted", "stopped by SIGTERM")
    assert not (run / "adapter").exists()
    done = started("train", "resume=run", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "run"
    assert "resuming from the checkpoint of step" in done.stderr


def test_a_resumed_run_equals_an_uninterrupted_one(undisturbed: Path, stopped: Path) -> None:
    assert (stopped / ADAPTER).read_bytes() == (undisturbed / ADAPTER).read_bytes()
    assert losses(stopped) == losses(undisturbed)
    assert outcomes.read(stopped).status == "completed"


def test_its_restart_is_counted_and_explained(stopped: Path) -> None:
    manifest = read_json(stopped / "run.json")
    (entry,) = manifest["history"]
    assert manifest["restarts"] == 1
    assert entry["reason"] == "interrupted: stopped by SIGTERM"
    assert 0 < entry["from_step"] <= 8
    assert "from step" in (stopped / "report.html").read_text()


def test_a_complete_run_is_named_and_left_alone(stopped: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in stopped.rglob("*")}
    done = started("train", "resume=run", cwd=stopped.parent)
    assert done.returncode == 0
    assert "is complete" in done.stderr
    assert done.stdout.splitlines()[-1] == "run"
    assert {path: path.stat().st_mtime_ns for path in stopped.rglob("*")} == before


def test_in_a_sweep_a_complete_run_is_the_result(stopped: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in stopped.rglob("*")}
    again = train(compose([*WORDS, "hydra.mode=MULTIRUN"]), stopped)
    assert again.objective == read_json(stopped / "outcome.json")["objective"]["value"]
    with pytest.raises(DataError, match=r"another configuration(.|\n)*seed: was 42, is 43"):
        train(compose([*WORDS, "seed=43", "hydra.mode=MULTIRUN"]), stopped)
    with pytest.raises(DataError, match="finished run, which is never overwritten"):
        train(compose(WORDS), stopped)
    assert {
        path: path.stat().st_mtime_ns for path in stopped.rglob("*") if path.name != ".lock"
    } == {path: time for path, time in before.items() if path.name != ".lock"}


def test_resume_stands_alone(stopped: Path) -> None:
    for words in (["resume=run", "seed=3"], ["-m", "resume=run"], ["lora=r8", "++resume=run"]):
        done = called("train", *words, cwd=stopped.parent)
        assert done.returncode == 2
        assert "must stand alone" in done.stderr
    done = called("train", "resume=gone", cwd=stopped.parent)
    assert done.returncode == 2
    assert "expected the directory of a run" in done.stderr


def test_reproduce_says_what_is_identical(stopped: Path) -> None:
    words = ["reproduce", "run=run", "hydra.run.dir=again"]
    done = called(*words, cwd=stopped.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    for part in ("configuration", "data", "weights", "metrics", "metrics.jsonl"):
        assert any(line.split()[:2] == ["identical", part] for line in done.stdout.splitlines())
    assert done.stdout.splitlines()[-1] == "again"
    parent = read_json(stopped.parent / "again" / "run.json")["parent"]
    assert parent == {"run": str(stopped), "trial": None}
    refused = called(*words, cwd=stopped.parent)
    assert refused.returncode == 2
    assert "holds a run already" in refused.stderr


def test_a_run_that_failed_after_its_training_resumes_from_there(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(undisturbed, "run", symlinks=True)
    assert Path("run/adapter").is_dir() and not Path("run/outcome.json").exists()
    resume(Path("run"))
    assert Path("run", ADAPTER).read_bytes() == (undisturbed / ADAPTER).read_bytes()
    assert losses(Path("run")) == losses(undisturbed)
    assert outcomes.read(Path("run")).status == "completed"


class TestAnotherRun:
    """Differences are found before anything is trained."""

    @pytest.fixture
    def begun(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A run that failed after run.json was written."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("LIMIT", "12")
        rows = [{"question": f"Tính: {n} + 1", "solution": f"Đáp số: {n + 1}"} for n in range(60)]
        Path("rows.json").write_text(json.dumps(rows))
        words = [
            "data=file", "data.path=rows.json", "evaluation=none", "trainer.max_steps=2",
            "model.max_length='${oc.decode:${oc.env:LIMIT}}'",
        ]  # fmt: skip
        monkeypatch.setenv("LIMIT", "256")
        with monkeypatch.context() as broken:
            broken.setattr(preparing, "described", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                train(compose(words), Path("run"))
        assert outcomes.read(Path("run")).status == "failed"
        return Path("run")

    def test_a_changed_environment_is_another_configuration(
        self, begun: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LIMIT", "128")
        with pytest.raises(DataError, match=r"model\.max_length: was 256, is 128"):
            resume(begun)
        assert outcomes.read(begun).status == "failed"

    def test_other_data_is_refused(self, begun: Path) -> None:
        text = Path("rows.json").read_text()
        Path("rows.json").write_text(text.replace(" 7 + 1", " 6 + 2"))
        with pytest.raises(DataError, match="other inputs: data differs"):
            resume(begun)
        Path("rows.json").write_text(text)
        assert resume(begun).metrics["train/loss"] > 0

    def test_the_same_directory_with_other_words_is_refused(self, begun: Path) -> None:
        with pytest.raises(DataError, match=r"another configuration(.|\n)*seed: was 42, is 43"):
            train(compose(["seed=43"]), begun)

    def test_a_directory_without_a_run(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="holds no run to resume"):
            resume(tmp_path)

    def test_a_secret_that_was_written_nowhere_is_asked_for(self, begun: Path) -> None:
        path = begun / ".hydra" / "config.yaml"
        text = re.sub(r"path: \S*rows\.json", "path: http://***@host", path.read_text())
        path.write_text(text)
        with pytest.raises(ConfigError, match=r"data\.path held a secret.*oc\.env:NAME"):
            resume(begun)


def test_a_canary_is_found_in_none_of_the_bytes_that_a_run_writes(tmp_path: Path) -> None:
    words = [
        "hydra.run.dir=run",
        *UNMEASURED,
        "trainer.max_steps=1",
        f"name={CANARY}",
        "hydra/job_logging=default",
    ]
    running = start(tmp_path, *words, SOME_API_KEY=CANARY, MATHPAL_PARENT=CANARY)
    _, errors = running.communicate(timeout=200)
    assert running.returncode == 0, errors
    run = tmp_path / "run"
    assert outcomes.read(run).status == "completed"
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {run / ".hydra" / name for name in ("config.yaml", "overrides.yaml", "hydra.yaml")} < {
        *written
    }
    assert [path for path in written if CANARY.encode() in path.read_bytes()] == []


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ([], "study.json"),
        pytest.param(
            ["hydra/sweeper=basic", "hydra/launcher=basic"], "multirun.yaml", marks=pytest.mark.slow
        ),
    ],
)
def test_a_canary_is_not_in_what_is_written_of_a_sweep(
    tmp_path: Path, words: list[str], written: str
) -> None:
    words = ["-m", "seed=1", "dry_run=true", "data.train=20", f"name={CANARY}", *words]
    running = start(tmp_path, *words, "hydra.sweep.dir=sweep", SOME_API_KEY=CANARY)
    _, errors = running.communicate(timeout=200)
    assert running.returncode == 0, errors
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert tmp_path / "sweep" / written in found
    assert [path for path in found if CANARY.encode() in path.read_bytes()] == []
