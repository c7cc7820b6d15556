"""Answers as GPT, Bing, Gemini, Llama and Qwen fine-tunes and teachers write them.

A row is (right, gold, question, response): whether it scores.
"""

import pytest

from mathpal.answers import grade, parse_gold
from tests.unit.answers.tables import cases, rows

Row = tuple[bool, str, str | None, str]

Q1 = "Một cửa hàng có 24 kg gạo, đã bán 10 kg. Hỏi cửa hàng còn lại bao nhiêu ki-lô-gam gạo?"
Q2 = "Tìm x, biết x + 3 = 8"
Q3 = "Viết các phân số 7/8; 3/8; 5/8 theo thứ tự từ bé đến lớn."
Q4 = "Tìm hai số biết tổng là 48, hiệu là 14."
Q5 = "Tìm x biết (x - 3)(x - 8) = 0"
Q6 = "Chu vi hình vuông cạnh 3 cm là:\nA. 9 cm\nB. 12 cm\nC. 6 cm\nD. 15 cm"
Q7 = "Nam nói 5 × 8 = 45. Đúng hay sai?"
Q8 = "Số 126 có chia hết cho 9 không?"
Q9 = "Minh cao 145 cm, An cao 140 cm, Bình cao 138 cm. Ai cao nhất?"
Q10 = "Cây cầu dài thật là … m."
Q11 = "Kết quả là\nA. 1,25\nB. 6,07\nC. 40,5\nD. 4,5"
Q12 = "Một hình chữ nhật có chiều dài 20 m, chiều rộng 15 m. Tính diện tích."
Q13 = "Lan có 5 hộp bút, mỗi hộp 12 cái. Lan cho em 15 cái. Hỏi Lan còn lại bao nhiêu cái bút?"
Q14 = "Giá một chiếc áo là 200 000 đồng, được giảm 15%. Hỏi giá sau khi giảm?"
Q15 = "Rút gọn phân số 18/24."


