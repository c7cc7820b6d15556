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
