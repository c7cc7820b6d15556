"""How chat models and teachers write an answer: styles, endings, texts that declare nothing.

Data only. A placeholder «name» is filled by `styles.fields`. The words are invented after the
habits of GPT, Gemini, Llama, Qwen, VinaLLaMA and of Vietnamese teachers.
"""

from typing import NamedTuple

MEASURED = ("quantity",)
BARE = ("number", "count", "negative")  # the declaration may be the number alone
PLAIN = (*BARE, "fraction", "percent", "quantity")
SINGLE = (*PLAIN, "time", "directed")
EQUATION = ("quantity", "number", "count")
SEVERAL = ("pair",)
ORDERED = ("list",)
CHOICE = ("choice",)
NUMBERS = ("number", "negative", "fraction")


class Style(NamedTuple):
    """One way to write an answer: the shapes of answers that are written so, and the text."""

    shapes: tuple[str, ...]
    text: str


STYLES: dict[str, Style] = {
    # Vietnamese declarations
    "dap so": Style(SINGLE, "Bài giải\n«lead_upper»:\n«steps»\nĐáp số: «answer»"),
    "dap so in bold": Style(SINGLE, "«steps»\n\n**Đáp số: «answer»**"),
    "bold dap an": Style(SINGLE, "«steps»\n\n**Đáp án:** «answer»"),
    "bold tra loi": Style(SINGLE, "«steps»\n\n**Trả lời:** «lead_upper» «answer»."),
    "tra loi alone": Style(SINGLE, "«steps»\n\nTrả lời: «answer»."),
    "heading ket luan": Style(
        SINGLE, "### Lời giải\n\n«steps»\n\n### Kết luận\n\n«lead_upper» **«answer»**."
    ),
    "heading dap an": Style(SINGLE, "## Bài làm\n\n«steps»\n\n## Đáp án\n\n**«answer»**"),
    "heading dap so with colon": Style(SINGLE, "#### Giải\n«steps»\n\n#### Đáp số: «answer»"),
    "bold ket luan": Style(SINGLE, "«steps»\n\n**Kết luận:** «lead_upper» «answer»."),
    "ket qua cuoi cung": Style(SINGLE, "«steps»\n\n**Kết quả cuối cùng:** «answer»"),
    "vay sentence": Style(SINGLE, "«steps»\n\nVậy «lead» «answer»."),
    "vay sentence in bold": Style(SINGLE, "«steps»\n\nVậy «lead» **«answer»**."),
    "nhu vay": Style(SINGLE, "«steps»\n\nNhư vậy, «lead» «answer»."),
    "do do at the end": Style(SINGLE, "Ta có:\n«steps»\nDo đó, đáp án là «answer»."),
    "vay dap an dung la": Style(SINGLE, "«steps»\n\nVậy đáp án đúng là: «answer»."),
    "answer on the next line": Style(SINGLE, "«steps»\n\nĐáp số:\n«answer»"),
    "cau tra loi la": Style(SINGLE, "«steps»\n\nCâu trả lời là: **«answer»**"),
    "so can tim": Style(("number", "negative"), "«steps»\nSố cần tìm là «answer»."),
    # Without diacritics
    "no diacritics dap so": Style(PLAIN, "Bai giai\n«steps_folded»\nDap so: «answer_folded»"),
    "no diacritics dap an": Style(PLAIN, "«steps_folded»\nDap an: «answer_folded»"),
    "no diacritics ket luan": Style(
        PLAIN, "«steps_folded»\n\nKet luan: «lead_folded» «answer_folded»."
    ),
    "no diacritics vay": Style(BARE, "Ta co: «steps_folded»\nVay «lead_folded» «answer_folded»."),
    # English words around
    "answer and line break": Style(NUMBERS, "«steps»\nAnswer:\n«number»"),
    "answer and line break, unit": Style(MEASURED, "«steps»\nAnswer:\n«answer»"),
    "hashes": Style(BARE, "«steps»\n#### «number»"),
    "the final answer is": Style(PLAIN, "«steps»\n\nThe final answer is «answer»."),
    "the final answer is boxed": Style(PLAIN, "«steps»\n\nThe final answer is: $\\boxed{«latex»}$"),
    "final answer": Style(SINGLE, "«steps»\n\n**Final answer:** «answer»"),
    "heading final answer": Style(SINGLE, "«steps»\n\n### Final Answer\n«answer»"),
    "therefore the answer is": Style(
        PLAIN, "Let's solve it step by step.\n«steps»\n\nTherefore, the answer is **«answer»**."
    ),
    "so the answer is": Style(BARE, "«steps»\nSo the answer is «number»."),
    "english thousands": Style(
        ("quantity", "number"), "«steps_english»\n\n**Answer:** «answer_english»"
    ),
    # LaTeX
    "boxed": Style(PLAIN, "«display»\n\n$$\\boxed{«latex»}$$"),
    "boxed in a line": Style(PLAIN, "«steps»\nVậy kết quả là $\\boxed{«latex»}$."),
    "display after vay": Style(EQUATION, "Vậy «lead»:\n\\[ «equation_latex» \\]"),
    "dollars after vay": Style(EQUATION, "Vậy «lead»:\n$$«equation_latex».$$"),
    "latex dap so": Style(PLAIN, "«display»\n\nĐáp số: $«latex»$"),
    "latex sentence": Style(PLAIN, "«display»\n\nVậy «lead» \\( «latex» \\)."),
    "latex bold": Style(PLAIN, "«display»\n\n**Đáp án:** $\\mathbf{«latex»}$"),
    # Lists, steps, tables, code
    "numbered steps": Style(SINGLE, "«numbered»\n\n**Đáp số:** «answer»"),
    "numbered steps, last one concludes": Style(
        SINGLE, "«numbered»\n\n**Bước cuối: Kết luận**\n«lead_upper» «answer»."
    ),
    "bullets": Style(SINGLE, "«bullets»\n\n- **Đáp số:** «answer»"),
    "backticks": Style(SINGLE, "«steps»\n\nĐáp án: `«answer»`"),
    "code and result": Style(
        ("number", "negative"),
        "```python\nketqua = «number_in_code»\nprint(ketqua)\n```\n\nĐáp số: «answer»",
    ),
    "table of the answer": Style(
        PLAIN,
        "«steps»\n\n| Câu hỏi | Kết quả |\n|---|---|\n| «lead_upper» | «answer» |\n\n"
        "**Đáp số: «answer»**",
    ),
    # Emoji
    "check mark": Style(SINGLE, "«steps»\n\n✅ **Đáp số: «answer»**"),
    "pointing hand": Style(SINGLE, "«steps»\n\n👉 Vậy «lead» **«answer»**."),
    "target": Style(SINGLE, "🎯 **Đáp án:** «answer» ✅"),
    "sparkles": Style(SINGLE, "✨ Lời giải:\n«steps»\n\n✨ Kết quả: **«answer»** 🎉"),
    # Before the answer
    "self-correction before": Style(
        SINGLE,
        "Mình tính thử ra «other». Đợi đã, mình tính nhầm, làm lại nhé:\n«steps»\n\n"
        "Đáp số: «answer»",
    ),
    "corrected declaration": Style(
        SINGLE,
        "Đáp số: «other».\n\nKhoan, mình kiểm tra lại thì thấy sai.\n«steps»\n\n"
        "Vậy đáp số đúng là: «answer».",
    ),
    "connective before": Style(
        EQUATION, "Vì vậy, lúc đầu ta có «other».\nDo đó, «lead»:\n«equation»\nĐáp số: «answer»"
    ),
    "thinking before": Style(
        SINGLE,
        "<think>\nĐề hỏi gì? Có thể là «other» chăng? Không, phải tính lại.\n«steps»\n</think>\n\n"
        "**Đáp số:** «answer»",
    ),
    "question restated": Style(
        SINGLE, "**Đề bài:** «question»\n\n**Bài giải**\n«steps»\n\n**Đáp số:** «answer»"
    ),
    "example before": Style(
        SINGLE,
        "Ví dụ: nếu kết quả là «other» thì thử lại không khớp.\nTa tính:\n«steps»\n"
        "Đáp số: «answer»",
    ),
    "greeting": Style(
        SINGLE, "Chào bạn! Mình cùng giải bài này nhé 😊\n\n«steps»\n\n**Trả lời:** «answer»."
    ),
    # After the answer
    "check after": Style(
        EQUATION, "«steps»\n\n**Đáp số:** «answer»\n\n**Kiểm tra:** «equation» (đúng)."
    ),
    "hope after": Style(SINGLE, "«steps»\n\nĐáp số: «answer»\n\nHy vọng giúp được bạn!"),
    "more explanation after": Style(
        SINGLE, "«steps»\n\n**Đáp số: «answer»**\n\nBạn cần giải thích thêm không?"
    ),
    "other problems after": Style(
        SINGLE, "«steps»\n\nVậy «lead» «answer».\n\nNếu có bài nào khác, cứ hỏi mình nhé! 😊"
    ),
    "english after": Style(PLAIN, "«steps»\n\nĐáp số: «answer».\n\nHope this helps! Good luck."),
    "summary after": Style(SINGLE, "«steps»\n\n**Đáp số:** «answer»\n\nTóm lại, «lead» «answer»."),
    "no doubt after": Style(
        SINGLE, "«steps»\n\nĐáp số: «answer»\n\nMình đã kiểm tra lại, kết quả này đúng."
    ),
    # Several values
    "two numbers in words": Style(SEVERAL, "«steps»\n\nVậy «labelled»."),
    "two lines after dap so": Style(SEVERAL, "«steps»\nĐáp số: «lines»"),
    "bulleted parts": Style(SEVERAL, "«steps»\n\n**Đáp số:**\n«bulleted_parts»"),
    "table of parts": Style(SEVERAL, "«steps»\n\n**Đáp số:**\n\n«table»"),
    "bold parts": Style(SEVERAL, "«steps»\n\n### Kết luận\n\n«bold_parts»"),
    "final answer, parts": Style(SEVERAL, "«steps»\n\n**Final answer:** «answer»"),
    "parts and hope": Style(SEVERAL, "✅ **Đáp số:** «answer»\n\nChúc bạn học tốt!"),
    "ordered": Style(ORDERED, "**Đáp án:** «answer»"),
    "ordered sentence": Style(ORDERED, "Ta so sánh các số.\n\nVậy thứ tự đúng là: «answer»."),
    "ordered in a heading": Style(ORDERED, "### Kết luận\n\nThứ tự cần tìm là: **«answer»**"),
    "ordered final answer": Style(ORDERED, "The final answer is: «answer»"),
    # Multiple choice
    "final choice": Style(CHOICE, "«steps»\n\n### Final choice: «option»"),
    "answer with option": Style(CHOICE, "«steps»\n\nAnswer: «option»"),
    "cau tra loi dung": Style(CHOICE, "«steps»\nCâu trả lời đúng phải là «option»."),
    "dap an dung la, next line": Style(CHOICE, "«steps»\nVậy đáp án đúng là:\n«option»"),
    "option in braces": Style(CHOICE, "«steps»\n{«option»}"),
    "chon": Style(CHOICE, "«steps»\n\nChọn «letter»."),
    "letter and dash": Style(CHOICE, "«steps»\n\n**Đáp án: «letter» – «text»**"),
    "phuong an dung": Style(CHOICE, "«steps»\n\nVậy phương án đúng là **«letter»**."),
    "the correct option": Style(CHOICE, "«steps»\n\nThe correct option is «letter»."),
    "correct answer in bold": Style(CHOICE, "«steps»\n\n**Correct answer: «option»** ✅"),
    "boxed letter": Style(CHOICE, "«steps»\n\n$\\boxed{\\text{«letter»}}$"),
    "options restated": Style(CHOICE, "«question»\n\nGiải:\n«steps»\n\n**Đáp án đúng: «option»**"),
    "choice and hope": Style(CHOICE, "Đáp án: **«option»**\n\nHy vọng giúp được bạn!"),
    "choice in backticks": Style(CHOICE, "«steps»\n\nĐáp án: `«option»`"),
}

