"""Whole answers of chat models that assert, correct, doubt or reject what they declared.

A row is (right, gold, question, response): whether it scores.
"""

import pytest

from mathpal.answers import grade, parse_gold
from tests.unit.answers.tables import cases, rows

Row = tuple[bool, str, str | None, str]

Q1 = "Một ô tô đi 3 giờ được 150 km. Hỏi trung bình mỗi giờ ô tô đi được bao nhiêu ki-lô-mét?"
Q2 = "Số nào chia hết cho cả 2 và 5?\nA. 125\nB. 130\nC. 142\nD. 155"
Q3 = "Hai lớp 4A và 4B trồng được 60 cây, 4B hơn 4A 12 cây. Hỏi mỗi lớp trồng được bao nhiêu cây?"
Q4 = "Tìm x, biết 2x - 5 = 11."
Q5 = "Lớp 6A có 40 học sinh, số học sinh giỏi chiếm 3/8 số học sinh cả lớp. Tính số học sinh giỏi."
Q6 = "Câu nào đúng? Giá trị của biểu thức 12 + 8 : 4 là:\nA. 5\nB. 14\nC. 20\nD. 8"
Q7 = "Lúc 7 giờ 15 phút An đi từ nhà, đi hết 35 phút. Hỏi An đến trường lúc mấy giờ?"
Q8 = "Có 59 viên kẹo chia đều cho 7 bạn. Mỗi bạn được mấy viên và còn thừa mấy viên?"
Q9 = "Một mảnh vườn hình vuông có cạnh 12 m. Tính chu vi mảnh vườn."
Q10 = "Kết quả của 3/4 + 1/8 là:\nA. 4/12\nB. 7/8\nC. 1/2\nD. 4/8"


