"""Reads a study directory into plain data, also while a driver writes to it.

Knows the files of a study and Optuna's storage, and changes neither; compares and draws nothing.
"""

import contextlib
import logging
import math
import os
import re
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from typing_extensions import TypedDict

from mathpal.errors import ConfigError, DataError
from mathpal.record import reading, untrusted
from mathpal.studies.axes import Axis, axis_of
from mathpal.studies.recorded import FACTS, Study, named, read_facts
from mathpal.sweeps.ledger import is_unborn
from mathpal.sweeps.outcomes import is_reversed
from mathpal.sweeps.storage import JOURNAL, open_storage

log = logging.getLogger(__name__)
FINISHED = ("completed", "pruned", "failed", "infeasible")


class Said(TypedDict, total=False):
    """What drivers have noted of a trial; an attribute of another shape is left out."""

    overrides: list[str]
    attempts: list[dict[str, Any]] | None
    metrics: dict[str, float | None] | None
    values_by_seed: dict[str, float | list[float]] | None
    constraints: list[float] | None
    duplicate_of: int | None
    infeasible: str | None
    error: str | None


class Trial(NamedTuple):
    """One trial, as drivers have recorded it (`sweeps.ledger`).

    Attributes:
        state: completed, pruned, infeasible, failed, running or waiting.
        values: of the objectives; [] unless completed.
        intermediate: step -> value, finite ones only; of a trial averaged over seeds, place of the
            seed -> its value of the objective.
        seconds: sum over its attempts; None where unknown, or where nothing was run.
        values_by_seed: seed -> values, where a trial is averaged over seeds.
        constraints: how far each metric is above its bound; kept where 0 or less.
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
        """Whether it was completed itself, with numbers as values, and keeps every constraint."""
        kept = all(value <= 0 for value in self.constraints)
        measured = self.state == "completed" and not any(map(math.isnan, self.values))
        return measured and kept and self.duplicate_of is None


class History(NamedTuple):
    """A study, as read from its directory.

    Attributes:
        folder: the study directory.
        study: the contents of study.json.
        trials: in the order of their numbers.
        axes: parameter -> its range, in the order of the space.
    """

    folder: Path
    study: Study
    trials: list[Trial]
    axes: dict[str, Axis]

    @property
    def title(self) -> str:
        """The study's name; of a grid the end of its path, as all grids have the same name."""
        if self.study.kind != "grid":
            return self.study.name
        return "/".join(self.folder.absolute().parts[-2:])


def read(folder: Path, storage: str | None = None) -> History:
    """Read a study; nothing in its directory is changed.

    Args:
        folder: the study directory, with study.json.
        storage: url of the storage, where study.json has it without its password.

    Raises:
        ConfigError: when the storage's password is needed and not given.
        DataError: when there is no study, or its storage cannot be read.
    """
    study = read_facts(folder)
    frozen = [
        trial
        for trial in _frozen_trials(folder, study, storage or study.storage)
        if _is_sound(trial, len(study.directions), folder)
    ]
    born = [trial for trial in frozen if not is_unborn(trial)]
    done = [trial.number for trial in born if trial.state.name == "COMPLETE"]
    study = named(study, folder, done)
    # The driver reports a loss with the opposite sign where the objective is maximized.
    turned = study.seeds is None and is_reversed(study.directions[0], study.intermediate)
    sign = -1.0 if turned else 1.0
    every = sorted((_trial(trial, sign) for trial in born), key=lambda trial: trial.number)
    names = [*study.space, *(name for trial in born for name in trial.params)]
    axes = {name: axis for name in dict.fromkeys(names) if (axis := axis_of(name, born))}
    return History(folder, study, every, axes)


