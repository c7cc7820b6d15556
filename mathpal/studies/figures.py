"""The figures of a study's page: its course, intermediate values, one slice a parameter."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from mathpal.drawing.series import thin
from mathpal.studies.history import History, Trial
from mathpal.studies.plots import BASE, LEFT, RIGHT, TOP, WIDTH, Course, Mark, chart
from mathpal.studies.ranking import SEED, Configuration, signs
from mathpal.studies.rulers import Ruler, of_axis, of_numbers, of_values
from mathpal.studies.wording import measured, settings
from mathpal.sweeps.outcomes import is_reversed

MAX_THREADS = 300  # lines of one chart: more would hide each other and make the page large
_POINTS = 40  # of one trial's line


class Figure(NamedTuple):
    """A chart with its texts, as parts.html.j2 shows it.

    Attributes:
        latest: a line below the title.
        legend: (class of the swatch, name) of each kind of mark.
        notes: remarks on what the chart leaves out.
    """

    title: str
    latest: str
    svg: Markup
    legend: list[tuple[str, str]]
    notes: list[str]


def course(history: History, objective: int = 0) -> Figure | None:
    """Draw the trials' values in order, with the best so far; None where there are no values."""
    measured_ones = [
        trial for trial in history.trials if trial.counts and _finite(trial, objective)
    ]
    if not measured_ones:
        return None
    metric = history.study.metrics[objective]
    sign = signs(history)[objective]
    y = values_ruler([trial.values[objective] for trial in measured_ones], history, objective)
    y = y._replace(start=BASE - 18)  # room below for the marks of trials without a value
    x = _across(0, max(trial.number for trial in history.trials))
    best = math.inf
    steps: list[tuple[float, float]] = []
    for trial in measured_ones:
        value = trial.values[objective] * sign
        if value < best:
            # A new best holds from its trial on: up to there the line keeps the old level.
            steps += [(x(trial.number), y(best * sign))] if steps else []
            best = value
            steps.append((x(trial.number), y(best * sign)))
    steps.append((x(history.trials[-1].number), y(best * sign)))
    marks = [_value_mark(x(t.number), y, t.values[objective], _tooltip(t, objective, metric))
             for t in measured_ones]  # fmt: skip
    ends = [_end_mark(x(trial.number), trial) for trial in history.trials]
    title = f"{metric} over trials"
    svg = chart(x, y, title=f"{title}: best {measured(best * sign)}", label="trial",
                courses=[Course(steps, "curve")], marks=[*filter(None, ends), *marks])  # fmt: skip
    legend = [("dots", "completed"), ("line", "best so far")]
    states = {trial.state for trial in history.trials}
    legend += [("strokes", "pruned")] if states & {"pruned", "infeasible"} else []
    legend += [("crosses", "failed")] if "failed" in states else []
    return Figure(title, f"best {measured(best * sign)}", svg, legend, _beyond(marks))


def intermediate(history: History, best: Sequence[int]) -> Figure | None:
    """Draw the intermediate values of the trials; None where none was reported.

    Args:
        history: the study.
        best: numbers of the trials to draw in front.
    """
    having = [trial for trial in history.trials if trial.intermediate]
    values = [value for trial in having for value in trial.intermediate.values()]
    if not values:
        return None
    study, direction = history.study, history.study.directions[0]
    name = study.metrics[0] if study.seeds else study.intermediate or "value"
    if not study.seeds and is_reversed(direction, study.intermediate):
        direction = "minimize" if direction == "maximize" else "maximize"
    y = of_values(values, BASE, TOP, better=direction)
    steps = [step for trial in having for step in trial.intermediate]
    x = _across(min(steps), max(steps))
    # Pruned trials in front of completed ones, which would hide them; the best in front of all.
    pruned = _some([trial for trial in having if trial.state == "pruned"])
    others = _some([t for t in having if t.state != "pruned" and t.number not in best])
    shown = [*others, *pruned, *(trial for trial in having if trial.number in best)]
    courses, marks = [], []
    for trial in shown:
        points = [(x(s), y(v)) for s, v in thin(list(trial.intermediate.items()), _POINTS)]
        out = trial.state == "pruned"
        style = "thread best" if trial.number in best else "thread out" if out else "thread"
        tooltip = f"trial {trial.number}, {trial.state}: {settings(trial.params)}"
        if len(points) > 1:
            courses.append(Course(points, style, tooltip))
        if out or len(points) == 1:
            marks.append(Mark(*points[-1], "cross" if out else "dot", tooltip))
    pruned_count = sum(trial.state == "pruned" for trial in having)
    title = f"{name} of one seed after the other" if study.seeds else f"{name} while trials ran"
    label = "place of the seed, from 0" if study.seeds else "step"
    svg = chart(x, y, title=title, label=label, courses=courses, marks=marks)
    legend = [("threads", "trial")]
    legend += [("best", "best")] if set(best) & {trial.number for trial in having} else []
    legend += [("crosses", f"pruned there ({pruned_count})")] if pruned_count else []
    return Figure(title, f"{len(having)} trials", svg, legend, left_out(len(shown), len(having)))


