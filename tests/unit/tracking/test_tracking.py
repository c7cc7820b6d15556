"""The record of a run, and that no tracker can slow, change or stop the run."""

import json
import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.errors import ConfigError, DataError
from mathpal.record.outcome import Outcome
from mathpal.settings.preflight import find_faults, preflight
from mathpal.settings.run_settings import RunSettings
from mathpal.tracking.artifacts import staged
from mathpal.tracking.delivery import Delivery
from mathpal.tracking.local import local
from mathpal.tracking.many import many
from mathpal.tracking.sinks import Experiment, flat, require
from mathpal.tracking.tracking import Tracking
from tests.unit.settings.test_preflight import config

SECRET = "canary-5f3a9c71"
MANIFEST = {"name": "exam", "config": {"trainer": {"lr": 1e-3}, "api_key": "hidden-in-config"}}


class Fake:
    """A sink that notes what it gets, and does something bad in one of its calls."""

    def __init__(self, bad: str = "", act: Any = None) -> None:
        self.bad, self.act = bad, act
        self.calls: list[tuple[Any, ...]] = []
        self.threads: set[int] = set()

    def __getattr__(self, call: str) -> Any:
        if call not in ("start", "log", "texts", "artifact", "finish"):
            raise AttributeError(call)

        def take(*arguments: Any) -> None:
            self.threads.add(threading.get_ident())
            if call == self.bad:
                self.act()
            self.calls.append((call, *arguments))

        return take

    def logged(self) -> list[tuple[int, dict[str, float]]]:
        return [(call[1], call[3]) for call in self.calls if call[0] == "log"]


def fail() -> None:
    raise ValueError(f"no network for {SECRET}")


def leave() -> None:
    raise SystemExit(3)


def hang() -> None:
    threading.Event().wait()


def tracked(run_dir: Path, *fakes: Fake, **settings: Any) -> Tracking:
    asked = {"patience_s": 5.0, **settings}
    return Tracking(run_dir, [Delivery(f"fake{n}", f, **asked) for n, f in enumerate(fakes)])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class TestRecord:
    def test_each_record_is_a_line(self, tmp_path: Path) -> None:
        before = time.time()
        tracking = local(tmp_path, system_every_s=None)
        tracking(10, {"train/loss": 2.5, "train/lr": float("nan")})
        tracking(10, {"validation/loss": 2.0})
        one, other = lines(tmp_path / "metrics.jsonl")
        assert one == {"step": 10, "time": one["time"], "train/loss": 2.5, "train/lr": None}
        assert list(other) == ["step", "time", "validation/loss"]
        assert before - 1 < one["time"] <= other["time"] <= time.time() + 1

    def test_a_resumed_run_leaves_no_step_twice(self, tmp_path: Path) -> None:
        first = local(tmp_path)
        for step in (1, 2, 3, 4):
            first(step, {"train/loss": 10.0 + step})
        first(4, {"validation/loss": 1.0})
        with (tmp_path / "metrics.jsonl").open("a") as stream:
            stream.write('{"step": 5, "tra')  # torn by a kill
        second = local(tmp_path)
        for step in (3, 4, 5):
            second(step, {"train/loss": 20.0 + step})
        found = [
            (line["step"], line.get("train/loss")) for line in lines(tmp_path / "metrics.jsonl")
        ]
        assert found == [(1, 11.0), (2, 12.0), (3, 23.0), (4, 24.0), (5, 25.0)]

    @pytest.mark.parametrize("torn", ["", "\n", '{"step": 2', '{"step": 2}', "[1]\n", "\x00\x00"])
    def test_a_torn_last_line_goes_and_the_rest_stays(self, tmp_path: Path, torn: str) -> None:
        path = tmp_path / "metrics.jsonl"
        path.write_text('{"step": 1, "a": 1.0}\n' + torn, encoding="utf-8")
        local(tmp_path)(2, {"a": 2.0})
        assert [(line["step"], line["a"]) for line in lines(path)] == [(1, 1.0), (2, 2.0)]

    def test_a_file_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "metrics.jsonl").mkdir()
        with pytest.raises(DataError, match=r"metrics.jsonl could not be written"):
            local(tmp_path)(1, {"a": 1.0})

    def test_samples_are_kept_a_line_each_and_not_twice(self, tmp_path: Path) -> None:
        rows = [{"prompt": "1 + 1", "response": "2"}, {"prompt": "2 + 2", "response": "5"}]
        local(tmp_path).texts(5, rows)
        local(tmp_path).texts(5, rows)
        kept = [
            {n: v for n, v in row.items() if n != "time"}
            for row in lines(tmp_path / "samples.jsonl")
        ]
        assert kept == [{"step": 5, **row} for row in rows]


