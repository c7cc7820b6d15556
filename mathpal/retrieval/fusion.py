"""Hybrid search: the rankings of several retrievers as one. Knows ranks, not scores."""

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from mathpal.retrieval.ranking import Hit, Retriever

CONSTANT = 60  # of the paper: the larger, the less the first ranks stand out
DEPTH = 100  # hits of each retriever that are fused


def fuse(rankings: Sequence[Sequence[Hit]], k: int, *, constant: int = CONSTANT) -> list[Hit]:
    """Fuse rankings by reciprocal ranks: a place scores the sum of 1 / (constant + rank).

    Ranks count from 1. A ranking without the place adds nothing.

    Args:
        rankings: hits, most similar first.
        k: most hits of the result, 1 or more.
        constant: 0 or more.

    Returns:
        Greatest score first, of equal ones the first place first.

    Source: Cormack, Clarke and Büttcher 2009, "Reciprocal rank fusion outperforms Condorcet and
    individual rank learning methods".

    Example:
        >>> [hit.place for hit in fuse([[Hit(7, 2.0), Hit(3, 1.0)], [Hit(3, 0.9)]], 2)]
        [3, 7]
    """
    parts: dict[int, list[float]] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, 1):
            parts.setdefault(hit.place, []).append(1 / (constant + rank))
    # The exact sum: equal ranks in another order of the rankings are a tie.
    scored = [Hit(place, fsum(part)) for place, part in parts.items()]
    return sorted(scored, key=lambda hit: (-hit.score, hit.place))[:k]


class Hybrid(NamedTuple):
    """Retrievers of the same problems, fused.

    Attributes:
        retrievers: two or more.
        depth: hits of each that are fused, 1 or more; nothing beyond is found.
    """

    retrievers: Sequence[Retriever]
    depth: int = DEPTH

    def search(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """Fuse the first hits of every retriever; see `Retriever.search`."""
        found = [r.search(questions, self.depth) for r in self.retrievers]
        return [fuse(rankings, k) for rankings in zip(*found, strict=True)]
