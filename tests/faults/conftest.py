"""The training that is compared with the interrupted ones; one for all workers of pytest-xdist."""

import time
from collections.abc import Callable
from multiprocessing.forkserver import ensure_running
from pathlib import Path

import pytest

from tests.faults import course


@pytest.fixture(scope="session")
def unbroken(made_once: Callable[[str, Callable[[], None]], Path]) -> Path:
    """An uninterrupted training; only to be read."""

    def fill() -> None:
        course.finish(Path("short").resolve(), max_steps=1)  # waits for the server's imports
        began = time.perf_counter()
        assert course.finish(Path("run").resolve()) == 0
        Path("seconds").write_text(str(time.perf_counter() - began))

    ensure_running()  # the fork server imports this package from the folder where it is started
    return made_once("unbroken", fill) / "run"


@pytest.fixture(scope="session")
def seconds(unbroken: Path) -> float:
    """How long it takes."""
    return float((unbroken.parent / "seconds").read_text())
