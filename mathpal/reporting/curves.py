"""Makes the figures of the section "Curves" from a run's metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from mathpal.drawing.charts import Line, line_chart
from mathpal.drawing.formatting import number
from mathpal.drawing.series import Series, smooth, thin

# More than this many points of one curve fall on the same pixels of a page.
MAX_POINTS = 600

_OTHERS = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its words.

    Attributes:
        legend: (class of the swatch, name) of each curve.
        notes: what the drawing does not say by itself.
    """

    title: str
    latest: str
    svg: Markup
    legend: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def main_figures(metrics: Mapping[str, Series]) -> list[Figure]:
    """Loss, learning rate, gradient norm and speed; those that were logged.

    Args:
        metrics: every metric of the run by its name.
    """
    figures = [
        _loss(metrics),
        _single(metrics, "train/lr", "Learning rate", trend=False, from_zero=True),
        _single(metrics, "train/grad_norm", "Gradient norm", from_zero=True),
        _single(metrics, "train/tokens_per_second", "Tokens per second", from_zero=True),
    ]
    return [figure for figure in figures if figure is not None]


def other_figures(metrics: Mapping[str, Series]) -> list[Figure]:
    """The first twelve further metrics that have a course, as two or more points.

    Args:
        metrics: every metric of the run by its name.
    """
    main = {"train/loss", "validation/loss", "train/lr", "train/grad_norm"}
    main.add("train/tokens_per_second")
    names = [name for name in metrics if name not in main and len(metrics[name].points) > 1]
    figures = (_single(metrics, name, name) for name in names[:_OTHERS])
    return [figure for figure in figures if figure is not None]


def _loss(metrics: Mapping[str, Series]) -> Figure | None:
    train = metrics.get("train/loss", Series([], 0))
    validation = metrics.get("validation/loss", Series([], 0))
    lines, legend, latest = _course(train)
    if validation.points:
        lines.append(Line(thin(validation.points, MAX_POINTS), "marks"))
        legend.append(("marks", "validation"))
        step, value = min(validation.points, key=lambda point: point[1])
        best = f"best validation {number(value)} at step {number(step)}"
        latest = f"{latest}, {best}" if latest else best
    if not lines:
        return None
    svg = line_chart(lines, title=f"Loss over steps: {latest}")
    return Figure("Loss", latest, svg, legend, _notes(train.not_finite + validation.not_finite))


def _single(
    metrics: Mapping[str, Series], name: str, title: str, *, trend: bool = True,
    from_zero: bool = False,
) -> Figure | None:  # fmt: skip
    series = metrics.get(name, Series([], 0))
    lines, legend, latest = _course(series, trend=trend)
    if not lines:
        return None
    svg = line_chart(lines, title=f"{title} over steps: {latest}", from_zero=from_zero)
    return Figure(title, latest, svg, legend, _notes(series.not_finite))


def _course(series: Series, *, trend: bool = True) -> tuple[list[Line], list[tuple[str, str]], str]:
    """The curves of one metric, their legend, and the latest value in words."""
    if not series.points:
        return [], [], ""
    smoothed: Sequence[tuple[float, float]] = smooth(series.points) if trend else []
    step, value = series.points[-1]
    if not smoothed:
        latest = f"{number(value)} at step {number(step)}"
        return [Line(thin(series.points, MAX_POINTS), "line")], [("line", "logged")], latest
    # The mean of the last stretch: the rolling mean's own last point is a single record.
    tail = [v for _, v in series.points[-max(2, len(series.points) // 25) :]]
    latest = f"{number(sum(tail) / len(tail))} over the last {len(tail)} records"
    lines = [
        Line(thin(series.points, MAX_POINTS), "cloud"),
        Line(thin(smoothed, MAX_POINTS), "line"),
    ]
    return lines, [("cloud", "logged"), ("line", "smoothed")], latest


def _notes(not_finite: int) -> list[str]:
    if not not_finite:
        return []
    return [f"Not finite and so not drawn: {not_finite} of the logged values."]
