"""What two runs have in common is told part by part, and only what is computed decides."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mathpal.cli.reproduce import compare, is_identical, reproduce, table
from mathpal.errors import ConfigError, DataError
from mathpal.record import files, outcome
from mathpal.record.outcome import Objective, Outcome
from mathpal.run import launching
from mathpal.settings import composition
from mathpal.settings.checked import Composition
from mathpal.settings.composition import compose

MANIFEST: dict[str, Any] = {
    "name": "x", "config_hash": "c" * 64, "git": {"commit": "a" * 40, "dirty": False},
    "python": "3.11.7", "packages": {"torch": "2.13.0"}, "hardware": {"cpu": "c", "cores": 2},
    "determinism": {"threads": 1}, "fingerprints": {"data": "d" * 64, "model": "e" * 64},
}  # fmt: skip
METRICS = {"train/loss": 0.5, "tuned/accuracy": 0.25, "train/tokens_per_second": 10.0}
RECORDS = [
    {"step": 1, "time": 1.0, "train/loss": 2.0, "train/tflops": 1.0},
    {"step": 2, "time": 2.0, "train/loss": 0.5, "train/padding": 0.1},
    {"step": 2, "time": 2.5, "validation/loss": 0.75},
]


@pytest.fixture
def one(tmp_path: Path) -> Path:
    folder = tmp_path / "one"
    composition.write(folder, composition.split(compose()))
    files.write_json(folder / "run.json", MANIFEST)
    finish(folder)
    files.write_lines(folder / "metrics.jsonl", RECORDS)
    (folder / "adapter").mkdir()
    (folder / "adapter" / "adapter_model.safetensors").write_bytes(b"weights")
    return folder


@pytest.fixture
def other(one: Path) -> Path:
    return shutil.copytree(one, one.with_name("other"))


def finish(folder: Path, status: str = "completed", **metrics: float) -> None:
    objective = Objective("train/loss", 0.5)
    outcome.write(folder, Outcome(status, {**METRICS, **metrics}, objective))


def differing(one: Path, other: Path) -> list[str]:
    return [finding.part for finding in compare(one, other) if finding.verdict == "differs"]


def test_a_run_is_identical_to_its_copy(one: Path, other: Path) -> None:
    assert differing(one, other) == []
    assert is_identical(compare(one, other))


def test_speed_memory_and_time_do_not_count(one: Path, other: Path) -> None:
    finish(other, **{"train/tokens_per_second": 99.0, "tuned/seconds": 9.0, "train/mfu": 0.3})
    files.write_lines(
        other / "metrics.jsonl", [{**r, "time": 9.0, "train/mfu": 1} for r in RECORDS]
    )
    assert differing(one, other) == []


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"config_hash": "f" * 64}, "configuration"),
        ({"git": {"commit": None}}, "commit"),
        ({"python": "3.12.1"}, "python"),
        ({"packages": {"torch": "2.14.1"}}, "packages"),
        ({"hardware": {"cpu": "other", "cores": 2}}, "hardware"),
        ({"determinism": {"threads": 2}}, "determinism"),
        ({"fingerprints": {"data": "0" * 64, "model": "e" * 64}}, "data"),
        ({"fingerprints": {"data": "d" * 64}}, "model"),
    ],
)
def test_surroundings_that_differ_are_named_and_do_not_decide(
    one: Path, other: Path, change: dict[str, Any], part: str
) -> None:
    files.write_json(other / "run.json", {**MANIFEST, **change})
    assert differing(one, other) == [part]
    assert is_identical(compare(one, other))


def test_uncommitted_changes_are_compared_by_their_bytes(one: Path, other: Path) -> None:
    files.write_text(other / "git.diff", "x\n")
    assert differing(one, other) == ["uncommitted changes"]


def test_other_weights_decide(one: Path, other: Path) -> None:
    (other / "adapter" / "adapter_model.safetensors").write_bytes(b"weighty")
    assert differing(one, other) == ["weights"]
    assert not is_identical(compare(one, other))


@pytest.mark.parametrize("value", [0.25000000000000006, 0.5])
def test_a_metric_that_differs_in_its_last_bit_decides(
    one: Path, other: Path, value: float
) -> None:
    finish(other, **{"tuned/accuracy": value})
    findings = compare(one, other)
    assert f"tuned/accuracy 0.25 → {value}" in table(findings)
    assert not is_identical(findings)


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([RECORDS[0], {**RECORDS[1], "train/loss": 0.25}, RECORDS[2]], "step 2 train/loss 0.5 →"),
        (RECORDS[:2], "3 values → 2"),
        ([*RECORDS, RECORDS[2]], "3 values → 4"),
        ([RECORDS[0], {**RECORDS[1], "step": 3}, RECORDS[2]], "→ step 3 train/loss 0.5"),
    ],
)
def test_the_record_is_compared_line_by_line(
    one: Path, other: Path, records: list[dict[str, Any]], told: str
) -> None:
    files.write_lines(other / "metrics.jsonl", records)
    findings = compare(one, other)
    assert told in table(findings)
    assert not is_identical(findings)


def test_a_whole_model_is_compared_file_by_file(one: Path, other: Path) -> None:
    for folder in (one, other):
        (folder / "adapter").rename(folder / "model")
        (folder / "model" / "part-2.safetensors").write_bytes(b"more")
    assert differing(one, other) == []
    (other / "model" / "part-2.safetensors").write_bytes(b"less")
    assert differing(one, other) == ["weights"]


def test_without_weights_there_is_nothing_to_compare(one: Path, other: Path) -> None:
    shutil.rmtree(other / "adapter")
    with pytest.raises(DataError, match="no trained weights"):
        compare(one, other)


class TestCommand:
    @pytest.fixture
    def again(self, one: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Where the repetition goes; the worker is one that copies the run."""
        folder = one.with_name("again")
        monkeypatch.chdir(one.parent)
        monkeypatch.setattr(composition, "chosen_directory", lambda: folder)

        def copy(command: list[str], **settings: Any) -> int:
            told = json.loads(settings["env"]["MATHPAL_PARENT"])
            assert told == {"run": str(one), "trial": None}
            shutil.copytree(one, Path(command[-1]), dirs_exist_ok=True)
            return 0

        monkeypatch.setattr(launching, "wait_for", copy)
        return folder

    def stop(self, run: Path) -> int:
        with pytest.raises(SystemExit) as error:
            reproduce(Composition(), run=run)
        return int(str(error.value.code))

    def test_the_same_gives_0(
        self, one: Path, again: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.stop(one) == 0
        assert capsys.readouterr().out.splitlines()[-1] == "again"

    def test_something_else_gives_1(
        self, one: Path, again: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        copy = launching.wait_for

        def other(command: list[str], **settings: Any) -> int:
            copy(command, **settings)
            finish(again, **{"train/loss": 0.51})
            return 0

        monkeypatch.setattr(launching, "wait_for", other)
        assert self.stop(one) == 1

    def test_a_repetition_that_stops_gives_its_own_code(
        self, one: Path, again: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(launching, "wait_for", lambda *_, **__: 143)
        assert self.stop(one) == 143

    @pytest.mark.parametrize("status", ["failed", "interrupted"])
    def test_a_run_without_an_end_is_refused(self, one: Path, again: Path, status: str) -> None:
        finish(one, status)
        with pytest.raises(DataError, match=f"is {status}, expected a complete run"):
            reproduce(Composition(), run=one)
        assert not again.exists()

    def test_a_directory_in_use_is_refused(self, one: Path, again: Path) -> None:
        files.write_json(again / "run.json", MANIFEST)
        with pytest.raises(ConfigError, match="holds a run already"):
            reproduce(Composition(), run=one)

    def test_outputs_latest_is_followed_before_it_moves(self, one: Path, again: Path) -> None:
        (one.parent / "latest").symlink_to("one")
        assert self.stop(one.parent / "latest") == 0
