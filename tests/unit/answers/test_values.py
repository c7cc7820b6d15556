"""The value level of the checker: direction, notation, restated givens, order, units of a question.

A row is (gold, right answers, near misses, question). The answers follow "Đáp số: ".
"""

import pytest

from mathpal.answers import grade, normalise, parse_gold
from mathpal.answers.asking import asked
from mathpal.answers.scalars import judge_number
from mathpal.answers.structured import judge_set
from mathpal.answers.textual import judge_text

Row = tuple[str, list[str], list[str], str | None]

LESS = "Giá giảm bao nhiêu phần trăm?"
OPEN = "Giá tăng hay giảm bao nhiêu phần trăm?"
SORTED = "Viết các phân số sau theo thứ tự từ bé đến lớn."
DIRECTIONS: list[Row] = [
    ("giảm 12%", ["giảm 12%", "12%", "Giá giảm đi 12%"],
     ["tăng 12%", "giảm 13%", "không giảm 12%", "tăng hoặc giảm 12%"], None),
    ("12%", ["giảm 12%", "12%"], ["tăng 12%"], LESS),
    ("giảm 12%", ["giảm 12%"], ["12%", "tăng 12%"], OPEN),
    ("giảm 1,5 lần", ["giảm 1,5 lần"], ["tăng 1,5 lần", "giảm 1,5 lần hoặc tăng 1,5 lần"], None),
    ("lỗ 45 000 đồng", ["lỗ 45 000 đồng", "cửa hàng lỗ 45 000 đồng", "45 000 đồng"],
     ["lãi 45 000 đồng", "cửa hàng lãi được 45 000 đồng"], None),
    ("thiếu 4 quyển", ["thiếu 4 quyển", "4 quyển"], ["thừa 4 quyển", "thiếu 5 quyển"], None),
    ("nhiều hơn 5 viên", ["nhiều hơn 5 viên", "5 viên"], ["ít hơn 5 viên"], None),
    ("kém 5 viên", ["kém 5 viên", "ít hơn 5 viên"], ["hơn 5 viên"], None),
    ("chậm 5 phút", ["chậm 5 phút"], ["nhanh 5 phút"], None),
    ("lên 3 tầng", ["đi lên 3 tầng", "lên 3 tầng"], ["đi xuống 3 tầng"], None),
    ("5 km về phía Bắc", ["5 km về phía Bắc", "5 km"], ["5 km về phía Nam"], None),
    ("12 bạn nam", ["12 bạn nam", "12 bạn", "12"], ["12 bạn nữ"], None),
    ("-45", ["A = -45"], ["A = -(-45)", "A = 45"], None),
    ("45", ["45"], ["A = -(-45)"], None),
    ("2^5", ["2^5"], ["$-2^5$", "(-2)^5", "2^6", "5^2"], None),
    ("(-2)^5", ["(-2)^5", "$(-2)^{5}$"], ["-2^5", "2^5"], None),
    ("6 hộp", ["6 hộp", "6 hộp bánh", "6"], ["6 hộp 4 cái bánh", "6 hộp và 4 cái bánh"], None),
    ("12 bạn", ["12 bạn"], ["12 bạn 5 thầy cô"], None),
]  # fmt: skip
NOTATION: list[Row] = [
    ("-7/18", ["$\\frac{-7}{18}$", "$-\\frac{7}{18}$", "$\\frac{7}{-18}$", "(-7)/18", "-7/18"],
     ["$\\frac{7}{18}$", "$\\frac{-7}{-18}$", "$-\\frac{-7}{18}$", "7/18"], None),
    ("$\\frac{-5}{9}$", ["$-\\frac{5}{9}$"], ["$\\frac{5}{9}$"], None),
    ("31 °C", ["$31^\\circ\\text{C}$", "31oC", "$31^oC$", "$31^{\\circ}C$"],
     ["$-31^0C$", "31°"], None),
    ("-4 °C", ["$-4^0C$", "-4 độ C"], ["$4^0C$", "-4"], None),
    ("72°", ["$72^o$", "$72^0$", "72o", "$72^\\circ$"], ["720", "72", "$27^0$"], None),
    ("2^4 × 7", ["2^4 . 7", "$112 = 2^4 \\cdot 7$", "2^4.7"], ["2^4 . 5", "2^3 . 7", "112"], None),
    ("2^4 . 7", ["2^4 × 7", "2^4 . 7"], ["2^4", "7"], None),
    ("56", ["x = 2^3 . 7 = 56"], ["x = 2^3 . 7 = 65"], None),
    ("7/1000", ["$\\frac{7}{10^3}$", "0,007"], ["$\\frac{7}{10^2}$", "7/10"], None),
    ("1/8", ["P = 0.125 = 12.5\\%", "0,125"], ["P = 0.125 = 1.25\\%", "12,5%"], None),
    ("12,5%", ["P = 0,125 = 12,5%"], ["P = 0,125"], None),
    ("1 000 m", ["1 nghìn mét", "1 km là 1 nghìn mét"], ["1 mét", "2 nghìn mét"], None),
    ("5000 người", ["5 nghìn người"], ["5 người", "50 nghìn người"], None),
    ("25 000 đồng", ["25 nghìn", "25 nghìn đồng", "25,000 đồng"], ["25 đồng", "25,00 đồng"], None),
    ("8 500 đồng", ["8 500 đồng/kg", "8 500 đồng một quyển"], ["8 500", "85 000 đồng/kg"], None),
    ("8 500 đồng/kg", ["8 500 đồng", "8 500 đồng/kg"], ["8 500 đồng/tạ", "8 500 kg"], None),
    ("60 km", ["60 km"], ["60 km/lít", "60 km/giờ"], None),
    ("240", ["240 m", "240"], ["240 km", "0,24 km"], "Cây cầu dài thật là … m."),
    ("276000", ["276,000", "276 000"], ["276,5", "276"], None),
    ("276", ["276,000", "276"], ["276 000"], None),
    ("12345", ["12 345"], ["12,345"], None),
]  # fmt: skip
GIVENS: list[Row] = [
    ("8", ["ƯCLN(24, 40) = 8", "ƯCLN(24; 40) là 8", "(24, 40) = 8", "8 là ƯCLN của 24 và 40"],
     ["ƯCLN(24, 40) = 4", "8; 24"], None),
    ("60", ["BCNN(12; 20) = 60", "BCNN của 12 và 20 là 60", "BCNN của 12, 20 là: 60"],
     ["BCNN của 12 và 20 là 240", "12; 60", "số bé 12, số lớn là 60", "12 và số kia là 60"], None),
    ("{1; 5}", ["các ước của 5 là: 1; 5", "Ư(5) = {1; 5}"], ["các ước của 5 là: 5", "1"], None),
    ("5 200", ["số 5 167 làm tròn đến hàng trăm được 5 200"], ["5 167 làm tròn được 5 100"], None),
    ("8 (dư 3)", ["59 : 7 được thương là 8, số dư là 3", "59 chia 7 được 8 dư 3"],
     ["59 : 7 được thương là 8, số dư là 4", "59 : 7 được thương là 9, số dư là 3"], None),
    ("7 chiếc bánh", ["mỗi bạn có thể làm thêm 7 chiếc bánh"],
     ["có thể là 7 chiếc bánh"], None),
    ("47 000 đồng", ["tổng số tiền là 40 000 + 7 000 = 47 000 đồng"],
     ["40 000 + 7 000 đồng"], None),
    ("Số lớn: 26; số bé: 11", ["hai số có tổng 37 là 26 và 11"],
     ["hai số có tổng 37 là 11 và 26"], None),
    ("Sai", ["Nhận định này **sai** vì kết quả đúng là 4%"],
     ["Nhận định này đúng vì 4% là sai"], None),
    ("17 và 31", ["17 và 31", "31; 17"], ["17 hoặc 31", "17 hay 31"], None),
    ("3; 8", ["x = 3 hoặc x = 8", "3 hoặc 8"], ["x = 3"], "Tìm x, biết (x - 3) × (x - 8) = 0."),
]  # fmt: skip
ROWS = [*DIRECTIONS, *NOTATION, *GIVENS]


