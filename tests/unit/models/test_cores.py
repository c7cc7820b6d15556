"""Threads that stop spinning beside other programs, and a training that says why it is slow."""

import os
import subprocess
import sys
from typing import Any

import pytest

from mathpal.models import cores
from mathpal.training.recording import Slowdown


class Opened:
    """Stands in for the teams: how many threads were asked for, or closed."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def open(self, threads: int) -> None:
        self.said.append(threads)

    def close(self) -> None:
        self.said.append("closed")


@pytest.fixture
def watcher(monkeypatch: pytest.MonkeyPatch) -> cores.Watcher:
    monkeypatch.setattr(cores, "available", lambda: [0, 1])
    made = cores.Watcher()
    made._teams = Opened()  # type: ignore[assignment]
    return made


@pytest.mark.parametrize(
    ("threads", "others", "opened"),
    [
        (2, 1.0, True),  # one busy program on two cores that we use both of
        (2, 0.3, True),
        (2, 0.1, False),  # the noise of an idle machine
        (1, 2.0, False),  # one thread waits for nobody
    ],
)
def test_a_team_is_opened_where_others_need_the_cores(
    watcher: cores.Watcher, threads: int, others: float, opened: bool
) -> None:
    watcher.others = others
    watcher._decide(threads)
    assert (threads in watcher._teams.said) is opened  # type: ignore[attr-defined]


def test_cores_that_this_process_leaves_free_may_be_used(
    watcher: cores.Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cores, "available", lambda: list(range(16)))
    watcher.others = 11.0
    watcher._decide(4)
    assert watcher._teams.said == []  # type: ignore[attr-defined]
    watcher.others = 12.5
    watcher._decide(4)
    assert watcher._teams.said == [4]  # type: ignore[attr-defined]


def test_threads_spin_again_only_after_calm_looks(watcher: cores.Watcher) -> None:
    watcher.others = 0.0
    for _ in range(cores.CALM_LOOKS - 1):
        watcher._decide(2)
    assert watcher._teams.said == []  # type: ignore[attr-defined]
    watcher._decide(2)
    assert watcher._teams.said == ["closed"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("threads", "available", "teams"), [(2, 2, 1), (4, 8, 2), (2, 64, 16)])
def test_enough_teams_to_have_more_threads_than_cores(
    monkeypatch: pytest.MonkeyPatch, threads: int, available: int, teams: int
) -> None:
    monkeypatch.setattr(cores, "available", lambda: list(range(available)))
    monkeypatch.setattr(cores, "_sleep_with_a_team", lambda over: over.wait())
    made = cores.Teams()
    made.open(threads)
    made.open(threads)
    assert len(made._threads) == teams
    made.close()
    assert made._threads == []


@pytest.mark.parametrize("name", cores.WAIT_VARIABLES)
def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(cores, "_watcher", None)
    monkeypatch.setenv(name, "1000")
    cores.share_cores()
    assert cores.cores_used_by_others() is None


CHILD = """
import os, sys, time
from mathpal.models import cores
cores.share_cores()
assert "torch" not in sys.modules, "watching must not load PyTorch"
print("watching", flush=True)
deadline = time.monotonic() + 60
while time.monotonic() < deadline and not cores.cores_used_by_others() > 0.3:
    time.sleep(0.05)
print(cores.cores_used_by_others() > 0.3, flush=True)
pid = os.fork()
if pid == 0:
    alone = cores.cores_used_by_others() is None  # the thread is the parent's
    cores.share_cores()
    os._exit(0 if alone and cores.cores_used_by_others() is not None else 1)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="needs /proc")
def test_another_program_is_seen_and_a_forked_process_watches_for_itself() -> None:
    environment = {k: v for k, v in os.environ.items() if k not in cores.WAIT_VARIABLES}
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        done = subprocess.run(
            [sys.executable, "-c", CHILD], env=environment, capture_output=True, text=True,
            timeout=120, check=True,
        )  # fmt: skip
    finally:
        busy.kill()
        busy.wait()
    assert done.stdout.splitlines() == ["watching", "True", "0"]


def test_a_team_changes_no_bit_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    matrix = torch.arange(600 * 600, dtype=torch.float32).reshape(600, 600).sin()
    try:
        expected = matrix @ matrix
        teams = cores.Teams()
        teams.open(2)
        assert torch.equal(matrix @ matrix, expected)
        teams.close()
        assert torch.equal(matrix @ matrix, expected)
    finally:
        torch.set_num_threads(before)


class TestSlowdown:
    def said(self, caplog: pytest.LogCaptureFixture) -> list[str]:
        return [r.getMessage() for r in caplog.records if "earlier speed" in r.getMessage()]

    def test_is_told_once_with_the_reason(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(cores, "cores_used_by_others", lambda: 1.8)
        monkeypatch.setattr(cores, "available", lambda: [0, 1])
        slow = Slowdown()
        for speed in (3000.0, 1900.0, 1200.0, 1100.0):
            slow.look(speed)
        (message,) = self.said(caplog)
        assert "at 40 % of its earlier speed" in message
        assert "other processes use 1.8 of 2 cores" in message and "OMP_NUM_THREADS" in message

    @pytest.mark.parametrize(("others", "speed"), [(None, 100.0), (0.0, 100.0), (1.8, 2000.0)])
    def test_nothing_is_told_without_a_reason(
        self, monkeypatch: Any, caplog: pytest.LogCaptureFixture, others: Any, speed: float
    ) -> None:
        monkeypatch.setattr(cores, "cores_used_by_others", lambda: others)
        slow = Slowdown()
        slow.look(3000.0)
        slow.look(speed)
        slow.look(None)
        assert self.said(caplog) == []
