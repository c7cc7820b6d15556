"""samples.jsonl has one form of rows, whoever records them."""

from pathlib import Path

from mathpal.record.journal import read
from mathpal.record.samples import RunRecord, Samples
from mathpal.tracking.local import local

ROW = {"prompt": "hỏi", "response": "đáp\u2028số", "reference": "đúng"}


def test_rows_have_their_step_and_one_time(tmp_path: Path) -> None:
    Samples(tmp_path / "samples.jsonl").append(2, [ROW, ROW])
    one, other = read(tmp_path / "samples.jsonl")
    assert list(one) == ["step", "time", "prompt", "response", "reference"]
    assert one == other == {"step": 2, "time": one["time"], **ROW}


def test_a_step_that_is_done_again_is_kept_once(tmp_path: Path) -> None:
    first, second = (Samples(tmp_path / "samples.jsonl") for _ in range(2))
    for step in (2, 4, 6):
        first.append(step, [ROW, ROW])
    assert not first.is_repeated(4)
    second.append(4, [ROW])
    second.append(6, [ROW])
    second.append(8, [ROW])
    assert [row["step"] for row in read(tmp_path / "samples.jsonl")] == [2, 2, 4, 6, 8]
    assert [second.is_repeated(step) for step in (2, 4, 6, 8)] == [False, True, True, False]


def test_a_tracker_takes_samples_and_a_plain_function_does_not(tmp_path: Path) -> None:
    def record(step: int, values: dict[str, float]) -> None: ...

    assert isinstance(local(tmp_path), RunRecord)
    assert not isinstance(record, RunRecord)
