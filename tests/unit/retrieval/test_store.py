"""Dense search in Qdrant, in memory and in a folder, against the exact search by NumPy."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mathpal.errors import ConfigError, DataError
from mathpal.problems import Problem
from mathpal.retrieval.retriever import build
from mathpal.retrieval.store import existing, open_store
from tests.unit.retrieval.problems import QUESTIONS, solved
from tests.unit.retrieval.test_dense import Letters, letters  # noqa: F401

pytest.importorskip("qdrant_client")

TWINS = [*QUESTIONS, *(f"Tính: {n} + {n}" for n in range(30))]


@pytest.mark.parametrize("place", ["memory", "folder"])
def test_hits_are_those_of_numpy(tmp_path: Path, place: str) -> None:
    path = tmp_path / "q" if place == "folder" else None
    exact = build(solved(TWINS), method="dense").search(QUESTIONS, 12)
    index = build(solved(TWINS), method="dense", index="qdrant", path=path)
    found = index.search(QUESTIONS, 12)
    index.close()
    for hits, expected in zip(found, exact, strict=True):
        assert [h.score for h in hits] == pytest.approx([h.score for h in expected], abs=1e-5)
    assert [h.place for h in found[5]] == [h.place for h in exact[5]]  # twins, by place


def test_a_folder_is_used_again_and_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mathpal.retrieval.store.PAGE", 3)
    path = tmp_path / "q"
    settings: dict[str, Any] = {"method": "dense", "index": "qdrant", "path": path}
    index = build(solved(), **settings)
    before = index.search(QUESTIONS, 4)
    index.close()
    store = open_store(path, None)
    (name,) = [entry.name for entry in store.client.get_collections().collections]
    store.client.delete(name, points_selector=[2, 7])  # as if it had been interrupted
    store.client.close()
    index = build(solved(), **settings)
    assert index.search(QUESTIONS, 4) == before
    index.close()
    build(solved(QUESTIONS[:4]), **settings).close()  # other vectors have another collection
    store = open_store(path, None)
    assert len(store.client.get_collections().collections) == 2
    store.client.close()


# The client that is refused leaves its lock file to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_folder_is_open_once(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"method": "dense", "index": "qdrant", "path": tmp_path / "q"}
    index = build(solved(), **settings)
    with pytest.raises(DataError, match="no other program has the folder open"):
        build(solved(), **settings)
    index.close()


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match=r"with a meta\.json, or a new one"):
        open_store(tmp_path, None)
    with pytest.raises(DataError, match=r"with a meta\.json, or a new one"):
        open_store(tmp_path / "notes.txt", None)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_unreachable_server_is_named() -> None:
    with pytest.raises(DataError, match=r"url=http://127\.0\.0\.1:9 cannot be used"):
        build(solved(), method="dense", index="qdrant", url="http://127.0.0.1:9")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "qdrant_client", None)
    with pytest.raises(ConfigError, match=r"pip install 'mathpal\[qdrant\]'"):
        open_store(None, None)


def exams(path: Path, points: list[tuple[list[float], list[Problem]]], **more: Any) -> Path:
    """A collection vector_exams, as scraping leaves it: several problems a point."""
    from qdrant_client import QdrantClient
    from qdrant_client.models import Distance, PointStruct, VectorParams

    client = QdrantClient(path=str(path))
    size = VectorParams(size=3, distance=more.get("distance", Distance.COSINE))
    client.create_collection("vector_exams", {"text": size} if more.get("named") else size)
    made = []
    for number, (vector, problems) in enumerate(points):
        text = "\n".join(
            f"### QUESTION:\n{p.question}\n#### SOLUTION:\n{p.solution}" for p in problems
        )
        payload = {"content": text or "Đề thi", "grade_id": "grade_6"}
        given: Any = {"text": vector} if more.get("named") else vector
        made.append(PointStruct(id=number + 5, vector=given, payload=payload))
    client.upsert("vector_exams", made)
    client.close()
    return path


@pytest.mark.parametrize("named", [False, True])
def test_an_existing_collection_finds_known_problems_only(
    tmp_path: Path,
    letters: type[Letters],  # noqa: F811
    named: bool,
) -> None:
    known = solved(["Tính a", "Tính b", "Tính c", "Tính a và b"])
    test = Problem("t", "Tính aa", "2")
    points = [
        ([1.0, 0, 0], [test]),  # nearest to "aa", but split off for the test
        ([1.0, 0, 0], []),
        ([0.9, 0.1, 0], [known[0]]),
        ([0, 1.0, 0], [known[1], test]),
        ([0.6, 0.6, 0], [known[3], known[1]]),
    ]
    path = exams(tmp_path / "q", points, named=named)
    index = build(
        known, method="dense", embeddings=tmp_path, index="qdrant", path=path,
        collection="vector_exams",
    )  # fmt: skip
    found = index.search(["aaa", "b", "c"], 9)
    assert [[hit.place for hit in hits] for hits in found[:2]] == [[0, 1, 3], [1, 3, 0]]
    assert found[1][0].score == pytest.approx(1)
    for k in (1, 2, 3):
        assert [hits[:k] for hits in found] == index.search(["aaa", "b", "c"], k)
    assert index.record["collection"] == "vector_exams"
    index.close()


def test_a_collection_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    from qdrant_client.models import Distance

    known = solved(["Tính a"])
    path = exams(tmp_path / "q", [([1.0, 0, 0], known)])
    far = exams(tmp_path / "far", [([1.0, 0, 0], known)], distance=Distance.EUCLID)
    for folder, name, problems, size, message in [
        (path, "exams", known, 3, "there is no such collection; there is vector_exams"),
        (path, "vector_exams", known, 128, "have 3 components, those of embeddings= have 128"),
        (path, "vector_exams", solved(["Tính z"]), 3, "none of its 1 points holds one of the 1"),
        (far, "vector_exams", known, 3, "expected Cosine or Dot, got Euclid"),
    ]:
        store = open_store(folder, None)
        with pytest.raises(DataError, match=message):
            existing(store, name, problems, size)
        store.client.close()


def test_rows_and_queries_of_the_stand_in_have_length_one() -> None:
    assert np.linalg.norm(Letters("x", local_files_only=True)._encode(["ab"])) == pytest.approx(1)