def slices(history: History, best: Configuration | None, objective: int = 0) -> list[Figure]:
    """Draw one chart a parameter: the objective of every trial that counts over its value.

    Args:
        history: the study.
        best: the configuration whose trials are marked.
        objective: its place among the objectives.
    """
    metric = history.study.metrics[objective]
    found = [trial for trial in history.trials if trial.counts and _finite(trial, objective)]
    chosen = {trial.number for trial in best.trials} if best else set()
    if not found:
        return []
    y = values_ruler([trial.values[objective] for trial in found], history, objective)
    figures = []
    for name, axis in history.axes.items():
        having = [trial for trial in found if name in trial.params]
        if not having or name == SEED:
            continue
        x = of_axis(axis, LEFT, WIDTH - RIGHT)
        marks = [
            _value_mark(
                x(trial.params[name]), y, trial.values[objective],
                _tooltip(trial, objective, metric), best=trial.number in chosen,
            )
            for trial in sorted(having, key=lambda trial: trial.number in chosen)
        ]  # fmt: skip
        title = f"{metric} over {name}"
        svg = chart(x, y, title=title, label=_label(name, x), marks=marks)
        legend = [("dots", "trial")]
        legend += [("dots best", "best configuration")] if chosen else []
        notes = _beyond(marks)
        if len(having) < len(found):
            notes.append(f"{len(found) - len(having)} trials have no {name}.")
        figures.append(Figure(title, history.study.space.get(name, ""), svg, legend, notes))
    return figures


def _finite(trial: Trial, objective: int) -> bool:
    return math.isfinite(trial.values[objective])


def values_ruler(values: Sequence[float], history: History, objective: int) -> Ruler:
    """Return the vertical axis of an objective."""
    return of_values(values, BASE, TOP, better=history.study.directions[objective])


def _across(low: float, high: float) -> Ruler:
    ruler = of_numbers(low, high if high > low else low + 1, LEFT, WIDTH - RIGHT,
                       wanted=5, whole=True)  # fmt: skip
    end = max(high, low + 1)
    inside = [tick for tick in ruler.ticks if low <= tick[0] <= end]
    return ruler._replace(low=low, high=end, ticks=inside)


def _tooltip(trial: Trial, objective: int, metric: str) -> str:
    value = measured(trial.values[objective])
    return f"trial {trial.number}: {metric} {value}, {settings(trial.params)}"


def _value_mark(x: float, y: Ruler, value: float, tooltip: str, best: bool = False) -> Mark:
    side = y.beyond(value)
    style = "dot best" if best else "dot" if not side else "up" if side > 0 else "down"
    return Mark(x, y(value), style, tooltip)


def _end_mark(x: float, trial: Trial) -> Mark | None:
    style = {"pruned": "stroke", "infeasible": "stroke", "failed": "cross"}.get(trial.state)
    tooltip = f"trial {trial.number}, {trial.state}: {settings(trial.params)}"
    return Mark(x, BASE - 6, style, tooltip) if style else None


def _beyond(marks: Sequence[Mark]) -> list[str]:
    out = sum(mark.style in ("up", "down") for mark in marks)
    return [f"{out} far worse values lie beyond the axis: triangles at its end."] if out else []


def _some(trials: Sequence[Trial]) -> Sequence[Trial]:
    """Return at most as many trials as fit into a chart, evenly spread over the study."""
    return trials[:: max(1, math.ceil(len(trials) / (MAX_THREADS // 2)))]


def left_out(drawn: int, count: int, which: str = "") -> list[str]:
    """Return the note of a chart that shows some of its lines only."""
    return [f"{drawn} of {count} are drawn{which}."] if drawn < count else []


def _label(name: str, x: Ruler) -> str:
    return f"{name} (logarithmic)" if x.log else name
