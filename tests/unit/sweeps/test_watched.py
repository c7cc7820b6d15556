"""Two processes at one run: what a driver that died at the wrong moment leaves to the next."""

import multiprocessing
import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mathpal.record.outcome import ended
from mathpal.sweeps.watched import Watched
from tests.unit.sweeps.studies import until

SPAWN = multiprocessing.get_context("spawn")


def task(folder: Path) -> float:
    """Leaves a line when it begins, and ends when it may."""
    with (folder / "begun").open("a") as stream:
        stream.write("begun\n")
    until((folder / "go").exists)
    return 3.0


def attempt(folder: Path) -> None:
    """In a process: what a launcher does with a run."""
    from hydra.core.hydra_config import HydraConfig

    found: Any = SimpleNamespace(runtime=SimpleNamespace(output_dir=str(folder)))
    HydraConfig.get = staticmethod(lambda: found)  # type: ignore[method-assign]
    (folder / f"came-{os.getpid()}").touch()
    Watched(task)(folder)


def begun(folder: Path) -> int:
    """How often the task began."""
    path = folder / "begun"
    return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.mark.parametrize("killed", [False, True])
def test_a_run_that_is_started_twice_takes_place_once(tmp_path: Path, killed: bool) -> None:
    first, second = (SPAWN.Process(target=attempt, args=(tmp_path,)) for _ in range(2))
    first.start()
    until(lambda: begun(tmp_path) == 1)
    second.start()
    until((tmp_path / f"came-{second.pid}").exists)
    time.sleep(0.5)
    if killed:
        first.kill()
    (tmp_path / "go").touch()
    first.join(60)
    assert first.exitcode == (-signal.SIGKILL if killed else 0)
    second.join(60)
    assert second.exitcode == 0
    assert begun(tmp_path) == (2 if killed else 1)
    outcome = ended(tmp_path)
    assert outcome is not None and outcome.objective == ("objective", 3.0)
