"""The costs of a study: its time, what pruning saved, and its failures."""

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from mathpal.studies.history import Trial


class Time(NamedTuple):
    """Seconds of a study.

    Attributes:
        spent: sum over all trials.
        wall: from the start of the first trial to the end of the last one; None where unknown.
        median: of the completed trials; None where none was completed.
        pruned: number of pruned trials.
        saved: estimate: for each pruned trial the median of the completed ones minus its own time,
            never below 0; None where none was completed.
    """

    spent: float
    wall: float | None
    median: float | None
    pruned: int
    saved: float | None


class Failures(NamedTuple):
    """Trials that failed for one kind of reason.

    Attributes:
        kind: the reason in a few words.
        numbers: of the trials.
        example: the error of the first one.
    """

    kind: str
    numbers: list[int]
    example: str


def time(trials: Sequence[Trial]) -> Time:
    """Add up the time of trials."""
    took = [trial.seconds for trial in trials if trial.seconds is not None]
    completed = [t.seconds for t in trials if t.state == "completed" and t.seconds is not None]
    pruned = [t.seconds for t in trials if t.state == "pruned" and t.seconds is not None]
    began = [trial.began for trial in trials if trial.began]
    ended = [trial.ended for trial in trials if trial.ended]
    wall = (max(ended) - min(began)).total_seconds() if began and ended else None
    usual = median(completed) if completed else None
    saved = None if usual is None else sum(max(0.0, usual - seconds) for seconds in pruned)
    return Time(sum(took), wall, usual, len(pruned), saved)


def counts(trials: Sequence[Trial]) -> dict[str, int]:
    """Return state -> number of trials, for the states that occur."""
    found = Counter(trial.state for trial in trials)
    order = ("completed", "pruned", "infeasible", "failed", "running", "waiting")
    return {state: found[state] for state in order if found[state]}


def failures(trials: Sequence[Trial]) -> list[Failures]:
    """Return the failed trials by kind, the most frequent kind first."""
    kinds: dict[str, list[Trial]] = {}
    for trial in trials:
        if trial.state == "failed":
            kinds.setdefault(kind(trial), []).append(trial)
    found = [Failures(name, [t.number for t in of], (of[0].error or "").strip())
             for name, of in kinds.items()]  # fmt: skip
    return sorted(found, key=lambda each: -len(each.numbers))


def kind(trial: Trial) -> str:
    """Return the reason why a trial failed, in a few words."""
    error = trial.error or ""
    if error.startswith("given up after") or (not error and _last(trial) in ("killed", "lost")):
        return "killed or lost, too often to try again"
    if re.search(r"out of memory|OutOfMemory|MemoryError|cannot allocate memory", error, re.I):
        return "out of memory"
    if re.search(r"\bnan\b|not a number|not finite|non-finite", error, re.I):
        return "not a number"
    # The last exception of a traceback is the one that ended the run.
    if named := re.findall(r"^(?:\w+\.)*(\w+(?:Error|Exception|Exit|Interrupt))\b", error, re.M):
        return str(named[-1])
    return "another reason" if error else "no reason given"


def _last(trial: Trial) -> str:
    """Return how the last attempt ended; "" where there was none."""
    return str(trial.attempts[-1].get("how")) if trial.attempts else ""
