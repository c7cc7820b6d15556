"""What a search returns: places of problems, best first, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Hit(NamedTuple):
    """A problem that was found.

    Attributes:
        place: of the problem in the index, from 0.
        score: greater for a more similar problem; comparable within one search only.
    """

    place: int
    score: float


class Retriever(Protocol):
    """What finds problems that are similar to a question."""

    def search(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """Find at most k problems for each question.

        The hits for one question depend neither on the other questions nor on k: a smaller k
        gives the first of the same hits.

        Args:
            questions: any number.
            k: most hits for each question, 1 or more.

        Returns:
            For each question its hits: most similar first, of equal ones the first place first.
            There may be fewer than k: those with nothing in common with the question are none.
        """
        ...


def best(scores: NDArray[np.floating], k: int) -> list[Hit]:
    """Return the k places with the greatest scores, of equal ones the first place first.

    Args:
        scores: of every place, (places,).
        k: 1 or more; all places if there are fewer.
    """
    import numpy as np

    count = len(scores)
    if k < count:
        places = np.flatnonzero(scores >= np.partition(scores, count - k)[count - k])
    else:
        places = np.arange(count)
    order = np.argsort(-scores[places], kind="stable")[:k]
    return [Hit(int(place), float(scores[place])) for place in places[order]]
