"""The files of a study about itself: study.json at its start, the best trial at its end."""

import shlex
import sys
from pathlib import Path
from typing import Any, Literal, NamedTuple

import optuna
from omegaconf import OmegaConf
from optuna.trial import FrozenTrial

from mathpal.errors import DataError
from mathpal.record import files, reading, schemas
from mathpal.record.redaction import redact
from mathpal.sweeps import table
from mathpal.sweeps.jobs import Application
from mathpal.sweeps.space import Space

Direction = Literal["minimize", "maximize"]


class Facts(NamedTuple):
    """What study.json says of a study besides its space; in the order in which it is written.

    Attributes:
        study_name: of the study in its storage.
        storage: its url; None for the journal in the study's directory.
        directions: minimize or maximize, one an objective.
        metrics: of a run's final metrics, one an objective; empty for the value that it returns.
        intermediate: the metric that the pruner watches; None for none.
        seeds: of the runs over which a trial is averaged; None for one run a trial.
        kind: optuna or grid.
        n_trials: the budget: trials in all.
    """

    study_name: str
    storage: str | None
    directions: list[Direction]
    metrics: list[str]
    intermediate: str | None
    seeds: list[int] | None
    kind: str
    n_trials: int


def write_facts(application: Application, space: Space, facts: Facts, on_space_change: str) -> None:
    """Write study.json, and refuse to mix trials of different compositions in one study.

    Raises:
        DataError: when the study was begun with another composition.
    """
    path = application.folder / "study.json"
    told = {
        "schema": files.SCHEMA, **facts._asdict(),
        "space": space.described(), "fixed": list(space.fixed),
        "command": shlex.join(["python", *sys.argv]), "question": application.question,
        "config_hash": application.config_hash,
    }  # fmt: skip
    told["space_hash"] = files.config_hash(
        {key: told[key] for key in ("space", "fixed", "directions", "metrics", "seeds")}
    )
    if path.exists() and on_space_change == "refuse":
        before: dict[str, Any] = {**reading.read(path, schemas.Facts)}
        for key in ("space", "fixed", "directions", "metrics", "seeds", "config_hash"):
            if before.get(key) != redact(told[key]):
                raise DataError(
                    f"{application.folder} holds the study {before['study_name']}, begun with "
                    f"another composition: {key} was {before.get(key)}, now it is {told[key]}. Its "
                    "trials cannot be compared with new ones; choose another "
                    "hydra.sweeper.study_name, or mix them: hydra.sweeper.on_space_change=allow"
                )
    files.write_json(path, told)


def write_results(study: optuna.Study, every: list[FrozenTrial], folder: Path) -> dict[str, Any]:
    """Write `optimization_results.yaml` as the official Optuna plug-in does, and return it."""
    result: dict[str, Any]
    if len(study.directions) > 1:
        front = [{"params": dict(t.params), "values": list(t.values)} for t in study.best_trials]
        result = {"name": "optuna", "solutions": front}
    else:
        best = table.best_of(every, study.directions)
        result = {
            "name": "optuna",
            "best_evaluated_params": dict(best.params) if best else {},
            "best_evaluated_value": best.value if best else None,
        }
    files.write_text(folder / "optimization_results.yaml", OmegaConf.to_yaml(result))
    return result
