"""A training killed at any moment, any number of times, equals an uninterrupted one."""

import random
import signal
import time
from pathlib import Path

import pytest

from mathpal.training import checkpoints
from tests.faults import course


def killed_until_done(run_dir: Path, seconds: float, draws: random.Random, **settings: int) -> int:
    """Kill a training at random moments until one attempt completes; return the number of kills."""
    for kills in range(60):
        process = course.start(run_dir, **settings)
        # Later and later, so that an attempt completes.
        process.join(draws.uniform(0, seconds * (0.5 + 0.1 * kills)))
        if process.exitcode is not None:
            assert process.exitcode == 0
            return kills
        course.kill(process)
        if list(checkpoints.steps(run_dir / "checkpoints")):
            assert checkpoints.newest(run_dir / "checkpoints") is not None
    raise AssertionError("none of 60 attempts completed")


@pytest.mark.slow  # the suite kills it while it saves
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_killed_at_random_moments(
    unbroken: Path, seconds: float, tmp_path: Path, seed: int
) -> None:
    killed_until_done(tmp_path, seconds, random.Random(seed))
    assert course.same_end(tmp_path, unbroken)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 125))
def test_killed_at_many_more(unbroken: Path, seconds: float, tmp_path: Path, seed: int) -> None:
    killed_until_done(tmp_path, seconds, random.Random(seed))
    assert course.same_end(tmp_path, unbroken)


@pytest.mark.parametrize(
    "seed", [pytest.param(s, marks=[pytest.mark.slow] * (s > 0)) for s in range(12)]
)
def test_killed_while_it_saves(unbroken: Path, seconds: float, tmp_path: Path, seed: int) -> None:
    """With a checkpoint at every step, most kills hit the writing of one."""
    killed_until_done(tmp_path, seconds, random.Random(1000 + seed), checkpoint_every=1)
    assert course.same_end(tmp_path, unbroken)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGTERM, 143),
        (signal.SIGHUP, 129),
        # The suite sends these in tests/unit/training/test_resume.py.
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow),
        pytest.param(signal.SIGUSR2, 140, marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_it_after_the_step_with_a_checkpoint(
    unbroken: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    process = course.start(tmp_path, checkpoint_every=100)
    while not (tmp_path / "metrics.jsonl").exists():
        time.sleep(0.01)
    began = time.perf_counter()
    course.os.kill(process.pid or 0, number)
    if number == signal.SIGHUP:  # as when a terminal is closed: from the shell and from the kernel
        time.sleep(0.05)
        course.os.kill(process.pid or 0, number)
    process.join(30)
    assert process.exitcode == code
    assert time.perf_counter() - began < 10
    begun = checkpoints.newest(tmp_path / "checkpoints")
    assert begun is not None and 0 < begun.step < course.STEPS
    assert course.finish(tmp_path, checkpoint_every=100) == 0
    assert course.records(tmp_path) == course.records(unbroken)


def catches(pid: int, number: int) -> bool:
    """Whether a process has a handler for a signal: training has taken it over."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    (mask,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(mask, 16) >> (number - 1) & 1)


def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    # One step has so many micro-batches that both signals arrive within it.
    process = course.start(tmp_path, batch_tokens=1024, accumulate=5000, max_steps=1)
    while not catches(process.pid or 0, signal.SIGUSR2):  # Lightning leaves that one alone
        time.sleep(0.01)
    for _ in range(2):
        course.os.kill(process.pid or 0, signal.SIGTERM)
        time.sleep(0.1)
    began = time.perf_counter()
    process.join(30)
    assert process.exitcode == 143
    assert time.perf_counter() - began < 20, "the step itself takes minutes"
    assert not (tmp_path / "checkpoints").exists()
