"""The progress of a study: a table on a terminal, one line a trial elsewhere."""

import math
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

SHOWN = 12  # trials in the table: those that run, then the newest
WORDS = {
    TrialState.COMPLETE: "completed",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "running",
    TrialState.WAITING: "waiting",
}


class Watch:
    """Shows the progress of a study.

    Args:
        name: of the study.
        folder: the study's directory.
        n_trials: the budget: trials in all.
        directions: of the objectives.
        console: where it is shown, as a table if that is a terminal; None for standard error.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        n_trials: int,
        directions: Sequence[StudyDirection],
        console: Console | None = None,
    ) -> None:
        self.name, self.folder, self.n_trials, self.directions = name, folder, n_trials, directions
        self.began = time.monotonic()
        self.known: dict[int, TrialState] | None = None
        self.at_start = 0
        self.console = console or Console(stderr=True)
        on_terminal = self.console.is_terminal
        self.live = Live(console=self.console, auto_refresh=False) if on_terminal else None

    def __enter__(self) -> "Watch":
        if self.live is not None:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.live is not None:
            self.live.stop()

    def __call__(self, every: list[FrozenTrial]) -> None:
        """Show all trials as they are now."""
        states = {trial.number: trial.state for trial in every}
        if self.known is None:
            self.at_start = len(_ended(every))
            if self.at_start:
                self.say(f"{self.name} is resumed: {self.summary(every)}")
        new = [t for t in _ended(every) if (self.known or {}).get(t.number) == TrialState.RUNNING]
        came = self.known is not None and {n for n in states if n not in self.known}
        new += [t for t in _ended(every) if came and t.number in came]
        self.known = states
        if self.live is not None:
            self.live.update(self.table(every), refresh=True)
            return
        for trial in new:
            self.say(f"{line(trial)} · {self.summary(every)}")

    def say(self, text: str) -> None:
        """Print a line, whatever runs in this process do with logging."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def summary(self, every: list[FrozenTrial]) -> str:
        """Return the study in a line: trials that ended, how, the best, the time left."""
        ended = _ended(every)
        parts = [f"{len(ended)}/{self.n_trials}"]
        for state in (TrialState.PRUNED, TrialState.FAIL):
            if count := sum(trial.state == state for trial in every):
                parts.append(f"{count} {WORDS[state]}")
        if (best := best_of(every, self.directions)) is not None:
            parts.append(f"best {best.values[0]:.5g} of trial {best.number}")
        if (left := self._left(len(ended))) is not None:
            parts.append(f"{duration(left)} left")
        return ", ".join(parts)

    def _left(self, ended: int) -> float | None:
        """Return the seconds to the end, at the pace of all drivers since this one began."""
        done = ended - self.at_start
        if done <= 0 or ended >= self.n_trials:
            return None
        return (time.monotonic() - self.began) / done * (self.n_trials - ended)

    def table(self, every: list[FrozenTrial]) -> Table:
        """Return a table of the running trials and the newest of the others."""
        best = best_of(every, self.directions)
        title, caption = Text(f"{self.name} · {self.folder}"), Text(self.summary(every))
        table = Table(title=title, caption=caption)
        table.add_column("trial", justify="right")
        for heading in ("state", "value", "for", "parameters"):
            table.add_column(heading, overflow="fold")
        running = [t for t in every if t.state == TrialState.RUNNING]
        newest = sorted(_ended(every), key=lambda t: t.datetime_complete or datetime.min)
        for trial in [*newest[-max(3, SHOWN - len(running)) :], *running[-SHOWN:]]:
            style = "bold green" if best is not None and trial.number == best.number else ""
            cells = (
                str(trial.number), _state(trial), _value(trial), duration(_seconds(trial)),
                " ".join(trial.user_attrs.get("overrides", ())),
            )  # fmt: skip
            table.add_row(*map(Text, cells), style=style)  # an error may look like markup
        return table


def line(trial: FrozenTrial) -> str:
    """Return a line about a trial that ended."""
    words = " ".join(trial.user_attrs.get("overrides", ()))
    return f"trial {trial.number} {_state(trial)} {_value(trial)} ({words})"


def _state(trial: FrozenTrial) -> str:
    attrs = trial.user_attrs
    if "duplicate_of" in attrs:
        return f"{WORDS[trial.state]} as {attrs['duplicate_of']}"
    if "infeasible" in attrs:
        return "infeasible"
    runs = [attempt.get("run") for attempt in attrs.get("attempts", ())]
    attempts = runs.count(runs[-1]) if runs else 0  # each seed has a run of its own
    return WORDS[trial.state] + (f", attempt {attempts}" if attempts > 1 else "")


def _value(trial: FrozenTrial) -> str:
    if trial.state == TrialState.COMPLETE:
        return ", ".join(f"{value:.5g}" for value in trial.values)
    if trial.state == TrialState.FAIL:
        return str(trial.user_attrs.get("error", ""))[:60]
    if trial.intermediate_values:
        step = max(trial.intermediate_values)
        return f"{trial.intermediate_values[step]:.5g} at {step}"
    return ""


def _seconds(trial: FrozenTrial) -> float:
    if trial.datetime_start is None:
        return 0.0
    return ((trial.datetime_complete or datetime.now()) - trial.datetime_start).total_seconds()


def duration(seconds: float) -> str:
    """Return seconds as people read them: 8 s, 3:05, 2:03:05."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d}" if minutes else f"{rest} s"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def _ended(every: list[FrozenTrial]) -> list[FrozenTrial]:
    return [trial for trial in every if trial.state.is_finished()]


def best_of(every: list[FrozenTrial], directions: Sequence[StudyDirection]) -> FrozenTrial | None:
    """Return the best feasible trial; None where there is none, or with several objectives."""
    if len(directions) > 1:
        return None
    sign = -1 if directions[0] == StudyDirection.MAXIMIZE else 1
    best, least = None, math.inf
    for trial in every:  # there may be many: check the constraints of the better ones only
        if trial.state != TrialState.COMPLETE or sign * trial.values[0] >= least:
            continue
        if all(above <= 0 for above in trial.constraints.values()):
            best, least = trial, sign * trial.values[0]
    return best
