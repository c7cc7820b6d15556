"""How a run's end is written down, and read again."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.errors import DataError, InfeasibleError, OutOfMemoryError
from mathpal.record import attempts, files, outcome
from mathpal.record.trials import WORD, tell_to_stop


def written(run_dir: Path) -> dict[str, Any]:
    found: dict[str, Any] = files.read_json(run_dir / "outcome.json")
    return found


@pytest.mark.parametrize(
    ("metrics", "name"),
    [
        ({"train/loss": 3.0, "validation/loss": 2.0}, "validation/loss"),
        ({"validation/loss": 2.0, "tuned/accuracy": 0.5}, "tuned/accuracy"),
        ({"tuned/accuracy": 0.5, "tuned/accuracy_new": 0.25}, "tuned/accuracy_new"),
    ],
)
def test_a_sweep_compares_the_best_that_was_measured(
    tmp_path: Path, metrics: dict[str, float], name: str
) -> None:
    outcome.completed(tmp_path, metrics, {"fit": 1.0}, ["a note"])
    assert written(tmp_path)["objective"] == {"name": name, "value": metrics[name]}
    assert outcome.result(tmp_path) == (tmp_path, metrics, metrics[name], "")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_an_objective_that_is_not_finite_is_nan(tmp_path: Path, value: float) -> None:
    outcome.completed(tmp_path, {"train/loss": 1.0, "validation/loss": value}, {}, ())
    assert written(tmp_path)["objective"] == {"name": "validation/loss", "value": None}
    found = outcome.result(tmp_path)
    assert found.objective is not None and math.isnan(found.objective)
    assert math.isnan(found.metrics["validation/loss"]) and found.metrics["train/loss"] == 1.0


class TestPruned:
    def test_it_has_metrics_and_nothing_to_compare(self, tmp_path: Path) -> None:
        outcome.pruned(tmp_path, {"validation/loss": 2.0}, {"fit": 1.0}, ["a note"])
        found = written(tmp_path)
        assert (found["status"], found["objective"]) == ("pruned", None)
        assert (found["error"], found["notes"]) == (None, ["a note"])
        assert outcome.result(tmp_path) == (tmp_path, {"validation/loss": 2.0}, None, "")

    def test_it_is_settled_until_the_word_is_removed(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO")
        tell_to_stop(tmp_path)
        outcome.pruned(tmp_path, {}, {}, ())
        caplog.clear()
        assert outcome.settled(tmp_path) == (tmp_path, {}, None, "")
        assert f"remove {tmp_path / WORD} and say resume={tmp_path}" in caplog.text
        (tmp_path / WORD).unlink()
        assert outcome.settled(tmp_path) is None


def test_what_did_not_end_so_gives_nothing_back(tmp_path: Path) -> None:
    assert outcome.settled(tmp_path) is None
    files.write_outcome(
        tmp_path, status="failed", metrics={}, objective=None, timings={}, error="no row"
    )
    tell_to_stop(tmp_path)
    assert outcome.settled(tmp_path) is None
    with pytest.raises(DataError, match="failed: no row"):
        outcome.result(tmp_path)


@pytest.mark.parametrize(
    ("error", "status", "named"),
    [
        (InfeasibleError("too large"), "failed", "InfeasibleError"),
        (torch.OutOfMemoryError("full"), "failed", "OutOfMemoryError"),
        (OutOfMemoryError("full"), "failed", "OutOfMemoryError"),
        (ValueError("a bug"), "failed", "ValueError"),
        (KeyboardInterrupt(), "interrupted", None),
        (SystemExit(143), "interrupted", None),
    ],
)
def test_what_ended_a_run_is_named(
    tmp_path: Path, error: BaseException, status: str, named: str | None
) -> None:
    with (
        pytest.raises(type(error)),
        attempts.outcome_on_error(tmp_path, files.Clock(), dry=False),
    ):
        raise error
    assert (written(tmp_path)["status"], written(tmp_path)["error_type"]) == (status, named)
