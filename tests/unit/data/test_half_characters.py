"""Half a character (a lone surrogate), which JSON can spell and no file can hold."""

import json
from pathlib import Path

import pytest

from mathpal.data.files import file
from mathpal.problems import Splits
from mathpal.run.fingerprints import data_fingerprint

NAMES = "An Bình Chi Dung Giang Hà Khoa Lan Minh Nam".split()


def read(folder: Path, column: str) -> Splits:
    rows = [
        {"question": f"{name} có {n} quả cam. Hỏi có mấy?", "solution": f"Đáp số: {n}", "answer": n}
        for n, name in enumerate(NAMES, 3)
    ]
    rows[2][column] = f"{rows[2][column]}\ud83d"
    path = folder / "rows.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return file(folder / "run", path=path, answer="answer")


@pytest.mark.parametrize("column", ["question", "solution"])
def test_in_a_text_it_is_set_aside(tmp_path: Path, column: str) -> None:
    (left,) = read(tmp_path, column).rejected
    assert left.fault.code == "bad_utf8"


def test_in_a_gold_it_leaves_the_row_without_one(tmp_path: Path) -> None:
    splits = read(tmp_path, "answer")
    problems = [*splits.train, *splits.validation, *splits.test]
    assert [p.question[:3] for p in problems if p.answer is None] == ["Chi"]
    assert data_fingerprint(splits)
