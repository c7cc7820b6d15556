"""Finished runs that several tests read; one for all workers of pytest-xdist."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mathpal.record.lock import locked


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
