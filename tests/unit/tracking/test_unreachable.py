"""Online trackers whose server is down, or takes calls and never answers: the run ends in time."""

import os
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGES = {"wandb": "wandb", "comet": "comet_ml", "mlflow": "mlflow"}
ENVIRONMENT = {
    "wandb": {"WANDB_API_KEY": "a" * 40, "WANDB_BASE_URL": "{url}"},
    "comet": {"COMET_API_KEY": "a" * 25, "COMET_URL_OVERRIDE": "{url}"},
    "mlflow": {"MLFLOW_TRACKING_URI": "{url}"},
}
PATIENCE_S = 3.0
RUN = """
import sys, time
from pathlib import Path
from mathpal.record.outcome import Outcome
from mathpal.tracking.{name} import {name}
tracking = {name}(Path(sys.argv[1]), patience_s={patience}, system_every_s=None)
began = time.monotonic()
tracking.begin({{"name": "exam", "config": {{"a": 1}}}})
begin = time.monotonic() - began
slowest = 0.0
for step in range(50):
    began = time.monotonic()
    tracking(step, {{"train/loss": 1.0}})
    slowest = max(slowest, time.monotonic() - began)
    time.sleep(0.02)
began = time.monotonic()
tracking.finish(Outcome("completed"))
print(begin, slowest, time.monotonic() - began, time.time(), flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("answers", ["refuses", "never answers"])
@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_run_is_not_held_up(name: str, answers: str, tmp_path: Path) -> None:
    if find_spec(PACKAGES[name]) is None:
        pytest.skip(f"{PACKAGES[name]} is not installed")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if answers == "never answers":
            server.listen(50)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        given = {key: value.format(url=url) for key, value in ENVIRONMENT[name].items()}
        done = subprocess.run(
            [sys.executable, "-c", RUN.format(name=name, patience=PATIENCE_S), str(tmp_path)],
            env={**os.environ, **given, "PYTHONPATH": os.getcwd(), "HOME": str(tmp_path)},
            capture_output=True, text=True, timeout=200, check=True,
        )  # fmt: skip
        ended = time.time()
    begin, slowest, finish, at = map(float, done.stdout.split())
    print(
        f"{name} {answers}: begin {begin:.3f} s, slowest record {slowest * 1000:.1f} ms, "
        f"finish {finish:.1f} s, exit {ended - at:.1f} s"
    )
    assert begin < 1 and slowest < 0.5
    assert finish < PATIENCE_S + 3
    assert ended - at < 10
    assert "Traceback" not in done.stderr
    assert len((tmp_path / "metrics.jsonl").read_text().splitlines()) == 50
