"""One run a directory: refused while the other lives, free as soon as it does not."""

import json
import os
import signal
import socket
import subprocess
import sys
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
