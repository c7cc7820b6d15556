"""The answer checker: every table is named after the near miss that it pins down.

To add a case, add a row (response, gold, verdict) to its table, or a table; the kind of the gold
and the question are the optional fourth and fifth member.
"""

import json
import time
import unicodedata
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathpal.answers import KINDS, VERDICTS, declared_answer, grade, normalise, parse_gold
from mathpal.errors import DataError

EXAMS = Path(__file__).parents[3].parent / "shared" / "data" / "exams" / "train.json"
CHOICES = "Chu vi là: A. 10 cm B. 12 cm C. 14 cm D. 16 cm"
PAIR = "Số lớn: 30; số bé: 20"
BALLS = "An: 12 viên bi; Bình: 8 viên bi"

Row = tuple[str, ...] | tuple[str | None, ...]

TABLES: dict[str, list[Row]] = {
    "equivalent unit": [
        ("Đáp số: 3600 cm", "36 m", "correct"),
        ("Đáp số: 1,5 km", "1500 m", "correct"),
        ("Đáp số: 3 m 25 cm", "325 cm", "correct"),
        ("Đáp số: 5 km 200 m", "5,2 km", "correct"),
        ("Đáp số: 5 dm3", "5 lít", "correct"),
        ("Đáp số: 5 km²", "500 ha", "correct"),
        ("Đáp số: 10 m/giây", "36 km/giờ", "correct"),
        ("Đáp số: 36 km/h", "36 km/giờ", "correct"),
        ("Đáp số: 60 km / giờ", "60 km/giờ", "correct"),
        ("Đáp số: 60 ki-lô-mét trên giờ", "60 km/giờ", "correct"),
        ("Đáp số: 25 nghìn đồng", "25.000 đồng", "correct"),
        ("Đáp số: 12000đ", "12000 đồng", "correct"),
        ("Đáp số: 3 tạ", "300 kg", "correct"),
        ("Đáp số: 36 m hay 3600 cm", "36 m", "correct"),
    ],
    "same number, other unit of the dimension": [
        ("Đáp số: 36 km", "36 m", "wrong"),
        ("Đáp số: 12 đồng", "12000 đồng", "wrong"),
        ("Đáp số: 1 giờ", "90 phút", "wrong"),
    ],
    "missing or incompatible measure unit": [
        ("Đáp số: 70", "70 km", "wrong_unit"),
        ("Đáp số: 70 kg", "70 km", "wrong_unit"),
        ("Đáp số: 60 km", "60 km/giờ", "wrong_unit"),
        ("Đáp số: 70 m", "70 m²", "wrong_unit"),
        ("Đáp số: 12000", "12000 đồng", "wrong_unit"),
        ("Đáp số: 72 đồng chí", "72 đồng", "wrong_unit"),
        ("Đáp số: 37°", "37 °C", "wrong_unit"),
        ("Đáp số: 12 kg", "12 quyển", "wrong_unit"),
        ("Đáp số: 30 m", "30", "wrong_unit"),
        ("Đáp số: 71", "70 km", "wrong"),
    ],
    "counting word": [
        ("Đáp số: 12", "12 quyển", "correct"),
        ("Đáp số: 12 cái", "12 quyển", "correct"),
        ("Đáp số: là 12 quyển vở", "12 quyển", "correct"),
        ("Đáp số: 12 quyển", "12", "correct"),
        ("Đáp số: 13 quyển", "12 quyển", "wrong"),
        ("Đáp số: 12 học sinh, trong đó có 5 nữ", "12 học sinh", "correct"),
        ("Đáp số: Lớp 5A có 32 học sinh", "32 học sinh", "correct"),
    ],
    "unit asked by the question": [
        ("Đáp số: 3600", "3600 cm", "correct", None, "36 m = … cm"),
        ("Đáp số: 3600 cm", "3600", "correct", None, "36 m = ... cm"),
        ("Đáp số: 36 m", "3600 cm", "wrong_unit", None, "36 m = ... cm"),
        ("Đáp số: 30 cm²", "30", "correct", None, "Diện tích là bao nhiêu cm<sup>2</sup>?"),
        ("Đáp số: 30 m", "30", "wrong_unit", None, "Diện tích là bao nhiêu cm<sup>2</sup>?"),
    ],
    "percent against number": [
        ("Đáp số: 28%", "28 %", "correct"),
        ("Đáp số: 20 phần trăm", "20%", "correct"),
        ("Đáp số: 28", "28%", "wrong_unit"),
        ("Đáp số: 0,28", "28%", "wrong_form"),
        ("Đáp số: 1/5", "20%", "wrong_form"),
        ("Đáp số: 28%", "0,28", "wrong_form"),
        ("Đáp số: 28%", "28", "wrong_unit"),
    ],
    "thousands against decimals": [
        ("Đáp số: 12 345", "12345", "correct", "integer"),
        ("Đáp số: 12.345", "12345", "correct", "integer"),
        ("Đáp số: 12,345", "12345", "wrong", "integer"),
        ("Đáp số: 12.345", "12,345", "correct", "decimal"),
        ("Đáp số: 12.345", "12345 km", "wrong_unit"),
        ("Đáp số: 1.500 m", "1,5 km", "correct"),
        ("Đáp số: 25 000 đồng", "25.000 đồng", "correct"),
        ("Đáp số: 1.234,5", "1234,5", "correct"),
        ("Đáp số: 1 000 000", "1000000", "correct"),
        ("Đáp số: 10 000 00", "1000000", "multiple_answers"),
        ("Đáp số: 1.250.000 đồng", "1250000 đồng", "correct"),
        ("Đáp số: 12.000", "12", "wrong"),
        ("Đáp số: 37.5", "37,5", "correct"),
    ],
    "lost or added sign": [
        ("Đáp số: -5", "5", "wrong"),
        ("Đáp số: 5", "-5", "wrong"),
        ("Đáp số: – 5 °C", "-5 °C", "correct"),
        ("Đáp số: −5", "-5", "correct"),
        ("Đáp số: âm 5 độ C", "-5 °C", "correct"),
        ("Đáp số: (-5)", "-5", "correct"),
        ("Đáp số: -70 km", "70 km", "wrong"),
        ("Đáp số: -3/4", "3/4", "wrong"),
        ("Đáp số:\n- 70 km", "70 km", "correct"),
        ("Đáp số:\n-70 km", "70 km", "wrong"),
        ("Đáp số:\n- 5", "-5", "wrong"),
        ("Đáp số: - 5", "-5", "correct"),
    ],
    "fractions and mixed numbers": [
        ("Đáp số: $\\frac{3}{4}$", "3/4", "correct"),
        ("Đáp số: $\\dfrac{{11}}{{4}}$", "11/4", "correct"),
        ("Đáp số: $2\\frac{4}{9}$", "22/9", "correct"),
        ("Đáp số: 3 và 1/2", "3 1/2", "correct"),
        ("Đáp số: 3,5", "3 1/2", "correct"),
        ("Đáp số: 0,75", "3/4", "correct"),
        ("Đáp số: 4/3", "3/4", "wrong"),
        ("Đáp số: 10/11", "10", "wrong"),
        ("Đáp số: 6/8", "3/4", "wrong_form"),
        ("Đáp số: 6/8", "3/4", "wrong_form", None, "Rút gọn phân số 6/8"),
        ("Đáp số: 0,75", "3/4", "wrong_form", None, "Kết quả là phân số tối giản nào?"),
        ("Đáp số: 3/4", "0,75", "wrong_form", None, "Viết 3/4 dưới dạng số thập phân"),
        ("Đáp số: $1{,}5$", "1,5", "correct"),
        ("Đáp số: 1/2 giờ", "30 phút", "correct"),
    ],
    "hedges": [
        ("Đáp số: 10 hoặc 11", "10", "multiple_answers"),
        ("Đáp số: 10 hoặc 11 hoặc 12", "12", "multiple_answers"),
        ("Đáp số: 10 hay là 11", "10", "multiple_answers"),
        ("Đáp số: 10 or 11", "10", "multiple_answers"),
        ("Đáp số: 10 (hoặc 11)", "10", "multiple_answers"),
        ("Đáp số: 10\nhoặc 11", "10", "multiple_answers"),
        ("Đáp số: 10; 11; 12", "12", "multiple_answers"),
        ("Đáp số: 10, 11", "10", "multiple_answers"),
        ("Đáp số: 10 và 11", "10", "multiple_answers"),
        ("Đáp số: 10 11", "10", "multiple_answers"),
        ("Đáp số: một trong các số 10, 11, 12", "12", "multiple_answers"),
        ("Đáp số: 70 km, 70 kg, 70 lít", "70 km", "multiple_answers"),
        ("Đáp số: 12 quả cam và 5 quả táo", "12 quả cam", "multiple_answers"),
        ("Vậy có 12 hoặc 13 bạn.", "12 bạn", "multiple_answers"),
        ("Đáp số: khoảng 70 km", "70 km", "ambiguous"),
        ("Đáp số: không phải 70 km", "70 km", "ambiguous"),
        ("Đáp số: hơn 70 km", "70 km", "ambiguous"),
        ("Đáp số: 70 km hoặc hơn", "70 km", "ambiguous"),
        ("Đáp số: 70 km?", "70 km", "ambiguous"),
        ("Đáp số: 70…", "70", "ambiguous"),
        ("Đáp số: x > 5", "5", "ambiguous"),
        ("Đáp số: 10-11", "10", "wrong_form"),
        ("Đáp số: 7 hoặc 7", "7", "correct"),
        ("Đáp số: nhiều hơn 5 viên", "5 viên", "ambiguous"),
        ("Đáp số: nhiều hơn 5 viên", "5 viên", "correct", None, "An hơn Bình mấy viên?"),
    ],
    "rounded gold": [
        ("Đáp số: 42,86%", "≈ 42,86%", "correct"),
        ("Đáp số: khoảng 42,857%", "khoảng 42,86%", "correct"),
        ("Đáp số: 43%", "khoảng 42,86%", "wrong"),
        ("Đáp số: 42,857%", "42,86%", "wrong"),
    ],
    "encodings": [
        ("Đáp số: 62cm<sup>2</sup></strong>", "62 cm²", "correct"),
        ("Đáp&nbsp;số:&nbsp;62&nbsp;cm$^2$", "62 cm²", "correct"),
        ("Đáp\u00a0số: 62 cm2", "62 cm²", "correct"),
        ("**Đáp số:** 70 km", "70 km", "correct"),
        ("<strong>Đáp số: 70 km</strong>", "70 km", "correct"),
        ("ĐÁP SỐ: 70 KM", "70 km", "correct"),
        ("Dap so: 70 km", "70 km", "correct"),
        ("Ðáp số: 70 km", "70 km", "correct"),
        ("Đáp số: 25\\,000", "25000", "correct"),
        ("Đáp số: 70 km<end_of_turn>", "70 km", "correct"),
        ("\\boxed{70 \\text{ km}}", "70 km", "correct"),
        ("$\\boxed{\\frac{3}{4}}$", "3/4", "correct"),
    ],
    "where the declaration starts and ends": [
        ("Đáp số: x = 12", "12", "correct"),
        ("Đáp số: 12 + 3 = 15", "15", "correct"),
        ("Đáp số: 2 × 35 = 70 (km)", "70 km", "correct"),
        ("Đáp số : 70 km", "70 km", "correct"),
        ("Đáp số:\n70 km", "70 km", "correct"),
        ("Vậy đáp số là: 70 km.", "70 km", "correct"),
        ("Đáp số: 70 km (Lưu ý: 1 giờ = 60 phút)", "70 km", "correct"),
        ("Đáp số: 70 km, sau 2 giờ", "70 km", "correct"),
        ("Đáp số: 70 km\nKiểm tra: 35 × 2 = 80", "70 km", "correct"),
        ("Đáp số: 70 km. Vậy là xong bài 2.", "70 km", "correct"),
        ("Đáp số: 70 km.\nVậy sau 2 giờ hai xe gặp nhau.", "70 km", "correct"),
        ("Đáp số: 70 km\nChọn C", "70 km", "correct"),
        ("Vậy sau 3 giờ, người đó đi được quãng đường 120 km.", "120 km", "correct"),
        ("Vậy khi tuổi mẹ gấp 2 lần tuổi con thì con 24 tuổi.", "24 tuổi", "correct"),
        ("Vậy số 2020 là số hạng thứ 505 của dãy.", "505", "correct"),
        ("Vậy phân số thứ 15 trong dãy trên là 5/6", "5/6", "correct"),
        ("Kết quả: 42", "42", "correct"),
        ("35 × 2 = 70", "70", "no_answer"),
        ("70 km", "70 km", "no_answer"),
        ("Đáp số: 12 + 3", "15", "wrong_form"),
        ("Đáp số: 12:3", "4", "wrong_form"),
        ("Đáp số: 25x", "25", "no_answer"),
        ("Đáp số: 5²", "5", "no_answer"),
        ("Đáp số: bảy mươi km", "70 km", "no_answer"),
    ],
    "two declarations": [
        ("Đáp số: 70 km\n\nĐáp số: 70 km", "70 km", "correct"),
        ("Đáp số: 70 km\nĐáp số: 80 km", "80 km", "multiple_answers"),
        ("Đáp số: 70 km\nĐáp số: 80 km", "70 km", "multiple_answers"),
        ("Đáp số: 70 km. Vậy quãng đường dài là 80 km.", "70 km", "multiple_answers"),
        ("Vậy một giờ đi 35 km.\nVậy hai giờ đi 70 km.", "70 km", "correct"),
        ("Chọn B\nChọn C", "C", "multiple_answers"),
    ],
    "times": [
        ("Đáp số: 7 giờ 25 phút", "445 phút", "correct"),
        ("Đáp số: 7h25p", "445 phút", "correct"),
        ("Đáp số: 9:24", "9 giờ 24 phút", "correct"),
        ("Đáp số: 1,5 giờ", "90 phút", "correct"),
        ("Đáp số: 2 giờ rưỡi", "150 phút", "correct"),
        ("Đáp số: 8 giờ kém 15 phút", "7 giờ 45 phút", "correct"),
        ("Đáp số: 2 giờ chiều", "14 giờ", "correct"),
        ("Đáp số: 2 giờ sáng", "14 giờ", "wrong"),
        ("Đáp số: 7 giờ 52 phút", "7 giờ 25 phút", "wrong"),
        ("Đáp số: 445", "445 phút", "wrong_unit"),
    ],
    "swapped or incomplete pairs": [
        ("Đáp số: Số lớn 30, số bé 20", PAIR, "correct"),
        ("Đáp số: 30; 20", PAIR, "correct"),
        ("Đáp số: Hai số đó là 30 và 20", PAIR, "correct"),
        ("Đáp số: số bé: 20; số lớn: 30", PAIR, "correct"),
        ("Đáp số:\n- Số lớn: 30\n- Số bé: 20", PAIR, "correct"),
        ("Vậy số lớn là 30, số bé là 20.", PAIR, "correct"),
        ("Đáp số: Số thứ nhất: 30; số thứ hai: 20", PAIR, "correct"),
        ("Đáp số: số bé: 30; số lớn: 20", PAIR, "wrong"),
        ("Đáp số: 20; 30", PAIR, "wrong"),
        ("Đáp số: Số lớn: 30", PAIR, "wrong"),
        ("Đáp số: Số lớn: 30; số bé: 20; hiệu: 10", PAIR, "wrong"),
        ("Đáp số: 30 hoặc 20", PAIR, "multiple_answers"),
        ("Đáp số: An có 12 viên bi, Bình có 8 viên bi", BALLS, "correct"),
        ("Đáp số: 12 và 8", BALLS, "correct"),
        ("Đáp số: An: 8 viên bi; Bình: 12 viên bi", BALLS, "wrong"),
        ("Đáp số: 14 con chó, 22 con gà", "Gà: 22 con; chó: 14 con", "correct"),
        ("Đáp số: 14 con gà, 22 con chó", "Gà: 22 con; chó: 14 con", "wrong"),
        ("Đáp số: rộng 10 m, dài 20 m", "Chiều dài: 20 m; chiều rộng: 10 m", "correct"),
        ("Đáp số: dài 20, rộng 10", "Chiều dài: 20 m; chiều rộng: 10 m", "wrong_unit"),
        ("Đáp số: Can 2: 4 lít; Can 1: 6 lít", "Can 1: 4 lít; Can 2: 6 lít", "wrong"),
        ("Đáp số: 3/4 và 2/3", "9/12; 8/12", "wrong_form", "pair"),
        ("Đáp số: 30 và 20 cm", "30 cm; 20 cm", "correct", "pair"),
        ("Đáp số: a) 150 cm², b) 50 cm.", "a) 150 cm²; b) 50 cm", "correct"),
    ],
    "sets and lists": [
        ("Đáp số: 3, 6, 9", "{9; 6; 3}", "correct"),
        ("Đáp số: 2,3,5", "{2; 3; 5}", "correct"),
        ("Đáp số: A = {2; 3; 5}", "{5; 3; 2}", "correct"),
        ("Đáp số: x = 3 hoặc x = 5", "{3; 5}", "correct"),
        ("Đáp số: 3; 6", "{9; 6; 3}", "wrong"),
        ("Đáp số: 2; 3; 5; 7", "{5; 3; 2}", "wrong"),
        ("Đáp số: 2/3; 3/4; 5/6", "2/3 < 3/4 < 5/6", "correct", "list"),
        ("Đáp số: 5/6; 3/4; 2/3", "2/3 < 3/4 < 5/6", "wrong", "list"),
        ("Đáp số: 2/3 > 3/4 > 5/6", "2/3 < 3/4 < 5/6", "wrong", "list"),
    ],
    "remainders and ratios": [
        ("Đáp số: 7 dư 2", "7 (dư 2)", "correct"),
        ("Đáp số: thương là 7, số dư là 2", "7 (dư 2)", "correct"),
        ("Đáp số: 23 : 3 = 7 (dư 2)", "7 (dư 2)", "correct"),
        ("Đáp số: 2 dư 7", "7 (dư 2)", "wrong"),
        ("Đáp số: 7", "7 (dư 2)", "wrong"),
        ("Đáp số: 7 dư 2 hoặc 7 dư 1", "7 (dư 2)", "multiple_answers"),
        ("Đáp số: 3/4", "3 : 4", "correct"),
        ("Đáp số: tỉ số là 6 : 8", "3 : 4", "correct"),
        ("Đáp số: 4 : 3", "3 : 4", "wrong"),
        ("Đáp số: 2 : 5 : 3", "2 : 3 : 5", "wrong"),
        ("Đáp số: 1 : 1 000 000", "1 : 1.000.000", "correct"),
    ],
    "comparison signs": [
        ("Đáp số: <", "<", "correct"),
        ("Đáp số: 345 &lt; 354", "<", "correct"),
        ("Vậy 345 < 354", "<", "correct"),
        ("Đáp số: 345 bé hơn 354", "<", "correct"),
        ("Đáp số: >", "<", "wrong"),
        ("Đáp số: <, >, =", "<", "multiple_answers"),
        ("Đáp số: 354 > 345", "<", "correct", "sign", "Điền dấu: 345 ... 354"),
        ("Đáp số: 354 < 345", "<", "wrong", "sign", "Điền dấu: 345 ... 354"),
        ("Đáp số: B < A", "A > B", "correct"),
        ("Đáp số: B > A", "A > B", "wrong"),
    ],
    "options": [
        ("Chọn B", "B", "correct"),
        ("Vậy đáp án đúng là: B.", "B", "correct"),
        ("Đáp án: **B**", "B", "correct"),
        ("Đáp án: b", "B", "correct"),
        ("Đáp án: B. 12 cm", "B", "correct"),
        ("Đáp án: B. 12 cm", "12 cm", "correct"),
        ("Đáp số: 6,65 tạ\nChọn C", "C", "correct"),
        ("Chọn B vì A không đúng", "B", "correct"),
        ("Đáp án: C", "B", "wrong"),
        ("Chọn A hoặc B", "B", "multiple_answers"),
        ("Chọn A, B", "A", "multiple_answers"),
        ("Đáp số: 12 cm", "B", "correct", None, CHOICES),
        ("Đáp số: 14 cm", "B", "wrong", None, CHOICES),
        ("Chọn B", "12 cm", "correct", None, CHOICES),
        ("Đáp số: 12 cm", "B", "no_answer"),
    ],
    "yes and no": [
        ("Đáp số: Đúng", "đúng", "correct"),
        ("Đáp số: Không đủ", "không", "correct"),
        ("Vậy bạn An nói sai.", "sai", "correct"),
        ("Đáp số: Có", "không", "wrong"),
        ("Đáp số: có hoặc không", "có", "ambiguous"),
        ("Đáp số: tùy", "có", "ambiguous"),
    ],
}
CASES = [
    pytest.param(*(row + (None, None))[:5], id=f"{name}: {row[0]!a} / {row[1]!a}")
    for name, rows in TABLES.items()
    for row in rows
]

