"""Profiles, start-up seconds and the share of the peak."""

import gzip
import itertools
import json
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.errors import ConfigError
from mathpal.training import throughput
from mathpal.training.throughput import matmul_peak, startup, utilisation
from tests.unit.conftest import same

SHORT = {"max_steps": 5, "record_every": 1, "batch_tokens": 512}
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _short_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "_SIDES", {"cpu": 64})
    monkeypatch.setattr(throughput, "PROBE_SECONDS", 0.0)
    monkeypatch.setattr(throughput, "_trainings", itertools.count())


class TestProfile:
    @pytest.mark.parametrize(
        ("settings", "named"),
        [
            ({"accumulate": 2, "max_steps": 1}, "steps 1 to 1"),
            pytest.param({"max_steps": 4}, "steps 4 to 4", marks=pytest.mark.slow),
        ],
    )
    def test_early_steps_are_written_and_training_is_the_same(
        self, train: Any, tmp_path: Path, settings: dict[str, Any], named: str
    ) -> None:
        expected, records, _ = train(None, **SHORT | settings)
        found, again, _ = train(tmp_path, profile="torch", **SHORT | settings)
        assert same(found, expected)
        assert again == records
        table = (tmp_path / "profile/top_ops.txt").read_text(encoding="utf-8")
        assert table.startswith(named + "\n")
        assert "aten::mm" in table
        events = json.loads(gzip.decompress((tmp_path / "profile/trace.json.gz").read_bytes()))
        events = events["traceEvents"]
        assert any(event.get("name") == "aten::mm" for event in events)
        left = {path.name for path in (tmp_path / "profile").iterdir()}
        assert left == {"trace.json.gz", "top_ops.txt"}

    def test_training_that_ends_early_still_leaves_one(self, train: Any, tmp_path: Path) -> None:
        train(
            tmp_path, profile="torch", max_steps=12, record_every=1, best="train/lr",
            patience=3, warmup=0, evaluate_every=None,
        )  # fmt: skip
        table = (tmp_path / "profile/top_ops.txt").read_text(encoding="utf-8")
        assert table.startswith("steps 4 to 5\n"), "the rate fell four times"

    def test_it_needs_a_directory(self, train: Any) -> None:
        with pytest.raises(ConfigError, match="trainer.profile=torch writes into"):
            train(None, profile="torch", **SHORT)


class TestUtilisation:
    def test_the_share_is_of_the_measured_peak(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = []
        monkeypatch.setattr(
            throughput, "matmul_peak", lambda device, dtype: asked.append(dtype) or 4e12
        )
        found = utilisation(1.0, CPU, "32-true")
        assert found == {"train/mfu": 0.25, "train/peak_tflops": 4.0}
        utilisation(1.0, CPU, "bf16-mixed")
        assert asked == [torch.float32, torch.bfloat16]

    def test_the_peak_is_operations_over_seconds(self) -> None:
        began = time.perf_counter()
        peak = matmul_peak(CPU, torch.float32)
        assert peak >= 2 * 2 * 64**3 / (time.perf_counter() - began)

    def test_no_room_for_the_probe_does_not_end_a_run(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: Any) -> float:
            raise torch.OutOfMemoryError("full")

        monkeypatch.setattr(throughput, "matmul_peak", full)
        assert utilisation(1.0, CPU, "32-true") == {}

    def test_random_numbers_stay_where_they_were(self) -> None:
        torch.manual_seed(1)
        expected = torch.rand(1)
        torch.manual_seed(1)
        matmul_peak(CPU, torch.float32)
        assert torch.rand(1) == expected

    def test_a_run_reports_it(self, train: Any) -> None:
        _, _, result = train(None, **SHORT)
        metrics = result.metrics
        expected = metrics["train/tflops"] / metrics["train/peak_tflops"]
        assert metrics["train/mfu"] == pytest.approx(expected)
        assert metrics["train/mfu"] > 0


class TestStartup:
    def test_seconds_are_those_of_this_process(self) -> None:
        import psutil

        expected = time.time() - psutil.Process().create_time()
        assert startup()["train/startup_seconds"] == pytest.approx(expected, abs=2.0)

    def test_only_the_first_training_of_a_process_has_them(self, train: Any) -> None:
        _, _, first = train(None, max_steps=1)
        _, _, second = train(None, max_steps=1)
        assert first.metrics["train/startup_seconds"] > 0
        assert "train/startup_seconds" not in second.metrics

    def test_where_the_system_does_not_tell(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throughput, "_process_age", lambda: None)
        assert startup() == {}
