"""LSA against a full decomposition; exact search by NumPy and FAISS; sentence-transformers."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from mathpal.errors import ConfigError, DataError
from mathpal.retrieval.dense import Dense, by_faiss, by_numpy, grouped
from mathpal.retrieval.lsa import axes, lsa
from mathpal.retrieval.sentences import encoder
from mathpal.retrieval.terms import terms
from tests.unit.retrieval.problems import QUESTIONS


@pytest.mark.parametrize("shape", [(30, 12), (12, 30), (9, 9)])
@pytest.mark.parametrize("rank", [1, 4, 8, 50])
def test_axes_are_the_first_of_a_full_decomposition(shape: tuple[int, int], rank: int) -> None:
    dense = np.random.default_rng(3).random(shape) * (np.random.default_rng(4).random(shape) < 0.5)
    expected = np.linalg.svd(dense, full_matrices=False)[2][:rank].T
    found = axes(sparse.csr_matrix(dense), rank)
    assert found.shape == expected.shape
    assert np.abs((found * expected).sum(axis=0)) == pytest.approx(1)
    greatest = np.abs(found).argmax(axis=0)
    assert (found[greatest, np.arange(found.shape[1])] > 0).all()


def test_axes_without_a_singular_value_are_left_out() -> None:
    twice = np.repeat(np.random.default_rng(5).random((3, 20)), 4, axis=0)
    for rank in (6, 40):
        assert axes(sparse.csr_matrix(twice), rank).shape == (20, 3)


def test_full_rank_keeps_the_cosines_of_the_weighted_terms() -> None:
    """Without truncation, LSA is the vector space model: a slow oracle of the weights."""
    held = [set(terms(question)) for question in QUESTIONS]
    every = sorted(set().union(*held))
    df = np.array([sum(term in one for one in held) for term in every])
    matrix = np.array([[term in one for term in every] for one in held]) * (
        1 + np.log((1 + len(held)) / (1 + df))
    )
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    vectors, embed = lsa(QUESTIONS, rank=1000)
    assert vectors @ vectors.T == pytest.approx(matrix @ matrix.T, abs=1e-5)
    assert (embed(QUESTIONS) == vectors).all()


def test_questions_without_a_known_term_have_no_vector() -> None:
    vectors, embed = lsa([*QUESTIONS, "?"], rank=4)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1] * len(QUESTIONS) + [0])
    assert not embed(["voi", ""]).any()
    vectors, embed = lsa(["?", "…"])
    assert not vectors.any() and not embed(["mèo"]).any()


def test_a_question_has_one_vector_whoever_is_asked_beside_it() -> None:
    _, embed = lsa(QUESTIONS, rank=4)
    together = embed(QUESTIONS)
    assert all((embed([q])[0] == row).all() for q, row in zip(QUESTIONS, together, strict=True))


def test_equal_vectors_are_one_row() -> None:
    vectors = np.array([[0, 1], [1, 0], [-0.0, 1], [1, 0], [0, 1]], np.float32)
    found = grouped(vectors)
    assert found.rows.tolist() == [[0, 1], [1, 0]]
    assert found.places == [[0, 2, 4], [1, 3]]


@pytest.mark.parametrize("search", [by_numpy, by_faiss])
def test_the_nearest_are_those_of_all_products(search: Any) -> None:
    if search is by_faiss:
        pytest.importorskip("faiss")
    rng = np.random.default_rng(6)
    vectors = rng.standard_normal((40, 7)).astype(np.float32)[rng.integers(0, 40, 100)]
    asked = rng.standard_normal((5, 7)).astype(np.float32)
    rows, places = grouped(vectors)
    index = Dense(lambda questions: asked[[int(q) for q in questions]], search(rows), places)
    first_of = {row.tobytes(): row for row in vectors}
    for number, vector in enumerate(asked):
        score = {key: float(np.einsum("a,a", row, vector)) for key, row in first_of.items()}
        scores = [score[row.tobytes()] for row in vectors]
        expected = sorted(range(100), key=lambda place: (-scores[place], place))
        for k in (1, 3, 99, 100, 1000):
            (hits,) = index.search([str(number)], k)
            assert [hit.place for hit in hits] == expected[:k]
            assert [hit.score for hit in hits] == pytest.approx(
                [scores[place] for place in expected[:k]], abs=1e-5
            )
    assert index.search([], 3) == []


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(ConfigError, match=r"pip install 'mathpal\[faiss\]'"):
        by_faiss(np.zeros((1, 2), np.float32))
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ConfigError, match=r"pip install 'mathpal\[dense\]'"):
        encoder("intfloat/multilingual-e5-small")


class Letters:
    """A stand-in for SentenceTransformer: a text's vector counts its letters a, b and c."""

    asked: list[dict[str, Any]] = []  # noqa: RUF012

    def __init__(self, name: str, *, local_files_only: bool) -> None:
        if name.endswith("broken"):
            raise OSError("no  file named\nconfig.json")
        self.asked.append({"name": name, "local_files_only": local_files_only})

    def _encode(self, texts: list[str], **settings: Any) -> np.ndarray:
        self.asked.append(settings)
        prompt = settings.get("prompt", "")
        found = np.array([[(prompt + text).count(c) for c in "abc"] for text in texts], float)
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)

    encode_query = encode_document = _encode


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> type[Letters]:
    fake = SimpleNamespace(SentenceTransformer=Letters)
    monkeypatch.setitem(sys.modules, "sentence_transformers", fake)
    monkeypatch.setattr(Letters, "asked", [])
    return Letters


def test_a_folder_is_loaded_offline_and_prefixes_reach_the_model(
    letters: type[Letters], tmp_path: Path
) -> None:
    model = encoder(tmp_path, query_prefix="c", passage_prefix="b")
    assert letters.asked == [{"name": str(tmp_path), "local_files_only": True}]
    assert model.queries(["a", "b"]).tolist() == pytest.approx(
        np.array([[0.5, 0, 0.5], [0, 0.5, 0.5]]) * 2**0.5
    )
    assert model.passages(["b"]).tolist() == [[0, 1, 0]]
    assert letters.asked[1]["batch_size"] == 1
    assert letters.asked[1]["show_progress_bar"] is False
    encoder("owner/name")
    assert letters.asked[-1] == {"name": "owner/name", "local_files_only": False}


def test_a_model_that_cannot_be_loaded_is_named(letters: type[Letters], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected the folder"):
        encoder(tmp_path / "absent")
    with pytest.raises(DataError, match="expected the folder"):
        encoder("./absent")
    with pytest.raises(DataError, match="no file named config.json"):
        encoder("owner/broken")
