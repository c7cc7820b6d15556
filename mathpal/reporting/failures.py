"""Sorts the counts of wrong answers in evaluation/results.json into a table of failures.

Counts and grades nothing: the numbers are those that the evaluation wrote.
"""

from collections.abc import Mapping
from typing import NamedTuple

from mathpal.answers.failures import FAILURES, MEANINGS, Failure
from mathpal.reporting.records import Evaluated, Group

SHOWN = 12  # families that the page shows at once; the others are folded


class Counts(NamedTuple):
    """How often both systems failed; a count is None if the system was not counted."""

    base: int | None
    tuned: int | None


class Failing(NamedTuple):
    """Wrong answers to one group of problems.

    Attributes:
        wrong: all of them.
        kinds: of each kind, in the order of `FAILURES`.
    """

    title: str
    n: int
    wrong: Counts
    kinds: tuple[Counts, ...]


class Failures(NamedTuple):
    """The table of failures.

    Attributes:
        kinds: each kind with its meaning in words.
        whole: all problems; None if they were not counted together.
        families: those with wrong answers of the tuned model (the base, if alone), most first.
    """

    kinds: Mapping[Failure, str]
    whole: Failing | None
    families: list[Failing]

    @property
    def pairs(self) -> bool:
        """Return whether both systems were counted."""
        shown = self.whole or self.families[0]
        return None not in shown.wrong

    @property
    def first(self) -> list[Failing]:
        """Return the families that are shown at once."""
        return self.families[:SHOWN]

    @property
    def folded(self) -> list[Failing]:
        """Return the families that are folded."""
        return self.families[SHOWN:]


def read_failures(content: Evaluated) -> Failures | None:
    """Return the table of failures; None for an older run, or if no answer is wrong.

    Args:
        content: the object in evaluation/results.json.
    """
    rows = [(row["group"], _failing(row)) for row in content["rows"] if _is_counted(row)]
    families = [row for group, row in rows if group.startswith("family/") and _last(row)]
    families.sort(key=lambda row: (-_last(row), -(row.wrong.base or 0), row.title))
    whole = next((row for group, row in rows if group == "all" and any(row.wrong)), None)
    return Failures(MEANINGS, whole, families) if whole or families else None


def _is_counted(row: Group) -> bool:
    return any(_counts(row, each) is not None for each in ("base", "tuned"))


def _failing(row: Group) -> Failing:
    base, tuned = _counts(row, "base"), _counts(row, "tuned")
    return Failing(
        title=row.get("title") or row["group"].removeprefix("family/"),
        n=row["n"],
        wrong=Counts(*(None if found is None else sum(found.values()) for found in (base, tuned))),
        kinds=tuple(
            Counts(*(None if found is None else found.get(kind, 0) for found in (base, tuned)))
            for kind in FAILURES
        ),
    )


def _counts(row: Group, system: str) -> dict[str, int] | None:
    found = row.get("base") if system == "base" else row.get("tuned")
    return found.get("failures") if found else None


def _last(row: Failing) -> int:
    """Wrong answers of the tuned model; of the base where only it was counted."""
    return (row.wrong.base if row.wrong.tuned is None else row.wrong.tuned) or 0