SECTIONS: dict[str, list[Row]] = {
    "taken back or doubted": [
        *rows("15 kg", True,
             "Đáp số: 15 kg, không phải 25 kg.", "Đáp số: 15 kg chứ không phải 25 kg",
             "Đáp số: 15 kg\n\nBài tập tương tự: Có 30 kg gạo, bán 12 kg. Hỏi còn bao nhiêu?\n"
             "Đáp số: 18 kg",
             "Em không chắc về cách trình bày nhưng đã tính kĩ.\nĐáp số: 15 kg"),
        *rows("15 kg", False,
             "Đáp số: 15 kg\n\nÀ, mình đọc sai đề, phải lấy 20 - 3 = 17 kg.",
             "Đáp số: 15 kg. À quên, còn phải cộng 2 nữa nên là 17 kg.",
             "Đáp số: 15 kg.\n\nLet me recheck: 20 - 3 = 17, so it is 17 kg.",
             "Answer: 15 kg. No, 17 kg.", "Đáp số: 15 kg. Không, 17 kg.",
             "Đáp số: 15 kg. Sửa: 17 kg.", "Đáp số: 15 kg\n\nUpdate: 17 kg",
             "Đáp số: 15 kg\n\nBỏ đáp số trên nhé, còn 17 kg mới phải.",
             "Đáp số: 15 kg\nXem lại thấy chưa đúng. 20 - 3 = 17", "Đáp số: 15 kg. Lộn, 17 kg.",
             "Đáp số: 15 kg. Í lộn, 17 kg.", "Đáp số: 15 kg. Ủa sai, 17 kg nha.",
             "Đáp số: 15 kg. Nói lại: 17 kg.", "Đáp số: 15 kg. Chính xác hơn là 17 kg.",
             "Đáp số: 15 kg\n\nNhưng nếu tính cả túi thì là 17 kg, mình không biết chọn cái nà"
             "o.",
             "Đáp số: 15 kg\n\nMình chưa tính túi. Tính thêm: 15 + 2 = 17 (kg). Vậy có 17 kg.",
             "Không thể xác định được đáp số; nếu bớt 5 kg thì là 15 kg.", "Đáp số là 15 kg à?"),
    ],
    "average speed": [
        *rows("50 km", True,
             "150 : 3 = 50\n\n⟹ Mỗi giờ ô tô đi được 50 km.",
             "The final answer is: $\\boxed{50}$ km",
             "Đáp số: 450 km\n\nỒ, mình nhân nhầm. Phải chia: 150 : 3 = 50 (km).\n\nĐáp số: 50"
             " km",
             "Đáp số: 50 km\n\nQuestion: Lan có 5 quả táo, mẹ cho thêm 3 quả. Hỏi Lan có mấy q"
             "uả?\nAnswer: 8 quả",
             "Đáp số: 50 km\n\nCâu hỏi: Lan có 5 quả táo...\nTrả lời: 8 quả",
             "Dựa vào dữ kiện bài toán, ta có thể kết luận: mỗi giờ ô tô đi được 50 km.",
             "Đáp số: 50 km\n\nNếu ô tô đi 4 giờ thì được 50 × 4 = 200 km.",
             question=Q1),
        *rows("50 km", False,
             "Đáp số: 50 km\n\nÝ mình là 60 km.", "Đáp số: 50 km. Ý tôi là 60 km.",
             "Đáp số: 50 km. I mean 60 km.", "Đáp số: 50 km. Scratch that, 60 km.",
             "Đáp số: 50 km. Xin rút lại câu trả lời.",
             "Đáp số: 50 km. Bạn nào ra 60 km thì đúng hơn.", "Đáp số: 50 km, mong là đúng.",
             "Đáp số: 50 km, nếu em không nhầm.",
             "Tôi đoán là 50 km. Đáp số: 50 km nhưng chỉ là phỏng đoán.",
             "Đáp số: 50 km\n\nSau khi kiểm tra lại, kết quả đúng là 60 km.",
             "Đáp số: 50 km\n\nTuy nhiên, tính kĩ lại ta được 60 km.",
             "Answer: 50 km. Hold on, 60 km.", "Answer: 50 km. My bad, 60 km.",
             "I think it's 50 km but I'm not certain.\nAnswer: probably 50 km",
             "Answer: maybe 50 km", "Answer: not 50 km", "Vậy trong 3 giờ đi 150 km.",
             question=Q1),
        *rows("B", True,
             "Đáp án A loại vì 125 lẻ; đáp án C loại vì 142 tận cùng là 2; đáp án D loại. Đáp "
             "án B đúng.",
             "Phương án A không đúng. Phương án C không đúng. Phương án D không đúng. Phương á"
             "n B đúng.",
             "Option B is correct.", "The answer is option B.", "Answer: Option B", "Đ/A: B",
             "ĐA: B", "Vậy đáp án đúng là phương án B.",
             "B. 130\n\nĐáp án B là đáp án chính xác vì 130 tận cùng là 0.",
             "So the correct option is B: 130.",
             question=Q2),
        *rows("B", False,
             "Đáp án: E", "Vậy phương án B sai.",
             question=Q2),
        *rows("24; 36", True,
             "Kết luận:\n* Lớp 4A trồng được **24 cây**.\n* Lớp 4B trồng được **36 cây**.",
             "Đáp số: Lớp 4A: 24 cây; Lớp 4B: 36 cây.",
             question=Q3),
        *rows("24; 36", False,
             "**Đáp số:**\n- Lớp 4A: 24 cây\n- Lớp 4B: 38 cây", "Đáp số: 24 cây",
             question=Q3),
    ],
    "equations, parts of a whole, options, times": [
        *rows("8", True,
             "2x - 5 = 11\n⇒ 2x = 11 + 5\n⇒ 2x = 16\n⇒ x = 16 : 2\n⇒ x = 8",
             "Vậy $x=8$ là nghiệm cần tìm. Thay vào: 2.8 - 5 = 11.", "KL: x = 8",
             "Ta có 2x - 5 = 11 nên 2x = 16, do đó x = 8.",
             question=Q4),
        *rows("8", False,
             "Vậy x = 8 hoặc x = -8", "$x = 8$ không thoả mãn.\nVậy không có giá trị x.",
             question=Q4),
        *rows("15 học sinh", True,
             "Đáp số: 15 học sinh giỏi.\n\nBài tập về nhà: Lớp 6B có 36 học sinh, 2/9 là học s"
             "inh giỏi. Đáp số: 8 học sinh.",
             "Câu 1.\nSố học sinh giỏi là 40 × 3/8 = 15.\nĐáp số: 15 học sinh.\n\nCâu 2.\nSố c"
             "ây là 20.\nĐáp số: 20 cây",
             "Tính: 3/8 của 40 là 15. Thôi xong, đáp số là 15 học sinh.",
             question=Q5),
        *rows("15 học sinh", False,
             "Đáp số: 15 học sinh. Quên, phải chia 5 chứ: 24 học sinh.",
             "Đáp số: 15 học sinh\n\nTrên đây là lời giải sai, lời giải đúng là 24 học sinh.",
             "Đáp số: 15 học sinh\n\nLet me correct that: 24 học sinh.",
             "Đáp số: 15 học sinh. Bài này mình làm đại thôi.",
             "Đáp số: 15 học sinh. Mình chọn bừa.", "Đáp số: 15 học sinh (đoán)",
             "Đáp số có vẻ là 15 học sinh.", "Đáp số dường như là 15 học sinh.",
             "Vậy lớp có 25 học sinh giỏi và 15 học sinh khá.",
             question=Q5),
        *rows("B", True,
             "12 + 2 = 14 → B",
             "Đáp án: B. Vì 8 : 4 = 2, 12 + 2 = 14. Nếu tính 12 + 8 trước sẽ được 20 : 4 = 5 ("
             "đáp án A), là sai.",
             "Đáp án là B. Nhiều em nhầm chọn A do tính từ trái sang phải.",
             "Nhiều em chọn A là sai. Đáp án đúng: B",
             "Đáp án A: 5 (sai)\nĐáp án B: 14 (đúng)\nĐáp án C: 20 (sai)\nĐáp án D: 8 (sai)\nC"
             "họn B",
             "The correct answer is **B) 14**.",
             question=Q6),
        *rows("B", False,
             "Đáp án: B (20)", "Đáp án: B 20", "Kết quả: 14 → C", "Đáp án: B (mình đoán)",
             "Answer: B is incorrect.", "Nhiều em chọn B.",
             "Nhiều em chọn B nhưng đáp án đúng là A.",
             question=Q6),
        *rows("7 giờ 50 phút", True,
             "Như vậy, sau 35 phút, An đến trường lúc 7 giờ 50 phút.",
             "Kết luận: An đến trường lúc 7 giờ 50 phút (8 giờ kém 10 phút).",
             question=Q7),
        *rows("7 giờ 50 phút", False,
             "Đáp số: 7 giờ 50 phút. Nhầm, 7 giờ 40 phút.", "Vậy An đến trường lúc 8 giờ.",
             question=Q7),
        *rows("8 (dư 3)", True,
             "Vậy 59 : 7 = 8 dư 3.", "Đáp số: 8 viên, dư 3 viên.",
             question=Q8),
        *rows("8 (dư 3)", False,
             "Vậy mỗi bạn được 8 viên kẹo.", "Đáp số: 8 dư 4",
             question=Q8),
    ],
    "perimeter and sums": [
        *rows("48 m", True,
             "Đáp số: 48 m\n\nBạn cũng có thể tính: 12 + 12 + 12 + 12 = 48 (m).",
             "Mới đầu em tính diện tích 144 m² nhưng đề hỏi chu vi.\nĐáp số: 48 m",
             question=Q9),
        *rows("48 m", False,
             "Đáp số: 48 m\n\nÀ, mình cộng thiếu một cạnh, phải là 60 m.",
             "Đáp số: 48 m. Ối nhầm, 46 m.", "Đáp số: 48 m. Ý em là 46 m ạ.",
             "Đáp số: 48 m. Thực tế là 46 m.", "Đáp số: 48 m. Nói cho đúng thì là 46 m.",
             "Đáp số: 48 m\n\nDòng trên sai.", "Đáp số: 48 m\n\nCâu trả lời trên có lỗi.",
             "Đáp số: 48 m\n\nTrả lời lại: 46 m",
             "Đáp số: 48 m\n\nNote: the correct value is 46 m.", "Đáp số: 48 m (nếu làm đúng)",
             "Đáp số: 48 m, không biết có đúng không.", "Đáp số: có khi là 48 m",
             "Đáp số: 48 m, còn tuỳ.", "Đáp số: chưa rõ, tạm ghi 48 m.",
             "Đáp số: 48 m. Bạn hãy kiểm tra lại vì có thể mình sai.", "Đáp số: ước chừng 48 m",
             question=Q9),
        *rows("B", True,
             "So the answer is $\\boxed{B}$.", "\\boxed{B}",
             question=Q10),
        *rows("B", False,
             "The final answer is (B) or (C).", "Đáp án: B?",
             question=Q10),
    ],
}  # fmt: skip
CASES = cases(SECTIONS)


@pytest.mark.parametrize(("right", "gold", "question", "response"), CASES)
def test_only_a_right_answer_scores(
    right: bool, gold: str, question: str | None, response: str
) -> None:
    got = grade(response, parse_gold(gold), question=question, explain=True)
    assert (got.verdict == "correct") is right, got