class TestSinks:
    def test_get_everything_in_order_from_one_thread(self, tmp_path: Path) -> None:
        fake = Fake()
        tracking = tracked(tmp_path, fake)
        tracking(1, {"a": 1.0})
        tracking.begin(MANIFEST)
        tracking(2, {"a": 2.0})
        tracking.texts(2, [{"prompt": "p", "response": "r"}])
        (tmp_path / "report.html").write_text("<p>")
        tracking.artifact(tmp_path / "report.html", "report")
        tracking.finish(Outcome("completed", {"b": 1.0}))
        assert [call[0] for call in fake.calls] == "start log log texts artifact finish".split()
        assert fake.logged() == [(1, {"a": 1.0}), (2, {"a": 2.0})]
        assert fake.calls[-1][1] == Outcome("completed", {"b": 1.0})
        assert fake.threads and threading.get_ident() not in fake.threads
        assert tracking.health() == {"fake0": (4, 0, 0, "")}
        written = json.loads((tmp_path / "tracking/health.json").read_text())
        assert written == {"fake0": {"sent": 4, "dropped": 0, "failed": 0, "given_up": ""}}

    def test_get_no_null_for_a_value_that_was_not_finite(self, tmp_path: Path) -> None:
        fake = Fake()
        tracking = tracked(tmp_path, fake)
        tracking.begin(MANIFEST)
        tracking.finish(Outcome("completed", {"a": 1.0, "b": None}))
        assert fake.calls[-1] == ("finish", Outcome("completed", {"a": 1.0}))

    def test_are_told_what_the_run_is(self, tmp_path: Path) -> None:
        fake = Fake()
        tracking = tracked(tmp_path / "run7", fake)
        tracking.begin({**MANIFEST, "git": {"commit": "abc"}})
        tracking.finish(Outcome("completed"))
        told: Experiment = fake.calls[0][1]
        assert (told.name, told.title, told.resumed) == ("exam", "exam run7", False)
        assert told.hyperparameters == {
            "trainer.lr": 1e-3, "api_key": "***", "run.git.commit": "abc",
        }  # fmt: skip
        assert told.folder == tmp_path / "run7/tracking/fake0"

    def test_of_a_resumed_run_continue_and_get_no_step_twice(self, tmp_path: Path) -> None:
        def process(fake: Fake, steps: range) -> Experiment:
            tracking = tracked(tmp_path, fake)
            tracking.begin(MANIFEST)
            for step in steps:
                tracking(step, {"a": float(step)})
                tracking(step, {"b": float(step)})
            tracking.finish(Outcome("interrupted"))
            told: Experiment = fake.calls[0][1]
            return told

        first, second = Fake(), Fake()
        before = process(first, range(1, 6))
        after = process(second, range(4, 8))
        assert after.id == before.id and (before.resumed, after.resumed) == (False, True)
        assert [s for s, _ in first.logged()] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
        assert [s for s, _ in second.logged()] == [6, 6, 7, 7]

    def test_that_missed_only_a_part_of_a_step_get_that_part(self, tmp_path: Path) -> None:
        first = tracked(tmp_path, Fake())
        first.begin(MANIFEST)
        first(4, {"train/loss": 1.0})
        first.finish(Outcome("completed"))
        fake = Fake()
        second = tracked(tmp_path, fake)
        second.begin(MANIFEST)
        second(4, {"train/loss": 1.0})
        second(4, {"validation/loss": 2.0})
        second.finish(Outcome("completed"))
        assert fake.logged() == [(4, {"validation/loss": 2.0})]

    def test_new_in_a_resumed_run_get_all_that_it_does(self, tmp_path: Path) -> None:
        local(tmp_path)(4, {"a": 1.0})
        fake = Fake()
        tracking = tracked(tmp_path, fake)
        tracking.begin(MANIFEST)
        tracking(4, {"a": 1.0})
        tracking.finish(Outcome("completed"))
        assert fake.logged() == [(4, {"a": 1.0})]


