"""The figures that show whole configurations: parallel coordinates and Pareto fronts."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from mathpal.studies import parallel
from mathpal.studies.figures import MAX_THREADS, Figure, left_out, values_ruler
from mathpal.studies.history import History
from mathpal.studies.plots import LEFT, RIGHT, WIDTH, Course, Mark, chart
from mathpal.studies.ranking import SEED, Configuration
from mathpal.studies.rulers import of_values
from mathpal.studies.wording import measured, settings


class Threads(NamedTuple):
    """The parallel coordinates, for a wide column and for a narrow one."""

    wide: Markup
    narrow: Markup
    notes: list[str]


def threads(
    history: History, configurations: Sequence[Configuration], best: Sequence[Configuration],
    objective: int = 0,
) -> Threads | None:  # fmt: skip
    """Draw the parallel coordinates of configurations; None where there is nothing to draw.

    Args:
        history: the study.
        configurations: the best first.
        best: those to draw in front.
        objective: its place among the objectives.
    """
    axes = {name: axis for name, axis in history.axes.items() if name != SEED}
    finite = [each for each in configurations if math.isfinite(each.means[objective])]
    if not axes or not finite:
        return None
    metric = history.study.metrics[objective]
    shown = finite[:MAX_THREADS]
    ruler = of_values([each.means[objective] for each in shown], 0, 1,
                      better=history.study.directions[objective])  # fmt: skip
    drawn = []
    for each in reversed(shown):
        value = each.means[objective]
        tooltip = f"{settings(each.params)}: {metric} {measured(value)}"
        style = "thread best" if each in best else "thread"
        drawn.append(parallel.Thread(each.params, value, style, tooltip))
    drawn.sort(key=lambda thread: thread.style == "thread best")
    title = f"Configurations across their parameters, and {metric}"
    notes = left_out(len(shown), len(finite), ": the best")
    out = sum(ruler.beyond(each.means[objective]) != 0 for each in shown)
    if out:
        notes.append(f"{out} lie beyond the end of the axis of {metric} and are drawn at it.")
    return Threads(
        parallel.upright(axes, (metric, ruler), drawn, title=title),
        parallel.level(axes, (metric, ruler), drawn, title=title),
        notes,
    )


def fronts(history: History, configurations: Sequence[Configuration],
           front: Sequence[Configuration]) -> list[Figure]:  # fmt: skip
    """Draw each further objective against the first one, with the Pareto front."""
    metrics = history.study.metrics
    figures = []
    for other in range(1, len(metrics)):
        finite = [c for c in configurations if all(map(math.isfinite, c.means))]
        if not finite:
            continue
        horizontal = of_values([c.means[0] for c in finite], LEFT, WIDTH - RIGHT,
                               better=history.study.directions[0])  # fmt: skip
        y = values_ruler([c.means[other] for c in finite], history, other)
        marks = []
        for each in sorted(finite, key=lambda c: c in front):
            tooltip = f"{settings(each.params)}: " + ", ".join(
                f"{m} {measured(v)}" for m, v in zip(metrics, each.means, strict=True)
            )
            style = "dot best" if each in front else "dot"
            marks.append(Mark(horizontal(each.means[0]), y(each.means[other]), style, tooltip))
        edge = sorted((horizontal(c.means[0]), y(c.means[other])) for c in front if c in finite)
        courses = [Course(edge, "curve")] if len(metrics) == 2 and len(edge) > 1 else []
        title = f"{metrics[other]} against {metrics[0]}"
        svg = chart(horizontal, y, title=title, label=metrics[0], courses=courses, marks=marks)
        legend = [("dots", "configuration"), ("dots best", "Pareto front")]
        figures.append(Figure(title, f"{len(front)} on the front", svg, legend, []))
    return figures