GARBAGE = [
    "", " ", "\n", "\x00", "\ud800", "Đáp số:", "Đáp số: ", "Đáp số: 1/0", "Đáp số: ,",
    "Đáp số: .", "Đáp số: " + "9" * 9_000, "\\boxed{", "\\boxed{{{{", "\\frac{1}{",
    "Chọn", "Chọn ", "Vậy", "=",
    "Đáp số: ٣", "Đáp số: 1e400", "Đáp số: nan", "Đáp số: inf", "Đáp số: $", "Đáp số: {",
    "Đáp số: :", "Đáp số: İ", "Ph©n lo¹i", "Đáp số: 🙂",
]  # fmt: skip
GOLDS = {
    "integer": "70", "decimal": "1,5", "fraction": "3/4", "mixed": "2 4/9", "percent": "28%",
    "quantity": "70 km", "time": "7 giờ 25 phút", "ratio": "3 : 4", "pair": PAIR,
    "list": "2/3 < 3/4 < 5/6", "remainder": "7 (dư 2)", "set": "{2; 3; 5}", "sign": "<",
    "choice": "B", "yesno": "có", "text": "thứ Ba", "pattern": "52x4", "factors": "2³ × 5",
    "parts": "a) 12 cm; b) Đúng",
}  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(("response", "gold", "verdict", "kind", "question"), CASES)
def test_verdict(
    response: str, gold: str, verdict: str, kind: str | None, question: str | None, form: str
) -> None:
    read = parse_gold(unicodedata.normalize(form, gold), kind)  # type: ignore[arg-type]
    got = grade(unicodedata.normalize(form, response), read, question=question)  # type: ignore[arg-type]
    assert got.verdict == verdict, got


