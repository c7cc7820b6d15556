"""Sorts the content of evaluation/results.json into the tables that the page shows.

Recomputes nothing: accuracy and intervals are those that the evaluation wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mathpal.reporting.intervals import Bar, Estimate

COHORTS = {"new": "New problems", "old": "Old problems", "": "Other problems"}


@dataclass(frozen=True, slots=True)
class Row:
    """The accuracy of both systems on one group of problems; None if not measured."""

    group: str
    title: str
    cohort: str
    n: int
    base: Estimate | None
    tuned: Estimate | None

    @property
    def change(self) -> float | None:
        """Return tuned minus base, as a share; None if one of them was not measured."""
        if self.base is None or self.tuned is None:
            return None
        return self.tuned.accuracy - self.base.accuracy


@dataclass(frozen=True, slots=True)
class Results:
    """The results of an evaluation.

    Attributes:
        headline: rows of new and of old problems; the first overall row if neither exists.
        overall: rows that are neither a topic nor a family, in the order of the file.
        topics: (heading, rows) by cohort, the best tuned topic first; empty if the data names
            no topics.
        families: the same for families.
        verdicts: (verdict, base count, tuned count); a count is None if a system was not measured.
        settings: settings with which the answers were generated.
    """

    headline: list[Row]
    overall: list[Row]
    topics: list[tuple[str, list[Row]]]
    families: list[tuple[str, list[Row]]]
    verdicts: list[tuple[str, int | None, int | None]]
    settings: dict[str, Any]

    @property
    def titles(self) -> dict[str, str]:
        """Return each family's title by its name."""
        return {
            row.group.removeprefix("family/"): row.title
            for _, rows in self.families
            for row in rows
        }


def read_results(content: dict[str, Any]) -> Results:
    """Sort the content of results.json into tables.

    Args:
        content: the object in the file.

    Raises:
        KeyError, TypeError, ValueError: the object has another shape.
    """
    rows = [_row(row) for row in content["rows"]]
    if not rows:
        raise ValueError("rows is empty")
    overall = [row for row in rows if not row.group.startswith(("topic/", "family/"))]
    headline = [row for name in ("new", "old") for row in overall if row.group == name]
    return Results(
        headline=headline or overall[:1],
        overall=overall,
        topics=_by_cohort(rows, "topic/"),
        families=_by_cohort(rows, "family/"),
        verdicts=_verdicts(content.get("verdicts") or {}),
        settings=dict(content.get("settings") or {}),
    )


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


def _row(row: dict[str, Any]) -> Row:
    group = str(row["group"])
    return Row(
        group=group,
        title=str(row.get("title") or group.removeprefix("family/")),
        cohort=str(row.get("cohort") or ""),
        n=int(row["n"]),
        base=_estimate(row.get("base")),
        tuned=_estimate(row.get("tuned")),
    )


def _estimate(system: dict[str, Any] | None) -> Estimate | None:
    if system is None:
        return None
    estimate = Estimate(float(system["accuracy"]), float(system["low"]), float(system["high"]))
    if not all(0.0 <= share <= 1.0 for share in estimate):
        raise ValueError(f"an accuracy or its interval lies outside 0..1: {tuple(estimate)}")
    return estimate


def _accuracy(row: Row) -> float:
    shown = row.tuned or row.base
    return shown.accuracy if shown else -1.0


def _verdicts(counts: dict[str, Any]) -> list[tuple[str, int | None, int | None]]:
    base, tuned = counts.get("base"), counts.get("tuned")
    names = sorted({*(base or {}), *(tuned or {})}, key=lambda name: (name != "correct", name))
    return [
        (
            name,
            None if base is None else int(base.get(name, 0)),
            None if tuned is None else int(tuned.get(name, 0)),
        )
        for name in names
    ]
