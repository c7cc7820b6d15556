"""Signs of life, values and outcomes: what a study reads in a trial's directory."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mathpal.record import files, heartbeat, lock, trials


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


def test_values_are_followed_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    values = trials.Values(path, "loss")
    assert values.new() == []
    lines = [{"step": 1, "loss": 0.5}, {"step": 1, "other": 1}, {"step": 2, "loss": None}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"step": 3, "lo')
    assert values.new() == [(1, 0.5)]
    with path.open("a") as stream:
        stream.write('ss": 0.25}\nnot json\n')
    assert values.new() == [(3, 0.25)]
    assert values.new() == []


def test_a_report_that_comes_too_late_ends_the_trial(tmp_path: Path) -> None:
    trials.report(tmp_path, 1, objective=2.0)
    trials.tell_to_stop(tmp_path)
    with pytest.raises(trials.Pruned):
        trials.report(tmp_path, 2, objective=1.0)
    assert trials.Values(tmp_path / "metrics.jsonl", "objective").new() == [(1, 2.0), (2, 1.0)]


@pytest.mark.parametrize(("text", "ended"), [(None, False), ("{", False), ("interrupted", False),
                                             ("pruned", True), ("failed", True)])  # fmt: skip
def test_what_was_interrupted_has_not_ended(tmp_path: Path, text: str | None, ended: bool) -> None:
    if text:
        content = text if text == "{" else json.dumps({"status": text})
        (tmp_path / "outcome.json").write_text(content)
    assert (trials.outcome(tmp_path) is not None) == ended
