"""The environment is obeyed, an offline tracker says how to send later, every run is closed."""

import logging
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mathpal.record.outcome import Outcome
from mathpal.tracking import mlflow, trackio, wandb
from mathpal.tracking.delivery import Delivery
from mathpal.tracking.sinks import Experiment
from mathpal.tracking.tracking import Tracking
from tests.unit.tracking.test_tracking import MANIFEST, Fake, fail


def experiment(folder: Path) -> Experiment:
    return Experiment(folder, "0" * 32, False, "exam", "exam 1", {"data.columns.Câu (1)": "x"}, 5.0)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("WANDB_MODE", "WANDB_API_KEY", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    caplog.set_level(logging.INFO)


class TestWandb:
    @pytest.mark.parametrize(
        ("key", "mode", "expected"),
        [
            ("", None, "offline"),
            ("k", None, "online"),
            ("k", "", "online"),
            ("k", "offline", "offline"),
            ("k", "dryrun", "offline"),
            ("k", "disabled", "disabled"),
            ("k", " Offline ", "offline"),
            ("", "online", "online"),
            ("", "disabled", "disabled"),
            ("k", "shared", "shared"),
        ],
    )
    def test_its_mode_is_that_of_the_environment(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        key: str,
        mode: str | None,
        expected: str,
    ) -> None:
        asked: dict[str, Any] = {}

        class Settings(SimpleNamespace):
            model_fields = ("mode",)

        made = SimpleNamespace(Settings=Settings, init=lambda **words: asked.update(words))
        monkeypatch.setattr(wandb, "package", lambda _: made)
        monkeypatch.setenv("WANDB_API_KEY", key)
        if mode is not None:
            monkeypatch.setenv("WANDB_MODE", mode)
        wandb._Wandb("p", None, []).start(experiment(tmp_path / "a run" / "tracking" / "wandb"))
        assert asked["settings"].mode == expected
        told = [r.getMessage() for r in caplog.records]
        if expected == "offline":
            place = f"'{tmp_path}/a run/tracking/wandb/wandb'/offline-run-*"
            assert len(told) == 1 and told[0].endswith(f"send it later with: wandb sync {place}")
        elif expected == "disabled":
            assert told == ["tracker wandb: disabled, as WANDB_MODE says"]
        else:
            assert told == []


@pytest.mark.parametrize(("value", "kept"), [("1", True), ("ON", True), ("0", False), ("", False)])
def test_trackio_stays_offline_where_the_hub_is(
    monkeypatch: pytest.MonkeyPatch, value: str, kept: bool
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    assert trackio._kept_offline() is kept


class TestMlflow:
    # MLflow's own rule for the names of metrics, parameters and tags (mlflow/utils/validation.py).
    VALID = re.compile(r"^[/\w.\- :]*$")

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("train/loss", "train/loss"),
            ("tuned/accuracy/Đề thi", "tuned/accuracy/Đề thi"),
            ("tuned/accuracy/Đề thi (HK1)", "tuned/accuracy/Đề thi _28_HK1_29_"),
            ("tuned/accuracy/a//b", "tuned/accuracy/a/_/b"),
            ("tuned/accuracy/../b", "tuned/accuracy/_../b"),
            ("tuned/accuracy/", "tuned/accuracy/_"),
            ("/x", "_/x"),
            ("50%, ½ & 🎉", "50_25__2c_ ½ _26_ _1f389_"),
        ],
    )
    def test_names_are_made_fit(self, name: str, expected: str) -> None:
        assert mlflow.fitting(name) == expected

    def test_names_that_differ_stay_apart(self) -> None:
        names = ["a(1)", "a[1]", "a_1_", "x" * 300, "x" * 301, "ạ" * 250, "(" * 90, "(" * 91]
        fit = [mlflow.fitting(name) for name in names]
        assert len(set(fit)) == len(names)
        assert all(len(name) <= mlflow.LONGEST and self.VALID.match(name) for name in fit)

    @pytest.mark.parametrize("bad", ["log_metric", "set_tag", ""])
    def test_a_run_is_ended_whatever_fails(self, bad: str) -> None:
        ended: list[str] = []

        def act(name: str) -> Any:
            return (lambda *_: 1 / 0) if name == bad else (lambda *_: None)

        sink = mlflow._Mlflow("p", [])
        sink.run_id = "1"
        sink.client = SimpleNamespace(
            log_metric=act("log_metric"),
            set_tag=act("set_tag"),
            set_terminated=lambda _, status: ended.append(status),
        )
        if bad:
            with pytest.raises(ZeroDivisionError):
                sink.finish(Outcome("completed", {"a": 1.0}))
        else:
            sink.finish(Outcome("completed", {"a": 1.0}))
        assert ended == ["FINISHED"]

    def test_the_real_client_takes_them(self, tmp_path: Path, caplog: Any) -> None:
        pytest.importorskip("mlflow")
        sink = mlflow._Mlflow("p", ["nhãn (1)"])
        sink.start(experiment(tmp_path / "run" / "tracking" / "mlflow"))
        assert sum("send it later with: mathpal report" in r.message for r in caplog.records) == 1
        for name in ("Đề thi (HK1)", "../x", "a//b", "/", "x" * 400, "🎉"):
            sink.log(1, 1.0, {f"tuned/accuracy/{name}": 0.5, name: 0.5})
        sink.finish(Outcome("completed", {"tuned/accuracy/Đề thi (HK1)": 0.5}))
        run = sink.client.get_run(sink.run_id)
        assert run.info.status == "FINISHED"
        assert run.data.metrics["final/tuned/accuracy/Đề thi _28_HK1_29_"] == 0.5


class TestClosing:
    @staticmethod
    def calls(tmp_path: Path, fake: Fake) -> list[str]:
        tracking = Tracking(tmp_path, [Delivery("fake", fake, patience_s=5.0, failures=3)])
        tracking.begin(MANIFEST)
        for step in range(10):
            tracking(step, {"a": 1.0})
        tracking.finish(Outcome("completed"))
        return [call[0] for call in fake.calls]

    def test_a_sink_that_failed_again_and_again_is_closed(self, tmp_path: Path) -> None:
        assert self.calls(tmp_path, Fake("log", fail)) == ["start", "finish"]

    def test_one_that_did_not_open_is_not(self, tmp_path: Path) -> None:
        assert self.calls(tmp_path, Fake("start", fail)) == []