@pytest.mark.parametrize(
    ("gold", "right", "near", "question"), ROWS, ids=[f"{r[0]} {i}" for i, r in enumerate(ROWS)]
)
def test_right_answers_are_told_from_near_misses(
    gold: str, right: list[str], near: list[str], question: str | None
) -> None:
    read = parse_gold(gold)
    got = {a: grade(f"Đáp số: {a}", read, question=question) for a in (*right, *near)}
    assert {a for a, g in got.items() if g.verdict == "correct"} == set(right), got


@pytest.mark.parametrize(
    ("question", "text", "verdict"),
    [
        (SORTED, "3/8; 5/8; 7/8", "correct"), (SORTED, "3/8 < 5/8 < 7/8", "correct"),
        (SORTED, "7/8; 5/8; 3/8", "wrong"), (SORTED, "7/8 > 5/8 > 3/8", "wrong"),
        ("Tìm các phân số.", "7/8; 5/8; 3/8", "correct"), (SORTED, "3/8; 5/8", "wrong"),
    ],
)  # fmt: skip
def test_order_counts_if_it_is_asked_for(question: str, text: str, verdict: str) -> None:
    gold = parse_gold("3/8; 5/8; 7/8")
    assert judge_set(normalise(text), gold, asked(question)).verdict == verdict


