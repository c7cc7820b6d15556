"""Finished runs that several tests read; one for all workers of pytest-xdist."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from mathpal.record.lock import locked
from mathpal.run import train
from mathpal.settings.composition import compose
from tests.e2e.test_run import SMALL


@pytest.fixture(scope="session")
def made_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Callable[[], None]], Path]:
    """Give the folder of a name, filled by the first worker that asks for it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def folder(name: str, fill: Callable[[], None]) -> Path:
        place = shared / name
        place.mkdir(exist_ok=True)
        before = Path.cwd()
        with locked(place / ".making", wait=True):
            if not (place / ".made").exists():
                os.chdir(place)
                try:
                    fill()
                finally:
                    os.chdir(before)
                (place / ".made").touch()
        return place

    return folder


@pytest.fixture(scope="session")
def finished_folder(made_once: Callable[[str, Callable[[], None]], Path]) -> Path:
    """A folder with a finished run in outputs/default/one and its result; only to be read."""

    def fill() -> None:
        result = train(compose(SMALL), Path("outputs", "default", "one"))
        Path("result.pickle").write_bytes(pickle.dumps(result))

    return made_once("run", fill)
