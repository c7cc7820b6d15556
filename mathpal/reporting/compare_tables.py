"""Builds tables and charts of the page of a comparison from compare.json; computes nothing new."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from mathpal.answers.failures import FAILURES
from mathpal.drawing.formatting import MINUS
from mathpal.reporting import labels, numbers
from mathpal.reporting.cells import FEW, NOTHING, Cell, Row, share_cell
from mathpal.reporting.compare_records import (
    Compared,
    Group,
    Pair,
    Proportion,
    Standing,
)
from mathpal.reporting.estimates import NARROW, WIDE, Point, estimate_chart
from mathpal.reporting.numbers import Language


class Chart(NamedTuple):
    """One chart for a desktop and for a phone."""

    wide: Markup
    narrow: Markup


def systems(compared: Compared, language: Language) -> list[Row]:
    """Return the measures of the systems: a row for each measure, a column for each system."""
    t, own = labels.translator(language), compared["systems"]

    def row(key: str, cells: list[Cell]) -> Row:
        return Row(t(key), t(f"{key}_more"), cells)

    def whole(count: int, n: int) -> Cell:
        return Cell(numbers.count(count, language), numbers.percent(count / n, language))

    share = partial(share_cell, language=language)
    unanswered = [whole(sum(one["unanswered"].values()), one["accuracy"]["n"]) for one in own]
    return [
        row("accuracy", [share(one["accuracy"], bar=True) for one in own]),
        row("lenient", [share(one["lenient"], bar=True) for one in own]),
        row("unreadable", [share(one["unreadable"]) for one in own]),
        row("unfinished", [whole(one["unfinished"], one["accuracy"]["n"]) for one in own]),
        row("unanswered", unanswered),
        row("steps", [_part(one["steps"], language) for one in own]),
        row("consistent", [_part(one["consistent"], language) for one in own]),
        row("answer_tokens", [Cell(numbers.decimal(one["tokens"], 0, language)) for one in own]),
        row("prompt_tokens", [_prompt(one, language) for one in own]),
    ]


def reasons(compared: Compared) -> list[tuple[str, str, int]]:
    """Return why systems left questions unanswered: system, reason, how many."""
    return [
        (one["name"], reason, n)
        for one in compared["systems"]
        for reason, n in sorted(one["unanswered"].items(), key=lambda item: -item[1])
    ]


def systems_chart(compared: Compared, language: Language) -> Chart:
    """Draw the right answers of every system."""
    points = []
    for one in compared["systems"]:
        own = one["accuracy"]
        note = _with_interval(
            numbers.percent(own["accuracy"], language),
            numbers.span(own["low"], own["high"], language),
        )
        points.append(Point(one["name"], own["accuracy"], own["low"], own["high"], note))
    title = labels.translator(language)("systems_chart")
    draw = partial(
        estimate_chart,
        points,
        title=title,
        axis=partial(_percent_axis, language=language),
        between=(0.0, 1.0),
    )
    return Chart(draw(frame=WIDE), draw(frame=NARROW))


def pairs(compared: Compared, language: Language) -> list[Row]:
    """Return the pairs: difference with interval, won : lost, both p, what is detectable."""
    t = labels.translator(language)
    rows = []
    for pair in compared["pairs"]:
        strict = pair["strict"]
        detectable = strict["detectable"]
        cells = [
            Cell(numbers.points(strict["difference"], language)),
            Cell(interval(pair, language) or t("no_interval")),
            Cell(f"{strict['won']}\u00a0:\u00a0{strict['lost']}"),
            Cell(NOTHING if pair["p"] is None else numbers.probability(pair["p"], language)),
            Cell(numbers.probability(pair["mcnemar"], language)),
            Cell(NOTHING if detectable is None else numbers.decimal(100 * detectable, 1, language)),
        ]
        rows.append(Row(_name(pair), t("decided" if is_decided(pair) else "undecided"), cells))
    return rows


def pairs_chart(compared: Compared, language: Language) -> Chart | None:
    """Draw the differences of all pairs on one scale; None without a pair."""
    points = [
        Point(
            _name(pair),
            pair["strict"]["difference"],
            pair["strict"]["low"],
            pair["strict"]["high"],
            _with_interval(
                numbers.points(pair["strict"]["difference"], language), interval(pair, language)
            ),
            sure=is_decided(pair),
        )
        for pair in compared["pairs"]
    ]
    if not points:
        return None
    title = labels.translator(language)("pairs_chart")
    axis = partial(_points_axis, language=language)
    draw = partial(estimate_chart, points, title=title, axis=axis)
    return Chart(draw(frame=WIDE), draw(frame=NARROW))


def interval(pair: Pair, language: Language) -> str:
    """Return the interval of a pair in points; "" where there is none."""
    low, high = pair["strict"]["low"], pair["strict"]["high"]
    if low is None or high is None:
        return ""
    return f"{numbers.points(low, language)}; {numbers.points(high, language)}"


def is_decided(pair: Pair) -> bool:
    """Return whether a pair differs at 5 %, corrected for the number of pairs."""
    return pair["p"] is not None and pair["p"] < 0.05


def groups(compared: Compared, language: Language) -> Iterator[tuple[str, list[Row]]]:
    """Yield each kind of groups with its rows: how many problems, then accuracy by system."""
    names = [one["name"] for one in compared["systems"]]
    for kind in ("cohort", "grade", "topic", "family"):
        rows = []
        for group in compared["groups"]:
            if group["kind"] == kind:
                cells = [share_cell(group["shares"][name], language, bar=True) for name in names]
                count = Cell(numbers.count(group["n"], language), value=group["n"])
                few = group["n"] < FEW
                go = "" if kind == "cohort" else urlencode([(kind, group["name"])])
                rows.append(Row(group_title(group, language), "", [count, *cells], few, go))
        if rows:
            yield kind, rows


def group_title(group: Group, language: Language) -> str:
    """Return the title of a group; topics and families have Vietnamese ones."""
    t = labels.translator(language)
    if group["kind"] == "grade":
        return t("one_grade", name=group["name"])
    if group["kind"] == "cohort" and group["name"] in ("new", "old"):
        return t(group["name"])
    return group["title"]


def failures(compared: Compared, language: Language) -> list[Row]:
    """Return how often each system failed in each way: the sum first, then a row for each kind."""
    own = compared["systems"]

    def cell(number: int, count: int, wrong: int, kind: str) -> Cell:
        share = numbers.percent(count / wrong, language) if count and kind != "not" else ""
        go = urlencode({"system": own[number]["name"], "verdict": kind}) if count else ""
        return Cell(numbers.count(count, language), share, go=go)

    wrong = [one["accuracy"]["n"] - one["accuracy"]["correct"] for one in own]
    sums = [cell(number, count, count, "not") for number, count in enumerate(wrong)]
    rows = [Row(labels.translator(language)("wrong_in_all"), "", sums)]
    for kind in FAILURES:
        name, meaning = (labels.chosen(text, language) for text in labels.FAILURES[kind])
        cells = [
            cell(number, one["failures"].get(kind, 0), wrong[number], kind)
            for number, one in enumerate(own)
        ]
        rows.append(Row(name[0].upper() + name[1:], meaning, cells))
    return rows


def _name(pair: Pair) -> str:
    return f"{pair['second']} {MINUS} {pair['first']}"


def _with_interval(value: str, span: str) -> str:
    return f"{value} [{span}]" if span else value


def _points_axis(value: float, language: Language) -> str:
    """Write a tick of the scale of differences, in points: only decimals that it has."""
    rounded = round(100 * value, 1)
    digits = 0 if rounded == round(rounded) else 1
    sign = "+" if rounded > 0 else ""
    return sign + numbers.decimal(rounded + 0.0, digits, language)


def _percent_axis(value: float, language: Language) -> str:
    return f"{numbers.decimal(100 * value, 0, language)}{numbers.SPACE}%"


def _part(found: Proportion | None, language: Language) -> Cell:
    if found is None:
        return Cell(NOTHING)
    part, whole = (numbers.count(found[key], language) for key in ("correct", "n"))
    of = labels.translator(language)("of", part=part, whole=whole)
    return Cell(numbers.percent(found["accuracy"], language), of)


def _prompt(one: Standing, language: Language) -> Cell:
    tokens = one["prompt_tokens"]
    return Cell(numbers.decimal(tokens, 0, language) if tokens else NOTHING)