@pytest.mark.parametrize(
    ("question", "working", "lenient", "verdict"),
    [
        ("Hỏi hết bao nhiêu phút?", "", False, "wrong_unit"),
        ("Hỏi hết bao nhiêu phút?", "", True, "correct"),
        ("Hỏi hết bao nhiêu phút?", "45 × 2 = 90 (phút)", False, "correct"),
        ("Hỏi hết bao nhiêu phút?", "45 × 2 = 80 (phút)", False, "wrong_unit"),
        ("Hỏi hết bao nhiêu giờ?", "", True, "wrong_unit"),
        ("Tính thời gian (viết số đo bằng phút).", "", True, "correct"),
        ("Tính thời gian.", "45 × 2 = 90 (phút)", True, "wrong_unit"),
    ],
)
def test_a_bare_number_needs_the_unit_in_the_question_and_in_the_working(
    question: str, working: str, lenient: bool, verdict: str
) -> None:
    gold, asks = parse_gold("90 phút"), asked(question)
    got = judge_number("90", gold, asks, strong=True, lenient=lenient, working=working)
    assert got.verdict == verdict
    wrong = judge_number("80", gold, asks, strong=True, lenient=lenient, working=working)
    assert wrong.verdict == "wrong"


@pytest.mark.parametrize(
    ("gold", "working", "verdict"),
    [
        ("12345", "1,000,000 - 987,655 = 12,345", "correct"),
        ("12,345", "1,000,000 - 987,655 = 12,345", "wrong"),
        ("12345", "2,5 × 4,938 = 12,345", "wrong"),
        ("12,345", "2,5 × 4,938 = 12,345", "correct"),
        ("276", "0.5 × 552,000 = 276,000", "wrong"),
        ("276000", "0.5 × 552,000 = 276,000", "correct"),
    ],
)
def test_the_habit_of_the_text_decides_what_a_comma_is(
    gold: str, working: str, verdict: str
) -> None:
    text = working[working.rfind("=") + 2 :]
    got = judge_number(text, parse_gold(gold), asked(None), strong=True, working=working)
    assert got.verdict == verdict


def test_the_other_extreme_of_a_question_is_wrong() -> None:
    asks = asked("Ai cao nhất?")
    assert judge_text("bạn Minh cao nhất", "Minh", asks).verdict == "correct"
    assert judge_text("Minh là bạn cao nhất", "Minh", asks).verdict == "correct"
    assert judge_text("bạn Minh thấp nhất", "Minh", asks).verdict != "correct"
    assert judge_text("bạn Minh không cao nhất", "Minh", asks).verdict != "correct"
