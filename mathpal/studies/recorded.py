"""What study.json says of a study."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mathpal.errors import DataError
from mathpal.record import files
from mathpal.record.outcome import ended

FACTS = "study.json"
UNNAMED = "value"  # what is compared where the task only returns a number


class Study(NamedTuple):
    """What study.json says of a study.

    Attributes:
        name: under which the storage knows it.
        storage: as configured; None for the journal file of the directory.
        directions: "minimize" or "maximize" of each objective.
        metrics: the name of each objective.
        intermediate: the metric that is compared while a trial runs; None where none is.
        n_trials: the budget, trials in all; None where it was not settled.
        seeds: over which each trial is averaged; None where it is run once.
        kind: "optuna" or "grid".
        command: with which it is started.
        question: what it is to answer; None where nobody said.
        space: parameter -> what it is drawn from, in words.
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
    """Read study.json.

    Args:
        folder: the study directory.

    Raises:
        DataError: when it is not there, or is no study's.
    """
    path = folder / FACTS
    if not path.is_file():
        raise DataError(
            f"{folder} is no study: {FACTS} is not there. Name the directory of a study, e.g. "
            "multirun/lora, or of a grid, e.g. multirun/default/<date>_<time>"
        )
    facts = files.read_json(path)
    try:
        directions = [str(direction) for direction in facts.get("directions") or ["minimize"]]
        metrics = [str(name) for name in facts.get("metrics") or []]
        metrics += [UNNAMED if len(directions) == 1 else f"{UNNAMED} {i + 1}"
                    for i in range(len(metrics), len(directions))]  # fmt: skip
        return Study(
            name=str(facts["study_name"]),
            storage=facts.get("storage"),
            directions=directions,
            metrics=metrics[: len(directions)],
            intermediate=facts.get("intermediate"),
            n_trials=facts.get("n_trials"),
            seeds=facts.get("seeds"),
            kind=str(facts.get("kind") or "optuna"),
            command=str(facts.get("command") or ""),
            question=facts.get("question"),
            space={str(name): str(text) for name, text in (facts.get("space") or {}).items()},
            fixed=[str(word) for word in facts.get("fixed") or []],
        )
    except (AttributeError, KeyError, TypeError) as fault:
        detail = f"{type(fault).__name__}: {fault}"
        raise DataError(f"{path} is not what a study writes ({detail})") from fault


def named(study: Study, folder: Path, completed: Sequence[int]) -> Study:
    """The study with the name that the runs themselves have for what they return.

    Args:
        study: its metrics may be unnamed.
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
