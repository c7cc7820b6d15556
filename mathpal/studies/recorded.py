"""Reads study.json: what a study recorded about itself at its start."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mathpal.errors import DataError
from mathpal.record import reading
from mathpal.record.outcome import ended
from mathpal.record.schemas import Facts

log = logging.getLogger(__name__)
FACTS = "study.json"
UNNAMED = "value"  # name of the objective where the task only returns a number


class Study(NamedTuple):
    """The contents of study.json.

    Attributes:
        name: of the study in its storage.
        storage: its url as configured; None for the journal in the study's directory.
        directions: "minimize" or "maximize" of each objective.
        metrics: the name of each objective.
        intermediate: the metric that the pruner watches; None for none.
        n_trials: the budget: trials in all; None where there is none.
        seeds: over which each trial is averaged; None where it has one run.
        kind: "optuna" or "grid".
        command: the command that started it.
        question: the question that it is to answer; None where none was written down.
        space: parameter -> the values that it is drawn from, as text.
        fixed: overrides that all trials share.
    """

    name: str
    storage: str | None
    directions: list[str]
    metrics: list[str]
    intermediate: str | None
    n_trials: int | None
    seeds: list[int] | None
    kind: str
    command: str
    question: str | None
    space: dict[str, str]
    fixed: list[str]


def read_facts(folder: Path) -> Study:
    """Read study.json; what is damaged in it is left out, and the log says so.

    Args:
        folder: the study directory.

    Raises:
        DataError: when it does not exist, or was not written by a study.
    """
    path = folder / FACTS
    try:
        facts, damage = reading.read_tolerantly(path, Facts)
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(
            f"{folder} is not the directory of a study: it has no {FACTS}. Name that of a study, "
            "e.g. multirun/lora, or of a grid, e.g. multirun/default/<date>_<time>"
        ) from None
    if facts is None or "study_name" not in facts:
        told = "; ".join(damage) or "study_name is missing"
        raise DataError(f"{path} was not written by a study ({told})")
    for each in damage:
        log.warning("%s: left out, as it is damaged: %s", path, each)
    directions: list[str] = [*(facts.get("directions") or ["minimize"])]
    metrics = facts.get("metrics") or []
    metrics += [UNNAMED if len(directions) == 1 else f"{UNNAMED} {i + 1}"
                for i in range(len(metrics), len(directions))]  # fmt: skip
    return Study(
        name=facts["study_name"],
        storage=facts.get("storage"),
        directions=directions,
        metrics=metrics[: len(directions)],
        intermediate=facts.get("intermediate"),
        n_trials=facts.get("n_trials"),
        seeds=facts.get("seeds"),
        kind=facts.get("kind") or "optuna",
        command=facts.get("command") or "",
        question=facts.get("question"),
        space={name: str(text) for name, text in (facts.get("space") or {}).items()},
        fixed=facts.get("fixed") or [],
    )


def named(study: Study, folder: Path, completed: Sequence[int]) -> Study:
    """Return the study with the objective's name taken from the runs, where it has none.

    Args:
        study: the contents of study.json.
        folder: the study directory.
        completed: numbers of completed trials.
    """
    if study.metrics != [UNNAMED]:
        return study
    for number in completed[:3]:
        found = sorted((folder / str(number)).glob("**/outcome.json"))
        outcome = ended(found[0].parent) if found else None
        if outcome and outcome.objective and outcome.objective.name:
            return study._replace(metrics=[outcome.objective.name])
    return study