# What takes the answer back, doubts it or sets another beside it, written after any style.
ENDINGS: dict[str, tuple[str, ...]] = {
    "taken back": (
        "Đợi đã, phải là «other».",
        "Nhầm rồi, «other» mới đúng.",
        "À không, mình tính sai, kết quả phải là «other».",
        "Xin lỗi, mình nhầm: đáp số đúng là «other».",
        "Khoan đã, kiểm tra lại thì phải là «other» mới đúng.",
        "Wait, it should be «other».",
    ),
    "doubted": (
        "Mình không chắc lắm, có thể là «other».",
        "Tuy nhiên, cũng có thể đáp số là «other».",
        "Mình không chắc đáp số này đúng.",
        "Hình như mình tính sai ở đâu đó.",
    ),
    "declared twice": (
        "Đáp số: «other»",
        "Trả lời: «other».",
        "**Đáp án:** «other»",
        "The final answer is «other».",
        "### Kết luận\n\n**«other»**",
    ),
    "denied": (
        "Nhưng đáp số không phải là «answer».",
        "Kết quả trên chưa đúng.",
        "Đáp án này sai.",
    ),
}

# Texts that name the right value and declare nothing, or something else.
UNDECLARED: dict[str, Style] = {
    "denied": Style(SINGLE, "«steps_other»\nĐáp số không thể là «answer»."),
    "not the answer": Style(SINGLE, "Đáp số không phải là «answer»."),
    "hypothetical": Style(SINGLE, "Nếu đáp số là «answer» thì thử lại xem có khớp không?"),
    "supposed": Style(SINGLE, "Giả sử đáp số là «answer», khi đó ta thử lại với đề bài."),
    "example": Style(SINGLE, "Ví dụ: đáp số có thể ghi là «answer» hoặc «other»."),
    "somebody says": Style(
        SINGLE, "Bạn em bảo kết quả là «answer» nhưng em chưa kiểm tra nên không ghi đáp số."
    ),
    "undecided": Style(SINGLE, "«steps»\nĐáp số: «answer» hoặc «other»"),
    "perhaps": Style(SINGLE, "Có lẽ đáp số là «answer»."),
    "asked": Style(SINGLE, "Đáp số có phải là «answer» không?"),
    "cut before the result": Style(EQUATION, "Bài giải\n«lead_upper»:\n«left» ="),
    "cut in the conclusion": Style(EQUATION, "**Bước 1:** Phân tích đề.\n\nVậy «lead»"),
    "question only": Style(SINGLE, "**Đề bài:** «question»\n\nTa phân tích đề bài như sau:"),
    "options only": Style(CHOICE, "«question»\n\nTa xét từng phương án:"),
    "options denied": Style(CHOICE, "«steps_other»\nPhương án «letter» không đúng."),
    "connective, working goes on": Style(
        EQUATION, "Vì vậy, lúc đầu có «answer».\nDo đó, «lead» «other».\nAnswer:\n«other»"
    ),
    "conclusion, working goes on": Style(
        EQUATION, "Vậy lúc đầu có «answer».\nSau đó, «lead»:\n«equation_other»"
    ),
    "code prints it": Style(
        ("number",), "Chạy chương trình sau:\n```python\nprint(\"Đáp số:\", «number_in_code»)\n```"
    ),
    "only thinking": Style(SINGLE, "<think>\nĐáp số có thể là «answer», nhưng cần tính lại đã…"),
    "letter beside the value of another": Style(
        CHOICE, "Đáp án: «letter»\nVậy kết quả là «other_text»."
    ),
}  # fmt: skip
