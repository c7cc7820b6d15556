"""Measure a retriever: does it find problems that are solved in the same way?

Knows what counts as relevant, and the shares and ranks of what was found.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal, NamedTuple

from mathpal.errors import DataError
from mathpal.problems import Problem
from mathpal.retrieval.ranking import Hit
from mathpal.retrieval.terms import shape, units
from mathpal.statistics.proportions import Proportion, wilson

CUTOFFS = (1, 3, 5, 10)
PLAN_LEAST = 3  # equations: shorter solutions are alike by chance
_CALCULATES = frozenset("+-×:")
_SIGNS = _CALCULATES | frozenset("=%")

Relevance = Literal["family", "shape", "plan"]


class Measured(NamedTuple):
    """How well a retriever finds relevant problems.

    Attributes:
        recall: k to the share of queries with a relevant problem among their first k hits (also
            called hit rate or success at k), with its Wilson interval.
        mrr: mean of 1 / rank of the first relevant hit, in 0..1; 0 for a query without one among
            its hits, so it depends on how many were asked for.
        queries: those that have a relevant problem; they alone are measured.
        left_out: queries that have none.
    """

    recall: Mapping[int, Proportion]
    mrr: float
    queries: int
    left_out: int


def measure(
    found: Sequence[Sequence[Hit]],
    relevant: Sequence[Collection[int]],
    *,
    cutoffs: Sequence[int] = CUTOFFS,
) -> Measured:
    """Measure the hits of a retriever.

    The Wilson interval takes queries for independent; those of one family are alike, so it is
    too narrow for generated problems.

    Args:
        found: of each query the hits, most similar first; ask for the largest cutoff at least.
        relevant: of each query the places of the relevant problems.
        cutoffs: the k of recall, 1 or more.

    Raises:
        DataError: no query has a relevant problem.

    Example:
        >>> measure([[Hit(4, 2.0), Hit(7, 1.0)]], [{7}], cutoffs=(1, 2)).mrr
        0.5
    """
    ranks = [
        next((rank for rank, hit in enumerate(hits, 1) if hit.place in places), None)
        for hits, places in zip(found, relevant, strict=True)
        if places
    ]
    if not ranks:
        raise DataError(f"none of the {len(found)} queries has a relevant problem in the index")
    recall = {
        k: wilson(sum(rank is not None and rank <= k for rank in ranks), len(ranks))
        for k in cutoffs
    }
    mrr = sum(1 / rank for rank in ranks if rank is not None) / len(ranks)
    return Measured(recall, mrr, len(ranks), len(found) - len(ranks))


def relevant_places(
    queries: Sequence[Problem], problems: Sequence[Problem], *, by: Relevance
) -> list[frozenset[int]]:
    """Return the places of the problems that are relevant for each query.

    A problem is never relevant for itself (the same id). Where family, shape or plan is "", there
    is no relevant problem.

    - "family": the same family. The rule for generated problems.
    - "shape": the same question with other numbers (`terms.shape`). The only certain rule for
      rows without families, but one that a search over masked terms meets by its making: it shows
      that a retriever works, not which one is better.
    - "plan": solutions of at least `PLAN_LEAST` equations with the same signs in the same order.
      No retriever sees solutions, so this compares them fairly. It is rough: of 20 groups of exam
      rows, read one by one, 12 were of one kind of problem, the others in part or by chance. So
      no retriever reaches 1.

    Args:
        queries: the problems whose questions are asked.
        problems: of the index, in the order of their places.
        by: what makes two problems alike.
    """
    keys: Mapping[Relevance, Callable[[Problem], str]] = {
        "family": lambda problem: problem.family,
        "shape": lambda problem: shape(problem.question),
        "plan": lambda problem: plan(problem.solution),
    }
    key = keys[by]
    groups: dict[str, set[int]] = {}
    own: dict[str, set[int]] = {}
    for place, problem in enumerate(problems):
        groups.setdefault(key(problem), set()).add(place)
        own.setdefault(problem.id, set()).add(place)
    groups.pop("", None)
    frozen = {name: frozenset(group) for name, group in groups.items()}
    none: frozenset[int] = frozenset()
    return [frozen.get(key(query), none) - own.get(query.id, none) for query in queries]


def plan(solution: str) -> str:
    """Return the signs of a solution's equations in order; "" for fewer than `PLAN_LEAST`.

    An equation is a line with "=" and a calculation.

    Example:
        >>> plan("10 × 2 = 20 (m)\\n20 + 3 = 23 (m)\\nĐáp số: 23 m")
        ''
        >>> plan("4 × 2 = 8\\n8 + 3 = 11\\n11 : 2 = 5,5")
        '×= += :='
    """
    lines = [[sign for sign in units(line) if sign in _SIGNS] for line in solution.split("\n")]
    equations = [
        "".join(signs) for signs in lines if "=" in signs and not _CALCULATES.isdisjoint(signs)
    ]
    return " ".join(equations) if len(equations) >= PLAN_LEAST else ""