@pytest.mark.parametrize("kind", KINDS)
def test_a_gold_declared_as_written_is_correct(kind: str) -> None:
    gold = parse_gold(GOLDS[kind], kind)
    assert gold.kind == kind
    assert grade(f"Bài giải\n1 + 1 = 2\nĐáp số: {GOLDS[kind]}", gold).verdict == "correct"


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in ("mixed", "list", "pattern")])
def test_the_kind_of_a_gold_is_inferred(kind: str) -> None:
    assert parse_gold(GOLDS[kind]).kind == kind


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_never_scores_and_never_raises(kind: str, text: str) -> None:
    gold = parse_gold(GOLDS[kind], kind)
    for lenient in (False, True):
        got = grade(text, gold, question=text, lenient=lenient)
        assert got.verdict in VERDICTS
        assert got.verdict != "correct"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", None), ("Chữ N", None), ("không số", "integer"), ("1,5", "integer"),
        ("3/4", "decimal"), ("28", "percent"), ("70", "quantity"), ("70 km", "time"),
        ("30", "pair"), ("7", "remainder"), ("12 + 3", None), ("10 11", None),
        ("Ph©n lo¹i 3", None), ("G", "choice"), ("< >", "sign"),
        ("5/0", None), ("9" * 2_000, None), ("0 : 4", "ratio"), ("{}", "set"), ("70", "nothing"),
    ],
)  # fmt: skip
def test_an_unreadable_gold_raises(text: str, kind: str | None) -> None:
    with pytest.raises(DataError):
        parse_gold(text, kind)


