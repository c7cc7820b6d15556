"""The page of a study: report.html, with trials.csv and best.yaml beside it."""

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import mathpal.reporting
from mathpal.drawing import formatting
from mathpal.errors import MathPalError
from mathpal.record.files import write_text
from mathpal.reporting.inputs import Section
from mathpal.statistics.means import PAIRS_FOR_RANKS, mean_interval
from mathpal.studies import best, costs, figures, overviews, tables
from mathpal.studies.findings import Findings
from mathpal.studies.history import FINISHED, Trial
from mathpal.studies.verdict import verdict
from mathpal.studies.wording import (
    between,
    measured,
    numbers,
    probability,
    seeds_of,
    setting,
    settings,
    signed,
)

PAGE, TABLE, BEST = "report.html", "trials.csv", "best.yaml"
_OPEN = 40  # most trials with which their table is shown unfolded


class Drawn(NamedTuple):
    """The figures of a study."""

    history: list[figures.Figure]
    intermediate: figures.Figure | None
    slices: list[list[figures.Figure]]
    threads: list[overviews.Threads]
    fronts: list[figures.Figure]


def draw(found: Findings) -> Drawn:
    """Draw all figures of a study."""
    history, ranking = found.history, found.ranking
    chosen = ranking.front if found.several else ranking.complete[:1]
    numbers_of = [trial.number for each in chosen for trial in each.trials]
    objectives = range(len(history.study.directions))
    courses = [figures.course(history, objective) for objective in objectives]
    marked = None if found.several else found.best
    threads = overviews.threads(history, ranking.complete, chosen)
    return Drawn(
        [course for course in courses if course],
        figures.intermediate(history, numbers_of),
        [figures.slices(history, marked, objective) for objective in objectives],
        [threads] if threads else [],
        overviews.fronts(history, ranking.complete, ranking.front) if found.several else [],
    )


def best_yaml(found: Findings, trial: Trial | None = None, name: str | None = None) -> Section[str]:
    """Return the experiment of a trial, or why there is none.

    Args:
        found: the results of the study.
        trial: the trial; None for the best one.
        name: of the experiment; None for the study's own with "_best".
    """
    study = found.history.study
    trial = trial or found.best_trial
    if trial is None:
        return Section(None, "No trial can be called the best, so there is none to run again.")
    own = name is None
    name = name or re.sub(r"[^\w.-]", "_", found.history.title) + "_best"
    values = ", ".join(f"{metric} {value!r}" for metric, value in zip(study.metrics, trial.values))
    remarks = [f"Trial {trial.number} of the study {found.history.title}: {values or trial.state}."]
    try:
        run_dir = best.run_directory(found.history.folder / str(trial.number))
        if trial.values_by_seed:
            seed = run_dir.name.removeprefix("seed-")
            alone = ", ".join(map(repr, trial.values_by_seed.get(seed, [])))
            every = ", ".join(trial.values_by_seed)
            remarks.append(f"That is the mean of the seeds {every}; here is seed {seed}: {alone}.")
        remarks.append(f"The study: {study.command}")
        return Section(best.experiment(run_dir, name, remarks), "")
    except MathPalError as error:
        kept = _earlier(found.history.folder / BEST, remarks[0]) if own else None
        return Section(kept, "" if kept else str(error))


def _earlier(path: Path, remark: str) -> str | None:
    """Return the earlier best.yaml if it is of the same trial, whose files are gone; else None."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return text if f"# {remark}" in text.splitlines()[:3] else None


def write_study(found: Findings, drawn: Drawn, again: Section[str]) -> list[Path]:
    """Write the page, the table and the best trial's experiment into the study directory.

    Args:
        found: the results of the study.
        drawn: its figures.
        again: best.yaml, or why there is none.

    Returns:
        The files written.
    """
    folder = found.history.folder
    html = _environment().get_template("study.html.j2").render(_content(found, drawn, again))
    written = {PAGE: html, TABLE: tables.as_csv(found.history), BEST: again.value}
    for name, text in written.items():
        if text is not None:
            # An error's text may hold half a surrogate pair, which UTF-8 cannot encode.
            write_text(folder / name, text.encode("utf-8", "replace").decode())
    if again.value is None:
        (folder / BEST).unlink(missing_ok=True)  # an earlier one is no longer true
    return [folder / name for name, text in written.items() if text is not None]


def _content(found: Findings, drawn: Drawn, again: Section[str]) -> dict[str, Any]:
    history = found.history
    study, trials = history.study, history.trials
    states = costs.counts(trials)
    done = bool(trials) and all(state in FINISHED for state in states)
    over = done and (study.n_trials is None or sum(states.values()) >= study.n_trials)
    return {
        "study": study,
        "title": history.title,
        "place": history.folder,
        "status": "finished" if over else "not finished",
        "verdict": verdict(found),
        "cards": cards(found),
        "states": states,
        "best": tables.best_few(found),
        "several": found.several,
        "seeded": bool(found.best and len(seeds_of(found.best)) > 1),
        "complete": len(found.ranking.complete),
        "comparisons": found.comparisons,
        "ranks_from": PAIRS_FOR_RANKS,
        "importances": list(zip(study.metrics, found.importances, strict=True)),
        "drawn": drawn,
        "trials": tables.trials(history),
        "open": len(trials) <= _OPEN,
        "time": found.time,
        "failures": costs.failures(trials),
        "again": again,
    }


def cards(found: Findings) -> list[tuple[str, str, str, str]]:
    """Return (heading, side note, value, line below) of the cards at the head of the page."""
    study, best_one = found.history.study, found.best
    shown = []
    if best_one:
        for place, metric in enumerate(study.metrics):
            if found.several:
                way = max if study.directions[place] == "maximize" else min
                best_one = way(found.ranking.front, key=lambda each: each.means[place])
            mean = mean_interval(best_one.values(place))
            below = settings(best_one.params)
            if between(mean):
                below = f"95% t interval {between(mean)} over {mean.n} seeds; {below}"
            which = numbers((trial.number for trial in best_one.trials), 3)
            plural = "s" if len(best_one.trials) > 1 else ""
            shown.append((f"Best {metric}", f"trial{plural} {which}", measured(mean.mean), below))
    states = costs.counts(found.history.trials)
    words = ", ".join(f"{count} {state}" for state, count in states.items())
    total = f"of {study.n_trials}" if study.n_trials else ""
    shown.append(("Trials", total, str(len(found.history.trials)), words or "none yet"))
    return shown


@cache
def _environment() -> Environment:
    here = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader([here, Path(mathpal.reporting.__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=formatting.number, duration=formatting.duration, percent=formatting.percent,
        cut=formatting.cut, measured=measured, signed=signed, between=between, setting=setting,
        settings=settings, probability=probability, numbers=numbers,
    )  # fmt: skip
    return environment
