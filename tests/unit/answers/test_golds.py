"""Golds that teachers write: each is read right and told from its near misses, or refused.

A row is (gold, right answers, near misses, question). The answers follow "Đáp số: ".
"""

import pytest

from mathpal.answers import grade, normalise, parse_gold
from mathpal.answers.textual import judge_text
from mathpal.answers.writings import wants_letters
from mathpal.errors import DataError

Row = tuple[str, list[str], list[str]]

ROWS: list[Row] = [
    # dates
    ("ngày 20/4", ["ngày 20/4", "20/4", "ngày 20 tháng 4", "20/4/2024"],
     ["5", "ngày 4/20", "ngày 21/4", "ngày 20", "ngày 20/4 hoặc 21/4"]),
    ("Thứ Năm, ngày 9 tháng 3", ["thứ Năm, ngày 9/3", "Thứ 5 ngày 9 tháng 3", "ngày 9/3, thứ Năm"],
     ["thứ Sáu, ngày 9 tháng 3", "thứ Năm, ngày 10 tháng 3", "ngày 9 tháng 3", "thứ Năm"]),
    ("02/09/1945", ["ngày 2 tháng 9 năm 1945", "2/9/1945"], ["2/9", "9/2/1945", "2/9/1954"]),
    # times and ratios
    ("9:45", ["9 giờ 45 phút", "9:45", "9h45"], ["9 giờ 54 phút", "1 : 5"]),
    ("3:10", ["3 : 10", "6 : 20"], ["10 : 3", "3 giờ 10 phút"]),
    # roots, π, powers, letters
    ("√7", ["$\\sqrt{7}$", "x = √7", "√7"], ["7", "√8", "-√7", "√7 hoặc √8", "7√7"]),
    ("4\\sqrt{5}", ["$4\\sqrt{5}$", "4√5", "S = 4√5"], ["5", "4", "5√4", "√5", "4√7"]),
    ("√20", ["2√5", "√20"], ["√10", "4√5"]),
    ("12π cm", ["$12\\pi$ cm", "12π cm", "0,12π m"], ["12 cm", "12π", "12π cm²", "24π cm", "π cm"]),
    ("50√2 N", ["50√2 N", "$50\\sqrt{2}$ N"], ["50 N", "50√2", "25√2 N", "50√3 N"]),
    ("(-4)^2", ["(-4)^2", "$(-4)^{2}$"], ["-4", "-4^2", "4", "(-4)^3"]),
    ("(2/3)^4", ["$\\left(\\frac{2}{3}\\right)^4$"], ["(3/2)^4", "(2/3)^3", "2/3"]),
    ("πrl", ["$\\pi r l$", "π × r × l", "S = πrl"], ["πr²", "2πrl", "rl", "πr"]),
    ("2 + log_3 a", ["$2 + \\log_3 a$", "log_3 a + 2", "$\\log_{3} a + 2$"],
     ["2 - log_3 a", "2 log_3 a", "log_3 a", "2 + log_2 a"]),
    ("2x + 3", ["3 + 2x", "A = 2x + 3"], ["3", "2x - 3", "3x + 2", "2x"]),
    # both signs
    ("±8", ["±8", "x = ±8", "x = 8 hoặc x = -8", "8; -8"], ["8", "-8", "±9", "8; -9"]),
    # intervals, points, inequalities
    ("I(0; -2)", ["I(0; -2)", "I(0;-2)", "(0; -2)", "Tâm là I(0; -2)"],
     ["I(-2; 0)", "I(0; 2)", "J(0; -2)", "-2"]),
    ("[2; 5)", ["[2; 5)", "S = [2; 5)"], ["(2; 5)", "[2; 5]", "[2; 6)", "2; 5"]),
    ("x > 3", ["x > 3", "3 < x"], ["x > 5", "x < 3", "x ≥ 3", "3", ">"]),
    ("3 < x ≤ 5", ["3 < x ≤ 5", "$3 < x \\leq 5$"], ["3 < x < 5", "3 ≤ x ≤ 5", "3; 5"]),
    # words
    ("Minh", ["Minh", "bạn Minh", "Bạn cao nhất là Minh", "bạn Minh cao nhất"],
     ["Bình", "Minh hoặc Bình", "Bình cao hơn Minh", "không phải Minh"]),
    ("Hộp II", ["hộp II", "Hộp 2"], ["Hộp I", "Hộp III"]),
    ("Hàng phần mười", ["hàng phần mười"], ["hàng chục", "hàng phần trăm", "10"]),
    ("XXIV", ["XXIV", "24 = XXIV", "24 viết là XXIV"], ["XXVI", "24", "XIV", "XXIV hoặc XXVI"]),
    ("thế kỉ XX", ["thế kỷ XX", "thế kỉ 20"], ["thế kỉ XIX", "thế kỉ XXI"]),
    ("hình vuông", ["hình vuông"], ["hình tròn"]),
    # numbers
    ("1,(6)", ["1,(6)", "5/3"], ["1,6", "1,66", "6"]),
    ("5 chữ số 0", ["5 chữ số 0", "5", "5 chữ số"], ["0", "6 chữ số 0", "0 chữ số 5"]),
    ("a) 8; b) -5", ["a) 8; b) -5", "a) 8\nb) -5"], ["a) 8; b) 5", "a) -5; b) 8", "a) 8"]),
    ("\\max f = f(2) = 33", ["33", "max f = 33"], ["2", "-33"]),
    ("276,000 đồng", ["276 000 đồng", "276,000 đồng"], ["276 đồng"]),
    ("60^0", ["60°", "60 độ", "$60^0$", "60^o"], ["0", "6°", "30°"]),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "right", "near"), ROWS, ids=[row[0] for row in ROWS])
