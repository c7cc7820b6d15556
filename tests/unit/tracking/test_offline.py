"""Each tracker with its own package, offline: what it wrote is read back from its files."""

import importlib
import json
import os
import signal
import sqlite3
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from mathpal.record.outcome import Outcome
from mathpal.tracking.tracking import Tracking

pytestmark = pytest.mark.filterwarnings("ignore")  # of the packages: not ours to fix

PACKAGES = {
    "tensorboard": "tensorboard", "wandb": "wandb", "trackio": "trackio", "comet": "comet_ml",
    "mlflow": "mlflow",
}  # fmt: skip
SECRET = "canary-5f3a9c71d2"
MANIFEST = {
    "name": "exam",
    "config": {"trainer": {"lr": 0.00123}, "api_key": "canary-in-config", "note": f"at {SECRET}"},
}
Values = dict[tuple[int, str], float]


def read_tensorboard(folder: Path) -> tuple[Values, str]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    tags = events.Tags()
    values = {(e.step, tag): e.value for tag in tags["scalars"] for e in events.Scalars(tag)}
    texts = [str(e.tensor_proto.string_val) for tag in tags["tensors"] for e in events.Tensors(tag)]
    known = [HParamsPluginData.FromString(v) for v in events.PluginTagToContent("hparams").values()]
    return values, "".join(texts) + str(known)


def wandb_records(path: Path) -> Iterator[Any]:
    """LevelDB's log format: blocks of 32 KiB, records of a header of seven bytes and a part."""
    from wandb.proto.wandb_internal_pb2 import Record

    data, place, whole = path.read_bytes(), 7, b""
    while place + 7 <= len(data):
        if (left := 32768 - place % 32768) < 7:
            place += left
            continue
        _, length, kind = struct.unpack("<IHB", data[place : place + 7])
        whole += data[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):  # complete, or its last part
            yield Record.FromString(whole)
            whole = b""


def read_wandb(folder: Path) -> tuple[Values, str]:
    values: Values = {}
    texts = [p.read_text() for p in folder.glob("wandb/offline-run-*/files/**/*.json")]
    for path in folder.glob("wandb/offline-run-*/*.wandb"):
        for record in wandb_records(path):
            texts.append(str(record))
            row = {
                item.key or "/".join(item.nested_key): json.loads(item.value_json)
                for item in record.history.item
            }
            numbers = {n: v for n, v in row.items() if isinstance(v, (int, float)) and n[0] != "_"}
            values |= {(row["_step"], name): value for name, value in numbers.items()}
    return values, "".join(texts)


def read_trackio(folder: Path) -> tuple[Values, str]:
    with sqlite3.connect(folder / "mathpal.db") as database:
        tables = [
            n for (n,) in database.execute("select name from sqlite_master where type='table'")
        ]
        rows = list(database.execute("select step, metrics from metrics"))
        dump = str([list(database.execute(f"select * from {table}")) for table in tables])
    database.close()
    values: Values = {}
    for step, metrics in rows:
        numbers = {n: v for n, v in json.loads(metrics).items() if isinstance(v, float)}
        assert not {(step, name) for name in numbers} & values.keys(), "a step twice"
        values |= {(step, name): value for name, value in numbers.items()}
    return values, dump


def read_comet(folder: Path) -> tuple[Values, str]:
    values: Values = {}
    texts = []
    for path in folder.glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            texts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
            for line in archive.read("messages.json").decode().splitlines():
                metric = json.loads(line)["payload"].get("metric")
                if metric is not None:
                    values[metric["step"], metric["metricName"]] = metric["metricValue"]
    return values, "".join(texts)


def read_mlflow(folder: Path) -> tuple[Values, str]:
    with sqlite3.connect(folder / "mlflow.db") as database:
        rows = list(database.execute("select step, key, value from metrics"))
        known = list(database.execute("select key, value from params"))
        runs = list(database.execute("select name, status from runs"))
    database.close()
    assert runs == [("exam run", "FINISHED")], "a resumed run is the same run"
    assert len({row[:2] for row in rows if "final" not in row[1]}) == len(
        [row for row in rows if "final" not in row[1]]
    )
    texts = [p.read_text() for p in folder.rglob("*.jsonl")]
    return {(step, key): value for step, key, value in rows}, str(known) + "".join(texts)


