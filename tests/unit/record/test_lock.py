"""Locks between processes: held by one at a time, and free as soon as the holder is dead."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mathpal.errors import DataError
from mathpal.record import lock

# Holds the lock, with a forked child such as a data loader's worker.
HOLDER = """
import multiprocessing, sys, time
from pathlib import Path
from mathpal.record.lock import hold
with hold(Path(sys.argv[1])):
    child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
    child.start()
    print(child.pid, flush=True)
    time.sleep(60)
"""


def test_the_second_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "run"
    with lock.hold(folder):
        with pytest.raises(DataError) as error, lock.hold(folder):
            pytest.fail("two at once")
        message = str(error.value)
        assert f"process {os.getpid()} on {socket.gethostname()} since 20" in message
        assert "hydra.run.dir" in message


def test_another_directory_is_another_lock(tmp_path: Path) -> None:
    with lock.hold(tmp_path / "a"), lock.hold(tmp_path / "b"):
        pass


def test_it_is_free_again_afterwards_also_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock.hold(tmp_path):
        raise ZeroDivisionError
    with lock.hold(tmp_path):
        pass
    assert (tmp_path / ".lock").read_bytes() == b""


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": "2020"}),
        json.dumps({"pid": 1, "host": "elsewhere", "since": "2020"}),
        "not JSON \udc80".encode("utf-8", "surrogateescape"),
        "",
    ],
    ids=["this process", "elsewhere", "not JSON", "empty"],
)
def test_a_file_without_a_holder_is_no_obstacle(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / ".lock"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with lock.hold(tmp_path):
        assert json.loads(path.read_text())["pid"] == os.getpid()


def test_a_holder_whose_file_was_damaged_is_still_one(tmp_path: Path) -> None:
    with lock.hold(tmp_path):
        (tmp_path / ".lock").write_bytes(b"\xff{")
        with pytest.raises(DataError, match="another process is at work"), lock.hold(tmp_path):
            pytest.fail("two at once")


def test_a_killed_process_leaves_no_lock_though_its_child_lives_on(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        with pytest.raises(DataError, match=f"process {process.pid} on"), lock.hold(tmp_path):
            pytest.fail("two at once")
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert (tmp_path / ".lock").read_bytes() != b"", "it had no time to say good-bye"
        try:
            with lock.hold(tmp_path):
                os.kill(child, 0)
        finally:
            os.kill(child, signal.SIGKILL)


def test_where_there_are_no_locks_a_run_is_warned_and_not_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(lock.fcntl, "flock", fail)
    with lock.hold(tmp_path):
        assert "No locks available" in caplog.text


# Takes turns at a lock: reads a number, waits a moment, writes the next one.
TURNS = """
import sys, time
from pathlib import Path
from mathpal.record.lock import locked
folder = Path(sys.argv[1])
print(flush=True)
for _ in range(20):
    with locked(folder / "lock", wait=True):
        number = int((folder / "number").read_text())
        time.sleep(0.002)
        (folder / "number").write_text(str(number + 1))
"""


class TestLocked:
    def test_processes_that_wait_take_turns(self, tmp_path: Path) -> None:
        (tmp_path / "number").write_text("0")
        with lock.locked(tmp_path / "lock", wait=True):
            command = [sys.executable, "-c", TURNS, str(tmp_path)]
            waiting = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
            for process in waiting:
                assert process.stdout is not None and process.stdout.readline() == b"\n"
            time.sleep(0.3)
            assert (tmp_path / "number").read_text() == "0", "they wait for this process"
        for process in waiting:
            process.communicate(timeout=60)
            assert process.returncode == 0
        assert (tmp_path / "number").read_text() == "40"

    def test_who_does_not_wait_is_told_at_once(self, tmp_path: Path) -> None:
        with lock.locked(tmp_path / "a" / "lock", wait=False):
            with pytest.raises(BlockingIOError), lock.locked(tmp_path / "a" / "lock", wait=False):
                pytest.fail("two at once")
            with lock.locked(tmp_path / "a" / "other", wait=False):
                pass
        with lock.locked(tmp_path / "a" / "lock", wait=False):
            pass

    def test_a_function_says_how_long_to_wait(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lock, "_ASKED_EVERY", 0.0)
        asked = iter([True, True, False])
        with lock.locked(tmp_path / "lock", wait=True):
            with (
                pytest.raises(BlockingIOError),
                lock.locked(tmp_path / "lock", wait=lambda: next(asked)),
            ):
                pytest.fail("two at once")
            assert list(asked) == []

    def test_without_locks_who_needs_one_gets_the_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError(37, "No locks available")

        monkeypatch.setattr(lock.fcntl, "flock", fail)
        for wait in (True, False):
            with (
                pytest.raises(OSError, match="No locks available"),
                lock.locked(tmp_path / "lock", wait=wait),
            ):
                pytest.fail("no lock, no entry")

    def test_a_forked_child_may_leave_the_block_without_its_lock(self, tmp_path: Path) -> None:
        with lock.locked(tmp_path / "lock", wait=True):
            child = os.fork()
            if child == 0:
                os._exit(1 if lock._open else 0)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            with pytest.raises(BlockingIOError), lock.locked(tmp_path / "lock", wait=False):
                pytest.fail("the child took the lock with it")
