"""Responses that declare the right answer and then withdraw, doubt, replace, explain or check it.

The rows were written by hand, by writers who had not seen the checker. "misjudged" marks those
that it still judges wrongly; a row that it learns to judge loses the mark.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from mathpal.answers import grade, parse_gold
from mathpal.answers.stance import OWN, stance

ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "afterwords.jsonl").read_text("utf-8").splitlines()
]


def judged_right(row: dict[str, Any]) -> bool:
    got = grade(row["response"], parse_gold(row["gold"]), question=row["question"])
    return (got.verdict == "correct") is row["right"]


def test_what_follows_an_answer_is_judged_as_a_teacher_does() -> None:
    faults = [row for row in ROWS if not judged_right(row) and "misjudged" not in row]
    assert not faults


def test_the_marks_of_misjudged_rows_are_true() -> None:
    assert [row["response"] for row in ROWS if "misjudged" in row and judged_right(row)] == []


@pytest.mark.parametrize("right", [True, False])
def test_few_rows_are_misjudged(right: bool) -> None:
    rows = [row for row in ROWS if row["right"] is right]
    assert sum("misjudged" in row for row in rows) / len(rows) <= 0.1


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Con số vừa nêu không dùng được.", "withdraws"),
        ("Xin đừng căn cứ vào đáp số này", "withdraws"),
        ("Không phải 17 đâu", ""),
        (f"Không phải {OWN} đâu", "withdraws"),
        (f"{OWN} không phải là nghiệm", "withdraws"),
        ("Lỡ tay đặt dấu phẩy sai chỗ", "withdraws"),
        ("Mình không dám cam đoan", "doubts"),
        ("Kết quả này năm ăn năm thua", "doubts"),
        ("Nhiều bạn nhầm chỗ này", "others"),
        ("Nếu quên chia 2 thì ra 80", "others"),
        ("Đừng quên ghi đơn vị nhé", "others"),
        ("Không phát hiện sai sót nào", "confirms"),
        ("Kết quả khớp với đề bài", "confirms"),
        ("Chúc bạn học tốt!", ""),
        ("Chiều dài hơn chiều rộng 6 m", ""),
    ],
)
def test_the_words_tell_how_a_sentence_stands_to_the_answer(sentence: str, expected: str) -> None:
    assert stance(sentence) == expected


def test_that_way_is_the_way_of_others_after_a_sentence_about_them() -> None:
    assert stance("Kết quả đó sai.") == "withdraws"
    assert stance("Kết quả đó sai.", after_others=True) == "others"
