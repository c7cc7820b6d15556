"""BM25 against its formula, and the order of equal scores."""

import logging
import math
import sys
from pathlib import Path

import pytest

from mathpal.errors import ConfigError
from mathpal.retrieval.lexical import K1, B, lexical
from mathpal.retrieval.terms import terms
from tests.unit.retrieval.problems import QUESTIONS


def formula(query: str, questions: list[str]) -> list[float]:
    """BM25 as it is defined, with Lucene's idf."""
    documents = [terms(question) for question in questions]
    mean = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        score = 0.0
        for term in terms(query):
            held = sum(term in other for other in documents)
            idf = math.log(1 + (len(documents) - held + 0.5) / (held + 0.5))
            count = document.count(term)
            score += idf * count / (count + K1 * (1 - B + B * len(document) / mean))
        scores.append(score)
    return scores


@pytest.mark.parametrize("query", [*QUESTIONS, "Chu vi hình vuông cạnh 3 m?", "xin chào"])
def test_scores_and_order_are_those_of_the_formula(query: str) -> None:
    expected = formula(query, QUESTIONS)
    (hits,) = lexical(QUESTIONS).search([query], len(QUESTIONS))
    assert [hit.score for hit in hits] == pytest.approx(
        sorted((score for score in expected if score), reverse=True), rel=1e-5
    )
    for hit in hits:
        assert hit.score == pytest.approx(expected[hit.place], rel=1e-5)


def test_equal_problems_come_in_the_order_of_their_places() -> None:
    twins = [f"Tính: {n} + {n + 1}" for n in range(50)]
    (hits,) = lexical(["Tính: 1 - 2", *twins]).search(["tính 7 + 7"], 20)
    assert [hit.place for hit in hits] == list(range(1, 21))
    assert len({hit.score for hit in hits}) == 1


def test_only_problems_that_share_a_term_are_found() -> None:
    index = lexical(["con mèo", "con chó", "3 + 4"])
    assert [[hit.place for hit in hits] for hits in index.search(["mèo", "voi", "", "con"], 9)] == [
        [0], [], [], [0, 1],
    ]  # fmt: skip


def test_questions_without_any_term_are_indexed() -> None:
    assert lexical(["?", "…"]).search(["?", "mèo"], 3) == [[], []]
    assert lexical(["?", "mèo"]).search(["mèo"], 3)[0][0].place == 1


def test_the_library_prints_logs_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    with caplog.at_level(logging.DEBUG):
        lexical(QUESTIONS).search(["Tính: 3 + 4", ""], 3)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
    assert not list(tmp_path.iterdir())


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    with pytest.raises(ConfigError, match="pip install bm25s"):
        lexical(QUESTIONS)
