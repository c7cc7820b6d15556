"""Makes the figures of the section "Curves" from a run's metrics.

Knows the names of the main metrics; reads no file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from mathpal.drawing.charts import Line, line_chart
from mathpal.drawing.formatting import number
from mathpal.drawing.series import Series, smooth, thin

# With more points per curve, neighbours would share a pixel of the page.
MAX_POINTS = 600

_OTHERS = 12  # largest number of further figures


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its texts.

    Attributes:
        latest: the latest value in words.
        legend: (CSS class of the swatch, name) of each curve.
        notes: facts that the drawing does not show.
    """

    title: str
    latest: str
    svg: Markup
    legend: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def main_figures(metrics: Mapping[str, Series]) -> list[Figure]:
    """Draw loss, learning rate, gradient norm and speed, as far as they were logged.

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
    """Draw the first twelve further metrics that have at least two points.

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
    lines, legend, latest = _lines(train)
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
    lines, legend, latest = _lines(series, trend=trend)
    if not lines:
        return None
    svg = line_chart(lines, title=f"{title} over steps: {latest}", from_zero=from_zero)
    return Figure(title, latest, svg, legend, _notes(series.not_finite))


def _lines(series: Series, *, trend: bool = True) -> tuple[list[Line], list[tuple[str, str]], str]:
    """Return the curves of one metric, their legend, and the latest value in words."""
    if not series.points:
        return [], [], ""
    smoothed: Sequence[tuple[float, float]] = smooth(series.points) if trend else []
    step, value = series.points[-1]
    if not smoothed:
        latest = f"{number(value)} at step {number(step)}"
        return [Line(thin(series.points, MAX_POINTS), "line")], [("line", "logged")], latest
    # State the mean of the last records: near its end the rolling mean rests on few of them.
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
    return [f"Not drawn, because NaN or infinite: {not_finite} of the logged values."]