class TestFaults:
    @pytest.mark.parametrize("act", [fail, leave])
    def test_failures_are_counted_told_once_and_end_in_giving_up(
        self, tmp_path: Path, act: Any, caplog: pytest.LogCaptureFixture, monkeypatch: Any
    ) -> None:
        monkeypatch.setenv("SOME_API_KEY", SECRET)
        fake = Fake("log", act)
        tracking = tracked(tmp_path, fake, failures=3)
        tracking.begin(MANIFEST)
        for step in range(10):
            tracking(step, {"a": 1.0})
        tracking.finish(Outcome("completed"))
        health = tracking.health()["fake0"]
        assert (health.failed, health.sent, health.dropped) == (3, 0, 7)
        assert "3 failures in a row" in health.given_up
        told = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
        assert sum("failed in log" in message for message in told) == 1
        assert SECRET not in caplog.text
        assert len(lines(tmp_path / "metrics.jsonl")) == 10

    def test_a_success_between_failures_starts_the_count_anew(self, tmp_path: Path) -> None:
        fake = Fake("texts", fail)
        tracking = tracked(tmp_path, fake, failures=2)
        tracking.begin(MANIFEST)
        for step in range(4):
            tracking(step, {"a": 1.0})
            tracking.texts(step, [{"prompt": "p"}])
        tracking.finish(Outcome("completed"))
        assert tracking.health()["fake0"] == (4, 0, 4, "")

    def test_a_sink_that_does_not_start_is_given_up(self, tmp_path: Path) -> None:
        tracking = tracked(tmp_path, Fake("start", fail))
        tracking.begin(MANIFEST)
        tracking(1, {"a": 1.0})
        tracking.finish(Outcome("completed"))
        assert "did not start" in tracking.health()["fake0"].given_up

    @pytest.mark.parametrize("call", ["start", "log", "finish"])
    def test_the_end_waits_no_longer_than_its_patience(self, tmp_path: Path, call: str) -> None:
        fakes = [Fake(call, hang), Fake(call, hang), Fake()]
        tracking = tracked(tmp_path, *fakes, patience_s=0.2)
        tracking.begin(MANIFEST)
        tracking(1, {"a": 1.0})
        tracking(2, {"a": 1.0})
        began = time.monotonic()
        tracking.finish(Outcome("completed"))
        assert time.monotonic() - began < 2
        health = tracking.health()
        assert "not done 0.2 s after the end" in health["fake0"].given_up
        assert health["fake2"] == (2, 0, 0, "")
        assert (tmp_path / "tracking/health.json").exists()

    def test_a_slow_sink_drops_and_never_makes_the_run_wait(self, tmp_path: Path) -> None:
        tracking = tracked(tmp_path, Fake("log", lambda: time.sleep(0.05)), queue=3)
        tracking.begin(MANIFEST)
        slowest = 0.0
        for step in range(30):
            began = time.monotonic()
            tracking(step, {"a": 1.0})
            slowest = max(slowest, time.monotonic() - began)
        tracking.finish(Outcome("completed"))
        health = tracking.health()["fake0"]
        assert health.dropped >= 20 and health.sent + health.dropped == 30
        assert health.given_up == ""
        assert slowest < 0.5
        assert len(lines(tmp_path / "metrics.jsonl")) == 30

    def test_a_call_that_hangs_gives_the_sink_up_and_lets_go(self, tmp_path: Path) -> None:
        fake = Fake("log", hang)
        let_go: list[bool] = []
        fake.abandon = lambda: let_go.append(True)  # type: ignore[attr-defined]
        tracking = tracked(tmp_path, fake, timeout_s=0.05, patience_s=0.2)
        tracking.begin(MANIFEST)
        for step in range(20):
            tracking(step, {"a": 1.0})
            time.sleep(0.01)
        assert "took more than 0.05 s" in tracking.health()["fake0"].given_up
        assert let_go == [True]
        tracking.finish(Outcome("completed"))
        assert tracking.health()["fake0"].dropped == 19

    def test_a_run_that_never_began_ends(self, tmp_path: Path) -> None:
        tracking = tracked(tmp_path, Fake())
        tracking(1, {"a": 1.0})
        tracking.finish(Outcome("failed"))
        tracking.finish(Outcome("failed"))
        assert tracking.health()["fake0"] == (0, 1, 0, "")

    @pytest.mark.parametrize(
        "fakes",
        [
            [],
            [Fake("start", fail), Fake("log", fail), Fake("finish", fail), Fake("log", leave)],
            [Fake("start", hang), Fake("log", hang), Fake("finish", hang)],
            [
                Fake("log", lambda: time.sleep(0.2)),
            ],
        ],
        ids=["none", "raising", "hanging", "slow"],
    )
    def test_the_trained_weights_are_the_same_bits(
        self, fakes: list[Fake], tmp_path: Path, shared_tiny: Any, fit_tables: Any
    ) -> None:
        expected = self.trained(shared_tiny, fit_tables, lambda step, values: None)
        tracking = tracked(tmp_path, *fakes[:3], patience_s=0.2)
        tracking.begin(MANIFEST)
        found = self.trained(shared_tiny, fit_tables, tracking)
        tracking.finish(Outcome("completed"))
        assert found.keys() == expected.keys()
        assert all(weight.equal(expected[name]) for name, weight in found.items())
        assert [line["step"] for line in lines(tmp_path / "metrics.jsonl")] == [1, 2, 3]

    def trained(self, shared_tiny: Any, tables: Any, record: Any) -> dict[str, torch.Tensor]:
        import copy

        from mathpal.models.lora import attach_lora
        from mathpal.objectives.sft import sft
        from mathpal.training.fit import fit
        from mathpal.training.job import TrainingJob

        torch.manual_seed(0)
        model = attach_lora(copy.deepcopy(shared_tiny.model), r=4, alpha=8, dropout=0.2)
        fit(
            TrainingJob(shared_tiny._replace(model=model), tables[0], None, sft(), record, None),
            lr=1e-2, batch_tokens=512, max_steps=3, warmup=0, accelerator="cpu", record_every=1,
        )  # fmt: skip
        return {n: p.detach() for n, p in model.named_parameters() if p.requires_grad}


