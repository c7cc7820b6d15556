"""Dense search: the vectors of questions with the greatest inner product.

Knows vectors and the exact search among them, by NumPy or FAISS. Vectors are made by `lsa` and
`sentences`; Qdrant is in `store`.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mathpal.errors import ConfigError
from mathpal.retrieval.lsa import Vectors
from mathpal.retrieval.ranking import Hit, best

Vector = NDArray[np.float32]
Nearest = Callable[[Vector, int], list[Hit]]  # a vector of length 1, most rows -> rows


class Grouped(NamedTuple):
    """Vectors without copies. Twins have equal vectors; scored once, they tie exactly.

    Attributes:
        rows: the different vectors in the order of their first places, (rows, axes).
        places: of the problems that have the vector of each row, ascending.
    """

    rows: Vectors
    places: list[list[int]]


class Dense(NamedTuple):
    """A dense index.

    Attributes:
        embed: makes vectors of length 1 of questions, (questions, axes).
        nearest: finds the rows that are nearest to a vector.
        places: of the problems of each row.
        spare: rows to find beyond k, since several rows may hold the same problem.
    """

    embed: Callable[[Sequence[str]], Vectors]
    nearest: Nearest
    places: Sequence[Sequence[int]]
    spare: int = 0

    def search(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """Find the problems with the nearest vectors; see `Retriever.search`.

        A question without a known term has no vector and finds nothing.
        """
        vectors = self.embed(questions) if questions else ()
        return [self._hits(vector, k) if vector.any() else [] for vector in vectors]

    def _hits(self, vector: Vector, k: int) -> list[Hit]:
        scores: dict[int, float] = {}
        for row, score in self.nearest(vector, min(k + self.spare, len(self.places))):
            for place in self.places[row]:
                scores[place] = max(score, scores.get(place, score))
        return [Hit(*item) for item in sorted(scores.items(), key=lambda i: (-i[1], i[0]))[:k]]


def grouped(vectors: Vectors) -> Grouped:
    """Put equal vectors together.

    Args:
        vectors: of the problems, in the order of their places, (problems, axes).
    """
    rows: dict[bytes, list[int]] = {}
    vectors = vectors + np.float32(0)  # -0 becomes 0
    for place, vector in enumerate(vectors):
        rows.setdefault(vector.tobytes(), []).append(place)
    places = list(rows.values())
    return Grouped(vectors[[place[0] for place in places]], places)


def by_numpy(rows: Vectors) -> Nearest:
    """Search exactly. The result does not depend on the number of threads."""

    def nearest(vector: Vector, k: int) -> list[Hit]:
        # Not `rows @ vector`: a BLAS library may add in another order with other threads.
        return best(np.einsum("ra,a->r", rows, vector), k)

    return nearest


def by_faiss(rows: Vectors) -> Nearest:
    """Search exactly with FAISS.

    Raises:
        ConfigError: the package faiss-cpu is missing.
    """
    try:
        import faiss
    except ModuleNotFoundError as error:
        if error.name != "faiss":
            raise
        raise ConfigError(
            "index=faiss needs the package faiss-cpu: pip install 'mathpal[faiss]'; "
            "index=numpy needs none"
        ) from error
    flat: Any = faiss.IndexFlatIP(rows.shape[1])
    flat.add(rows)

    def nearest(vector: Vector, k: int) -> list[Hit]:
        scores, found = flat.search(vector[None], k)
        hits = [Hit(int(row), float(score)) for row, score in zip(found[0], scores[0])]
        return sorted(hits, key=lambda hit: (-hit.score, hit.place))

    return nearest
