"""`data=qdrant`: embedded collections as scraping leaves them, and what can be wrong with one."""

import sys
from pathlib import Path
from typing import Any

import pytest

from mathpal.data.qdrant import grade_of, qdrant
from mathpal.errors import ConfigError, DataError
from tests.conftest import rejects
from tests.unit.data.test_sources import everything, questions


def marked(row: dict[str, str]) -> str:
    return f"### QUESTION:\n{row['question']}\n\n#### SOLUTION:\n{row['solution']}"


def store(folder: Path, collection: str, payloads: list[dict[str, Any]]) -> Path:
    """An embedded Qdrant of one collection; the vectors are never read."""
    client_of = pytest.importorskip("qdrant_client").QdrantClient
    from qdrant_client.models import Distance, PointStruct, VectorParams

    client = client_of(path=str(folder))
    client.create_collection(collection, VectorParams(size=2, distance=Distance.COSINE))
    points = [
        PointStruct(id=n, vector=[1.0, 0.0], payload=payload) for n, payload in enumerate(payloads)
    ]
    client.upsert(collection, points)
    client.close()
    return folder


def exams(count: int) -> list[dict[str, Any]]:
    return [
        {"type": "exam", "link": f"https://h/{n}", "cleaned_content": marked(row), "grade_id": 6}
        for n, row in enumerate(questions(count))
    ]


@pytest.mark.parametrize(("collection", "key"), [("cleaned_exams", "cleaned_content"),
                                                 ("vector_exams", "content")])  # fmt: skip
def test_both_collections_give_their_problems(tmp_path: Path, collection: str, key: str) -> None:
    payloads = [{**p, key: p["cleaned_content"], "id": "x"} for p in exams(150)]
    if key == "content":
        for payload in payloads:
            del payload["cleaned_content"]
    folder = store(tmp_path / "q", collection, payloads)
    splits = qdrant(None, path=folder, collection=collection)
    found = {p.question: p for p in everything(splits)}
    assert set(found) == {row["question"] for row in questions(150)}
    assert {(p.grade, p.family) for p in found.values()} == {(6, "exam")}
    assert all(found[row["question"]].solution == row["solution"] for row in questions(150))
    assert splits.notes["points"] == 150


def test_several_problems_of_a_point_and_more_points_than_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mathpal.data.qdrant.PAGE", 7)
    rows = questions(60)
    payloads = [
        {"cleaned_content": "Đề thi\n" + marked(a) + "\n\n" + marked(b), "grade_id": "grade_5"}
        for a, b in zip(rows[::2], rows[1::2], strict=True)
    ]
    splits = qdrant(None, path=store(tmp_path / "q", "cleaned_exams", payloads))
    assert splits.notes["rows_read"] == splits.notes["kept"] == 60
    assert {p.question for p in everything(splits)} == {row["question"] for row in rows}
    assert {p.solution for p in everything(splits)} == {row["solution"] for row in rows}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"cleaned_content": "Câu 1. Tính 3 + 4"}, "no_markers"),
        ({"cleaned_content": "### QUESTION: Tính 3 + 4\n7"}, "no_markers"),
        ({"cleaned_content": "### QUESTION: a\n#### SOLUTION: b\n#### SOLUTION: c"}, "no_markers"),
        ({"cleaned_content": "### QUESTION: a\n#### SOLUTION: \n"}, "empty"),
        ({"cleaned_content": "see ### QUESTION: a #### SOLUTION: b"}, "no_markers"),
        ({"cleaned_content": None}, "missing_key"),
        ({"link": "x"}, "missing_key"),
        ({}, "missing_key"),
    ],
)
def test_a_point_without_a_problem_is_set_aside(
    tmp_path: Path, payload: dict[str, Any], code: str
) -> None:
    folder = store(tmp_path / "q", "cleaned_exams", [*exams(20), payload])
    splits = qdrant(tmp_path, path=folder)
    assert splits.notes["quarantined"] == {code: 1}
    assert [(r["row"], r["code"]) for r in rejects(tmp_path)] == [(21, code)]


def test_grades_choose_points(tmp_path: Path) -> None:
    payloads = exams(40)
    for payload in payloads[:10]:
        payload["grade_id"] = "grade_5"
    del payloads[39]["grade_id"]
    folder = store(tmp_path / "q", "cleaned_exams", payloads)
    assert qdrant(None, path=folder, grades=[5]).notes["kept"] == 10
    assert qdrant(None, path=folder, grades=[5, 6]).notes["kept"] == 39
    with pytest.raises(DataError, match=r"40 points of data\.grades=\[9\]"):
        qdrant(None, path=folder, grades=[9])


@pytest.mark.parametrize(
    ("grade_id", "grade"),
    [(6, 6), ("6", 6), ("grade_6", 6), ("lop-12", 12), ("lop10", 10), (0, None), (13, None),
     ("grade_5_6", None), ("sixth_grade", None), (None, None), ("", None), ("2016", None)],
)  # fmt: skip
def test_grades_in_their_spellings(grade_id: object, grade: int | None) -> None:
    assert grade_of({"grade_id": grade_id}) == grade
    assert grade_of({}) is None


def test_exactly_one_of_path_and_url(tmp_path: Path) -> None:
    for given in ({}, {"path": tmp_path, "url": "http://localhost:6333"}):
        with pytest.raises(ConfigError, match=r"exactly one of the two"):
            qdrant(None, **given)


def test_a_folder_that_is_no_qdrant_stays_as_it_is(tmp_path: Path) -> None:
    for folder in (tmp_path / "nope", tmp_path):
        with pytest.raises(DataError, match=r"meta\.json"):
            qdrant(None, path=folder)
    assert list(tmp_path.iterdir()) == []


def test_another_collection_is_answered_with_those_there_are(tmp_path: Path) -> None:
    folder = store(tmp_path / "q", "cleaned_exams", exams(3))
    with pytest.raises(DataError, match="no such collection; there is cleaned_exams"):
        qdrant(None, path=folder, collection="vector_exams")


# The client itself leaves the lock file open when it is refused.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_folder_in_use_is_one_clear_error(tmp_path: Path) -> None:
    folder = store(tmp_path / "q", "cleaned_exams", exams(3))
    client = pytest.importorskip("qdrant_client").QdrantClient(path=str(folder))
    with pytest.raises(DataError, match=r"Close the other program"):
        qdrant(None, path=folder)
    client.close()


def test_a_server_that_is_not_there_is_one_clear_error() -> None:
    pytest.importorskip("qdrant_client")
    with pytest.raises(DataError, match="Check that the server runs") as caught:
        qdrant(None, url="http://127.0.0.1:9")
    assert "\n" not in str(caught.value)


def test_the_key_of_a_server_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    library = pytest.importorskip("qdrant_client")
    given: dict[str, Any] = {}

    def client(**settings: Any) -> None:
        given.update(settings)
        raise RuntimeError("401 Unauthorized")

    monkeypatch.setattr(library, "QdrantClient", client)
    monkeypatch.setenv("QDRANT_API_KEY", "secret")
    with pytest.raises(DataError, match="QDRANT_API_KEY") as caught:
        qdrant(None, url="https://h:6333")
    assert given["api_key"] == "secret"
    assert "secret" not in str(caught.value)


def test_a_missing_package_is_named_with_its_install_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "qdrant_client", None)
    with pytest.raises(ConfigError, match=r"mathpal\[qdrant\]"):
        qdrant(None, url="http://localhost:6333")
