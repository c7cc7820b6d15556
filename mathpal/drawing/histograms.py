"""Draws a histogram of text lengths as inline SVG in the page's light or dark colours.

Knows counts per class; nothing of texts or data sets.
"""

from collections.abc import Sequence

from markupsafe import Markup

from mathpal.drawing.charts import drawing, nice_ticks, svg_text, tick_label

_WIDTH, _HEIGHT = 460, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 10, 38


def histogram(
    bars: Sequence[int], *, width: int, unit: str, title: str, limit: int | None = None
) -> Markup:
    """Draw one bar per class; the last class also holds everything above it.

    Args:
        bars: number of texts in each class, from length 0 on; at least one class.
        width: number of lengths that a class spans, 1 or more.
        unit: unit of the lengths.
        title: what the chart shows, for screen readers.
        limit: a length to mark with a vertical line; drawn only if it lies within the chart.
    """
    assert bars, "a histogram needs a bar"
    span = len(bars) * width
    base, plot = _HEIGHT - _BOTTOM, _WIDTH - _LEFT - _RIGHT
    heights = nice_ticks(0, max(1, *bars), 3)
    heights = [tick for tick in heights if tick == round(tick)]
    top = heights[-1]

    def x(length: float) -> float:
        return round(_LEFT + plot * length / span, 1)

    def y(count: float) -> float:
        return round(base - (base - _TOP) * count / top, 1)

    parts = []
    for tick in heights:
        parts.append(_path("grid", f"M{_LEFT} {y(tick)}H{_WIDTH - _RIGHT}"))
        parts.append(svg_text("tick end", _LEFT - 7, y(tick) + 4, tick_label(tick, heights[1])))
    for index, count in enumerate(bars):
        if count:
            left, right = x(index * width), x((index + 1) * width)
            # Leave a thin gap between bars, and keep a bar of one text visible.
            high = min(y(count), base - 1.0)
            path = f"M{left} {base}V{high}H{max(left + 0.6, right - 0.8)}V{base}Z"
            last = index == len(bars) - 1
            label = (
                f"{index * width}{' and more' if last else f'–{(index + 1) * width - 1}'} {unit}"
            )
            parts.append(
                Markup('<path class="bar" d="{}"><title>{}: {}</title></path>').format(
                    path, label, count
                )
            )
    lengths = nice_ticks(0, span, 5)
    for tick in lengths:
        if tick <= span:
            anchor = "end" if x(tick) > _WIDTH - _RIGHT - 14 else "mid"
            parts.append(_path("axis", f"M{x(tick)} {base}v4"))
            text = tick_label(tick, lengths[1])
            parts.append(svg_text(f"tick {anchor}", x(tick), base + 17, text))
    parts.append(_path("axis", f"M{_LEFT} {base}H{_WIDTH - _RIGHT}"))
    parts.append(svg_text("tick end", _WIDTH - _RIGHT, base + 33, unit))
    if limit is not None and limit <= span:
        parts.append(_path("limit", f"M{x(limit)} {base}V{_TOP}"))
    return drawing(_WIDTH, _HEIGHT, title, parts)


def _path(style: str, path: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(style, path)
