"""Makes study directories as a driver leaves them, without running anything."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState, create_trial

LR = FloatDistribution(1e-4, 1e-1, log=True)
R = CategoricalDistribution((4, 8, 16, 32))
STEPS = IntDistribution(10, 100)
SPACE: dict[str, BaseDistribution] = {"lora.r": R, "trainer.lr": LR}
BEGAN = datetime(2026, 11, 28, 7, 0, 0)


def told(
    params: dict[str, Any],
    values: float | Sequence[float] | None = None,
    *,
    state: TrialState = TrialState.COMPLETE,
    space: dict[str, BaseDistribution] | None = None,
    intermediate: dict[int, float] | None = None,
    seconds: float = 60.0,
    began: float = 0.0,
    **said: Any,
) -> optuna.trial.FrozenTrial:
    """One trial: its parameters, its values and what the driver says of it."""
    start = BEGAN + timedelta(seconds=began)
    listed = None if values is None else [values] if isinstance(values, int | float) else values
    drawn = SPACE if space is None else space
    trial = create_trial(
        state=state,
        values=listed,
        params=params,
        distributions={name: drawn[name] for name in params},
        user_attrs={"overrides": [f"{k}={v}" for k, v in params.items()], **said},
        intermediate_values=intermediate or {},
    )
    trial.datetime_start = None if state == TrialState.WAITING else start
    trial.datetime_complete = start + timedelta(seconds=seconds) if state.is_finished() else None
    return trial


def build(
    folder: Path,
    trials: Sequence[optuna.trial.FrozenTrial],
    *,
    directions: Sequence[str] = ("minimize",),
    metrics: Sequence[str] = ("validation/loss",),
    name: str = "lora",
    **facts: Any,
) -> Path:
    """A study directory with these trials."""
    folder.mkdir(parents=True, exist_ok=True)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = JournalStorage(JournalFileBackend(str(folder / "journal.log")))
    study = optuna.create_study(storage=storage, study_name=name, directions=list(directions))
    study.add_trials(trials)
    facts = {
        "schema": 1, "study_name": name, "storage": None, "directions": list(directions),
        "metrics": list(metrics), "intermediate": None, "n_trials": len(trials), "seeds": None,
        "kind": "optuna", "command": f"python train.py -m +study={name}", "question": None,
        "space": {"lora.r": "choice(4, 8, 16, 32)", "trainer.lr": "tag(log, interval(1e-4, 1e-1))"},
        "fixed": [f"+study={name}"], "space_hash": "0" * 8,
    } | facts  # fmt: skip
    (folder / "study.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    return folder
