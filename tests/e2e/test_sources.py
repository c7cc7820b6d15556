"""With every source of own rows, a quick run gets from the file to the report."""

import json
from pathlib import Path
from typing import Any

import pytest

from mathpal.data.gates import gold_gate
from mathpal.errors import DataError
from mathpal.run import RunResult, train
from mathpal.settings.composition import compose
from tests.conftest import write
from tests.unit.data.test_qdrant import exams, store
from tests.unit.data.test_sources import CARD, chat, fill, questions

QUICK = [
    "trainer=quick",
    "trainer.max_steps=1",
    "trainer.batch_tokens=512",
    "trainer.evaluate_every=1",
    "trainer.record_every=1",
]
MEASURED = ["evaluation=quick", "evaluation.limit=2", "evaluation.max_new_tokens=4"]


def run(folder: Path, *overrides: str) -> RunResult:
    return train(compose([*QUICK, *overrides]), folder / "run")


def check(done: RunResult, *, measured: bool = True) -> dict[str, Any]:
    """Check that the run is complete; return the summary of its data."""
    outcome = json.loads((done.run_dir / "outcome.json").read_text())
    assert outcome["status"] == "completed"
    assert ("tuned/accuracy" in outcome["metrics"]) is measured
    for name in ("adapter/adapter_model.safetensors", "report.html", "data/mask_sample.json"):
        assert (done.run_dir / name).is_file()
    summary: dict[str, Any] = json.loads((done.run_dir / "data" / "summary.json").read_text())
    assert any("rows read" in line for line in summary["lines"])
    return summary


@pytest.mark.slow  # the suite trains on a file in tests/e2e/test_own_data.py
def test_a_file_of_questions_and_solutions(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.csv", questions(60))
    assert check(run(tmp_path, "data=file", f"data.path={path}", *MEASURED))["notes"]["kept"] == 60


def test_conversations(tmp_path: Path) -> None:
    rows = questions(60)
    chats = [
        chat(row) if n % 3 else chat(row, ("user", "Chào thầy"), ("assistant", "Chào em"))
        for n, row in enumerate(rows)
    ]
    path = write(tmp_path / "chats.jsonl", chats)
    done = run(tmp_path, "data=messages", f"data.path={path}", *MEASURED)
    assert check(done)["notes"]["quarantined"] == {}


def test_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    texts = [f"{row['question']}\n{row['solution']}" for row in questions(60)]
    path.write_text("\n\n".join([*texts, " ".join(texts)]), encoding="utf-8")
    done = run(tmp_path, "data=text", f"data.path={path}", "evaluation=none")
    check(done, measured=False)
    sample = json.loads((done.run_dir / "data" / "mask_sample.json").read_text())
    assert sample["prompt_tokens"] == 1


def test_plain_text_cannot_be_measured() -> None:
    with pytest.raises(DataError, match="evaluation=none"):
        gold_gate([])


def test_preference_pairs(tmp_path: Path) -> None:
    rows = [
        {"prompt": row["question"], "chosen": row["solution"], "rejected": "Em không biết."}
        for row in questions(60)
    ]
    path = write(tmp_path / "pairs.parquet", rows)
    check(run(tmp_path, "data=preference", f"data.path={path}", *MEASURED))


@pytest.mark.slow  # the suite builds a data set of a collection, and reads it in tests/unit/data
def test_qdrant(tmp_path: Path) -> None:
    folder = store(tmp_path / "q", "cleaned_exams", exams(60))
    done = run(tmp_path, "data=qdrant", f"data.path={folder}", *MEASURED)
    assert check(done)["notes"]["points"] == 60


def test_a_copy_of_the_hubs_exams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / "exams"
    (folder / "data").mkdir(parents=True)
    (folder / "README.md").write_text(CARD)
    fill(folder, questions(60), questions(70)[60:])
    done = run(tmp_path, "data=sixth_grade", f"data.path={folder}", *MEASURED)
    assert check(done)["notes"]["splits"]["test"] == 10


def test_a_mixture_reports_each_source(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.json", questions(60))
    done = run(
        tmp_path, "data=mixture", "+data@data.sources.own=file", f"data.sources.own.path={path}",
        "data.sources.own.test_share=0.3", "data.sources.vimath.train=40",
        "data.sources.vimath.families=[van_toc]", "data.sources.vimath.replay=0",
        "data.sources.vimath.test_per_family=4", "data.weights={vimath: 0.3, own: 0.7}",
        "data.train=100", "evaluation=quick", "evaluation.max_new_tokens=4", "evaluation.limit=8",
    )  # fmt: skip
    summary = check(done)
    assert summary["notes"]["used"] == {"vimath": 30, "own": 70}
    metrics = json.loads((done.run_dir / "outcome.json").read_text())["metrics"]
    assert {"tuned/accuracy/own", "tuned/accuracy/van_toc"} <= set(metrics)


@pytest.mark.slow  # the suite draws them in tests/unit/curriculum
@pytest.mark.parametrize("split", ["template", "range", "family"])
def test_the_curriculum_in_every_regime(tmp_path: Path, split: str) -> None:
    done = run(
        tmp_path, "data=vimath", "data.grades=[5]", "data.topics=[motion]", f"data.split={split}",
        "data.train=200", "data.test_per_family=2", "data.replay=0", *MEASURED,
    )  # fmt: skip
    summary = json.loads((done.run_dir / "data" / "summary.json").read_text())
    assert summary["notes"]["split"] == split
    assert json.loads((done.run_dir / "outcome.json").read_text())["status"] == "completed"
