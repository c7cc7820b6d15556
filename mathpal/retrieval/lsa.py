"""Embeddings without a model: latent semantic analysis of the questions' terms.

Knows term counts and their singular vectors. Knows nothing of search.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mathpal.retrieval.terms import terms

RANK = 128
_TINY = 1e-9  # of the greatest singular value: axes below it hold rounding only
_SEED = 128  # of the vector that the decomposition starts from

Vectors = NDArray[np.float32]


class Embedded(NamedTuple):
    """Questions as vectors, and the way to embed further ones.

    Attributes:
        vectors: of length 1, or 0 for a question without a known term; (questions, axes).
        embed: returns such vectors of other questions.
    """

    vectors: Vectors
    embed: Callable[[Sequence[str]], Vectors]


class _Space(NamedTuple):
    """What weights and decomposition hold in the indexed questions.

    Attributes:
        vocabulary: term to its column.
        weights: idf of each column, (terms,).
        axes: right singular vectors, (terms, axes).
    """

    vocabulary: dict[str, int]
    weights: NDArray[np.float64]
    axes: NDArray[np.float64]


def lsa(questions: Iterable[str], *, rank: int = RANK) -> Embedded:
    """Embed questions by the first singular vectors of their matrix of weighted terms.

    A term weighs 1 + ln((1 + n) / (1 + document frequency)), where n is the number of questions;
    rows have length 1 before and after the decomposition. The result is the same in every process
    of a machine; between machines the last digits may differ.

    Args:
        questions: of the problems, in the order of their places.
        rank: most axes, 1 or more; fewer if the matrix has a lower rank.

    Source: Deerwester et al. 1990, "Indexing by latent semantic analysis"; the weights of Salton
    and Buckley 1988, "Term-weighting approaches in automatic text retrieval".
    """
    vocabulary: dict[str, int] = {}
    held = _held(questions, vocabulary, grow=True)
    frequency = np.bincount(held.indices, minlength=len(vocabulary))
    weights = 1 + np.log((1 + held.shape[0]) / (1 + frequency))
    matrix = _weighted(held, weights)
    space = _Space(vocabulary, weights, axes(matrix, rank))
    return Embedded(_unit(matrix @ space.axes), partial(_embed, space))


def _embed(space: _Space, questions: Sequence[str]) -> Vectors:
    held = _held(questions, space.vocabulary, grow=False)
    return _unit(_weighted(held, space.weights) @ space.axes)


def axes(matrix: Any, rank: int) -> NDArray[np.float64]:
    """Return the right singular vectors of a matrix, those with the greatest values first.

    The greatest component of each is positive.

    Args:
        matrix: sparse and real, (rows, columns).
        rank: most vectors, 1 or more; those with a singular value of zero are left out.

    Returns:
        float64 (columns, vectors); of an empty matrix, one vector.
    """
    from scipy.sparse.linalg import svds

    least = min(matrix.shape)
    if least == 0:
        return np.zeros((matrix.shape[1], 1))
    if rank < least:
        start = np.random.default_rng(_SEED).standard_normal(least)
        _, sizes, found = svds(matrix, k=rank, v0=start, return_singular_vectors="vh")
        order = np.argsort(-sizes, kind="stable")
        sizes, found = sizes[order], found[order]
    else:
        _, sizes, found = np.linalg.svd(matrix.toarray(), full_matrices=False)
    found = found[sizes > _TINY * sizes[0]]
    greatest = np.abs(found).argmax(axis=1)
    signs = np.sign(found[np.arange(len(found)), greatest])
    return np.ascontiguousarray((found * signs[:, None]).T)


def _held(questions: Iterable[str], vocabulary: dict[str, int], *, grow: bool) -> Any:
    """Mark the terms of each question by 1: a CSR matrix, float64 (questions, terms)."""
    from scipy.sparse import csr_matrix

    columns, ends = array("i"), array("q", [0])
    for question in questions:
        found = terms(question)
        if grow:
            columns.extend(sorted(vocabulary.setdefault(term, len(vocabulary)) for term in found))
        else:
            columns.extend(sorted(vocabulary[term] for term in found if term in vocabulary))
        ends.append(len(columns))
    shape = (len(ends) - 1, len(vocabulary))
    parts = (np.ones(len(columns)), np.array(columns, np.int32), np.array(ends, np.int64))
    return csr_matrix(parts, shape=shape)


def _weighted(held: Any, weights: NDArray[np.float64]) -> Any:
    """Weigh the terms, and scale rows to length 1; rows without a term stay zero."""
    matrix = held.copy()
    matrix.data = weights[held.indices]
    lengths = np.sqrt(matrix.power(2) @ np.ones(len(weights)))
    matrix.data /= np.repeat(lengths, np.diff(matrix.indptr))
    return matrix


def _unit(vectors: NDArray[np.float64]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    return (vectors / lengths).astype(np.float32)
