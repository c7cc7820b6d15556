"""Which families a generated data set has, how many problems of each, and their stream.

Serves the run's data source (`vimath`) and the writing of large files (`stream`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mathpal.curriculum import FAMILIES, STRATA, TOPICS, Regime, problem, range_boundary
from mathpal.curriculum.registry import digest
from mathpal.errors import ConfigError
from mathpal.problems import Problem

HELD_OUT_SHARE = 5  # the family regime holds out one family in so many, at least one
GRID = 1_000  # steps in which the share of multiple choice is kept


class Chosen(NamedTuple):
    """What the settings ask for, as they stand in a configuration."""

    grades: Sequence[int] | None = None
    topics: Sequence[str] | None = None
    strata: Sequence[str] | None = None
    families: Sequence[str] | None = None


def families_of(chosen: Chosen) -> list[str]:
    """Names of the families that meet every condition, in the registry's order.

    Raises:
        ConfigError: for a name, topic or stratum that does not exist, or where none is left.
    """
    for key, known in (("families", FAMILIES), ("topics", TOPICS), ("strata", STRATA)):
        unknown = sorted(set(getattr(chosen, key) or ()) - set(known))
        if unknown:
            raise ConfigError(
                f"data.{key}: there is no {', '.join(unknown)}; there are "
                f"{', '.join(sorted(known))}"
            )
    names = [
        entry.name
        for entry in FAMILIES.values()
        if (chosen.grades is None or entry.grade in chosen.grades)
        and (chosen.topics is None or entry.topic in chosen.topics)
        and (chosen.strata is None or entry.stratum in chosen.strata)
        and (chosen.families is None or entry.name in chosen.families)
    ]
    if not names:
        asked = ", ".join(
            f"data.{key}={list(value)}"
            for key, value in chosen._asdict().items()
            if value is not None
        )
        mend = "write data.families=null for all of them; " if chosen.families is not None else ""
        raise ConfigError(
            f"{asked} leave no family; {mend}grades with families: "
            f"{sorted({entry.grade for entry in FAMILIES.values()})}; the families of each grade "
            "and topic stand in docs/curriculum.md"
        )
    return names


def held_out(names: Sequence[str], asked: Sequence[str] | None) -> list[str]:
    """The families that the family regime tests on and never trains on.

    Args:
        names: all families of the data set.
        asked: those to hold out; None takes one in five, by a hash of the name.

    Raises:
        ConfigError: where they are not among `names`, or nothing is left to train on.
    """
    if asked is not None and (foreign := sorted(set(asked) - set(names))):
        raise ConfigError(
            f"data.held_out: {', '.join(foreign)} is not among the families to be learnt"
        )
    count = max(1, len(names) // HELD_OUT_SHARE)
    out = list(asked) if asked is not None else sorted(names, key=digest)[:count]
    if not out or len(out) >= len(names):
        raise ConfigError(
            f"data.split=family needs families on both sides: {len(names)} chosen, {len(out)} "
            "held out; choose more with data.grades, or name some in data.held_out"
        )
    return [name for name in names if name in out]


def able(names: Sequence[str], regime: Regime) -> list[str]:
    """Of these families, those that the regime can divide (only "range" leaves any out)."""
    return [n for n in names if regime != "range" or range_boundary(n) is not None]


def allot(names: Sequence[str], count: int, weights: Mapping[str, float] | None) -> dict[str, int]:
    """How many of `count` problems each family gets.

    Args:
        names: families; the first ones get the remainder.
        count: problems in all.
        weights: by family name or by topic, the family's own weight going before its topic's;
            1 where neither is named; 0 leaves a family out.

    Raises:
        ConfigError: for a weight of something else, or where all weights are 0.
    """
    weights = weights or {}
    if unknown := sorted(set(weights) - set(FAMILIES) - set(TOPICS)):
        raise ConfigError(
            f"data.weights: {', '.join(unknown)} is neither a family nor a topic; "
            f"topics: {', '.join(TOPICS)}"
        )
    shares = {n: float(weights.get(n, weights.get(FAMILIES[n].topic, 1.0))) for n in names}
    total = sum(shares.values())
    if not total > 0:
        raise ConfigError("data.weights: the chosen families have the weight 0 together")
    counts = {name: int(count * share / total) for name, share in shares.items()}
    ranked = sorted(names, key=lambda n: count * shares[n] / total - counts[n], reverse=True)
    for name in ranked[: count - sum(counts.values())]:
        counts[name] += 1
    return counts


def coordinates(counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """(family, index) of every problem, the families taking turns."""
    for index in range(max(counts.values(), default=0)):
        for name, count in counts.items():
            if index < count:
                yield name, index


def item(
    namespace: str, split: str, name: str, index: int, *, regime: Regime, multiple_choice: float
) -> Problem:
    """A problem, given as multiple choice for this share of the coordinates, 0 to 1."""
    place = int(digest(f"{namespace}\x1f{split}\x1f{name}\x1f{index}"), 16) % GRID
    chosen = place < multiple_choice * GRID
    return problem(namespace, split, name, index, regime=regime, multiple_choice=chosen)
