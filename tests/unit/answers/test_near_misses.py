"""Wrong answers that read like right ones: denials, hedges, bounds, ranges, second values.

A row is (verdict, gold, kind, question, response); kind and question may be None. Each section
holds right answers too, so that no rule buys strictness by refusing everything.
"""

import unicodedata

import pytest

from mathpal.answers import grade, parse_gold
from mathpal.errors import DataError
from tests.unit.answers.tables import cases

Row = tuple[str, str, str | None, str | None, str]

OPTIONS = "Chu vi hình vuông là:\nA. 15 cm\nB. 12 cm\nC. 14 cm\nD. 16 cm"
MORE = "Lớp 5A trồng được nhiều hơn lớp 5B bao nhiêu cây?"
LEAST = "Cần ít nhất bao nhiêu xe để chở hết số khách?"
CUTS = "7 đoạn (dư 2 m)"
SUM = "Số lớn: 30; số bé: 20"
TINS = "Thùng 1: 20 lít; thùng 2: 30 lít"
DIVISIBLE = "Số 126 có chia hết cho 9 không?"
ENOUGH = "Hỏi bạn An có đủ tiền mua 5 quyển vở không?"
CERTAIN = "Có chắc chắn An lấy được quả bóng đỏ không?"


def rows(gold: str, verdict: str, *responses: str, question: str | None = None) -> list[Row]:
    """Several responses with one verdict."""
    return [(verdict, gold, None, question, response) for response in responses]


