"""How answers are declared, concluded, corrected and doubted, as people and chat models do it.

A row is (verdicts, gold, question, response): the verdict, or the verdicts one of which is right.
Each section holds near-misses beside right answers.
"""

import unicodedata

import pytest

from mathpal.answers import grade, parse_gold
from tests.unit.answers.tables import cases, rows

Row = tuple[str, str, str | None, str]

NOT = "ambiguous multiple_answers wrong no_answer"  # anything that does not score
OPEN = "ambiguous multiple_answers"
PENS = "Hộp có bao nhiêu cái bút?\nA. 9 cái bút\nB. 6 cái bút\nC. 12 cái bút\nD. 8 cái bút"
DECIMALS = "Kết quả là\nA. 1,25\nB. 6,07\nC. 40,5\nD. 4,5"
AREAS = "Diện tích là\nA. 36 dm²\nB. 3,6 dm²\nC. 0,36 dm²\nD. 360 dm²"
LENGTHS = "Độ dài đoạn thẳng là\nA. 24 cm\nB. 30 cm\nC. 36 cm\nD. 48 kg"


SECTIONS: dict[str, list[Row]] = {
    "words of declaration": [
        *rows(
            "14 kg", "correct", "**Trả lời:** Cửa hàng còn 14 kg.", "Trả lời:\n14 kg",
            "### Kết luận\n\nCửa hàng còn **14 kg** gạo.", "## Đáp án\n\n**14 kg**",
            "**Kết luận:** Cửa hàng còn lại $14$ kg gạo.", "The final answer is 14 kg.",
            "Final answer: 14 kg", "The answer is: **14 kg**", "Tóm lại, cửa hàng còn 14 kg gạo.",
            "Therefore, the answer is 14 kg.", "✅ **Đáp số: 14 kg**", "👉 Đáp số: 14 kg",
            "> **Đáp số:** 14 kg", "Đáp số → 14 kg", "*Đáp số:* 14 kg", "Đáp số: `14 kg`",
            "Câu trả lời là 14 kg.", "Kết quả cuối cùng: 14 kg", "Dap so: 14 kg",
            "Ket luan: cua hang con 14 kg gao.", "Vay cua hang con 14 kg gao.",
            "Như vậy, số gạo còn lại là:\n$$24 - 10 = 14 \\text{ (kg)}$$",
        ),
        *rows("72", "correct", "Answer:\n72", "#### 72", "The final answer is 72.", "Answer: 72",
              "Answer: **72**", "#### $72$", "**Answer:** 72"),
        *rows("72", "wrong", "Answer:\n71", "#### 71", "The final answer is 71."),
        *rows("72", "no_answer", "#### Bài 72", "### 72 quả", "Answer the 72 questions"),
        *rows("507", "correct", "Số cần điền là 507.", "Số cần tìm là 507.",
              "Số thích hợp điền vào chỗ trống là 507."),
        *rows("507", "wrong", "Số cần điền là 508."),
        *rows("140 cây", "correct", "Vậy số cây là:\n$$28 \\cdot 5 = 140\\text{ (cây)}.$$",
              "Vậy số cây là:\n\\[28 \\times 5 = 140\\]"),
        *rows("140 cây", "wrong", "Vậy số cây là:\n$$28 \\cdot 5 = 150\\text{ (cây)}.$$"),
        *rows("14 kg", "no_answer", "Trả lời câu hỏi sau", "Em xin trả lời ạ.",
              "Cửa hàng còn 14 kg.", "### Bài giải\n24 - 10 = 14 (kg)"),
        *rows("14 kg", "correct", "<think>Đáp số: 15 kg? Không.</think>\nĐáp số: 14 kg"),
    ],
    "a heading is no answer": [
        *rows(
            "54 kg", "correct",
            "**Trả lời:**\nBuổi sáng bán 24 kg.\nCả ngày bán: 24 + 30 = 54 (kg)\nĐáp số: 54 kg",
            "Trả lời: Buổi sáng bán 24 kg. Cả ngày bán 24 + 30 = 54 (kg).\nVậy cả ngày bán 54 kg.",
            "### Đáp án\n\nBuổi chiều bán: 24 + 6 = 30 (kg)\nCả ngày: 24 + 30 = 54 (kg)\n\n"
            "Đáp số: 54 kg",
        ),
        *rows("24 kg", NOT,
              "**Trả lời:**\nBuổi sáng bán 24 kg.\nCả ngày bán: 24 + 30 = 54 (kg)\nĐáp số: 54 kg"),
    ],
    "connectives and working that follows": [
        *rows("30", "correct", "Vì vậy, Hà có 12 quyển.\nDo đó, cả hai bạn có 12 + 18 = 30 quyển.\n"
                               "Answer:\n30"),
        *rows("12", "wrong", "Vì vậy, Hà có 12 quyển.\nDo đó, cả hai bạn có 12 + 18 = 30 quyển.\n"
                             "Answer:\n30"),
        *rows("30 quyển", "correct",
              "Vì vậy, Hà có 12 quyển.\nDo đó, cả hai bạn có 12 + 18 = 30 quyển."),
        *rows("12 quyển", NOT,
              "Vì vậy, Hà có 12 quyển.\nDo đó, cả hai bạn có 12 + 18 = 30 quyển."),
        *rows("24 kg", NOT, "Vậy buổi sáng bán 24 kg.\nCả ngày bán được: 24 + 30 = 54 (kg)",
              "Suy ra buổi sáng bán 24 kg. Cả ngày bán: 24 + 30 = 54 (kg)"),
        *rows("54 kg", "correct", "Vậy cả ngày bán 54 kg.\nThử lại: 54 - 30 = 24",
              "Vậy cả ngày bán 54 kg. (Vì 24 + 30 = 54)"),
        *rows("140 cây", "correct", "Do đó trồng được 28 × 5 = 140 cây."),
    ],
    "taken back or doubted": [
        *rows(
            "15 kg", OPEN, "Đáp số: 15 kg\n\nĐợi đã, phải là 17 kg.",
            "Đáp số: 15 kg\n\nNhầm rồi, 17 kg mới đúng.", "Đáp số: 15 kg\nTrả lời: Còn 17 kg.",
            "Đáp số: 15 kg. Mình không chắc lắm, có thể là 17 kg.", "Đáp số không thể là 15 kg",
            "Đáp số: 15 kg. Khoan, tính lại thì được 17 kg.", "Đáp số không phải là 15 kg.",
            "Đáp số: 15 kg. Oops, it should be 17 kg.", "Đáp số: 15 kg\nWait, 20 - 3 = 17 kg.",
            "Answer: 15 kg. Actually it is 17 kg.", "Đáp số: 15 kg. Xin lỗi, 17 kg mới đúng ạ.",
            "Đáp số: 15 kg (mình đoán thôi)", "Mình đoán đáp số là 15 kg.",
            "Bạn An bảo đáp số là 15 kg.", "Đáp số: 15 kg\nKết luận: còn lại là 17 kg.",
            "**Đáp số: 15 kg**\n\nÀ nhầm, em tính sai ở bước 2.", "Đáp số: 15 kg. Sai rồi.",
        ),
        *rows(
            "15 kg", "correct", "Đợi đã, 20 - 3 = 17 là sai. Tính lại: 20 - 5 = 15.\nĐáp số: 15 kg",
            "Đáp số: 17 kg. Nhầm rồi, tính lại: 20 - 5 = 15.\nĐáp số: 15 kg",
            "Đáp số: 15 kg\n\nHy vọng lời giải giúp được bạn! Nếu chưa rõ bước 2, hãy hỏi nhé.",
            "Đáp số: 15 kg. Nếu bạn không chắc, hãy thử lại: 15 + 5 = 20.",
            "Đáp số: 15 kg\nXin lỗi vì trả lời chậm.",
            "Đáp số: 15 kg\n\nĐợi đã, kiểm tra lại: 15 + 5 = 20, đúng rồi.",
            "Thực ra bài này dễ. Đáp số: 15 kg",
        ),
        *rows("17 kg", NOT, "Đáp số: 15 kg. Mình không chắc lắm, có thể là 17 kg."),
        *rows("40%", NOT, "bạn em bảo kết quả là 40% nhưng em chưa kiểm tra nên không ghi đáp số",
              "Hình như kết quả là 40%.", "Kết quả có lẽ là 40%."),
    ],
    "a later value of a gold that is no number": [
        *rows("√5", "multiple_answers", "Đáp số: √5\nVậy độ dài là √7"),
        *rows("√5", "correct", "Đáp số: √5\nVậy AB = √5",
              "Đáp số: √5\nVậy tam giác đó là tam giác vuông."),
        *rows("(1; 3)", "multiple_answers", "Đáp số: (1; 3)\nVậy x ∈ (1; 4)"),
        *rows("(1; 3)", "correct", "Đáp số: (1; 3)\nVậy tập nghiệm là (1; 3)"),
        *rows("ngày 20/4", "multiple_answers", "Đáp số: ngày 20/4\nVậy hôm đó là ngày 21/4"),
    ],
    "parts": [
        *rows("26; 11", "correct", "Vậy hai số cần tìm là 26 và 11.\n\n**Kiểm tra:** 26 + 11 = 37",
              "Đáp số: 26 bút xanh\n           11 bút đỏ",
              "Đáp số: 26 và 11\nThử lại: 26 - 11 = 15"),
        *rows("a) 26; b) 11", "correct", "a) Đáp số: 26\nb) Đáp số: 11", "Đáp số:\na) 26\nb) 11",
              "| Câu | Đáp số |\n|---|---|\n| a | 26 |\n| b | 11 |",
              "a) 13 × 2 = 26. Vậy kết quả là 26.\nb) 22 : 2 = 11. Vậy kết quả là 11."),
        *rows("a) 26; b) 11", NOT, "a) Đáp số: 26\nb) Đáp số: 12", "a) Đáp số: 11\nb) Đáp số: 26",
              "| Câu | Đáp số |\n|---|---|\n| a | 26 |\n| b | 12 |", "a) Đáp số: 26"),
        *rows("a) Đúng; b) Sai", "correct", "Đáp án:\na) Đ\nb) S (các mặt là hình vuông)"),
        *rows("a) Đúng; b) Sai", NOT, "Đáp án:\na) Đ\nb) Đ (các mặt là hình vuông)"),
    ],
    "options": [
        *rows("D", "correct", "Đáp án: D – 48 kg", "Đáp án: D - 48 kg", "Đáp án: **D. 48 kg**",
              "**Đáp án: D**\n\nCác đáp án A, B và C không thoả mãn.",
              "Chọn D. Các phương án A, B, C đều sai.", "Vậy phương án đúng là D.",
              "Vậy đáp án đúng là:\nD. 48 kg", "The correct answer is D.", "Answer: (D)",
              "\\boxed{D}", "\\boxed{\\text{D. 48 kg}}", "Đáp án đúng: **(D)** 48 kg",
              question=LENGTHS),
        *rows("B", OPEN, "Đáp án: B\nVậy độ dài là 36 cm.", "Đáp án: B. 36 cm", question=LENGTHS),
        *rows("B", "correct", "Đáp án: B\nVậy độ dài là 30 cm.", question=LENGTHS),
        *rows("B", "correct", "### Final choice: B. 6,07", "{B. 6,07}", "Answer: B. 6,07",
              "Vậy đáp án đúng là:\nB. 6,07", "Đáp án: `6,07`", "Đáp án: `B`", question=DECIMALS),
        *rows("B", NOT, "{C. 40,5}", "Answer: D. 1,25", "{B. 40,5}", "### Final choice: B. 40,5",
              question=DECIMALS),
        *rows("A", "correct", "Câu trả lời đúng phải là A. 9 cái bút.", "Answer: A. 9 cái bút",
              question=PENS),
        *rows("C", "correct", "Vậy đáp án đúng là:\nC. 0,36 dm²", question=AREAS),
        *rows("40", "wrong", "160 × 0.25 = 40\n\nAnswer: D. 4,5", question=DECIMALS),
        *rows("B", "no_answer", "Chọn đáp án đúng:\nA. 1,25\nB. 6,07\nC. 40,5\nD. 4,5",
              question=DECIMALS),
    ],
    "yes and no without a marker": [
        *rows("Sai", "correct", "Nhận định này **sai** vì kết quả đúng là 4%.",
              "Vậy khẳng định trên là sai.", "Khẳng định này là sai."),
        *rows("Đúng", "wrong", "Nhận định này **sai** vì kết quả đúng là 4%."),
        *rows("Đúng", "correct", "Phát biểu này đúng."),
    ],
    "no declaration": [
        *rows(
            "60", NOT, "```python\nprint('Đáp số: 60')\n```", "```\nĐáp số: 60\nx = 60\n```",
            "Ví dụ: nếu có 60 quả thì kết quả là 60.", "Giả sử đáp số là 60.",
            "Nếu đáp số là 60 thì đề bài sai.", "Chẳng hạn, kết quả là 60.",
        ),
        *rows("60", "correct", "```\nprint(50)\n```\nĐáp số: 60", "Đáp số:\n```\n60\n```"),
        *rows("60", "correct", "Số đó là 1 000.\nLàm tiếp: 1 000 - 940 = 60\nĐáp số: 60"),
    ],
}  # fmt: skip
CASES = cases(SECTIONS)


@pytest.mark.parametrize(("verdicts", "gold", "question", "response"), CASES)
def test_verdict(verdicts: str, gold: str, question: str | None, response: str) -> None:
    read = parse_gold(gold)
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, response)  # type: ignore[arg-type]
        got = grade(text, read, question=question, explain=True)
        assert got.verdict in verdicts.split(), got
