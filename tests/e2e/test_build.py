"""`mathpal data build` and `mathpal data generate`, as a user meets them."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.conftest import write
from tests.e2e.verbs import called, started
from tests.unit.data.test_qdrant import exams, store
from tests.unit.data.test_sources import questions


def test_a_collection_becomes_a_data_set_that_datasets_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    store(tmp_path / "q", "cleaned_exams", exams(50))
    words = ["build", "data=qdrant", "data.path=q", "test_share=0.1", "stratify=kind"]
    done = started("data", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    name = "exam-sixth_grade-instruct-dataset"
    assert done.stdout.splitlines()[0] == f"{name}: train 45, validation 0, test 5"
    assert done.stdout.splitlines()[-1] == name
    loaded = datasets.load_dataset(str(tmp_path / name))
    assert {key: len(part) for key, part in loaded.items()} == {"train": 45, "test": 5}
    assert set(loaded["train"]["grade"]) == {6}
    facts = json.loads((tmp_path / name / "build.json").read_text())
    assert facts["command"].startswith("mathpal data build data=qdrant data.path=q")
    assert "MathPal audit" in (tmp_path / name / "audit" / "audit.html").read_text()

    again = called("data", *words, cwd=tmp_path)
    assert again.returncode == 2 and "overwrite=true" in again.stderr
    before = {path: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()}
    assert started("data", *words, "overwrite=true", cwd=tmp_path).returncode == 0
    assert before == {path: path.read_bytes() for path in before}
    assert {path.name for path in tmp_path.iterdir()} <= {"q", name, "cache"}


def test_bad_input_ends_with_2_leaves_nothing_and_shows_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    write(tmp_path / "rows.json", questions(30))
    own = ["build", "data=file", "data.path=rows.json", "out=set"]
    for words, said in (
        ([*own, "push=team/x"], "HF_TOKEN"),
        ([*own, "format=csv"], "expected"),
        (["generate", "out=p.csv", "count=5"], ".parquet"),
        (["generate", "count=0", "weights={motion: -1}"], "2 faults"),
    ):
        done = called("data", *words, cwd=tmp_path)
        assert done.returncode == 2 and said in done.stderr, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["rows.json"]


@pytest.mark.parametrize(
    ("words", "counts", "grades", "families"),
    [
        (["data=vimath", "data.grades=[5]", "data.train=300"], {"train": 300}, {5}, 111),
        (["data=vimath_all", "data.grades=[5,6]", "data.train=200"], {"train": 200}, {5, 6}, 138),
        (
            ["data.grades=[5]", "data.train=40", "data.families=[van_toc]", "test_share=0.2"],
            {"train": 32, "test": 8}, {5}, 1,
        ),
        (
            ["data.grades=[5]", "data.train=40", "data.replay=0.5", "data.test_per_family=2",
             "data.families=[van_toc, tong_ti]"],
            {"train": 40, "test": 4}, {1, 2, 3, 4, 5}, 22,
        ),
    ],
)  # fmt: skip
def test_a_built_curriculum_is_what_was_asked(
    tmp_path: Path, words: list[str], counts: dict[str, int], grades: set[int], families: int
) -> None:
    done = called("data", "build", *words, "out=set", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    tables = {
        path.name.split("-")[0]: pq.read_table(path)
        for path in (tmp_path / "set" / "data").glob("*.parquet")
    }
    assert {name: table.num_rows for name, table in tables.items()} == counts
    assert {grade for table in tables.values() for grade in table["grade"].to_pylist()} == grades
    assert len({name for t in tables.values() for name in t["family"].to_pylist()}) == families


def test_generated_problems_in_one_file(tmp_path: Path) -> None:
    words = ["generate", "out=p.parquet", "count=300", "grades=[5]", "multiple_choice=0.1"]
    done = started("data", *words, "workers=2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, last = done.stdout.splitlines()
    size = (tmp_path / "p.parquet").stat().st_size
    assert first.startswith(f"300 problems, {size:,} bytes, ") and last == "p.parquet"
    table = pq.read_table(tmp_path / "p.parquet")
    assert table.num_rows == 300 and set(table["grade"].to_pylist()) == {5}
    assert called("data", *words, cwd=tmp_path).returncode == 2
