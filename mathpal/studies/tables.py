"""The tables of a study, as rows of text: its trials and its best configurations."""

import csv
import io
from collections.abc import Sequence
from typing import Any, NamedTuple

from mathpal.drawing.formatting import duration
from mathpal.statistics.means import mean_interval
from mathpal.studies.findings import Findings
from mathpal.studies.history import History, Trial
from mathpal.studies.layouts import beside
from mathpal.studies.wording import (
    DASH,
    between,
    listed,
    measured,
    parameters,
    seeds_of,
    setting,
)

BEST_FEW = 10


class Table(NamedTuple):
    """Rows of text under their headings; `right` says which columns hold numbers."""

    heads: list[str]
    rows: list[list[str]]
    right: list[bool]


def trials(history: History, shown: list[Trial] | None = None) -> Table:
    """Return the table of trials, one a row.

    Args:
        history: the study.
        shown: the trials; by default all, in the order of their numbers.
    """
    study, names, others = history.study, list(history.axes), beside(history)
    heads = ["trial", "state", *study.metrics, *others, *names, "took", "note"]
    rows = [
        [
            str(trial.number),
            trial.state,
            *(_values(trial, len(study.metrics))),
            *(_metric(trial.metrics.get(name)) for name in others),
            *(setting(trial.params[name]) if name in trial.params else DASH for name in names),
            DASH if trial.seconds is None else duration(trial.seconds),
            note(trial, study.seeds),
        ]
        for trial in (history.trials if shown is None else shown)
    ]
    numeric = [_is_numeric(history, name) for name in names]
    right = [True, False, *(True for _ in [*study.metrics, *others]), *numeric, True, False]
    return Table(heads, rows, right)


def best_few(found: Findings) -> Table:
    """Return the table of the best configurations; with several objectives, of the front."""
    study = found.history.study
    names = parameters(found.history.axes)
    others = beside(found.history)
    heads = [*names, *study.metrics, "95% interval", *others, "seeds", "trials"]
    chosen = found.ranking.front if found.several else found.ranking.complete
    if found.several:
        heads.remove("95% interval")
    rows = []
    for each in chosen[:BEST_FEW]:
        interval = between(mean_interval(each.values(0))) or DASH
        rows.append([
            *(setting(each.params[name]) if name in each.params else DASH for name in names),
            *map(measured, each.means),
            *([] if found.several else [interval]),
            *(_metric(each.metric(name)) for name in others),
            ", ".join(seeds_of(each)) or DASH,
            ", ".join(str(trial.number) for trial in each.trials),
        ])  # fmt: skip
    numeric = [_is_numeric(found.history, name) for name in names]
    middle = [True] * (len(study.metrics) + (not found.several) + len(others))
    return Table(heads, rows, [*numeric, *middle, False, False])


def note(trial: Trial, seeds: Sequence[int] | None = None) -> str:
    """Return remarks on a trial, in a line: where it was pruned, its error, earlier attempts.

    Args:
        trial: the trial.
        seeds: over which the study's trials are averaged.
    """
    said = []
    if trial.duplicate_of is not None:
        said.append(f"as trial {trial.duplicate_of}, not run")
    if trial.infeasible:
        said.append(_line(trial.infeasible))
    if trial.state == "pruned" and trial.intermediate:
        last = max(trial.intermediate)
        said.append(f"after {last + 1} of {len(seeds)} seeds" if seeds else f"at step {last}")
    if broken := [value for value in trial.constraints if value > 0]:
        said.append(f"breaks {len(broken)} of {len(trial.constraints)} constraints")
    if trial.error:
        said.append(_line(trial.error))
    # Each seed's run is an attempt too; only attempts that did not complete are worth a remark.
    hows = [str(attempt.get("how") or "running") for attempt in trial.attempts[:-1]]
    if troubles := [how for how in hows if how != "completed"]:
        said.append(f"begun {len(troubles) + 1} times: {listed(troubles)} before")
    return "; ".join(said)


def as_csv(history: History) -> str:
    """Return all trials with everything known about each, unrounded, for other programs."""
    study, names = history.study, list(history.axes)
    metrics = list(dict.fromkeys(name for trial in history.trials for name in trial.metrics))
    seeds = list(dict.fromkeys(seed for trial in history.trials for seed in trial.values_by_seed))
    objectives = [f"objective {name}" for name in study.metrics]
    by_seed = [f"{name} seed {seed}" for seed in seeds for name in study.metrics]
    facts = ["number", "state", *objectives, *names, *by_seed, "seconds", "began", "ended",
             "attempts", "last_step", "duplicate_of", "note", "error", *metrics]  # fmt: skip
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\n")
    written.writerow(facts)
    for trial in history.trials:
        none: list[Any] = [None] * len(objectives)
        values: list[Any] = list(trial.values or none)
        seeded = [value for seed in seeds for value in trial.values_by_seed.get(seed, none)]
        written.writerow([
            trial.number, trial.state, *values, *(trial.params.get(name) for name in names),
            *seeded, trial.seconds, _moment(trial.began), _moment(trial.ended),
            len(trial.attempts), max(trial.intermediate, default=None), trial.duplicate_of,
            note(trial._replace(error=None), study.seeds), trial.error,
            *(trial.metrics.get(name) for name in metrics),
        ])  # fmt: skip
    return text.getvalue()


def _values(trial: Trial, objectives: int) -> list[str]:
    return [measured(value) for value in trial.values] or [DASH] * objectives


def _metric(value: float | None) -> str:
    return DASH if value is None else measured(value)


def _is_numeric(history: History, name: str) -> bool:
    choices = history.axes[name].choices
    return choices is None or all(isinstance(choice, int | float) for choice in choices)


def _moment(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _line(text: str) -> str:
    """Return the last line that is not blank, e.g. of a traceback, cut to a table's width."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    return last if len(last) <= 160 else last[:159] + "…"