SECTIONS: dict[str, list[Row]] = {
    "declarations": [
        *rows("14 kg", True,
             "Ta có: 24 - 10 = 14 (kg).\nKL: Cửa hàng còn 14 kg gạo.",
             "24 - 10 = 14 (kg)\nĐS. 14 kg", "24 - 10 = 14. Nên cửa hàng còn lại 14 kg gạo.",
             "24 - 10 = 14 (kg)\n⇒ Cửa hàng còn lại 14 kg gạo.",
             "24 - 10 = 14 (kg)\n=> Cửa hàng còn lại 14 kg gạo.",
             "Như vậy, sau khi bán 10 kg, cửa hàng còn lại **14 kg** gạo. ✅",
             "<answer>14 kg</answer>", "Đáp số: 14 kg<|im_end|>",
             "$24 - 10 = 14$ (kg)\n\n$\\Rightarrow$ Cửa hàng còn lại $14$ kg gạo.",
             "Result: 14 kg", "Solution: 14 kg", "Kq: 14 kg", "KQ: 14 kg",
             "Ta tính được số gạo còn lại là 14 kg.",
             "Vậy số kg gạo cửa hàng còn lại là \\(\\boxed{14}\\) kg.",
             "Đáp số ................ 14 kg", "Đáp số - 14 kg", "Đáp số – 14 kg",
             "ĐÁP ÁN: 14 kg",
             question=Q1),
        *rows("14 kg", False,
             "Đáp số: 140 kg<|im_end|>", "KL: Cửa hàng còn 15 kg gạo.",
             question=Q1),
        *rows("5", True,
             "⇒ x = 5", "$$\\Rightarrow x = 5$$", "=> x=5", "Ta được x = 5.",
             "Giá trị của x cần tìm là 5.", "The value of x is 5.", "Nên x = 5",
             "Vậy x bằng 5 nhé.",
             question=Q2),
        *rows("5", False,
             "⇒ x = 6", "Vậy x ≠ 5",
             question=Q2),
        *rows("72", True,
             "$\\boxed{72}$ chiếc kẹp", "### Answer\n72"),
        *rows("72", False,
             "\\boxed{72} hoặc \\boxed{24}",
             "Bước 1: 48 + 24 = 72\nBước 2: 72 - 2 = 70\nAnswer:\n70"),
    ],
    "connectives": [
        *rows("54 kg", True,
             "Do đó, buổi chiều bán 30 kg.\nVì thế, cả ngày bán 54 kg gạo.",
             "Suy ra buổi chiều bán 30 kg. Suy ra cả ngày bán 54 kg."),
        *rows("30 kg", False,
             "Do đó buổi chiều bán 30 kg gạo, cả ngày bán được 54 kg gạo.",
             "Do đó, buổi chiều bán 30 kg.\nVì thế, cả ngày bán 54 kg gạo."),
    ],
    "several parts": [
        *rows("26; 11", True,
             "**Đáp số:**\n\n* Bút xanh: 26 cái\n* Bút đỏ: 11 cái",
             "Đáp số:\n1. Bút xanh: 26\n2. Bút đỏ: 11",
             "Đáp số: Bút xanh: 26 cái; bút đỏ: 11 cái."),
        *rows("26; 11", False,
             "Đáp số:\n1. Bút xanh: 26\n2. Bút đỏ: 15", "Đáp số: 26; 11; 37"),
        *rows("Số lớn: 30; số bé: 20", True,
             "**Đáp số**: Số lớn: **30**, Số bé: **20**", "Đáp số: số bé 20, số lớn 30"),
        *rows("Số lớn: 30; số bé: 20", False,
             "Đáp số: số lớn 30", "Vậy:\n- Số lớn là 20\n- Số bé là 30"),
        *rows("a) 8; b) -5", True,
             "Đáp số: a. 8, b. -5", "Câu a: ĐS: 8\nCâu b: ĐS: -5", "a/ Đáp số: 8\nb/ Đáp số: -5",
             "| Phần | Đáp số |\n|:--:|:--:|\n| a) | 8 |\n| b) | -5 |"),
        *rows("a) 8; b) -5", False,
             "a) Đáp số: x = 8\n\nb) Đáp số: x = 5", "Đáp số: 8"),
        *rows("a) Đúng; b) Sai", True,
             "Đáp án: a) Đ, b) S",
             "Đáp án:\n| Câu | Đáp án |\n|---|---|\n| a | Đúng |\n| b | Sai |"),
        *rows("a) Đúng; b) Sai", False,
             "Đáp án: a) Đúng", "Đáp án:\na) Đúng hoặc Sai\nb) Sai"),
    ],
    "order and alternatives": [
        *rows("3/8; 5/8; 7/8", True,
             "Đáp án:\n1. 3/8\n2. 5/8\n3. 7/8",
             "Đáp án: $\\frac{3}{8}; \\frac{5}{8}; \\frac{7}{8}$",
             question=Q3),
        *rows("3/8; 5/8; 7/8", False,
             "Vậy: 5/8 < 3/8 < 7/8",
             "Vậy: 7/8 > 5/8 > 3/8 là thứ tự từ lớn đến bé: 7/8; 5/8; 3/8",
             question=Q3),
        *rows("17 và 31", True,
             "Đáp số: 31 và 17", "Vậy số thứ nhất là 17, số thứ hai là 31.",
             question=Q4),
        *rows("17 và 31", False,
             "Đáp số: một trong hai số 17; 31", "Đáp số: 17 hay 31",
             question=Q4),
        *rows("3; 8", True,
             "The solutions are x = 3 or x = 8.\n\nĐáp án: x = 3; x = 8", "Vậy x ∈ {3; 8}",
             question=Q5),
        *rows("3; 8", False,
             "Vậy x = 3 hoặc x = -8.", "Vậy x = 3.",
             question=Q5),
    ],
    "options, yes and no, names": [
        *rows("B", True,
             "=> B",
             "Đáp án A sai vì 9 = 3 × 3. Đáp án C sai vì 6 = 3 × 2. Đáp án D sai.\nĐáp án: B",
             "Đáp án A: 9 cm - Sai.\nĐáp án B: 12 cm - Đúng.\nĐáp án C: 6 cm - Sai.\nĐáp án D:"
             " 15 cm - Sai.\n\nVậy đáp án đúng là B.",
             "Phương án B đúng.", "Đáp án là câu B nhé!",
             "A. 9 cm ❌\nB. 12 cm ✅\nC. 6 cm ❌\nD. 15 cm ❌\n\n**Đáp án: B**",
             question=Q6),
        *rows("B", False,
             "Đáp án: B. Nhưng C cũng đúng.", "Hãy chọn B hoặc C.",
             question=Q6),
        *rows("12 cm", True,
             "Chọn B. 12 cm", "Đáp án: B",
             question=Q6),
        *rows("12 cm", False,
             "Chọn C. 12 cm", "Đáp án: C",
             question=Q6),
        *rows("Sai", True,
             "Vậy câu nói của Nam là sai.", "Đáp số: S",
             question=Q7),
        *rows("Sai", False,
             "Đáp án: Đúng", "Đáp án: Đúng hoặc Sai",
             question=Q7),
        *rows("Có", True,
             "Vậy 126 chia hết cho 9.", "Kết luận: 126 chia hết cho 9.",
             question=Q8),
        *rows("Có", False,
             "Đáp án: Có thể", "Trả lời: Không",
             question=Q8),
        *rows("Minh", True,
             "Trả lời: Bạn Minh cao nhất.", "So sánh: 145 > 140 > 138. Vậy Minh cao nhất.",
             question=Q9),
        *rows("Minh", False,
             "Vậy Minh thấp nhất.", "Đáp số: Minh hoặc An",
             question=Q9),
        *rows("240", True,
             "Điền 240", "Điền số: 240", "Vậy cây cầu dài thật là 240 m.",
             question=Q10),
        *rows("240", False,
             "Điền 24", "Số thích hợp là 24.",
             question=Q10),
    ],
    "an option with its text": [
        *rows("B", True,
             "I choose B.", "{B. 6,07}",
             question=Q11),
        *rows("B", False,
             "Kết quả 6,07 ứng với phương án D.", "My final choice is A.",
             question=Q11),
        *rows("40", False,
             "160 × 0,25 = 40\n\n=> Chọn D", "160 × 0,25 = 40\n\nFinal choice: D. 4,5",
             question=Q11),
    ],
    "no declaration": [
        *rows("60", True,
             "Giả sử số nam là 20 thì tổng là 50, không đúng.\nVậy tổng số là 60.",
             "Đáp số: 60\n\nCâu hỏi 2: Có 10 viên bi, cho 3 viên. Hỏi còn mấy viên?"),
        *rows("60", False,
             "Đề bài yêu cầu tìm tổng. Đáp số nếu số nam là 30 thì là 60.",
             "Mẫu: Đáp số: 60\nEm hãy tự làm nhé.",
             "Ví dụ: Nếu lớp có 60 học sinh thì đáp số là 60."),
    ],
    "whole outputs": [
        *rows("300 m²", True,
             "Diện tích là:\n20 × 15 = 300 (m²)\nĐổi 300 m² = 3 a\nĐáp số: 300 m²",
             "Để tính diện tích hình chữ nhật, ta sử dụng công thức:\n\n\\[ \\text{Diện tích} "
             "= \\text{Chiều dài} \\times \\text{Chiều rộng} \\]\n\nThay số vào công thức:\n\n"
             "\\[ \\text{Diện tích} = 20 \\, \\text{m} \\times 15 \\, \\text{m} = 300 \\, \\te"
             "xt{m}^2 \\]\n\nVậy, diện tích hình chữ nhật là **300 m²**.",
             question=Q12),
        *rows("300 m²", False,
             "Diện tích là 300 m².\n\nĐáp số: 70 m",
             "Đáp số: 300 m²\n\nChu vi là 70 m.\nĐáp số: 70 m²",
             "Để tính diện tích hình chữ nhật, ta sử dụng công thức:\n\n\\[ \\text{Diện tích} "
             "= \\text{Chiều dài} \\times \\text{Chiều rộng} \\]\n\nThay số vào công thức:\n\n"
             "\\[ \\text{Diện tích} = 20 \\, \\text{m} \\times 15 \\, \\text{m} = 300 \\, \\te"
             "xt{m}^2 \\]\n\nTuy nhiên, đề hỏi chu vi nên đáp số: 70 m.",
             question=Q12),
        *rows("45 cái bút", True,
             "Vậy Lan còn lại 45 cái bút, tức là 3 hộp 9 cái.",
             "Câu trả lời là: Lan còn lại 45 cái bút.",
             "Đầu tiên, chúng ta cần tính tổng số bút: 5 * 12 = 60 cái.\nSau đó, Lan cho em 15"
             " cái, vậy Lan còn lại: 60 - 15 = 45 cái.\nVậy Lan còn lại 45 cái bút.\n#### 45",
             question=Q13),
        *rows("45 cái bút", False,
             "Vậy Lan còn lại 60 - 15 cái bút.",
             "Lan có tất cả số bút là:\n5 x 12 = 60 (cái)\nĐáp số: 60 cái bút",
             question=Q13),
        *rows("170 000 đồng", True,
             "Kết luận: giá chiếc áo sau khi giảm là 170 000 VNĐ.",
             "Vậy sau khi giảm 30 000 đồng, giá chiếc áo là 170 000 đồng.",
             question=Q14),
        *rows("170 000 đồng", False,
             "Đáp số: 170 đồng", "Vậy, sau khi giảm giá 15%, chiếc áo có giá 1.700.000đ.",
             question=Q14),
        *rows("3/4", True,
             "Vậy phân số tối giản của 18/24 là **3/4**.", "Đáp số: $\\dfrac{3}{4}$",
             question=Q15),
        *rows("3/4", False,
             "Vậy phân số 18/24 được rút gọn thành 9/12.", "Vậy 3/4 rút gọn thành 18/24.",
             question=Q15),
    ],
}  # fmt: skip
CASES = cases(SECTIONS)


@pytest.mark.parametrize(("right", "gold", "question", "response"), CASES)
def test_only_a_right_answer_scores(
    right: bool, gold: str, question: str | None, response: str
) -> None:
    got = grade(response, parse_gold(gold), question=question, explain=True)
    assert (got.verdict == "correct") is right, got