def test_a_gold_accepts_right_answers_only(gold: str, right: list[str], near: list[str]) -> None:
    read = parse_gold(gold)
    verdicts = {answer: grade(f"Đáp số: {answer}", read) for answer in (*right, *near)}
    assert {a: g.explanation for a, g in verdicts.items() if g.verdict == "correct"}.keys() == set(
        right
    )


@pytest.mark.parametrize(
    ("gold", "right", "near"),
    [
        ("(-∞; 1)", ["(-∞; 1)", "x < 1", "S = (-∞; 1)"], ["(-∞; 1]", "(1; +∞)", "1"]),
        ("(-∞; 1) \u222a (3; +∞)", ["x < 1 hoặc x > 3"], ["(1; 3)", "x < 1"]),
        ("A; D", ["A; D", "A và D", "D, A"], ["A", "A; C", "A; C; D", "A hoặc D"]),
    ],
)
def test_a_writing_is_judged_as_declared(gold: str, right: list[str], near: list[str]) -> None:
    assert parse_gold(gold).kind == "text"
    for answer in right:
        assert judge_text(normalise(answer), gold).verdict == "correct", answer
    for answer in near:
        assert judge_text(normalise(answer), gold).verdict != "correct", answer


def test_several_letters_are_told_from_one() -> None:
    assert wants_letters("A; D")
    assert not wants_letters("Minh")
    assert parse_gold("A").kind == "choice"


@pytest.mark.parametrize(
    "text",
    ["√x", "x ≥ y ≠ 5", "sin 30", "√7 + sin 2", "Chữ N", "6 hộp 4 cái bánh", "3√", "5 + ∞",
     "\\int 5", "2^999"],
)  # fmt: skip
def test_a_gold_that_would_be_misread_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        parse_gold(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Không", "yesno"), ("Đúng", "yesno"), ("A > B", "sign"), ("3 : 4", "ratio"),
     ("20/4", "fraction"),
     ("5 m", "quantity"), ("7h25", "time"), ("{2; 3}", "set"), ("2^3 . 5", "factors"),
     ("V", "text")],
)  # fmt: skip
def test_other_golds_keep_their_kind(text: str, kind: str) -> None:
    assert parse_gold(text).kind == kind
