"""The state of a study, in lines for the terminal."""

import time
from collections.abc import Iterator
from pathlib import Path

from mathpal.record.files import short
from mathpal.statistics.means import mean_interval
from mathpal.studies import costs
from mathpal.studies.findings import Findings
from mathpal.studies.history import FINISHED, Trial
from mathpal.studies.wording import between, measured, numbers, settings

_FRESH = 30.0  # most seconds since the last heartbeat of a driver that is at work


def summary(found: Findings) -> Iterator[str]:
    """Yield lines: counts by state, the best, the budget that is left, the drivers at work.

    Args:
        found: the results of the study.
    """
    study, states = found.history.study, costs.counts(found.history.trials)
    said = ", ".join(f"{count} {state}" for state, count in states.items())
    yield f"{found.history.title}: {said or 'no trial yet'}"
    shown = found.ranking.front if found.several else found.ranking.complete[:1]
    for each in shown:
        values = ", ".join(
            f"{metric} {measured(mean)}"
            for metric, mean in zip(study.metrics, each.means, strict=True)
        )
        first = mean_interval(each.values(0))
        over = f" (mean of {first.n} seeds, 95% {between(first)})" if between(first) else ""
        which = numbers(trial.number for trial in each.trials)
        label = "Pareto front" if found.several else "best"
        yield f"{label}: {values}{over}: {settings(each.params)} (trial {which})"
    if not shown:
        yield "best: none yet"
    if study.n_trials is not None:
        finished = sum(count for state, count in states.items() if state in FINISHED)
        left = max(0, study.n_trials - finished)
        yield f"budget: {finished} of {study.n_trials} trials are over, {left} left"
    drivers = _at_work(found.history.folder)
    if drivers:
        yield f"drivers at work: {', '.join(drivers)}"
    elif any(state not in FINISHED for state in states):
        yield "no driver is at work; run the same command again to resume the study"


def of_trial(found: Findings, trial: Trial) -> Iterator[str]:
    """Yield lines: a trial's values, its parameters, its directory.

    Args:
        found: the results of the study.
        trial: one of its trials.
    """
    study = found.history.study
    values = ", ".join(
        f"{metric} {measured(value)}" for metric, value in zip(study.metrics, trial.values)
    )
    yield f"trial {trial.number} of {found.history.title}: {values or trial.state}"
    yield f"  {settings(trial.params)}"
    yield f"  {short(found.history.folder / str(trial.number))}"


def _at_work(folder: Path) -> list[str]:
    """Return the drivers with a recent heartbeat; roughly, as clocks of machines differ."""
    found = []
    for path in sorted((folder / ".drivers").glob("*.json")):
        try:
            if time.time() - path.stat().st_mtime < _FRESH:
                found.append(path.stem)
        except OSError:  # the driver has just ended
            continue
    return found
