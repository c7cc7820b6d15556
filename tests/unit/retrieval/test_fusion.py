"""Reciprocal rank fusion by hand."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from mathpal.retrieval.fusion import Hybrid, fuse
from mathpal.retrieval.ranking import Hit


def ranked(*places: int) -> list[Hit]:
    return [Hit(place, 100.0 - rank) for rank, place in enumerate(places)]


def test_scores_by_hand() -> None:
    hits = fuse([ranked(4, 2, 9), ranked(2, 7)], 10)
    assert [(hit.place, hit.score) for hit in hits] == [
        (2, pytest.approx(1 / 62 + 1 / 61)),
        (4, pytest.approx(1 / 61)),
        (7, pytest.approx(1 / 62)),
        (9, pytest.approx(1 / 63)),
    ]
    assert [hit.place for hit in fuse([ranked(4, 2), ranked(2, 7)], 1, constant=0)] == [2]


def test_equal_ranks_tie_exactly_and_the_first_place_comes_first() -> None:
    assert [hit.place for hit in fuse([ranked(8, 3), ranked(3, 8)], 9)] == [3, 8]
    three = fuse([ranked(1, 2, 3), ranked(2, 3, 1), ranked(3, 1, 2)], 9)
    assert [hit.place for hit in three] == [1, 2, 3]
    assert len({hit.score for hit in three}) == 1
    assert [hit.place for hit in fuse([ranked(9), ranked(5)], 9)] == [5, 9]


def test_empty_rankings() -> None:
    assert fuse([], 3) == []
    assert fuse([[], []], 3) == []
    assert [hit.place for hit in fuse([[], ranked(6)], 3)] == [6]


class Given(NamedTuple):
    """A retriever with one ranking."""

    places: tuple[int, ...]

    def search(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        return [ranked(*self.places)[:k] for _ in questions]


def test_a_smaller_k_gives_the_first_of_the_same_hits() -> None:
    hybrid = Hybrid([Given(tuple(range(300))), Given(tuple(reversed(range(300))))], depth=20)
    (every,) = hybrid.search(["?"], 1000)
    assert len(every) == 40
    for k in (1, 5, 21, 39):
        assert hybrid.search(["?", "?"], k) == [every[:k]] * 2