def test_the_message_of_a_bad_gold_says_what_was_given_and_how_to_fix_it() -> None:
    with pytest.raises(DataError, match=r"'Chữ N'.*[Ee]xpected.*fix the row"):
        parse_gold("Chữ N")


def test_a_gold_carries_its_type() -> None:
    gold = parse_gold("36 km/h")
    assert gold.value == 36
    assert (gold.kind, gold.unit, gold.dimension) == ("quantity", "km/giờ", "speed")
    assert parse_gold("12.345", "decimal").value == Fraction(12345, 1000)
    assert parse_gold("12.345", "integer").value == 12345
    assert [q.label for q in parse_gold(PAIR).parts] == ["Số lớn", "số bé"]


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("35 × 2 = 70 (km)\nĐáp số: 70 km.", "70 km"),
        ("Đáp số: 448000 cm<sup>3</sup>", "448000 cm³"),
        ("Đáp số: 48m<sup>2</sup>\xa0\xa0(0,25 điểm)", "48m²"),
        ("Đáp số: a) 9 giờ 24 phút\nb) 70 km", "a) 9 giờ 24 phút; b) 70 km"),
        ("Đáp số: 6,65 tạ\nChọn<strong> B</strong>", "B"),
        ("Vậy số cần tìm là 944.", "944"),
        ("\\boxed{12}", "12"),
        ("3 + 4 = 7", None),
        ("Đáp số:", None),
        ("", None),
    ],
)
def test_declared_answer(text: str, declared: str | None) -> None:
    assert declared_answer(text) == declared


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("cm<sup>2</sup>", "cm²"), ("cm^2", "cm²"), ("cm$^{2}$", "cm²"), ("a&nbsp;b", "a b"),
        ("$1{,}5$", "1,5"), ("–5", "-5"), ("$\\frac{{11}}{{4}}$", " 11/4"),
        ("3 \\times 4", "3 × 4"), ("8 \\div 2", "8 : 2"), ("45^\\circ", "45°"),
        ("345 < 354", "345 < 354"), ("**5**", "5"),
        ("a<b và c>d", "a<b và c>d"), ("a\u0302", "â"), ("\\overline{52x4}", "52x4"),
    ],
)  # fmt: skip
def test_normalise(text: str, plain: str) -> None:
    assert normalise(text) == plain


