"""The checker on real entrance-exam rows, and how fast it is; skipped where the rows are absent."""

import json
import random
import re
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from mathpal.answers import Answer, declared_answer, grade, parse_gold
from mathpal.errors import DataError

EXAMS = Path(__file__).parents[3].parent / "shared" / "data" / "exams" / "train.json"
WORKING = (
    "Bài giải\nNửa chu vi hình chữ nhật là:\n70 : 2 = 35 (m)\nChiều dài là:\n"
    "(35 + 5) : 2 = 20 (m)\nChiều rộng là:\n20 - 5 = 15 (m)\nDiện tích là:\n"
    "20 × 15 = 300 (m²)\nĐáp số: "
)
USUAL = [
    ("300 m²", "300 m²"), ("12 quyển", "12 quyển vở"), ("3/4", "3/4"), ("37,5%", "37,5%"),
    ("1461", "1 461"), ("-5", "-5"), ("B", "B"), ("120 000 đồng", "120.000 đồng"),
]  # fmt: skip


def clear_rows() -> list[tuple[dict[str, str], Answer]]:
    """The rows whose solution declares one answer that reads as a gold."""
    if not EXAMS.exists():
        pytest.skip("the exam rows are not beside this checkout")
    read = []
    for row in json.loads(EXAMS.read_text(encoding="utf-8")):
        try:
            read.append((row, parse_gold(declared_answer(row["solution"]) or "")))
        except DataError:
            continue
    return read


def identity(gold: Answer) -> tuple[object, ...]:
    return (gold.value, gold.dimension) if gold.value is not None else (gold.kind, gold.text)


def test_a_reference_solution_is_correct_against_its_own_gold() -> None:
    rows = clear_rows()
    correct = sum(
        grade(row["solution"], gold, question=row["question"]).verdict == "correct"
        for row, gold in rows
    )
    assert len(rows) >= 600
    assert correct / len(rows) >= 0.97


def test_a_reference_solution_is_wrong_against_the_gold_of_another_row() -> None:
    rows = clear_rows()
    draw = random.Random(0)
    graded = correct = 0
    for row, gold in rows:
        for _, other in draw.sample(rows, 20):
            if identity(other) != identity(gold):
                graded += 1
                got = grade(row["solution"], other, question=row["question"])
                correct += got.verdict == "correct"
    assert graded > 10_000
    assert correct / graded < 0.01


def test_a_usual_response_is_graded_in_the_time_of_two_hundred_sums_of_fractions() -> None:
    """About 12,000 a second on a quiet core; a ratio holds on slow and on shared ones too."""
    pairs = [(WORKING + response, parse_gold(gold)) for response, gold in USUAL]

    def graded() -> None:
        for response, gold in pairs:
            grade(response, gold)

    def summed() -> None:
        total = Fraction(0)
        for number in range(1, 200):
            total += Fraction(number, number + 1)
        re.findall(r"[\d,]+", WORKING * 3)

    assert all(grade(response, gold).verdict == "correct" for response, gold in pairs)
    # Measured: a third of it.
    assert seconds(graded, 100) / len(pairs) < seconds(summed, 200)


def seconds(work: Callable[[], None], times: int) -> float:
    """Processor time of the work, the least of several tries."""
    tries = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(times):
            work()
        tries.append((time.process_time() - start) / times)
    return min(tries)
