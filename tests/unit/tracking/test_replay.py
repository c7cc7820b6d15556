"""`mathpal report replay=DIR`: a finished run goes to a tracker from its own files."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from mathpal.cli.report import report
from mathpal.errors import DataError
from mathpal.record.files import write_json, write_lines
from mathpal.record.outcome import Outcome
from mathpal.settings.checked import Composition
from mathpal.settings.composition import compose
from mathpal.settings.preflight import preflight
from mathpal.tracking.delivery import Delivery
from mathpal.tracking.local import local
from mathpal.tracking.replaying import replay
from mathpal.tracking.tracking import Tracking
from tests.unit.tracking.test_tracking import Fake, fail

RECORDS = [
    {"step": 10, "time": 100.5, "train/loss": 2.0, "train/lr": None},
    {"step": 20, "time": 101.5, "train/loss": 1.0},
    {"step": 20, "time": 102.5, "validation/loss": 1.5},
]


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    run_dir = tmp_path / "2026-01-02_03-04-05"
    write_json(run_dir / "run.json", {"name": "exam", "config": {"trainer": {"lr": 0.1}}})
    write_json(
        run_dir / "outcome.json",
        {"status": "completed", "metrics": {"tuned/accuracy": 0.5, "none": None}},
    )
    write_lines(run_dir / "metrics.jsonl", RECORDS)
    write_lines(run_dir / "system.jsonl", [{"step": 10, "time": 101.0, "system/rss_gb": 1.0}])
    write_lines(
        run_dir / "samples.jsonl", [{"step": 10, "time": 1.0, "prompt": "p", "response": "r"}]
    )
    (run_dir / "report.html").write_text("<p>")
    write_json(run_dir / "adapter/adapter_config.json", {})
    return run_dir


def into(fake: Fake, **settings: Any) -> Any:
    return lambda folder: Tracking(folder, [Delivery("fake", fake, **settings)], system_every_s=1.0)


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [p for p in folder.rglob("*") if p.is_file() and "replay" not in p.parts]
    return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in files}


def test_everything_of_the_run_is_sent_in_its_order_and_time(finished: Path) -> None:
    fake = Fake()
    before = state(finished)
    sent = replay(finished, finished / "replay/now", into(fake))
    assert (sent.records, sent.samples, sent.artifacts) == (4, 1, ["adapter", "report.html"])
    assert sent.health == {"fake": (7, 0, 0, "")}
    assert [call[0] for call in fake.calls] == (
        "start log log texts log log artifact artifact finish".split()
    )
    assert [call[1:] for call in fake.calls if call[0] == "log"] == [
        (10, 100.5, {"train/loss": 2.0}),
        (10, 101.0, {"system/rss_gb": 1.0}),
        (20, 101.5, {"train/loss": 1.0}),
        (20, 102.5, {"validation/loss": 1.5}),
    ]
    assert fake.calls[0][1].title == "exam 2026-01-02_03-04-05 (replayed)"
    assert fake.calls[-1][1] == Outcome("completed", {"tuned/accuracy": 0.5})
    assert state(finished) == before, "the run stays as it is"


def test_a_slow_sink_gets_all_of_it(finished: Path) -> None:
    import time

    fake = Fake("log", lambda: time.sleep(0.02))
    write_lines(finished / "metrics.jsonl", [{"step": s, "a": 1.0} for s in range(40)])
    assert (
        replay(finished, finished / "replay/now", into(fake, queue=2)).health["fake"].dropped == 0
    )
    assert len(fake.logged()) == 41


def test_a_run_without_its_end_or_without_a_sink_is_refused(finished: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="tracker=local sends nothing; choose tensorboard"):
        replay(finished, finished / "replay/now", local)
    (finished / "outcome.json").unlink()
    with pytest.raises(DataError, match=r"outcome\.json is not there"):
        replay(finished, finished / "replay/now", into(Fake()))


def test_the_verb_prints_what_was_sent(finished: Path, capsys: Any) -> None:
    report(Composition({"tracker": partial(into(Fake()))}), replay=finished)
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "4 metric records, 1 sample generations, adapter, report.html"
    assert out[1] == "fake: 7 sent, 0 dropped, 0 failed"
    assert json.loads((Path(out[2]) / "tracking/health.json").read_text())["fake"]["sent"] == 7


def test_the_verb_fails_where_a_sink_did(finished: Path, capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        report(Composition({"tracker": partial(into(Fake("start", fail)))}), replay=finished)
    assert ended.value.code == 1
    assert "given up: it did not start" in capsys.readouterr().out


def test_the_verb_composes(tmp_path: Path) -> None:
    cfg = compose([f"replay='{tmp_path}'", "tracker=wandb"], "report")
    cfg = OmegaConf.masked_copy(cfg, [str(key) for key in cfg if key != "hydra"])
    bound = preflight(cfg, report)
    given = {name: value for name, value in bound.options.items() if value is not None}
    assert given == {"replay": tmp_path}
    assert bound.groups["tracker"].func.__name__ == "wandb"