def test_lenient_takes_the_last_right_side_but_only_without_a_declaration() -> None:
    gold = parse_gold("70 km")
    assert grade("30 + 5 = 35\n35 × 2 = 70 (km)", gold, lenient=True).verdict == "correct"
    assert grade("35 × 2 = 70 (km)\nĐáp số: 80 km", gold, lenient=True).verdict == "wrong"
    assert grade("35 × 2 = 70 (km)", gold).verdict == "no_answer"


def test_only_the_tail_is_read() -> None:
    gold = parse_gold("70 km")
    assert grade("Đáp số: 70 km\n" + "bla " * 5_000, gold).verdict == "no_answer"
    assert grade("bla " * 5_000 + "\nĐáp số: 70 km", gold).verdict == "correct"


def test_a_grade_explains_itself() -> None:
    got = grade("Đáp số: 70", parse_gold("70 km"))
    assert got.extracted == "70"
    assert got.value == 70
    assert "km" in got.explanation


@pytest.mark.parametrize(
    "unit",
    ["9", "1 ", "1.000", "\\frac{", "{", "((", "(a", "<a x=\"", "=", "Đáp số: ", "Chọn A ", "là ",
     "...", "1 giờ 2 phút ", "1:", "x ", "3 và ", "hoặc ", "\n1", "A. ", "của bài "],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["quantity", "pair", "ratio", "choice", "time"])
