"""The run directory: files are whole or not there, and a finished run is never touched."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mathpal.errors import DataError
from mathpal.record import files


def left_in(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


class TestWriting:
    def test_a_file_is_written_with_its_folders(self, tmp_path: Path) -> None:
        path = tmp_path / "a" / "b" / "x.json"
        files.write_json(path, {"tên": "Toán", "n": [1, 2.5, None, True]})
        assert files.read_json(path) == {"tên": "Toán", "n": [1, 2.5, None, True]}
        assert "Toán" in path.read_text(encoding="utf-8")
        assert left_in(tmp_path) == ["a", "a/b", "a/b/x.json"]

    @pytest.mark.parametrize("failing", ["fsync", "replace"])
    def test_a_failure_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
    ) -> None:
        def fail(*_: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, failing, fail)
        with pytest.raises(OSError, match="No space left"):
            files.write_text(tmp_path / "x.txt", "new")
        assert left_in(tmp_path) == []

    @pytest.mark.parametrize("failing", ["fsync", "replace"])
    def test_a_failure_keeps_what_was_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
    ) -> None:
        files.write_text(tmp_path / "x.txt", "old")
        monkeypatch.setattr(os, failing, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            files.write_text(tmp_path / "x.txt", "new")
        assert (tmp_path / "x.txt").read_text() == "old"
        assert left_in(tmp_path) == ["x.txt"]

    def test_text_that_cannot_be_encoded_leaves_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(UnicodeEncodeError):
            files.write_text(tmp_path / "x.txt", "a\ud800")
        assert left_in(tmp_path) == []

    def test_a_value_that_is_no_json_leaves_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(TypeError):
            files.write_json(tmp_path / "x.json", {"a": {1, 2}})
        with pytest.raises(TypeError):
            files.write_lines(tmp_path / "x.jsonl", [{"a": 1}, {"a": object()}])
        assert left_in(tmp_path) == []

    def test_nan_and_infinity_become_null_at_any_depth(self, tmp_path: Path) -> None:
        nan, inf = float("nan"), float("inf")
        files.write_json(tmp_path / "x.json", {"a": nan, "b": [inf, (-inf, 1.0)], "c": {"d": nan}})
        text = (tmp_path / "x.json").read_text()
        strict = json.loads(text, parse_constant=lambda name: pytest.fail(name))
        assert strict == {"a": None, "b": [None, [None, 1.0]], "c": {"d": None}}

    def test_paths_and_keys_become_text(self, tmp_path: Path) -> None:
        files.write_json(tmp_path / "x.json", {1: Path("a/b")})
        assert files.read_json(tmp_path / "x.json") == {"1": "a/b"}

    def test_records_are_appended_a_line_each(self, tmp_path: Path) -> None:
        path = tmp_path / "sub" / "metrics.jsonl"
        files.append_line(path, {"step": 1, "train/loss": 0.5})
        files.append_line(path, {"step": 2, "train/loss": float("nan"), "x": "hai\ndòng"})
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert lines == [
            {"step": 1, "train/loss": 0.5},
            {"step": 2, "train/loss": None, "x": "hai\ndòng"},
        ]

    def test_no_lines_are_an_empty_file(self, tmp_path: Path) -> None:
        files.write_lines(tmp_path / "x.jsonl", [])
        assert (tmp_path / "x.jsonl").read_text() == ""

    def test_reading_says_what_is_wrong(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"x\.json is not there"):
            files.read_json(tmp_path / "x.json")
        (tmp_path / "x.json").write_text('{"a": ')
        with pytest.raises(DataError, match=r"x\.json is not JSON"):
            files.read_json(tmp_path / "x.json")


class TestHash:
    def test_the_order_of_keys_does_not_matter(self) -> None:
        one = {"a": 1, "b": {"x": [1, 2], "y": None}}
        other = {"b": {"y": None, "x": [1, 2]}, "a": 1}
        assert files.config_hash(one) == files.config_hash(other)

    @pytest.mark.parametrize(
        "changed",
        [
            {"a": 2, "b": [1, 2]},
            {"a": "1", "b": [1, 2]},
            {"a": 1, "b": [2, 1]},
            {"a": 1, "b": [1, 2], "c": None},
            {"a": 1.5, "b": [1, 2]},
            {"A": 1, "b": [1, 2]},
        ],
    )
    def test_every_other_change_does(self, changed: dict[str, Any]) -> None:
        assert files.config_hash(changed) != files.config_hash({"a": 1, "b": [1, 2]})

    def test_the_hash_is_the_same_on_every_machine(self) -> None:
        assert files.config_hash({"tên": "Toán", "lr": 1e-4}) == (
            "b291474f02e9087c5292529a1ac74bb3035231b228d6d0ee1caa8e8930e86ff1"
        )


class TestDirectory:
    def test_a_new_directory_is_made_with_its_parents(self, tmp_path: Path) -> None:
        files.create(tmp_path / "a" / "b")
        assert (tmp_path / "a" / "b").is_dir()

    def test_a_directory_without_an_outcome_may_be_used(self, tmp_path: Path) -> None:
        (tmp_path / "train.log").write_text("")
        files.create(tmp_path)

    @pytest.mark.parametrize("status", ["interrupted", "failed"])
    def test_one_that_did_not_reach_its_end_may_be_used_too(
        self, tmp_path: Path, status: str
    ) -> None:
        files.write_outcome(tmp_path, status=status, metrics={}, objective=None, timings={})
        files.create(tmp_path)
        assert files.status(tmp_path) == status

    def test_a_finished_run_is_refused(self, tmp_path: Path) -> None:
        files.write_outcome(tmp_path, status="completed", metrics={}, objective=None, timings={})
        before = (tmp_path / "outcome.json").read_bytes()
        with pytest.raises(DataError, match=r"finished run.*hydra\.run\.dir"):
            files.create(tmp_path)
        assert (tmp_path / "outcome.json").read_bytes() == before

    def test_an_outcome_holds_what_the_design_promises(self, tmp_path: Path) -> None:
        files.write_outcome(
            tmp_path,
            status="completed",
            metrics={"tuned/accuracy": 0.5, "validation/loss": float("nan")},
            objective={"name": "tuned/accuracy", "value": 0.5},
            timings={"fit": 1.25},
        )
        assert files.read_json(tmp_path / "outcome.json") == {
            "schema": 1,
            "status": "completed",
            "metrics": {"tuned/accuracy": 0.5, "validation/loss": None},
            "objective": {"name": "tuned/accuracy", "value": 0.5},
            "timings": {"fit": 1.25},
            "error": None,
            "error_type": None,
            "notes": [],
        }


class TestLatest:
    def test_the_link_is_moved_to_the_newest_run(self, tmp_path: Path) -> None:
        outputs = tmp_path / "outputs"
        for name in ("first", "second"):
            run = outputs / "x" / name
            run.mkdir(parents=True)
            files.point_latest(run, outputs)
            assert (outputs / "latest").resolve() == run.resolve()
        assert left_in(outputs) == ["latest", "x", "x/first", "x/second"]

    def test_the_link_survives_a_move_of_the_whole_folder(self, tmp_path: Path) -> None:
        run = tmp_path / "outputs" / "x" / "run"
        run.mkdir(parents=True)
        files.point_latest(run, tmp_path / "outputs")
        moved = (tmp_path / "outputs").rename(tmp_path / "moved")
        assert (moved / "latest").resolve() == (moved / "x" / "run").resolve()

    def test_a_link_to_a_run_that_is_gone_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "latest").symlink_to("gone")
        (tmp_path / "run").mkdir()
        files.point_latest(tmp_path / "run", tmp_path)
        assert (tmp_path / "latest").resolve() == (tmp_path / "run").resolve()

    def test_a_run_elsewhere_is_pointed_at_too(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        files.point_latest(tmp_path / "elsewhere", tmp_path / "outputs")
        assert (tmp_path / "outputs/latest").resolve() == (tmp_path / "elsewhere").resolve()


class TestClock:
    def test_stages_follow_each_other(self) -> None:
        clock = files.Clock()
        clock("model")
        clock("fit")
        clock.stop()
        clock.stop()
        assert list(clock.seconds) == ["model", "fit"]
        assert all(value >= 0 for value in clock.seconds.values())
