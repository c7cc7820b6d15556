"""What whoever waits for a study sees."""

import io
from pathlib import Path

import optuna
import pytest
from optuna.study import StudyDirection
from optuna.trial import TrialState
from rich.console import Console

from mathpal.sweeps.table import Watch, best_of, duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59, "59 s"), (60, "1:00"), (3599.6, "1:00:00"), (7385, "2:03:05")],
)  # fmt: skip
def test_durations_are_read_at_a_glance(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def study() -> optuna.Study:
    made = optuna.create_study()
    for value in (3.0, 1.0, 2.0):
        trial = made.ask()
        trial.set_user_attr("overrides", [f"x={value}"])
        made.tell(trial, value)
    pruned, failed, running = made.ask(), made.ask(), made.ask()
    pruned.report(5.0, 15)
    made.tell(pruned, state=TrialState.PRUNED)
    failed.set_user_attr("error", "[bold]broken[/bold]")
    made.tell(failed, state=TrialState.FAIL)
    runs = ("5/seed-1", "5/seed-2", "5/seed-2")
    running.set_user_attr("attempts", [{"run": run} for run in runs])
    return made


def shown(terminal: bool) -> tuple[Watch, io.StringIO]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=200, color_system=None)
    return Watch("mine", Path("multirun/mine"), 9, [StudyDirection.MINIMIZE], console), out


def test_a_terminal_has_a_table_of_what_runs_and_what_came_of_it() -> None:
    watch, out = shown(terminal=True)
    with watch:
        watch(study().trials)
    text = out.getvalue()
    for words in ("multirun/mine", "5/9, 1 pruned, 1 failed, best 1 of trial 1", "x=2.0",
                  "5 at 15", "running, attempt 2", "[bold]broken[/bold]"):  # fmt: skip
        assert words in text, words


def test_elsewhere_each_end_is_a_line_and_is_said_once() -> None:
    watch, out = shown(terminal=False)
    made = study()
    with watch:
        watch(made.trials)
        watch(made.trials)
        made.tell(5, 0.5)
        watch(made.trials)
        watch(made.trials)
    lines = out.getvalue().splitlines()
    assert lines[0] == "mine is resumed: 5/9, 1 pruned, 1 failed, best 1 of trial 1"
    assert len(lines) == 2
    assert lines[1].startswith("trial 5 completed, attempt 2 0.5") and "6/9" in lines[1]


def test_the_best_is_feasible_and_there_is_none_of_several_objectives() -> None:
    made = optuna.create_study(direction="maximize")
    for value, above in ((1.0, -1.0), (9.0, 0.1), (3.0, 0.0)):
        trial = made.ask()
        trial.set_constraint("memory", above)
        made.tell(trial, value)
    best = best_of(made.trials, made.directions)
    assert best is not None and best.number == 2
    assert best_of(made.trials, [*made.directions] * 2) is None
    assert best_of([], made.directions) is None
