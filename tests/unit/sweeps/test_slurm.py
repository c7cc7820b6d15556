"""What the queue says of jobs, asked of a `squeue` that a test writes."""

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from mathpal.sweeps import slurm

submitit = pytest.importorskip("submitit.slurm.slurm")


@pytest.fixture
def squeue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of what is printed, a line a job; where it is not there, nobody answers."""
    (tmp_path / "squeue").write_text(
        f"#!/bin/sh\necho asked >>{tmp_path}/asked\ncat {tmp_path}/jobs"
    )
    (tmp_path / "squeue").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path / "jobs"


def asked(squeue: Path) -> int:
    return len((squeue.parent / "asked").read_text().splitlines())


class TestQueue:
    def test_a_job_is_known_by_the_whole_of_its_name(self, squeue: Path) -> None:
        squeue.write_text("study-12\n  study-3  \n")
        queue = slurm.Queue()
        assert queue.has("study-12")
        assert queue.has("study-3")
        assert not queue.has("study-1")

    def test_who_was_there_is_not_asked_for_again_at_once(self, squeue: Path) -> None:
        squeue.write_text("a\n")
        queue = slurm.Queue()
        assert all(queue.has("a") for _ in range(5))
        assert asked(squeue) == 1

    def test_who_was_not_there_is_asked_for_again(self, squeue: Path) -> None:
        squeue.write_text("a\n")
        queue = slurm.Queue()
        assert not queue.has("b")
        squeue.write_text("b\n")
        assert queue.has("b")

    def test_after_a_while_who_has_gone_is_gone(
        self, squeue: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        squeue.write_text("a\n")
        queue = slurm.Queue()
        assert queue.has("a")
        squeue.write_text("")
        monkeypatch.setattr(slurm, "_FRESH_S", 0.0)
        assert not queue.has("a")

    def test_while_nobody_answers_every_job_is_there(
        self, squeue: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert slurm.Queue().has("a")
        assert "Slurm's queue cannot be read" in caplog.text
        (squeue.parent / "squeue").unlink()


class TestSubmitit:
    @pytest.fixture
    def watcher(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        monkeypatch.setattr(submitit.SlurmJob, "watcher", None)
        slurm.ask_the_queue.cache_clear()
        slurm.ask_the_queue()
        yield submitit.SlurmJob.watcher
        slurm.ask_the_queue.cache_clear()

    def test_a_job_that_left_the_queue_is_over(self, squeue: Path, watcher: Any) -> None:
        squeue.write_text("7|RUNNING\n8_1|PENDING\n9|COMPLETING\n")
        for job in ("7", "8_1", "9"):
            assert not watcher.is_done(job, mode="force")
        time.sleep(0.01)  # submitit asks at most once a millisecond
        squeue.write_text("7|PENDING\n")
        assert not watcher.is_done("7", mode="force")
        assert watcher.is_done("8_1", mode="force")
        assert watcher.is_done("9", mode="force")

    def test_while_nobody_answers_no_job_is_over(
        self, squeue: Path, watcher: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert subprocess.run(["squeue"], capture_output=True).returncode
        assert not watcher.is_done("7", mode="force")
