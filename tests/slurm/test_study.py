"""Studies on two nodes: all trials are run, once each, whoever is killed meanwhile."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState

from tests.records import read_json
from tests.slurm.cluster import Cluster
from tests.slurm.conftest import Sweep, wait_until

pytestmark = pytest.mark.slurm
STUDY = [
    "hydra/sweeper=optuna",
    "hydra/sweeper/sampler=random",
    "trainer.lr=tag(log, interval(1e-4, 1e-2))",
    "lora.r=choice(4, 8)",
    "hydra.sweep.dir=study",
]


@pytest.fixture
def jobs(slurm: Cluster) -> Callable[[], list[dict[str, str]]]:
    """The jobs that the test has brought about."""
    before = slurm.jobs().keys()
    return lambda: [job for number, job in slurm.jobs().items() if number not in before]


def trials_of(running: Sweep) -> list[FrozenTrial]:
    journal = JournalStorage(JournalFileBackend(str(running.folder / "journal.log")))
    return optuna.load_study(study_name="default", storage=journal).trials


def require_complete(running: Sweep, count: int) -> None:
    """Every trial has a directory with a whole run, whose objective is its value."""
    found = sorted(path.parent.name for path in running.folder.parent.rglob("run.json"))
    assert found == [str(number) for number in range(count)]
    trials = trials_of(running)
    assert [t.state for t in trials] == [TrialState.COMPLETE] * count
    for trial in trials:
        outcome = read_json(running.folder / str(trial.number) / "outcome.json")
        assert (outcome["status"], outcome["objective"]["value"]) == ("completed", trial.value)


def ends(trial: FrozenTrial) -> list[str]:
    return [attempt["how"] for attempt in trial.user_attrs["attempts"]]


def begun(folder: Path) -> bool:
    return (folder / "metrics.jsonl").exists()


def test_six_trials_on_two_nodes(
    sweep: Callable[..., Sweep], jobs: Callable[[], list[dict[str, str]]]
) -> None:
    running = sweep(*STUDY, "hydra.sweeper.n_trials=6", "trainer.max_steps=2")
    running.end()
    require_complete(running, 6)
    assert {job["NodeList"] for job in jobs()} == {"n1", "n2"}
    assert len(jobs()) == 6


def test_a_driver_that_is_killed_loses_and_doubles_nothing(
    sweep: Callable[..., Sweep], jobs: Callable[[], list[dict[str, str]]]
) -> None:
    # Of three jobs two run and one waits when the driver is killed.
    words = [*STUDY, "hydra.sweeper.n_trials=4", "hydra.sweeper.n_jobs=3", "trainer.max_steps=8"]
    first = sweep(*words)
    wait_until(lambda: begun(first.folder / "0") or begun(first.folder / "1"), "a trial's record")
    first.kill()
    assert {job["JobState"] for job in jobs()} == {"RUNNING", "PENDING"}
    second = sweep(*words)
    second.end()
    require_complete(second, 4)
    assert len(jobs()) == 4
    for trial in trials_of(second):
        assert read_json(second.folder / str(trial.number) / "run.json")["restarts"] == 0


def test_a_trial_that_is_killed_is_started_again_in_its_place(
    sweep: Callable[..., Sweep], jobs: Callable[[], list[dict[str, str]]]
) -> None:
    running = sweep(*STUDY, "hydra.sweeper.n_trials=2", "trainer.max_steps=12")
    trial = running.folder / "0"
    wait_until(lambda: begun(trial), "the first record")
    os.kill(read_json(trial / "attempt.json")["pid"], signal.SIGKILL)
    running.end()
    require_complete(running, 2)
    assert [ends(t) for t in trials_of(running)] == [["killed", "completed"], ["completed"]]
    history = read_json(trial / "run.json")["history"]
    assert [restart["reason"] for restart in history] == ["killed: it left no outcome.json"]
    assert len(jobs()) == 3