class TestSecrets:
    def test_nothing_that_a_sink_gets_has_them(self, tmp_path: Path, monkeypatch: Any) -> None:
        monkeypatch.setenv("SOME_API_KEY", SECRET)
        fake = Fake()
        tracking = tracked(tmp_path, fake)
        folder = tmp_path / "adapter"
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"path": f"s3://{SECRET}"}))
        (folder / "weights.safetensors").write_bytes(b"\x00\xff")
        tracking.begin(
            {**MANIFEST, "config": {"url": f"x/{SECRET}", "api_key": "hidden-in-config"}}
        )
        tracking.texts(1, [{"response": f"the key is {SECRET}"}])
        tracking.artifact(folder, "adapter")
        tracking.finish(Outcome("completed", error=SECRET))
        files = [p.read_bytes() for p in (tmp_path / "tracking").rglob("*") if p.is_file()]
        everything = str(fake.calls) + str(files) + (tmp_path / "samples.jsonl").read_text()
        assert SECRET not in everything and "hidden-in-config" not in everything
        assert "s3://***" in everything and "the key is ***" in everything

    def test_a_file_without_any_leaves_as_it_is(self, tmp_path: Path) -> None:
        vocabulary = '{"password":17,"token": 3}'
        (tmp_path / "a").mkdir()
        (tmp_path / "a/tokenizer.json").write_text(vocabulary)
        (tmp_path / "a/broken.json").write_bytes(b"\xff\xfe{")
        copy = staged(tmp_path / "a", tmp_path / "b/a")
        assert (copy / "tokenizer.json").read_text() == vocabulary
        assert (copy / "broken.json").read_bytes() == b"\xff\xfe{"
        (tmp_path / "a/broken.json").unlink()
        staged(tmp_path / "a", tmp_path / "b/a")
        assert [p.name for p in copy.iterdir()] == ["tokenizer.json"]

    def test_no_link_sends_what_lies_outside_the_run(self, tmp_path: Path) -> None:
        run, fake = tmp_path / "run", Fake()
        (run / "adapter").mkdir(parents=True)
        (tmp_path / "key").write_text("PRIVATE")
        (run / "adapter/README.md").symlink_to(tmp_path / "key")
        (run / "adapter/own.txt").symlink_to("../note.txt")
        (run / "note.txt").write_text("own")
        (run / "report.html").symlink_to(tmp_path / "key")
        os.mkfifo(run / "log.txt")
        os.mkfifo(run / "adapter/pipe.txt")
        tracking = Tracking(run, [Delivery("fake", fake)])
        tracking.begin(MANIFEST)
        for name in ("adapter", "report.html", "log.txt"):
            tracking.artifact(run / name, name)
        tracking.finish(Outcome("completed"))
        assert [call[2] for call in fake.calls if call[0] == "artifact"] == ["adapter"]
        sent = {
            p.name: p.read_text() for p in (run / "tracking/artifacts").rglob("*") if p.is_file()
        }
        assert sent == {"own.txt": "own"}


