"""Heartbeats: who is at work is known, and who has died is too."""

import os
import subprocess
import sys
import time
from pathlib import Path

from mathpal.record import files, heartbeat, lock


def test_who_beats_is_alive_and_then_not(tmp_path: Path) -> None:
    path = tmp_path / heartbeat.ATTEMPT
    assert not heartbeat.alive(path, 60)
    with heartbeat.beating(path) as sign:
        assert sign["pid"] == os.getpid()
        assert heartbeat.alive(path, 60)
    path.write_text("torn{")
    assert not heartbeat.alive(path, 60)


def test_a_killed_process_is_known_at_once_on_its_own_machine(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib; from mathpal.record import heartbeat\n"
        "with heartbeat.beating(pathlib.Path(sys.argv[1])): print(flush=True); time.sleep(60)"
    )
    path = tmp_path / heartbeat.ATTEMPT
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert heartbeat.alive(path, 0.0)
        process.kill()
        deadline = time.monotonic() + 5  # a zombie is no process at work
        while heartbeat.alive(path, 1e9):
            assert time.monotonic() < deadline
        process.wait()


def test_a_pid_that_another_process_got_since_is_not_the_same(tmp_path: Path) -> None:
    path = tmp_path / heartbeat.ATTEMPT
    with heartbeat.beating(path) as sign:
        files.write_json(path, {**sign, "started": sign["started"] - 100})
        assert not heartbeat.alive(path, 60)


def test_another_machine_is_believed_as_long_as_it_beats(tmp_path: Path) -> None:
    path = tmp_path / heartbeat.ATTEMPT
    sign = {"host": "elsewhere", "pid": 1, "started": 0.0, "began": ""}
    files.write_json(path, sign)
    assert heartbeat.alive(path, 30)
    long_ago = time.time() - 31
    os.utime(path, (long_ago, long_ago))
    assert not heartbeat.alive(path, 30)
    assert heartbeat.alive(path, 300)


def test_ranks_that_outlive_their_job_are_still_at_work(tmp_path: Path) -> None:
    assert not heartbeat.at_work(tmp_path, 60)
    with lock.hold(tmp_path):
        code = (
            "import sys; from pathlib import Path; from mathpal.record import heartbeat\n"
            "sys.exit(not heartbeat.at_work(Path(sys.argv[1]), 60))"
        )
        command = [sys.executable, "-c", code, str(tmp_path)]
        assert subprocess.run(command, check=False).returncode == 0
    assert not heartbeat.at_work(tmp_path, 60)