def _frozen_trials(folder: Path, study: Study, url: str | None) -> list[Any]:
    import optuna

    if url is not None and "***" in url:
        raise ConfigError(
            f"{folder / FACTS} has the url of the storage without its password: {url}. Add "
            "'storage=${oc.env:NAME}', an environment variable with the whole url"
        )
    if (file := _file(folder, url)) and not os.path.lexists(file):  # opening it would create it
        if url is None:
            return []  # the driver has not begun
        raise DataError(f"the storage of {folder} cannot be read: {file} does not exist")
    try:
        if file:
            untrusted.open_file(file).close()  # Optuna would wait for the writer of a FIFO
            if url and url.startswith("sqlite") and not _holds_studies(file):
                raise KeyError
        storage = open_storage(url, folder)
        return optuna.load_study(study_name=study.name, storage=storage).get_trials(deepcopy=False)
    except ConfigError:
        raise
    except KeyError:
        if url is None:  # the driver is about to begin
            return []
        raise DataError(f"the storage of {folder} has no study {study.name!r}") from None
    except Exception as error:  # of Optuna, SQLAlchemy and drivers of databases, of many kinds
        raise DataError(f"the storage of {folder} cannot be read: {error}") from error


class _Numbers(TypedDict):
    user_attrs: dict[str, Any]
    params: dict[str, Any]
    values: list[float] | None
    intermediate: dict[int, float]


def _is_sound(trial: Any, objectives: int, folder: Path) -> bool:
    """Return whether the storage holds a trial of this study; a damaged one is named."""
    values = trial._values
    found = {"user_attrs": trial.user_attrs, "params": trial.params, "values": values,
             "intermediate": trial.intermediate_values}  # fmt: skip
    whole = trial.state.name != "COMPLETE" or (
        isinstance(values, list) and len(values) == objectives
    )
    if whole and reading.conforms(found, _Numbers):
        return True
    log.warning(
        "%s: trial %s is left out: its values in the storage are damaged", folder, trial.number
    )
    return False


def _file(folder: Path, url: str | None) -> Path | None:
    """Return the file that holds a storage; None for a server."""
    if url is None:
        return folder / JOURNAL
    found = re.match(r"(?:sqlite(?:\+\w+)?:///|journal:)", url)
    return Path(url[found.end() :]) if found else None


def _holds_studies(file: Path) -> bool:
    """Return whether an SQLite file has Optuna's tables, which opening it would create."""
    with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as db:
        wanted = "select 1 from sqlite_master where name = 'studies'"
        return db.execute(wanted).fetchone() is not None


def _trial(frozen: Any, sign: float) -> Trial:
    said: Said = reading.mended(dict(frozen.user_attrs), Said).value or {}
    infeasible = said.get("infeasible")
    name = {"COMPLETE": "completed", "FAIL": "failed"}.get(frozen.state.name)
    state = "infeasible" if infeasible else name or frozen.state.name.lower()
    attempts = said.get("attempts") or []
    duplicate_of = said.get("duplicate_of")
    return Trial(
        number=frozen.number,
        state=state,
        params=dict(frozen.params),
        overrides=said.get("overrides") or [],
        values=list(frozen.values or []) if state == "completed" else [],
        intermediate={step: sign * value
                      for step, value in sorted(frozen.intermediate_values.items())
                      if math.isfinite(value)},
        began=frozen.datetime_start,
        ended=frozen.datetime_complete,
        seconds=None if duplicate_of is not None else _seconds(attempts, frozen),
        attempts=attempts,
        metrics={k: float(v) for k, v in (said.get("metrics") or {}).items() if v is not None},
        values_by_seed={seed: _as_list(values)
                        for seed, values in (said.get("values_by_seed") or {}).items()},
        error=None if infeasible else said.get("error"),
        infeasible=infeasible,
        duplicate_of=duplicate_of,
        constraints=[float(value) for value in said.get("constraints") or []],
    )  # fmt: skip


def _as_list(values: Any) -> list[float]:
    return [float(value) for value in (values if isinstance(values, list) else [values])]


def _seconds(attempts: Iterable[dict[str, Any]], frozen: Any) -> float | None:
    """Return the seconds of the attempts, without the time between them, which may be hours."""
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
