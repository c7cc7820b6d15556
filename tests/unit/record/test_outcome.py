"""How a run's end is written down, and read again."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from mathpal.errors import DataError
from mathpal.record import outcome
from mathpal.record.outcome import Objective, Outcome
from mathpal.record.trials import WORD, tell_to_stop
from tests.records import read_json


def written(run_dir: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_json(run_dir / "outcome.json")
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
    outcome.write(tmp_path, Outcome("failed", error="no row"))
    tell_to_stop(tmp_path)
    assert outcome.settled(tmp_path) is None
    with pytest.raises(DataError, match="failed: no row"):
        outcome.result(tmp_path)


class TestFile:
    def test_it_holds_what_the_design_promises(self, tmp_path: Path) -> None:
        metrics = {"tuned/accuracy": 0.5, "validation/loss": math.nan}
        said = Outcome("completed", metrics, Objective("tuned/accuracy", 0.5), {"fit": 1.25})
        outcome.write(tmp_path, said)
        assert list(written(tmp_path).items()) == [
            ("schema", 1),
            ("status", "completed"),
            ("metrics", {"tuned/accuracy": 0.5, "validation/loss": None}),
            ("objective", {"name": "tuned/accuracy", "value": 0.5}),
            ("timings", {"fit": 1.25}),
            ("error", None),
            ("error_type", None),
            ("notes", []),
        ]

    @pytest.mark.parametrize(
        "said",
        [
            Outcome("completed", {"a": 1.0, "b": None}, Objective("a", 1.0), {"fit": 1.0}),
            Outcome("completed", objective=Objective("objective", [1.0, None])),
            Outcome("failed", error="no row", error_type="DataError"),
            Outcome("pruned", {"a": 1.0}, notes=("a", "b")),
        ],
    )
    def test_what_is_written_is_read_again(self, tmp_path: Path, said: Outcome) -> None:
        outcome.write(tmp_path, said)
        assert outcome.read(tmp_path) == outcome.find(tmp_path) == outcome.ended(tmp_path) == said

    def test_keys_that_are_absent_have_their_defaults(self, tmp_path: Path) -> None:
        (tmp_path / "outcome.json").write_text('{"status": "pruned", "metrics": null, "new": 1}')
        assert outcome.read(tmp_path) == Outcome("pruned")


class TestAbsentOrUnreadable:
    def test_no_file_raises_or_gives_none(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"outcome\.json is not there"):
            outcome.read(tmp_path)
        assert outcome.find(tmp_path) is outcome.ended(tmp_path) is None
        found = outcome.read_or_failed(tmp_path)
        assert found.status == "failed" and "is not there" in str(found.error)

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"\xff", b"[]", b"{}", b'{"status": 1}', b'{"status": "completed", "notes": 1}',
         b'{"status": "completed", "objective": [1]}', b'{"status": "failed", "metrics": "x"}'],
    )  # fmt: skip
    def test_a_damaged_file_raises_or_gives_none(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "outcome.json").write_bytes(content)
        for asked in (outcome.read, outcome.find, outcome.settled):
            with pytest.raises(DataError, match=r"outcome\.json is damaged"):
                asked(tmp_path)
        assert outcome.find(tmp_path, unreadable="none") is outcome.ended(tmp_path) is None
        assert outcome.read_or_failed(tmp_path).status == "failed"

    @pytest.mark.parametrize(
        ("text", "ended"),
        [(None, False), ("{", False), ("interrupted", False), ("pruned", True), ("failed", True)],
    )
    def test_what_was_interrupted_has_not_ended(
        self, tmp_path: Path, text: str | None, ended: bool
    ) -> None:
        if text:
            content = text if text == "{" else json.dumps({"status": text})
            (tmp_path / "outcome.json").write_text(content)
        assert (outcome.ended(tmp_path) is not None) == ended
