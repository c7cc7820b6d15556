"""Sample answers: their prompts, their file, and that training is unchanged."""

import json
from pathlib import Path
from typing import Any

import pytest

from mathpal.curriculum import FAMILIES, problem
from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded
from mathpal.objectives.sft import sft
from mathpal.tokens.chat import encode, prompt_text
from mathpal.training import samples
from mathpal.training.callbacks import callbacks
from mathpal.training.samples import answers, asked
from tests.unit.conftest import at, die, same

SHORT = {"max_steps": 6, "checkpoint_every": 2, "evaluate_every": 6, "accumulate": 2}


@pytest.fixture(autouse=True)
def _few_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "NEW_TOKENS", 6)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_training_is_bit_identical_with_samples(train: Any, tmp_path: Path) -> None:
    expected, records, _ = train(None, **SHORT)
    found, again, _ = train(tmp_path, samples_every=4, **SHORT)
    assert same(found, expected)
    assert again == records
    kept = lines(tmp_path / "samples.jsonl")
    assert [row["step"] for row in kept] == [4] * 4 + [6] * 4, "every fourth, and the last"
    assert all(list(row) == ["step", "time", "prompt", "response", "reference"] for row in kept)


def test_a_resumed_run_leaves_the_same_file_and_weights(train: Any, tmp_path: Path) -> None:
    expected, _, _ = train(tmp_path / "whole", samples_every=1, **SHORT)
    train(tmp_path / "broken", samples_every=1, end=at(4, die), **SHORT)
    assert lines(tmp_path / "broken/samples.jsonl")[-1]["step"] == 3, "died in recording step 4"
    found, _, _ = train(tmp_path / "broken", samples_every=1, **SHORT)
    assert same(found, expected)
    one, other = (lines(tmp_path / name / "samples.jsonl") for name in ("whole", "broken"))
    assert [{**row, "time": 0} for row in one] == [{**row, "time": 0} for row in other]


def test_a_row_is_asked_as_in_evaluation_and_has_its_solution(shared_tiny: Loaded) -> None:
    problems = [problem("samples", "train", name, 0) for name in sorted(FAMILIES)[:9]]
    tokenizer = shared_tiny.tokenizer
    table = encode(problems, tokenizer, max_length=512)
    rows = asked(table, tokenizer, 3)
    for row, item in zip(rows, (problems[0], problems[4], problems[8]), strict=True):
        assert tokenizer.decode(row.ids) == prompt_text(tokenizer, item.question)
        assert row.reference == item.solution
    assert len(asked(table, tokenizer, 50)) == len(problems), "no row twice"


def test_of_a_conversation_the_first_answer_is_the_reference(shared_tiny: Loaded) -> None:
    from dataclasses import replace

    turns = (("user", "1 + 1?"), ("assistant", "2"), ("user", "2 + 2?"), ("assistant", "4"))
    item = replace(problem("samples", "train", sorted(FAMILIES)[0], 0), messages=turns)
    table = encode([item], shared_tiny.tokenizer, max_length=512)
    (row,) = asked(table, shared_tiny.tokenizer)
    assert row.reference == "2"
    assert shared_tiny.tokenizer.decode(row.ids) == prompt_text(shared_tiny.tokenizer, "1 + 1?")


def test_answers_together_are_answers_alone(tiny: Loaded, fit_tables: Any) -> None:
    rows = asked(fit_tables[1], tiny.tokenizer)
    assert len({len(row.ids) for row in rows}) > 1
    tiny.model.train()
    together = answers(tiny.model, tiny.tokenizer, rows)
    assert tiny.model.training
    assert together == [answers(tiny.model, tiny.tokenizer, [row])[0] for row in rows]
    tiny.model.eval()
    answers(tiny.model, tiny.tokenizer, rows[:1])
    assert not tiny.model.training


class Tracker:
    """A record that takes texts too."""

    def __call__(self, step: int, values: dict[str, float]) -> None: ...

    def texts(self, step: int, rows: list[dict[str, str]]) -> None: ...


def build(
    loaded: Loaded, tables: Any, record: Any, run_dir: Path | None, validated: bool = True
) -> Any:
    from mathpal.tokens.batches import TrainingBatches
    from mathpal.tokens.windows import Plan
    from mathpal.training.job import Checkpointing, Measuring, TrainingJob

    batches = TrainingBatches(tables[0], Plan(1024, 1, 0), steps=2, epochs=0, pad=0)
    checked = tables[1] if validated else None
    job = TrainingJob(loaded, tables[0], checked, sft(), record, run_dir)
    measuring = Measuring(record_every=1, evaluate_every=None, samples_every=1)
    return callbacks(job, batches, measuring, Checkpointing(), flops_per_token=1.0)


def test_a_tracker_that_knows_texts_gets_them(
    shared_tiny: Loaded, fit_tables: Any, tmp_path: Path
) -> None:
    tracker = Tracker()
    sampler = build(shared_tiny, fit_tables, tracker, tmp_path).measuring[-1]
    assert sampler.texts == tracker.texts


def test_samples_need_rows_and_a_place(
    shared_tiny: Loaded, fit_tables: Any, tmp_path: Path
) -> None:
    def record(step: int, values: dict[str, float]) -> None: ...

    with pytest.raises(ConfigError, match="no validation rows; use trainer.samples_every=null"):
        build(shared_tiny, fit_tables, record, tmp_path, validated=False)
    with pytest.raises(ConfigError, match=r"trainer\.samples_every=1 .*no directory"):
        build(shared_tiny, fit_tables, record, None)
