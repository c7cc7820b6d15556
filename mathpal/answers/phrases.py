"""The phrases by which a response declares, concludes, corrects or doubts: one table.

A new way to declare an answer is a new row here. Knows no values and no golds.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple

Role = Literal[
    "final", "conclusion", "connective", "correction", "doubt", "check", "aside", "another"
]  # fmt: skip


class Phrase(NamedTuple):
    """One way to say what the following words are.

    Attributes:
        role: "final" names the answer ("Đáp số"); "conclusion" ends the working ("Vậy");
            "connective" joins two steps and may end the working ("Do đó"); "correction" takes an
            answer back ("Nhầm rồi"); "doubt" leaves it open ("không chắc"); "check" and "aside"
            begin words about the answer, which state none ("Kiểm tra", "Giải thích");
            "another" begins another problem ("Bài tập tương tự").
        words: its spellings, in lower case and with diacritics.
        linked: whether ":", "là" or a line end must follow.
        begins: whether it counts only at the start of a sentence.
        opens: whether it may also be the heading of a whole solution ("Trả lời:").
        chooses: whether only the letter of an option or a sign can follow ("Chọn B").
        kinds: the kinds of gold that it can answer; () for all.
        certain: of a correction or doubt: whether it holds even if no other value follows.
    """

    role: Role
    words: tuple[str, ...]
    linked: bool = False
    begins: bool = False
    opens: bool = False
    chooses: bool = False
    kinds: tuple[str, ...] = ()
    certain: bool = False


PHRASES: tuple[Phrase, ...] = (
    Phrase("final", ("đáp số", "đáp án", "đs:", "đs :", "đs.", "đ/s:", "đ/s :", "đ/s.",
                     "đa:", "đ/a:", "\\boxed", "@@@@")),
    Phrase("final", ("câu trả lời", "phương án đúng", "lựa chọn đúng", "kết quả cuối cùng",
                     "đáp án cuối cùng", "đáp số cuối cùng", "ý đúng", "câu đúng", "lời giải đúng"),
           linked=True),
    Phrase("final", ("final answer", "correct answer", "final choice", "correct option",
                     "correct choice", "final result", "the answer", "the solution"), linked=True),
    Phrase("final", ("trả lời", "answer", "ans"), linked=True, opens=True),
    Phrase("final", ("solution",), linked=True, begins=True, opens=True),
    Phrase("final", ("chọn", "khoanh", "khoanh tròn", "choose", "select"), chooses=True),
    Phrase("conclusion", ("vậy", "như vậy", "vậy nên", "vậy thì", "kết quả", "tóm lại",
                          "kl:", "kl :", "kq:", "kq :")),
    Phrase("conclusion", ("phương án", "option"), chooses=True),
    Phrase("conclusion", ("điền", "điền số", "ta điền"), begins=True),
    Phrase("conclusion", ("result",), linked=True, begins=True),
    Phrase("conclusion", ("kết luận", "conclusion", "in conclusion", "therefore,", "thus,",
                          "hence,", "so,", "so the", "so there", "so he", "so she", "so it",
                          "so they", "so we", "so each", "so in total", "therefore", "∴")),
    Phrase("conclusion", ("số cần điền", "số cần tìm", "số phải tìm", "số thích hợp",
                          "giá trị cần tìm", "kết quả phép tính", "kết quả của phép tính",
                          "số cần viết", "số đó", "số thích hợp cần điền", "the result",
                          "giá trị của x", "giá trị x", "the value of x"),
           linked=True),
    Phrase("conclusion", ("nhận định này", "nhận định trên", "khẳng định này", "khẳng định trên",
                          "khẳng định đó", "phát biểu này", "phát biểu trên", "câu này",
                          "câu nói này", "mệnh đề này", "mệnh đề trên", "ý kiến này",
                          "this statement"), kinds=("yesno",)),
    Phrase("connective", ("do đó", "vì vậy", "vì thế", "do vậy", "bởi vậy", "bởi thế", "suy ra",
                          "từ đó suy ra", "nhờ vậy", "cho nên", "thế nên", "tổng cộng", "in total",
                          "as a result", "consequently", "=>", "⇒", "⟹", "→", "ta được",
                          "ta thu được", "ta tính được", "ta tìm được")),
    Phrase("connective", ("nên",), begins=True),
    Phrase("correction", ("à không", "à nhầm", "ồ không", "ồ nhầm", "nhầm rồi", "sai rồi",
                          "mới đúng", "đính chính", "sửa lại", "tôi nhầm", "mình nhầm", "em nhầm",
                          "tớ nhầm", "tính nhầm", "tính sai", "làm sai", "nhầm lẫn", "oops",
                          "my mistake", "i made a mistake", "chữa lại", "xin sửa", "gõ nhầm",
                          "viết nhầm", "ghi nhầm", "nhầm một chút", "phải sửa", "mới phải",
                          "mới chuẩn", "mới chính xác", "đúng hơn", "rút lại", "gạch bỏ",
                          "scratch that", "my bad", "tính kĩ lại", "tính kỹ lại",
                          "thấy sai", "thấy chưa đúng", "thấy không đúng", "thấy nhầm"),
           certain=True),
    Phrase("correction", ("đợi đã", "đợi chút", "đợi một chút", "khoan đã", "khoan", "chờ đã",
                          "chờ chút", "chờ một chút", "xin lỗi", "tính lại", "thực ra",
                          "thật ra", "kiểm tra lại thì", "wait", "sorry", "actually",
                          "correction", "hmm", "ấy chết", "quên mất",
                          "thay vào đó", "đúng ra", "đọc sai", "đọc nhầm", "hiểu sai", "hiểu nhầm",
                          "tính sót", "tính thiếu", "chưa tính", "bỏ sót", "on second thought",
                          "ý mình", "ý tôi", "ý em", "i mean", "i meant", "hold on",
                          "xem lại thì")),
    Phrase("correction", ("à", "ồ", "ơ", "ủa", "í", "á", "ôi", "lộn", "í lộn", "lộn rồi", "sửa",
                          "sửa:", "nói lại", "nói chính xác hơn",
                          "chính xác hơn", "update", "edit", "cập nhật", "chữa", "nhầm,",
                          "không,", "no,", "chết", "thôi", "quên", "let me correct",
                          "let me fix"), begins=True),
    Phrase("doubt", ("không chắc", "chưa chắc", "không dám chắc", "chưa kiểm tra", "không tự tin",
                     "đoán thế", "đoán vậy", "đoán bừa", "đoán thôi", "đoán mò", "mình đoán",
                     "em đoán", "tôi đoán", "tớ đoán", "đoán)", "làm đại", "chọn đại", "ghi đại",
                     "chọn bừa", "làm bừa", "ghi bừa", "không ghi đáp số",
                     "chưa kết luận", "not sure", "i guess", "phân vân", "không biết chọn",
                     "không biết cái nào", "phỏng đoán", "không biết có đúng",
                     "không biết đúng", "còn tuỳ", "còn tùy", "tạm ghi", "tạm tính", "có khi là",
                     "nếu làm đúng", "có thể mình sai", "có thể em sai", "có thể tôi sai",
                     "mong là đúng", "hi vọng là đúng",
                     "hy vọng là đúng", "em không nhầm", "mình không nhầm", "tôi không nhầm"),
           certain=True),
    Phrase("doubt", ("có lẽ", "có thể là", "cũng có thể là", "cũng có thể bằng",
                     "cũng có thể ra", "hình như", "hoặc là", "không rõ",
                     "chưa rõ", "maybe", "perhaps", "might be", "could be")),
    Phrase("check", ("kiểm tra", "kiểm tra lại", "thử lại", "thử lại ta có", "kiểm chứng",
                     "kiểm nghiệm", "thay vào:", "thay x", "check", "verification", "verify")),
    Phrase("aside", ("giải thích", "explanation", "lời giải thích", "lưu ý", "chú ý", "ghi chú",
                     "ghi nhớ", "note", "lời giải tham khảo", "nhận xét", "mở rộng", "cách khác",
                     "cách 2", "cách hai", "vì", "bởi vì",
                     "because", "lý do", "lí do", "tham khảo", "đề bài")),
    Phrase("another", ("bài tập tương tự", "bài toán tương tự", "bài tương tự", "câu hỏi tương tự",
                       "bài tập thêm", "bài toán khác", "bài tập khác", "câu hỏi", "question",
                       "bài tập", "bài toán", "problem", "bài 2", "câu 2", "câu hỏi 2",
                       "bài tiếp theo", "câu hỏi tiếp theo"), linked=True, begins=True),
    Phrase("another", ("bài tập về nhà", "bài 2.", "câu 2.", "câu hỏi 2."), begins=True),
)  # fmt: skip

# Words at the start of a sentence whose declarations are only supposed.
SUPPOSED = re.compile(
    r"\s*(?:[-•+*]\s*)?(?:nếu|giả sử|giả thử|ví dụ|vd|chẳng hạn|khi đó|mẫu|thử với|thử chọn|xét"
    r"|neu|gia su|vi du|chang han|if|suppose|assume|for example|e\.g\.)(?!\w)",
    re.I,
)
_MARKED = re.compile(r"[à-ãè-êìíò-õùúýăđĩũơưạ-ỹ]")


def unmarked(text: str) -> str:
    """Return a text without Vietnamese diacritics."""
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(character for character in parts if not unicodedata.combining(character))


# Other words of an answer that are restored in a text without diacritics; units after a number.
_JOINING = ("là", "và", "hoặc", "không", "bằng", "dư", "phải")
_UNITS = ("đồng", "giờ", "phút", "giây", "ngày", "tháng", "năm", "tấn", "yến", "tạ", "lít", "mét")


def _alternatives(words: Iterable[str]) -> str:
    """Return the pattern of several words, the longest first."""
    return "|".join(
        re.escape(word) + (r"(?![^\W_])" if word[-1].isalnum() else "")
        for word in sorted(words, key=len, reverse=True)
    )


_ROWS = {words: phrase for phrase in reversed(PHRASES) for words in phrase.words}
# These spellings count in any text: they are no other words, neither English nor Vietnamese.
_ALWAYS = ("đáp số", "đáp án", "kết quả", "kết luận", "câu trả lời", "trả lời", "phương án đúng")
_ROWS |= {unmarked(words): _ROWS[words] for words in _ALWAYS}
_PHRASE = re.compile(rf"(?<![^\W_])(?:{_alternatives(_ROWS)})")
_RESTORED = {
    unmarked(words): words
    for words in (*(w for w, phrase in _ROWS.items() if not phrase.begins), *_JOINING)
}
_RESTORED_UNITS = {unmarked(words): words for words in _UNITS}
_BARE = re.compile(
    rf"(?<![^\W_])(?:{_alternatives(w for w, marked in _RESTORED.items() if w != marked)})", re.I
)
_BARE_UNIT = re.compile(rf"(?<=[0-9] )(?:{_alternatives(_RESTORED_UNITS)})", re.I)


def with_marks(text: str) -> str:
    """Restore the diacritics of phrases and units in a text that was typed without any.

    The length stays the same.
    """
    if _MARKED.search(text.lower()):
        return text
    text = _BARE.sub(lambda match: _RESTORED[match[0].lower()], text)
    return _BARE_UNIT.sub(lambda match: _RESTORED_UNITS[match[0].lower()], text)


def phrases_in(text: str) -> list[tuple[int, int, Phrase, str]]:
    """Return the phrases of a text with their starts, ends and spellings, from left to right.

    Args:
        text: normalised text.
    """
    found = _PHRASE.finditer(text.lower())
    return [(match.start(), match.end(), _ROWS[match[0]], match[0]) for match in found]
