"""What a sweep learns from the application that it runs, MathPal's own or any other."""

from pathlib import Path
from typing import Any

import cloudpickle
import pytest
from omegaconf import OmegaConf

from mathpal.cli.main import VERBS, TrainTask
from mathpal.errors import ConfigError
from mathpal.settings.composition import CONF
from mathpal.sweeps.task import FunctionTask, Task, as_task
from mathpal.sweeps.watched import Watched

TRAIN = TrainTask(VERBS["train"], CONF)


def test_a_bare_function_is_called_as_it_was_given(tmp_path: Path) -> None:
    composed: list[list[str]] = []
    task = as_task(lambda cfg: cfg + 1)
    assert isinstance(task, FunctionTask)
    assert (task(1), task.trial(1), task.objective(None), task.preload()) == (2, 2, None, ())
    task.check([["a=1"], ["a=2"]], composed.append)
    assert composed == [["a=1"], ["a=2"]]
    task.conclude(tmp_path, None)
    assert list(tmp_path.iterdir()) == []


def test_a_task_stays_the_one_it_is() -> None:
    task: Task = TRAIN
    assert as_task(task) is task
    assert Watched(task).task is task


def test_mathpals_own_task_travels_to_another_process() -> None:
    again: Any = cloudpickle.loads(cloudpickle.dumps(Watched(TRAIN)))
    assert again.task == TRAIN
    assert TRAIN.__module__ == "mathpal.cli.main"  # of which Hydra makes hydra.job.name


def test_mathpals_own_task_names_every_fault() -> None:
    with pytest.raises(ConfigError) as error:
        TRAIN.check([["lora=r8", "trainer.lr=0"], ["lora.r=0"]], lambda overrides: None)
    assert "trainer.lr=0" in str(error.value) and "lora.r=0" in str(error.value)


@pytest.mark.parametrize(
    ("evaluation", "objective"), [("skip", "validation/loss"), ("evaluate", "tuned/accuracy_new")]
)
def test_a_run_that_measures_nothing_returns_its_loss(evaluation: str, objective: str) -> None:
    target = f"mathpal.evaluation.evaluate.{evaluation}"
    assert TRAIN.objective(OmegaConf.create({"evaluation": {"_target_": target}})) == objective


def test_what_unsloth_changes_is_not_imported_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert TRAIN.preload() == ("torch", "mathpal.run")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert set(TRAIN.preload()) > {"torch", "mathpal.run", "lightning", "peft"}
