"""Reads a study directory into plain data, while its driver may be writing.

Knows the files of a study and Optuna's storage, of which it only reads; draws and judges nothing.
"""

import math
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from mathpal import rundir
from mathpal.errors import ConfigError, DataError
from mathpal.sweeps.axes import Axis, axis_of

FACTS, JOURNAL = "study.json", "journal.log"
FINISHED = ("completed", "pruned", "failed", "infeasible")


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


class Trial(NamedTuple):
    """One trial; see `sweeps.driver` for who writes what.

    Attributes:
        state: completed, pruned, infeasible, failed, running or waiting.
        values: of the objectives; [] unless completed.
        intermediate: step -> value, the finite ones.
        seconds: that its attempts took; None where unknown, or where nothing was run.
        values_by_seed: seed -> values, where a trial is averaged over seeds.
        constraints: each kept where it is 0 or less.
    """

    number: int
    state: str
    params: dict[str, Any]
    overrides: list[str]
    values: list[float]
    intermediate: dict[int, float]
    began: datetime | None
    ended: datetime | None
    seconds: float | None
    attempts: list[dict[str, Any]]
    metrics: dict[str, float]
    values_by_seed: dict[str, list[float]]
    error: str | None
    infeasible: str | None
    duplicate_of: int | None
    constraints: list[float]

    @property
    def counts(self) -> bool:
        """Whether it was measured, itself, and keeps every constraint."""
        kept = all(value <= 0 for value in self.constraints)
        measured = self.state == "completed" and not any(map(math.isnan, self.values))
        return measured and kept and self.duplicate_of is None


class History(NamedTuple):
    """A study as its directory has it.

    Attributes:
        folder: the study directory.
        trials: in the order of their numbers.
        axes: parameter -> its range, in the order of the space.
    """

    folder: Path
    study: Study
    trials: list[Trial]
    axes: dict[str, Axis]


def read(folder: Path, storage: str | None = None) -> History:
    """Read a study; nothing in its directory is changed.

    Args:
        folder: the study directory, with study.json.
        storage: url of the storage, where study.json has it without its password.

    Raises:
        ConfigError: when the storage's password is needed and not given.
        DataError: when there is no study, or its files cannot be read.
    """
    study = _facts(folder)
    frozen = _frozen_trials(folder, study, storage or study.storage)
    born = [trial for trial in frozen if not trial.user_attrs.get("unborn")]
    trials = sorted((_trial(trial) for trial in born), key=lambda trial: trial.number)
    names = [*study.space, *(name for trial in born for name in trial.params)]
    axes = {name: axis for name in dict.fromkeys(names) if (axis := axis_of(name, born))}
    return History(folder, study, trials, axes)


def _facts(folder: Path) -> Study:
    path = folder / FACTS
    if not path.is_file():
        raise DataError(
            f"{folder} is no study: {FACTS} is not there. Name the directory of a study, e.g. "
            "multirun/lora, or of a grid, e.g. multirun/default/<date>_<time>"
        )
    facts = rundir.read_json(path)
    try:
        directions = [str(direction) for direction in facts.get("directions") or ["minimize"]]
        metrics = [str(name) for name in facts.get("metrics") or []]
        # A task that only returns a number has no name for it.
        metrics += ["value" if len(directions) == 1 else f"value {i + 1}"
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


def _frozen_trials(folder: Path, study: Study, url: str | None) -> list[Any]:
    import optuna
    from optuna.storages.journal import JournalFileBackend

    if url is not None and "***" in url:
        raise ConfigError(
            f"{folder / FACTS} has the storage without its password: {url}. Add "
            "'storage=${oc.env:NAME}', a variable with the whole url"
        )
    if url is not None and url.startswith("sqlite:///") and not Path(url[10:]).is_file():
        raise DataError(f"the storage of {folder} cannot be read: {url[10:]} is not there")
    journal = folder / JOURNAL
    if url is None and not journal.is_file():
        return []  # the driver has not begun
    try:
        storage: Any = url
        if url is None:
            storage = optuna.storages.JournalStorage(JournalFileBackend(str(journal)))
        known = optuna.load_study(study_name=study.name, storage=storage)
        return known.get_trials(deepcopy=False)
    except KeyError:
        if url is None:  # the driver is about to begin
            return []
        raise DataError(f"the storage knows no study {study.name!r}") from None
    except Exception as error:  # of Optuna, SQLAlchemy and drivers of databases, of many kinds
        raise DataError(f"the storage of {folder} cannot be read: {error}") from error


def _trial(frozen: Any) -> Trial:
    said = frozen.user_attrs
    infeasible = said.get("infeasible")
    name = {"COMPLETE": "completed", "FAIL": "failed"}.get(frozen.state.name)
    state = "infeasible" if infeasible else name or frozen.state.name.lower()
    attempts = [dict(attempt) for attempt in said.get("attempts") or []]
    duplicate_of = said.get("duplicate_of")
    return Trial(
        number=frozen.number,
        state=state,
        params=dict(frozen.params),
        overrides=[str(word) for word in said.get("overrides") or []],
        values=list(frozen.values or []) if state == "completed" else [],
        intermediate={step: value for step, value in sorted(frozen.intermediate_values.items())
                      if math.isfinite(value)},
        began=frozen.datetime_start,
        ended=frozen.datetime_complete,
        seconds=None if duplicate_of is not None else _seconds(attempts, frozen),
        attempts=attempts,
        metrics={str(k): float(v) for k, v in (said.get("metrics") or {}).items()
                 if isinstance(v, int | float)},
        values_by_seed={str(seed): _as_list(values)
                        for seed, values in (said.get("values_by_seed") or {}).items()},
        error=said.get("error"),
        infeasible=infeasible,
        duplicate_of=duplicate_of,
        constraints=[float(value) for value in said.get("constraints") or []],
    )  # fmt: skip


def _as_list(values: Any) -> list[float]:
    return [float(value) for value in (values if isinstance(values, list) else [values])]


def _seconds(attempts: Iterable[dict[str, Any]], frozen: Any) -> float | None:
    """Of the attempts: between two of them a trial may have waited for hours."""
    spans = []
    for attempt in attempts:
        try:
            ended, began = (datetime.fromisoformat(str(attempt[k])) for k in ("ended", "began"))
            spans.append((ended - began).total_seconds())
        except (KeyError, TypeError, ValueError):
            continue
    if spans:
        return sum(spans)
    if frozen.datetime_start is None or frozen.datetime_complete is None:
        return None
    return (frozen.datetime_complete - frozen.datetime_start).total_seconds()