class TestSystem:
    def test_figures_go_to_a_file_and_to_the_sinks(self, tmp_path: Path) -> None:
        fake = Fake()
        tracking = Tracking(tmp_path, [Delivery("fake", fake)], system_every_s=0.05)
        tracking.begin(MANIFEST)
        tracking(7, {"a": 1.0})
        deadline = time.monotonic() + 10
        while not (tmp_path / "system.jsonl").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        tracking.finish(Outcome("completed"))
        figures = lines(tmp_path / "system.jsonl")[-1]
        assert figures["step"] == 7
        assert figures["system/rss_gb"] > 0.01 and 0 <= figures["system/cpu_percent"] <= 100
        assert any("system/disk_free_gb" in values for _, values in fake.logged())
        count = len(lines(tmp_path / "system.jsonl"))
        time.sleep(0.15)
        assert len(lines(tmp_path / "system.jsonl")) == count, "it stops with the run"


class TestComposition:
    def test_many_binds_each_of_its_trackers(self, tmp_path: Path) -> None:
        fakes = {"a": Fake(), "b": Fake()}

        def tracker(name: str) -> Any:
            return lambda run_dir: Tracking(
                run_dir, [Delivery("same", fakes[name])], system_every_s=3.0
            )

        tracking = many(tmp_path, trackers={name: tracker(name) for name in fakes} | {"c": local})
        assert [d.name for d in tracking.deliveries] == ["a", "b"]
        assert tracking.system_every_s == 3.0
        tracking.begin(MANIFEST)
        tracking(1, {"x": 1.0})
        tracking.finish(Outcome("completed"))
        assert all(fake.logged() == [(1, {"x": 1.0})] for fake in fakes.values())
        assert fakes["a"].calls[0][1].id != fakes["b"].calls[0][1].id

    def test_a_tracker_inside_many_is_checked(self) -> None:
        asked = ["evaluation=none", "tracker=many", "+tracker@tracker.trackers.mine=wandb"]
        assert list(preflight(config(*asked)).groups["tracker"].keywords["trackers"]) == [
            "tensorboard", "mine",
        ]  # fmt: skip
        faults = find_faults(config(*asked, "tracker.trackers.mine.queue=0"), RunSettings)
        assert [fault.given for fault in faults] == ["tracker.trackers.mine.queue=0"]

    def test_a_missing_package_is_named_with_its_extra(self) -> None:
        with pytest.raises(ConfigError, match=r'pip install "mathpal\[wandb\]"'):
            require("no_such_package", "wandb")

    def test_hyperparameters_are_flat(self) -> None:
        assert flat({"a": {"b": 1, "c": {}}, "d": [1]}) == {"a.b": 1, "d": [1]}