SECTIONS: dict[str, list[Row]] = {
    "a letter that is denied": [
        *rows(
            "B", "no_answer", "Không chọn B.", "Ta không thể chọn B.", "Loại đáp án B.",
            "Không được chọn B", "Đừng chọn B", "Không phải đáp án B", "Chọn đáp án khác B",
            "Loại bỏ phương án C, loại đáp án B", "Nếu chọn B thì sai",
        ),
        *rows(
            "B", "ambiguous", "Đáp án B chưa đúng", "Đáp án B là đáp án sai.", "Đáp án B sai",
            "Đáp án B không đúng", "Đáp án B bị loại", "Chọn B?", "Có lẽ chọn B",
            "Có thể đáp án là B", "Hình như đáp án là B", "Chọn B (chưa chắc)",
        ),
        *rows(
            "B", "correct", "Loại đáp án A vì là số lẻ. Chọn B.", "Không chọn A. Chọn B.",
            "Vì 15 không chia hết cho 2 nên chọn B", "Chọn B vì A không đúng",
            "Chọn B chứ không chọn A", "Đáp án B là đáp án đúng.", "Đáp án B đúng.",
            "Khoanh tròn vào chữ cái B", "Chọn B. Không chọn A.",
        ),
    ],
    "a second letter": [
        *rows(
            "B", "multiple_answers", "Chọn B (hoặc A)", "Chọn B hoặc câu C",
            "Chọn B hoặc phương án C", "Chọn B và cả C", "Chọn B & C", "Chọn B lẫn C",
            "Chọn B/C", "Chọn B, C", "Chọn B. hoặc C", "Đáp án: B hoặc có thể C",
            "Đáp án: B. 12 cm hoặc C. 14 cm", "Chọn B. Hoặc chọn C.", "Chọn B\nVậy C đúng",
            "Chọn B. Tuy nhiên C cũng đúng",
        ),
        *rows("B", "correct", "Chọn B\nVậy A cách C 5 km", "Chọn B vì từ A đến C là 5 km"),
    ],
    "a letter beside another option's value": [
        *rows("B", "ambiguous", "Đáp án: B. 15 cm", "Chọn B. 14 cm", "Đáp án: B. 13 cm",
              question=OPTIONS),
        *rows("12 cm", "ambiguous", "Đáp án: C. 12 cm", "Đáp án: B. 15 cm", question=OPTIONS),
        *rows("B", "correct", "Đáp án: B. 12 cm", "Đáp án: B. 0,12 m", "Đáp án: B. 12 cm vì 3 × 4",
              question=OPTIONS),
        *rows("12 cm", "correct", "Đáp án: B. 12 cm", "Chọn B", question=OPTIONS),
    ],
    "half": [
        *rows("5 m", "wrong", "Đáp số: 5 mét rưỡi", "Đáp số: 5 m rưỡi"),
        *rows("5,5 m", "correct", "Đáp số: 5 mét rưỡi", "Đáp số: 5 m rưỡi"),
        *rows("5 kg", "wrong", "Đáp số: 5 kg rưỡi"),
        *rows("3 triệu đồng", "wrong", "Đáp số: 3 triệu rưỡi"),
        *rows("3 500 000 đồng", "correct", "Đáp số: 3 triệu rưỡi", "Đáp số: 3 triệu rưỡi đồng"),
        *rows("3 triệu rưỡi", "correct", "Đáp số: 3,5 triệu đồng"),
        *rows("30", "correct", "Đáp số: 2 tá rưỡi"),
        *rows("5 quyển", "ambiguous", "Đáp số: 5 quyển rưỡi"),
        *rows("5", "ambiguous", "Đáp số: 5 rưỡi"),
    ],
    "words that count by the dozen": [
        *rows("12", "wrong_unit", "Đáp số: 12 tá", "Đáp số: 12 chục", "Đáp số: 12 vạn"),
        *rows("12 cái", "wrong", "Đáp số: 12 tá", "Đáp số: 12 chục cái"),
        *rows("5", "wrong_unit", "Đáp số: 5 trăm"),
        *rows("3", "wrong_unit", "Đáp số: 3 đôi", "Đáp số: 3 cặp"),
        *rows("12 chục", "correct", "Đáp số: 120", "Đáp số: 120 quả", "Đáp số: 12 chục quả"),
        *rows("12 chục", "wrong_unit", "Đáp số: 12"),
        *rows("3 đôi giày", "correct", "Đáp số: 3 đôi", "Đáp số: 3", question="Mua mấy đôi giày?"),
        *rows("3", "correct", "Đáp số: 3 đôi", "Đáp số: 3", question="Mua được mấy đôi giày?"),
        *rows("3 cặp sách", "correct", "Đáp số: 3 cặp sách", "Đáp số: 3"),
        *rows("500 000 đồng", "correct", "Đáp số: 5 trăm nghìn đồng"),
        *rows("12", "ambiguous", "Đáp số: 12‰", "Đáp số: 12 phần nghìn"),
    ],
    "remainders with units": [
        *rows(CUTS, "correct", "Đáp số: 7 đoạn (dư 2 m)", "Đáp số: 7 đoạn, dư 200 cm"),
        *rows(CUTS, "wrong", "Đáp số: 7 đoạn (dư 2 cm)", "Đáp số: 6 đoạn (dư 2 m)"),
        *rows(CUTS, "wrong_unit", "Đáp số: 7 đoạn (dư 2 kg)", "Đáp số: 7 đoạn (dư 2)"),
        *rows("7 (dư 2)", "correct", "Đáp số: 7 đoạn (dư 2 chiếc)"),
    ],
    "bounds, ranges and parts of the value": [
        *rows(
            "70 km", "ambiguous", "Đáp số: từ 60 đến 70 km", "Đáp số: ít hơn 70 km",
            "Đáp số: nhiều hơn 70 km", "Đáp số: không quá 70 km", "Đáp số: chưa tới 70 km",
            "Đáp số: chưa đến 70 km", "Đáp số: chưa đầy 70 km", "Đáp số: nửa của 70 km",
            "Đáp số: một phần tư của 70 km", "Đáp số: gấp 2 lần 70 km", "Đáp số: gấp đôi 70 km",
            "Đáp số: giữa 60 và 70 km", "Đáp số: ít nhất 70 km",
            "Đáp số: tối đa 70 km", "Đáp số: ngót 70 km", "Đáp số: ước chừng 70 km",
            "Đáp số: 70 km trở lại", "Đáp số: 70 km là cùng", "Đáp số: 70 km thì phải",
            "Đáp số: không được 70 km", "Đáp số: 70 km (sai)", "Đáp số: 70 km có lẻ",
            "Đáp số: 70 km chia 2", "Đáp số: 70 km - 10", "Đáp số: 70 km/2",
            "Vậy quãng đường dài hơn 70 km",
        ),
        *rows("60 km", "ambiguous", "Đáp số: từ 60 đến 70 km"),
        *rows("5", "ambiguous", "Đáp số: 5 < x", "Đáp số: 5 ≥ x", "Đáp số: x ≠ 5", "Đáp số: √5"),
        *rows("25", "ambiguous", "Đáp số: √25", "Đáp số: $\\sqrt{25}$", "Đáp số: trừ 25"),
        *rows("5", "correct", "Đáp số: nhiều hơn 5 cây", "Vậy nhiều hơn 5 cây", question=MORE),
        *rows("5", "ambiguous", "Đáp số: nhiều hơn 5 xe", question=LEAST),
        *rows("5", "correct", "Đáp số: ít nhất 5 xe", "Vậy cần ít nhất 5 xe.", question=LEAST),
        *rows("ít nhất 5 xe", "correct", "Đáp số: ít nhất 5 xe"),
        *rows("70 km", "correct", "Vậy quãng đường từ A đến B dài 70 km",
              "Vậy từ 6 giờ đến 9 giờ xe đi được 70 km", "Đáp số: quãng đường của 2 xe là 70 km"),
        *rows("2 giờ", "correct", "Vậy thời gian đi từ 7 giờ đến 9 giờ là 2 giờ"),
        *rows("3", "no_answer", "Đáp số: 5x-3"),
        *rows("5", "no_answer", "Đáp số: 5e-05"),
    ],
    "a second value": [
        *rows(
            "70 km", "multiple_answers", "Đáp số: 70 km\n80 km", "Đáp số:\n- 70 km\n- 80 km",
            "Đáp số: 70 km. Hoặc 80 km.", "Đáp số: 70 km\nHoặc: 80 km",
            "Đáp số: 70 km (nếu đi nhanh thì 80 km)", "Đáp số: 70 km (80 km)",
            "Đáp số: 60 đến 70 km",
        ),
        *rows("70 km", "ambiguous", "Đáp số: 70 km. À không, 80 km.",
              "Đáp số: 70 km\nEm tính nhầm, quãng đường dài 80 km"),
        *rows("70 km", "correct", "Đáp số: 70 km (HS có thể làm cách khác)",
              "Đáp số:\n- 70 km", "Đáp số:\n• 70 km", "Đáp số:\n\n- 70 km\n\nBài 2"),
        *rows(SUM, "correct", "Đáp số:\n30\n20", "Đáp số:\n- 30\n- 20"),
        *rows(SUM, "ambiguous", "Đáp số: Số lớn: 30; số bé: khoảng 20",
              "Đáp số: Số lớn: 30 (chưa chắc); số bé: 20"),
        *rows(TINS, "correct", "Đáp số: Thùng 1 có 20 lít; thùng 2 có 30 lít",
              "Đáp số: Thùng 1 chứa 20 lít, thùng 2 chứa 30 lít"),
        *rows(TINS, "wrong", "Đáp số: Thùng 1 có 30 lít; thùng 2 có 20 lít"),
        *rows("70 km", "correct", "ĐS : 70 km", "Đ/S : 70 km"),
        *rows("25", "correct", "Đáp số: 25", "Đáp số: 25%",
              question="Số nữ chiếm bao nhiêu phần trăm?"),
        *rows("25", "wrong", "Đáp số: 26", question="Số nữ chiếm bao nhiêu phần trăm?"),
    ],
    "reservations in other words": [
        *rows(
            "70 km", "ambiguous", "Đáp số: 70 km hoặc khác", "Đáp số: 70 km ± 5",
            "Đáp số: 70 km (khoảng)", "Đáp số: chắc 70 km", "Đáp số: 70 km không phải là đáp án",
            "Đáp số: đâu phải 70 km", "Đáp số: khác 70 km", "Đáp số: 70 km...",
        ),
        *rows("70 km", "correct", "Đáp số: chắc chắn 70 km"),
        *rows("12 hình lập phương", "correct", "Đáp số: 12 hình lập phương"),
        *rows(
            "12", "ambiguous", "Đáp số: 12 mươi", "Đáp số: hai lần 12", "Đáp số: 12 bình phương",
            "Đáp số: 12 hay gì đó", "Đáp số: 12 bạn chưa đủ",
            "Đáp số: bình phương của 12",
        ),
        *rows("12 giờ", "ambiguous", "Đáp số: 12 giờ kém", "Đáp số: 12 giờ hơn"),
        *rows("{2; 3; 5}", "multiple_answers", "Đáp số: {2; 3; 5} hoặc {2}"),
        *rows("{2; 3; 5}", "ambiguous", "Đáp số: 2; 3; 5; ...", "Đáp số: 2, 3, 5 và các số khác"),
        *rows("7 (dư 2)", "ambiguous", "Đáp số: 7 không dư 2"),
        *rows("thứ Ba", "ambiguous", "Đáp số: trước thứ Ba", "Đáp số: sau thứ Ba một ngày"),
        *rows("hai mươi lăm", "correct", "Vậy số đó đọc là hai mươi lăm"),
        *rows("thứ Ba", "correct", "Vậy 30 ngày sau là thứ Ba"),
        *rows("2³ × 5", "ambiguous", "Đáp số: không phải 2³ × 5", "Đáp số: khoảng 2³ × 5"),
        *rows("2³ × 5", "wrong_form", "Đáp số: 2³ × 5 × x"),
        *rows("B", "ambiguous", "Đáp án: B là phương án nhiễu"),
        *rows("đúng", "ambiguous", "Đáp số: Đúng một phần", "Đáp số: vừa đúng vừa sai"),
        *rows("không", "ambiguous", "Đáp số: Không phải là không"),
    ],
    "negative members are no calculation": [
        ("correct", "20; -3; -5; -20", "list", None, "Đáp số: 20; -3; -5; -20"),
        ("wrong", "20; -3; -5; -20", "list", None, "Đáp số: 20; -3; -5; 20"),
        *rows("{-5; 7}", "correct", "Đáp số: 7; -5", "Đáp số: x = 7 hoặc x = -5"),
    ],
    "yes and no": [
        *rows("không", "no_answer", "S = 25 cm²"),
        *rows(
            "không", "ambiguous", "Đáp số: S = 25 cm²", "Đáp số: không biết", "Đáp số: số không",
            "Đáp số: chưa chắc", "Đáp số: không hẳn", "Đáp số: chưa thể kết luận",
        ),
        *rows(
            "có", "ambiguous", "Vậy lớp có 12 học sinh", "Vậy mua được 5 quyển",
            "Đáp số: Có, không", "Đáp số: Có; không", "Đáp số: có lẽ có", "Đáp số: Có?",
            "Đáp số: có 12 bạn",
            "Đáp số: Đúng/Sai", "Đáp số: gần đúng", "Đáp số: chắc là có",
        ),
        *rows("có", "ambiguous", "Đáp số: có thể", question=DIVISIBLE),
        *rows("có", "correct", "Đáp số: Có, vì 1 + 2 + 6 = 9", "Vậy 126 có chia hết cho 9",
              "Vậy 126 chia hết cho 9", "Đáp số: chia hết", question=DIVISIBLE),
        *rows("có", "wrong", "Vậy 126 không chia hết cho 9", question=DIVISIBLE),
        *rows("có", "correct", "Vậy bạn An đủ tiền", "Đáp số: đủ tiền", question=ENOUGH),
        *rows("không", "correct", "Vậy bạn An không đủ tiền.", "Đáp số: không", question=ENOUGH),
        *rows("không", "correct", "Vậy không chắc chắn lấy được", question=CERTAIN),
        *rows("có", "correct", "Đáp số: không sai", "Vậy bạn An nói đúng."),
    ],
    "parts of the day": [
        *rows("10 giờ đêm", "wrong", "Đáp số: 10 giờ sáng"),
        *rows("10 giờ đêm", "correct", "Đáp số: 22 giờ", "Đáp số: 10 giờ tối", "Đáp số: 22:00"),
        *rows("10 giờ đêm", "ambiguous", "Đáp số: 10 giờ"),
        *rows("22 giờ", "correct", "Đáp số: 10 giờ đêm", "Đáp số: 10 giờ khuya"),
        *rows("2 giờ", "correct", "Đáp số: 2 giờ đêm", "Đáp số: 2 giờ sáng"),
        *rows("24 giờ", "correct", "Đáp số: 12 giờ đêm"),
        *rows("15 giờ", "correct", "Đáp số: 3 giờ buổi chiều"),
    ],
    "contradicted later": [
        *rows("3 : 4", "multiple_answers", "Đáp số: 3 : 4\nVậy tỉ số là 5 : 6"),
        *rows("3 : 4", "correct", "Đáp số: 3 : 4\nVậy tỉ số là 6 : 8"),
        *rows("có", "multiple_answers", "Đáp số: Có\nVậy không chia hết"),
        *rows(">", "multiple_answers", "Đáp số: >\nVậy 3 < 4"),
        ("multiple_answers", "An", "text", None, "Đáp số: An\nVậy là Bình"),
        ("correct", "An", "text", None, "Đáp số: An\nVậy là xong bài"),
        ("correct", "An", "text", None, "Đáp số: An\nVậy An cao nhất."),
        *rows(SUM, "multiple_answers", "Đáp số: 30; 20\nVậy số lớn là 35, số bé là 15"),
        *rows(SUM, "correct", "Đáp số: 30; 20\nVậy số lớn hơn số bé 10 đơn vị"),
        *rows("7 (dư 2)", "multiple_answers", "Đáp số: 7 (dư 2)\nVậy thương là 7 dư 3"),
        *rows("7 (dư 2)", "correct", "Đáp số: 7 (dư 2)\nVậy thương là 7"),
        *rows("2³ × 5", "multiple_answers", "Đáp số: 2³ × 5\nVậy 40 = 2² × 5"),
    ],
    "several words, products, signs": [
        ("multiple_answers", "An", "text", None, "Đáp số: An, Bình"),
        ("multiple_answers", "đỏ", "text", None, "Đáp số: đỏ; xanh"),
        ("correct", "An", "text", None, "Đáp số: An, vì An cao hơn"),
        ("correct", "đỏ", "text", None, "Đáp số: màu đỏ, do 150 chia hết cho 3"),
        *rows("2³ × 5", "multiple_answers", "Đáp số: 3 × 7, 2³ × 5", "Đáp số: 2³ × 5; 3 × 7"),
        *rows("3⁴", "correct", "Đáp số: 3⁴ = 81", "Đáp số: 81 = 3⁴"),
        *rows(">", "ambiguous", "Đáp số: >=", "Đáp số: a >= b", "Đáp số: không > "),
        *rows(">", "ambiguous", "Đáp số: a không lớn hơn b"),
        *rows("=", "ambiguous", "Đáp số: gần bằng", "Đáp số: không bằng nhau"),
    ],
}  # fmt: skip
CASES = cases(SECTIONS)


@pytest.mark.parametrize(("verdict", "gold", "kind", "question", "response"), CASES)
def test_verdict(
    verdict: str, gold: str, kind: str | None, question: str | None, response: str
) -> None:
    read = parse_gold(gold, kind)
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, response)  # type: ignore[arg-type]
        got = grade(text, read, question=question)
        assert got.verdict == verdict, got


@pytest.mark.parametrize(
    "text", ["5e-05", "5e-324", "1E+9", "5 quyển rưỡi", "5 rưỡi", "3 tuổi rưỡi; 4 tuổi"]
)
def test_a_gold_with_an_unread_part_raises(text: str) -> None:
    with pytest.raises(DataError):
        parse_gold(text)