READERS: dict[str, Callable[[Path], tuple[Values, str]]] = {
    "tensorboard": read_tensorboard, "wandb": read_wandb, "trackio": read_trackio,
    "comet": read_comet, "mlflow": read_mlflow,
}  # fmt: skip


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("WANDB_API_KEY", "COMET_API_KEY", "MLFLOW_TRACKING_URI", "TRACKIO_SPACE_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOME_API_KEY", SECRET)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def option(name: str) -> Callable[..., Tracking]:
    if find_spec(PACKAGES[name]) is None:  # not imported here: that is the sink's own to do
        pytest.skip(f"{PACKAGES[name]} is not installed")
    function: Callable[..., Tracking] = getattr(
        importlib.import_module(f"mathpal.tracking.{name}"), name
    )
    return function


def run(name: str, run_dir: Path, steps: range, status: str) -> Tracking:
    """A process of a run: metrics, sample generations, an adapter, final values."""
    tracking = option(name)(run_dir, patience_s=60.0, system_every_s=None)
    tracking.begin(MANIFEST)
    for step in steps:
        tracking(step, {"train/loss": 1.0 / step, "train/lr": 0.5 * step})
    tracking.texts(steps[-1], [{"prompt": "Tính 12 + 3", "response": f"marker-15 {SECRET}"}])
    adapter = run_dir / "adapter"
    adapter.mkdir(exist_ok=True)
    (adapter / "adapter_config.json").write_text(json.dumps({"base": f"marker {SECRET}"}))
    tracking.artifact(adapter, "adapter")
    tracking.finish(Outcome(status, {"tuned/accuracy": 0.75}))
    return tracking


@pytest.mark.parametrize(
    "name",
    ["tensorboard", "wandb", "trackio", "comet", pytest.param("mlflow", marks=pytest.mark.slow)],
)
def test_a_run_and_its_resumption_can_be_read_back(
    name: str, tmp_path: Path, caplog: Any, capfd: Any
) -> None:
    handlers = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR2)]
    hooks = sys.exit, sys.excepthook
    run_dir = tmp_path / "run"
    one = run(name, run_dir, range(1, 6), "interrupted")
    other = run(name, run_dir, range(4, 9), "completed")
    assert one.health() == {name: (7, 0, 0, "")}, caplog.text
    assert other.health() == {name: (5, 0, 0, "")}, caplog.text  # two of its steps are not new
    values, text = READERS[name](run_dir / "tracking" / name)
    found = {key: value for key, value in values.items() if key[1].startswith("train/")}
    assert found == pytest.approx(
        {(s, "train/loss"): 1.0 / s for s in range(1, 9)}
        | {(s, "train/lr"): 0.5 * s for s in range(1, 9)}
    )
    assert "0.00123" in text and "trainer.lr" in text, "the hyperparameters"
    assert "marker-15" in text, "the sample generations"
    everything = text.encode() + b"".join(
        p.read_bytes() for p in (run_dir / "tracking").rglob("*") if p.is_file()
    )
    assert b"marker ***" in everything, "the adapter"
    assert SECRET.encode() not in everything and b"canary-in-config" not in everything
    assert [
        signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR2)
    ] == handlers
    assert (sys.exit, sys.excepthook) == hooks
    assert capfd.readouterr() == ("", ""), "the terminal is the run's"
    outside = [p for p in tmp_path.rglob("*") if p.is_file() and not p.is_relative_to(run_dir)]
    assert [p for p in outside if SECRET.encode() in p.read_bytes()] == []


def test_two_runs_of_one_process_keep_apart(tmp_path: Path) -> None:
    """A sweep without a launcher; Trackio by itself has one folder for all."""
    for number in (1, 2):
        run("trackio", tmp_path / f"{number}" / "run", range(number, 4), "completed")
    for number in (1, 2):
        values, _ = read_trackio(tmp_path / f"{number}" / "run/tracking/trackio")
        assert {step for step, name in values if name == "train/loss"} == set(range(number, 4))


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_naming_a_tracker_imports_no_package_of_its(name: str) -> None:
    import subprocess

    code = f"import sys, mathpal.tracking.{name}; print({PACKAGES[name]!r} in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    assert done.stdout.strip() == "False"
