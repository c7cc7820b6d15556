"""`data=file` on real and on damaged rows."""

import json
from pathlib import Path

import pytest

from mathpal.errors import DataError
from mathpal.run import train
from mathpal.settings.composition import compose

EXAMS = Path(__file__).resolve().parents[3] / "shared" / "data" / "exams" / "train.json"
SMALL = [
    "data=file", "trainer.max_steps=2", "trainer.record_every=1", "trainer.evaluate_every=2",
    "trainer.batch_tokens=512",
    "evaluation.limit=4", "evaluation.max_new_tokens=8",
]  # fmt: skip


@pytest.mark.skipif(not EXAMS.is_file(), reason="the exam rows are not at hand")
def test_the_users_exam_rows_train_and_leave_the_same_artefacts(tmp_path):
    words = [*SMALL, f"data.path={EXAMS}", "data.validation_share=0.01"]
    run = train(compose(words), tmp_path / "run")
    outcome = json.loads((run.run_dir / "outcome.json").read_text())
    assert outcome["status"] == "completed"
    assert outcome["metrics"]["tuned/accuracy"] >= 0
    summary = json.loads((run.run_dir / "data" / "summary.json").read_text())
    assert any("8 duplicates dropped" in line for line in summary["lines"])
    for name in ("adapter/adapter_model.safetensors", "report.html", "evaluation/samples.jsonl"):
        assert (run.run_dir / name).is_file()


def rows(good: int, bad: int) -> list:
    """Rows of different wording (one wording stays in one split), bad ones among them."""
    fine = [
        {
            "question": f"{chr(65 + i % 26)}{chr(97 + i // 26)} có {i} kẹo, thêm 2. Tính số kẹo",
            "solution": f"{i} + 2 = {i + 2} (kẹo)\nĐáp số: {i + 2} kẹo",
        }
        for i in range(good)
    ]
    broken = [{"question": f"Tính: {i} × 2"} for i in range(bad)]
    return [*broken[: bad // 2], *fine, *broken[bad // 2 :]]


def test_malformed_rows_are_quarantined_with_the_reason(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows(90, 10)))
    run = train(compose([*SMALL, f"data.path={path}"]), tmp_path / "run")
    lines = (run.run_dir / "data" / "quarantine.jsonl").read_text().splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["missing_key"] * 10


def test_more_than_a_fifth_malformed_stops_the_run(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows(79, 21)))
    with pytest.raises(DataError, match="21 of 100 rows are malformed"):
        train(compose([*SMALL, f"data.path={path}"]), tmp_path / "run")
    outcome = json.loads((tmp_path / "run" / "outcome.json").read_text())
    assert outcome["status"] == "failed"
