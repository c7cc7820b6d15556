"""While a test runs, writes outside the temporary folders are refused, and fail the suite.

Tests that need a GPU, a cluster or another environment are left out: their tools have caches of
their own.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.guard import sitecustomize as guard

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("gpu", "slurm", "unsloth")


def places(config: pytest.Config) -> str:
    may = [tempfile.gettempdir(), "/dev", "/proc", ROOT / ".hypothesis", config.option.basetemp]
    named = (f"+{Path(path).resolve()}" for path in may if path)
    return os.pathsep.join(["-/", f"-{ROOT}", *named])


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault(
        guard.TOUCHED, os.path.join(tempfile.gettempdir(), f"touched-{os.getpid()}")
    )
    known = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(known)  # for the processes that tests start
    guard.watch()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if any(item.get_closest_marker(name) for name in LEFT_OUT):
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(guard.PLACES, places(item.config))
        return (yield)


def touched() -> list[str]:
    path = Path(os.environ[guard.TOUCHED])
    return path.read_text().splitlines() if path.exists() else []


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput") and touched():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in touched():
        terminalreporter.write_line(f"a test wrote outside its folders: {line}", red=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        Path(os.environ[guard.TOUCHED]).unlink(missing_ok=True)
