"""Sorts the content of evaluation/results.json into the tables that the page shows.

Recomputes nothing: shares and intervals are those that the evaluation wrote.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from mathpal.reporting.intervals import Bar, Estimate
from mathpal.reporting.records import Evaluated, Group, Interval

COHORTS = {"new": "New problems", "old": "Old problems", "": "Other problems"}


class Pair(NamedTuple):
    """One share of both systems' answers; None if not measured."""

    base: Estimate | None = None
    tuned: Estimate | None = None

    @property
    def change(self) -> float | None:
        """Return tuned minus base, as a share; None if one of them was not measured."""
        if self.base is None or self.tuned is None:
            return None
        return self.tuned.accuracy - self.base.accuracy


@dataclass(frozen=True, slots=True)
class Row:
    """Both systems' answers to one group of problems; a system is None if not measured.

    Attributes:
        base: accuracy of the base model.
        tuned: accuracy of the tuned model.
        lenient: answers that are right in any layout; an older run has none.
        unreadable: answers in which no answer can be read; an older run has none.
    """

    group: str
    title: str
    cohort: str
    n: int
    base: Estimate | None
    tuned: Estimate | None
    lenient: Pair
    unreadable: Pair

    @property
    def change(self) -> float | None:
        """Return tuned minus base, as a share; None if one of them was not measured."""
        return Pair(self.base, self.tuned).change

    @property
    def layout_change(self) -> float | None:
        """Return the part of the change that is layout: what is left without mathematics."""
        if self.change is None or self.lenient.change is None:
            return None
        return self.change - self.lenient.change

    @property
    def others(self) -> list[tuple[str, Pair]]:
        """Return the shares beside accuracy with their titles; [] for an older run."""
        beside = [("right in any layout", self.lenient), ("no readable answer", self.unreadable)]
        return [(title, pair) for title, pair in beside if any(pair)]


@dataclass(frozen=True, slots=True)
class Results:
    """The results of an evaluation.

    Attributes:
        headline: rows of new and of old problems; the first overall row if neither exists.
        overall: rows that are neither a topic nor a family, in the order of the file; the only
            cohort and the only source are all problems again, and are left out.
        topics: (heading, rows) by cohort, the best tuned topic first; empty if the data names
            no topics.
        families: the same for families.
        verdicts: (verdict, base count, tuned count); a count is None if a system was not measured.
        settings: settings with which the answers were generated.
        asked: (system, the text before each of its questions) of the instructed systems.
    """

    headline: list[Row]
    overall: list[Row]
    topics: list[tuple[str, list[Row]]]
    families: list[tuple[str, list[Row]]]
    verdicts: list[tuple[str, int | None, int | None]]
    settings: dict[str, Any]
    asked: list[tuple[str, str]]

    @property
    def titles(self) -> dict[str, str]:
        """Return each family's title by its name."""
        return {
            row.group.removeprefix("family/"): row.title
            for _, rows in self.families
            for row in rows
        }


def read_results(content: Evaluated) -> Results:
    """Sort the content of results.json into tables.

    Args:
        content: the object in the file.

    Raises:
        ValueError: there is no row, or a share lies outside 0..1.
    """
    rows = [_row(row) for row in content["rows"]]
    if not rows:
        raise ValueError("rows is empty")
    overall = [row for row in rows if not row.group.startswith(("topic/", "family/"))]
    kinds = Counter(_kind(row) for row in overall)
    overall = [row for row in overall if row.group == "all" or kinds[_kind(row)] > 1] or overall
    headline = [row for name in ("new", "old") for row in overall if row.group == name]
    settings: dict[str, Any] = {**(content.get("settings") or {})}
    told = settings.get("instruction") or {}
    return Results(
        headline=headline or overall[:1],
        overall=overall,
        topics=_by_cohort(rows, "topic/"),
        families=_by_cohort(rows, "family/"),
        verdicts=_verdicts(content.get("verdicts") or {}),
        settings=settings,
        asked=[(system, text) for system, text in told.items() if text],
    )


def _kind(row: Row) -> str:
    kind = row.group.split("/")[0]
    return "cohort" if kind in ("new", "old") else kind


def _by_cohort(rows: list[Row], kind: str) -> list[tuple[str, list[Row]]]:
    """Return (heading, rows) by cohort for one kind of group; empty cohorts are left out."""
    chosen = [row for row in rows if row.group.startswith(kind)]
    chosen.sort(key=lambda row: (-_accuracy(row), row.title))
    grouped = [
        (heading, [row for row in chosen if (row.cohort in COHORTS) * row.cohort == cohort])
        for cohort, heading in COHORTS.items()
    ]
    return [(heading, found) for heading, found in grouped if found]


def bars(families: Sequence[tuple[str, Sequence[Row]]]) -> list[Bar]:
    """Return the rows of the interval chart; each cohort's heading stands above its first row."""
    return [
        Bar(row.title, row.base, row.tuned, heading if position == 0 else "")
        for heading, rows in families
        for position, row in enumerate(rows)
    ]


def _row(row: Group) -> Row:
    group = row["group"]
    return Row(
        group=group,
        title=row.get("title") or group.removeprefix("family/"),
        cohort=row.get("cohort") or "",
        n=row["n"],
        base=_estimate(row.get("base")),
        tuned=_estimate(row.get("tuned")),
        lenient=_pair(row, "lenient", "accuracy"),
        unreadable=_pair(row, "unreadable", "share"),
    )


def _pair(
    row: Group, measure: Literal["lenient", "unreadable"], share: Literal["accuracy", "share"]
) -> Pair:
    systems = (row.get("base"), row.get("tuned"))
    return Pair(*(_estimate(each.get(measure) if each else None, share) for each in systems))


def _estimate(
    found: Interval | None, share: Literal["accuracy", "share"] = "accuracy"
) -> Estimate | None:
    if found is None:
        return None
    if share not in found:
        raise ValueError(f"an interval has no {share}")
    estimate = Estimate(float(found[share]), float(found["low"]), float(found["high"]))
    if not all(0.0 <= share <= 1.0 for share in estimate):
        raise ValueError(f"an accuracy or its interval lies outside 0..1: {tuple(estimate)}")
    return estimate


def _accuracy(row: Row) -> float:
    shown = row.tuned or row.base
    return shown.accuracy if shown else -1.0


def _verdicts(counts: dict[str, dict[str, int]]) -> list[tuple[str, int | None, int | None]]:
    base, tuned = counts.get("base"), counts.get("tuned")
    names = sorted({*(base or {}), *(tuned or {})}, key=lambda name: (name != "correct", name))
    return [
        (
            name,
            None if base is None else base.get(name, 0),
            None if tuned is None else tuned.get(name, 0),
        )
        for name in names
    ]
