"""The state that a sampler keeps in a study is data, whoever wrote the study."""

import os
import pickle
from pathlib import Path
from typing import Any

import optuna
import pytest

from mathpal.errors import DataError
from mathpal.sweeps.samplers import build_sampler


class Evil:
    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> Any:
        return os.mkdir, (self.path,)


def sampler() -> Any:
    return build_sampler({"_target_": "optuna.samplers.CmaEsSampler", "seed": 1}, 0)


def trial(state: str) -> optuna.trial.FrozenTrial:
    attrs = {f"{sampler()._attr_key_optimizer}:0": state}
    return optuna.trial.create_trial(value=0.0, system_attrs=attrs)


@pytest.mark.parametrize("state", ["evil", "80", "no", ""])
def test_a_strangers_state_of_cma_es_calls_nothing(tmp_path: Path, state: str) -> None:
    pytest.importorskip("cmaes")
    made = tmp_path / "made"
    written = pickle.dumps(Evil(made)).hex() if state == "evil" else state
    with pytest.raises(DataError, match="holds no state of CMA-ES"):
        sampler()._restore_optimizer([trial(written)])
    assert not made.exists()


def test_its_own_state_is_found_again() -> None:
    pytest.importorskip("cmaes")

    def objective(trial: optuna.Trial) -> float:
        return trial.suggest_float("x", -1, 1) ** 2 + trial.suggest_float("y", -1, 1) ** 2

    study = optuna.create_study(sampler=sampler())
    study.optimize(objective, n_trials=30)
    found = sampler()._restore_optimizer(study.get_trials(deepcopy=False))
    assert found.generation > 1
