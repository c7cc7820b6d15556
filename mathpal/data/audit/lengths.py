"""The lengths of texts: quantiles and histograms of characters and tokens."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from mathpal.data.audit.entries import Entry
from mathpal.errors import DataError
from mathpal.problems import Problem
from mathpal.tokens.chat import encode

BARS = 40
_CHUNK = 2_000


class Lengths(NamedTuple):
    """The lengths of many texts.

    Attributes:
        name: name of the measured texts.
        unit: "characters" or "tokens".
        texts: number of texts.
        quantiles: name to length: shortest, median, p95, p99, longest.
        width: length that a bar of the histogram spans, in `unit`.
        bars: texts by bar; bar i spans i × width up to (i + 1) × width, the last bar all above.
        limit: a limit on the length (model.max_length); None without one.
        above: texts longer than `limit`.
    """

    name: str
    unit: str
    texts: int
    quantiles: dict[str, int]
    width: int
    bars: list[int]
    limit: int | None = None
    above: int = 0


def measure(name: str, unit: str, values: Sequence[int], limit: int | None = None) -> Lengths:
    """Compute quantiles and histogram of some lengths.

    The histogram ends at the 99th percentile, so that one very long text does not flatten it.

    Args:
        name: name of the measured texts.
        unit: of the lengths.
        values: at least one length, each 0 or more.
        limit: longer texts are counted.
    """
    ordered = sorted(values)

    def quantile(share: float) -> int:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    width = _round_up(max(1, quantile(0.99)) / BARS)
    bars = [0] * (quantile(0.99) // width + 1)
    for value in ordered:
        bars[min(value // width, len(bars) - 1)] += 1
    return Lengths(
        name=name,
        unit=unit,
        texts=len(ordered),
        quantiles={
            "shortest": ordered[0],
            "median": quantile(0.5),
            "p95": quantile(0.95),
            "p99": quantile(0.99),
            "longest": ordered[-1],
        },
        width=width,
        bars=bars,
        limit=limit,
        above=0 if limit is None else sum(value > limit for value in ordered),
    )


def _round_up(width: float) -> int:
    """The next of 1, 2, 5, 10, 20, …"""
    power = 10 ** math.floor(math.log10(max(1.0, width)))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= width)


def characters(entries: Sequence[Entry]) -> list[Lengths]:
    """Measure the cleaned questions and solutions."""
    questions = [len(entry.question) for entry in entries if entry.question]
    solutions = [len(entry.solution) for entry in entries if entry.solution]
    found = []
    if questions:
        found.append(measure("question", "characters", questions))
    if solutions:
        found.append(measure("solution", "characters", solutions))
    return found


def tokens(entries: Sequence[Entry], tokenizer: Any, *, max_length: int) -> list[Lengths]:
    """Count the tokens of whole training rows, and of their supervised parts.

    Args:
        entries: rows; unreadable ones are skipped.
        tokenizer: with a chat template.
        max_length: `model.max_length`; training skips longer rows.
    """
    problems = [entry.problem for entry in entries if entry.problem is not None]
    rows: list[int] = []
    supervised: list[int] = []
    for begin in range(0, len(problems), _CHUNK):
        for problem_rows in _encoded(problems[begin : begin + _CHUNK], tokenizer):
            rows += problem_rows.lengths.tolist()
            supervised += problem_rows.loss_tokens.tolist()
    if not rows:
        return []
    return [
        measure("row", "tokens", rows, limit=max_length),
        measure("supervised part", "tokens", supervised),
    ]


def _encoded(problems: list[Problem], tokenizer: Any) -> list[Any]:
    """The token tables. A row that cannot be encoded is left out; the others stay."""
    try:
        return [encode(problems, tokenizer, max_length=10**9)]
    except DataError:
        if len(problems) == 1:
            return []
        middle = len(problems) // 2
        return [*_encoded(problems[:middle], tokenizer), *_encoded(problems[middle:], tokenizer)]
