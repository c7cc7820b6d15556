"""Lexical search: Okapi BM25 over the terms of the questions.

Knows the library bm25s, which scores; order and ties are decided in `ranking`.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from mathpal.errors import ConfigError
from mathpal.retrieval.ranking import Hit, best
from mathpal.retrieval.terms import terms

K1, B = 1.5, 0.75


class Lexical(NamedTuple):
    """A BM25 index; see `lexical`.

    Attributes:
        model: of bm25s; None if no question has a term.
        vocabulary: term to its number in the model.
    """

    model: Any
    vocabulary: dict[str, int]

    def search(self, questions: Sequence[str], k: int) -> list[list[Hit]]:
        """Find problems that share a term with each question; see `Retriever.search`."""
        return [self._hits(question, k) for question in questions]

    def _hits(self, question: str, k: int) -> list[Hit]:
        known = [self.vocabulary[term] for term in terms(question) if term in self.vocabulary]
        if not known:
            return []
        scores = self.model.get_scores_from_ids(known)
        return [hit for hit in best(scores, k) if hit.score > 0]


def lexical(questions: Iterable[str]) -> Lexical:
    """Index questions for BM25, with k1 = 1.5, b = 0.75 and Lucene's idf.

    Every term counts once in a question (`terms`). idf is positive, so a score above 0 means a
    shared term.

    Args:
        questions: of the problems, in the order of their places.

    Raises:
        ConfigError: the package bm25s is missing.

    Source: Robertson and Zaragoza 2009, "The probabilistic relevance framework: BM25 and
    beyond"; the variant of Kamphuis et al. 2020, "Which BM25 do you mean?".
    """
    try:
        import bm25s
    except ModuleNotFoundError as error:
        if error.name != "bm25s":
            raise
        raise ConfigError("retrieval by BM25 needs the package bm25s: pip install bm25s") from error
    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it logs each step for debugging
    vocabulary: dict[str, int] = {}
    rows = [
        [vocabulary.setdefault(term, len(vocabulary)) for term in terms(question)]
        for question in questions
    ]
    if not vocabulary:
        return Lexical(None, vocabulary)
    model = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numpy")
    model.index((rows, vocabulary), create_empty_token=False, show_progress=False)
    return Lexical(model, vocabulary)
