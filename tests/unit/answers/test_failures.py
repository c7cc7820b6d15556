"""Each wrong answer has one kind of failure; every kind stands beside its near-misses."""

import pytest

from mathpal.answers import check_steps, grade, parse_gold
from mathpal.answers.failures import FAILURES, MEANINGS, Failure, failure


def kind(
    text: str, gold: str, *, finished: bool = True, lenient: bool = True, question: str = ""
) -> Failure | None:
    """The kind of failure of a response, as the evaluation derives it."""
    answer = parse_gold(gold)
    return failure(
        grade(text, answer, question=question),
        check_steps(text),
        gold=answer,
        finished=finished,
        lenient=grade(text, answer, question=question, lenient=True) if lenient else None,
    )


@pytest.mark.parametrize(
    ("text", "gold", "expected"),
    [
        ("35 × 2 = 70 (km)\nĐáp số: 70 km", "70 km", None),
        ("35 × 2 = 80 (km)\nĐáp số: 70 km", "70 km", None),  # a false step, the right answer
        # unit
        ("35 × 2 = 70 (m)\nĐáp số: 70 m", "70 km", "unit"),  # of one dimension
        ("35 × 2 = 70 (giờ)\nĐáp số: 70 giờ", "70 km", "unit"),  # of another
        ("35 × 2 = 70\nĐáp số: 70", "70 km", "unit"),  # missing
        ("35 × 2 = 80 (m)\nĐáp số: 70 m", "70 km", "unit"),  # the number counts, not the step
        ("35 × 2 = 71 (m)\nĐáp số: 71 m", "70 km", "arithmetic"),  # another number
        ("12/15 + 6/15 = 18/15\nĐáp số: 18/15", "6/5", "unit"),  # the form
        ("12/15 + 6/15 = 18/15\nĐáp số: 18/30", "6/5", "plan"),
        # arithmetic
        ("35 × 2 = 80 (km)\nĐáp số: 80 km", "70 km", "arithmetic"),
        ("35 × 2 = 80 (km)\n80 - 1 = 79 (km)\nĐáp số: 79 km", "70 km", "arithmetic"),
        # plan
        ("35 + 2 = 37 (km)\nĐáp số: 37 km", "70 km", "plan"),  # every step holds
        ("x + 2 = 5\nĐáp số: 37 km", "70 km", "plan"),  # no step can be checked
        ("Đáp số: 37 km", "70 km", "plan"),  # no step at all
        ("35 × 2 = 70 (km)\nĐáp số: 77 km", "70 km", "plan"),  # copied wrongly
        ("Đáp số: -45", "45", "plan"),
        # layout
        ("35 × 2 = 70 (km)", "70 km", "layout"),  # right in any layout
        ("35 × 2 = 70", "70 km", "layout"),  # the right number; nothing declares a unit
        ("35 × 2 = 70 (m)", "70 km", "layout"),
        ("35 × 2 = 80 (km)", "70 km", "arithmetic"),  # a declaration would not mend it
        ("35 + 2 = 37 (km)", "70 km", "plan"),
        ("Mình không biết.", "70 km", "layout"),  # nothing to read
        ("", "70 km", "layout"),
        ("Đáp số: 70 km hoặc 80 km", "70 km", "layout"),
        ("Đáp số: 70 km. Nhầm rồi.", "70 km", "layout"),
    ],
)
def test_kinds_and_near_misses(text: str, gold: str, expected: Failure | None) -> None:
    assert kind(text, gold) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Số ki-lô-mét là: 35 × 2", "truncated"),
        ("35 × 2 = 70 (km)", "truncated"),  # the number is there, the declaration is cut off
        ("35 × 2 = 80 (km)\n80", "truncated"),
        ("", "truncated"),
        ("35 × 2 = 70 (km)\nĐáp số: 70 km\n\nBài tập tương tự: Có", None),
        ("35 + 2 = 37 (km)\nĐáp số: 37 km\n\nHy vọng", "plan"),
        ("35 × 2 = 80 (km)\nĐáp số: 80 km\n\nHy vọng", "arithmetic"),
        ("35 × 2 = 70\nĐáp số: 70 giờ\n\nHy vọng", "unit"),
    ],
)
def test_only_a_cut_answer_that_declares_nothing_is_truncated(
    text: str, expected: Failure | None
) -> None:
    assert kind(text, "70 km", finished=False) == expected
    assert kind(text, "70 km") != "truncated"


def test_without_the_layout_free_grade_nothing_declared_is_layout() -> None:
    assert kind("35 × 2 = 80 (km)", "70 km", lenient=False) == "layout"
    assert kind("35 × 2 = 80 (km)\nĐáp số: 80 km", "70 km", lenient=False) == "arithmetic"
    assert kind("35 × 2", "70 km", lenient=False, finished=False) == "truncated"


def test_an_opposite_direction_is_no_wrong_number() -> None:
    question = "Giá gạo tăng hay giảm bao nhiêu phần trăm?"
    assert kind("Đáp số: tăng 12%", "giảm 12%", question=question) == "unit"
    assert kind("Đáp số: giảm 12%", "giảm 12%", question=question) is None


def test_an_answer_without_a_number_is_no_matter_of_units() -> None:
    assert kind("Đáp số: thứ Sáu", "thứ Ba") == "plan"
    assert kind("3 + 4 = 8\nĐáp số: thứ Sáu", "thứ Ba") == "arithmetic"
    assert kind("Đáp số: 1 và 2", "3 và 4") == "plan"


def test_every_kind_has_a_meaning() -> None:
    assert tuple(MEANINGS) == FAILURES