def test_long_repetitions_stay_cheap(unit: str, kind: str) -> None:
    text = "Đáp số: " + unit * (100_000 // len(unit))
    gold = parse_gold(GOLDS[kind], kind)
    start = time.process_time()
    grade(text, gold, question=text, lenient=True)
    declared_answer(text)
    assert time.process_time() - start < 0.5


def _plain(value: Fraction, places: int, thousands: str) -> str:
    whole, rest = divmod(abs(value) * 10**places, 10**places)
    digits = f"{int(whole):,}".replace(",", thousands)
    shown = f"{digits},{int(rest):0{places}d}" if places else digits
    return f"-{shown}" if value < 0 else shown


@given(
    number=st.integers(-(10**9), 10**9),
    places=st.integers(0, 3),
    thousands=st.sampled_from(["", " ", ".", "\u00a0"]),
    marker=st.sampled_from(["Đáp số: ", "Vậy đáp số là ", "**Đáp án:** ", "Kết quả: "]),
)
def test_every_legal_notation_of_a_value_is_correct_and_no_other_value(
    number: int, places: int, thousands: str, marker: str
) -> None:
    value = Fraction(number, 10**places)
    gold = parse_gold(_plain(value, places, ""))
    shown = marker + _plain(value, places, thousands)
    assert grade(shown, gold).verdict == "correct"
    other = parse_gold(_plain(value + Fraction(1, 10**places), places, ""))
    assert grade(shown, other).verdict == "wrong"
    if number:
        assert grade(shown, parse_gold(_plain(-value, places, ""))).verdict == "wrong"


@given(over=st.integers(1, 9_999), under=st.integers(2, 999))
def test_every_legal_notation_of_a_fraction_is_correct_and_its_inverse_is_not(
    over: int, under: int
) -> None:
    value = Fraction(over, under)
    top, bottom = value.numerator, value.denominator
    if bottom == 1:
        return
    gold = parse_gold(f"{top}/{bottom}", "fraction")
    shapes = [f"{top}/{bottom}", f"{top} / {bottom}", f"$\\frac{{{top}}}{{{bottom}}}$"]
    whole, rest = divmod(top, bottom)
    if whole:
        shapes += [f"{whole} {rest}/{bottom}", f"{whole} và {rest}/{bottom}"]
        shapes += [f"${whole}\\dfrac{{{{{rest}}}}}{{{{{bottom}}}}}$"]
    for shape in shapes:
        assert grade(f"Đáp số: {shape}", gold).verdict == "correct", shape
    assert grade(f"Đáp số: {bottom}/{top}", gold).verdict != "correct"
    assert grade(f"Đáp số: {2 * top}/{2 * bottom}", gold).verdict == "wrong_form"


@given(first=st.integers(0, 10**6), second=st.integers(0, 10**6))
def test_a_swapped_pair_is_wrong(first: int, second: int) -> None:
    gold = parse_gold(f"Số lớn: {first}; số bé: {second}")
    swapped = f"Đáp số: Số lớn: {second}; số bé: {first}"
    assert grade(f"Đáp số: {first}; {second}", gold).verdict == "correct"
    assert (grade(swapped, gold).verdict == "correct") == (first == second)


@settings(max_examples=300)
@given(
    text=st.lists(
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(["Đáp số: ", "Vậy ", "Chọn ", "\\boxed{", "\\frac{", "}", "1.000",
                             "3/4", " km", " giờ ", "=", ":", ";", " dư ", " hoặc ", "-", "<",
                             "A", "\n"]),
        ),
        max_size=14,
    ),
    kind=st.sampled_from(KINDS),
    lenient=st.booleans(),
)  # fmt: skip
def test_arbitrary_text_never_raises(text: list[str], kind: str, lenient: bool) -> None:
    whole = "".join(text)
    gold = parse_gold(GOLDS[kind], kind)
    assert grade(whole, gold, question=whole, lenient=lenient).verdict in VERDICTS
    declared_answer(whole)
    normalise(whole)
    try:
        parsed = parse_gold(whole)
    except DataError:
        return
    assert parsed.kind in KINDS


@pytest.mark.skipif(not EXAMS.exists(), reason="the exam rows are not beside this checkout")
def test_reference_solutions_agree_with_their_own_gold() -> None:
    rows = json.loads(EXAMS.read_text(encoding="utf-8"))
    read = correct = 0
    for row in rows:
        if row["solution"].lower().count("đáp số") != 1:
            continue
        try:
            gold = parse_gold(declared_answer(row["solution"]) or "")
        except DataError:
            continue
        read += 1
        correct += grade(row["solution"], gold, question=row["question"]).verdict == "correct"
    assert read >= 275
    assert correct == read
