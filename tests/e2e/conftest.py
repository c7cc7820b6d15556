"""A finished run that several tests read; one for all workers of pytest-xdist."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from mathpal.run import train
from mathpal.settings.composition import compose
from tests.e2e.test_run import SMALL


@pytest.fixture(scope="session")
def finished_folder(made_once: Callable[[str, Callable[[], None]], Path]) -> Path:
    """A folder with a finished run in outputs/default/one and its result; only to be read."""

    def fill() -> None:
        result = train(compose(SMALL), Path("outputs", "default", "one"))
        Path("result.pickle").write_bytes(pickle.dumps(result))

    return made_once("run", fill)
