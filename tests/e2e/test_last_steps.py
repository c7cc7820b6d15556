"""What a run does last may fail: its weights and metrics are safe before."""

import json
from pathlib import Path
from typing import Any

import pytest

from mathpal.errors import DataError
from mathpal.evaluation import tables
from mathpal.export import exports
from mathpal.reporting import report
from mathpal.run import load_run, resume, train
from mathpal.settings.composition import compose
from tests.e2e.test_run import SMALL, unmeasured_run


def fails(*_: Any, **__: Any) -> None:
    raise RuntimeError("no such quantization")


def outcome(run_dir: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run_dir / "outcome.json").read_text(encoding="utf-8"))
    return found


def test_a_failing_export_leaves_a_complete_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "mark", fails)
    with pytest.raises(DataError, match="export failed: RuntimeError: no such.*\n.*is complete"):
        train(compose([*SMALL, "trainer.max_steps=2", "export=merged_16bit"]), tmp_path / "run")
    ended = outcome(tmp_path / "run")
    assert ended["status"] == "completed" and ended["error"] is None
    assert {"tuned/accuracy", "validation/loss", "train/loss"} <= ended["metrics"].keys()
    assert "the export failed" in ended["notes"][-1]
    assert "the export failed" in (tmp_path / "run/report.html").read_text(encoding="utf-8")
    assert load_run(tmp_path / "run")[0].model is not None
    assert resume(tmp_path / "run").metrics["tuned/accuracy"] >= 0


def test_a_failing_report_leaves_a_complete_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "_content", fails)
    with pytest.raises(DataError, match="the report failed"):
        unmeasured_run(tmp_path / "run", "trainer.max_steps=2")
    assert outcome(tmp_path / "run")["status"] == "completed"


def test_a_failing_evaluation_leaves_the_metrics_of_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "write_report", fails)
    with pytest.raises(RuntimeError, match="no such"):
        train(compose([*SMALL, "trainer.max_steps=2"]), tmp_path / "run")
    ended = outcome(tmp_path / "run")
    assert ended["status"] == "failed" and "validation/loss" in ended["metrics"]
    assert load_run(tmp_path / "run")[0].model is not None
    monkeypatch.undo()
    assert resume(tmp_path / "run").metrics["tuned/accuracy"] >= 0
