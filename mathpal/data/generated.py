"""Choose the families of a generated data set, allot problems to them, and draw the problems.

Serves the data source `vimath` and the writing of large files (`stream`).
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mathpal.curriculum import FAMILIES, STRATA, TOPICS, Regime, problem, range_boundary
from mathpal.curriculum.registry import digest
from mathpal.errors import ConfigError
from mathpal.problems import Problem
from mathpal.settings.faults import Fault

HELD_OUT_SHARE = 5  # the family regime holds out one family in 5, at least one
MOST = 40  # names that a message lists
GRID = 1_000  # resolution of the share of multiple choice


class Chosen(NamedTuple):
    """The settings that choose families; None chooses all."""

    grades: Sequence[int] | None = None
    topics: Sequence[str] | None = None
    strata: Sequence[str] | None = None
    families: Sequence[str] | None = None


def unknown_names(settings: Mapping[str, Any]) -> Fault | None:
    """Return a fault if settings name families, topics or strata that do not exist.

    Args:
        settings: of `mathpal.data.vimath.vimath`; those that are absent are not looked at.
    """
    both = (*FAMILIES, *TOPICS)
    for key, known in {
        "families": tuple(FAMILIES), "held_out_families": tuple(FAMILIES), "topics": TOPICS,
        "strata": STRATA, "weights": both,
    }.items():  # fmt: skip
        given = settings.get(key) or ()
        unknown = sorted(set(given) - set(known))
        if not unknown:
            continue
        close = (difflib.get_close_matches(name, known, n=1) for name in unknown)
        guesses = [guess[0] for guess in close if guess]
        names = {"weights": "families and topics"}.get(key, key.replace("_", " "))
        listed = ", ".join(known) if len(known) < MOST else f"{len(known)}, see docs/curriculum.md"
        return Fault(
            f"data.{key}: {', '.join(unknown)}",
            f"{names} that exist ({listed})",
            f"did you mean {', '.join(guesses)}?" if guesses else "",
        )
    return None


def families_of(chosen: Chosen) -> list[str]:
    """Return the names of the families that meet every condition, in the registry's order.

    Raises:
        ConfigError: a name, topic or stratum does not exist, or no family is left.
    """
    if fault := unknown_names(chosen._asdict()):
        raise ConfigError(f"{fault.given}: expected {fault.expected}; {fault.fix}".rstrip("; "))
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
        advice = "write data.families=null for all of them; " if chosen.families is not None else ""
        raise ConfigError(
            f"{asked} leave no family; {advice}grades with families: "
            f"{sorted({entry.grade for entry in FAMILIES.values()})}; the families of each grade "
            "and topic are listed in docs/curriculum.md"
        )
    return names


def held_out(names: Sequence[str], asked: Sequence[str] | None) -> list[str]:
    """Return the families that the family regime tests on and never trains on.

    Args:
        names: all families of the data set.
        asked: the families to hold out; None takes one in five, by a hash of the name.

    Raises:
        ConfigError: a family is not among `names`, or no family is left on one of the sides.
    """
    if asked is not None and (foreign := sorted(set(asked) - set(names))):
        raise ConfigError(f"data.held_out: {', '.join(foreign)} is not among the chosen families")
    count = max(1, len(names) // HELD_OUT_SHARE)
    out = list(asked) if asked is not None else sorted(names, key=digest)[:count]
    if not out or len(out) >= len(names):
        raise ConfigError(
            f"data.split=family needs families on both sides: {len(names)} chosen, {len(out)} "
            "held out; choose more with data.grades, or name some in data.held_out"
        )
    return [name for name in names if name in out]


def able(names: Sequence[str], regime: Regime) -> list[str]:
    """Return the families that the regime can divide; only "range" leaves some out."""
    return [n for n in names if regime != "range" or range_boundary(n) is not None]


def allot(names: Sequence[str], count: int, weights: Mapping[str, float] | None) -> dict[str, int]:
    """Return the number of problems of each family.

    Args:
        names: families; equal remainders of rounding go to the first ones.
        count: problems in all.
        weights: family or topic to weight. A family's own weight precedes its topic's; it is 1
            if neither is named; 0 leaves a family out.

    Raises:
        ConfigError: a weight of neither a family nor a topic, or all weights are 0.
    """
    weights = weights or {}
    if fault := unknown_names({"weights": weights}):
        raise ConfigError(f"{fault.given}: expected {fault.expected}; {fault.fix}".rstrip("; "))
    shares = {n: float(weights.get(n, weights.get(FAMILIES[n].topic, 1.0))) for n in names}
    total = sum(shares.values())
    if not total > 0:
        raise ConfigError("data.weights: all chosen families have the weight 0")
    counts = {name: int(count * share / total) for name, share in shares.items()}
    ranked = sorted(names, key=lambda n: count * shares[n] / total - counts[n], reverse=True)
    for name in ranked[: count - sum(counts.values())]:
        counts[name] += 1
    return counts


def coordinates(counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield (family, index) of every problem; the families take turns."""
    for index in range(max(counts.values(), default=0)):
        for name, count in counts.items():
            if index < count:
                yield name, index


def item(
    namespace: str, split: str, name: str, index: int, *, regime: Regime, multiple_choice: float
) -> Problem:
    """Draw one problem.

    Args:
        namespace: of the draw.
        split: train, validation or test.
        name: of the family.
        index: 0, 1, … within the family.
        regime: what the test split does not share with training.
        multiple_choice: share of the problems that are given with options, 0 to 1.
    """
    place = int(digest(f"{namespace}\x1f{split}\x1f{name}\x1f{index}"), 16) % GRID
    chosen = place < multiple_choice * GRID
    return problem(namespace, split, name, index, regime=regime, multiple_choice=chosen)
