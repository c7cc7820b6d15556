"""Judge whether a text is Vietnamese, and whether it is about mathematics.

Both judgements follow rules that a reader can check, without a model or a language's word list.
"""

import re
import unicodedata
from typing import NamedTuple

from mathpal.data.syllables import ONSET, RIMES, is_syllable

_MARKS = re.compile("[\u0300-\u036f]")
_LATEX = re.compile(r"\\[A-Za-z]+|!\[[^\[\]]*\]\([^()]*\)|https?://\S+")
_WORD = re.compile(r"[^\W\d_¹²³]+")
_UNITS = frozenset("km hm dam dm cm mm kg hg dag mg ml cl dl ha kwh abc abcd".split())
LEAST_WORDS = 4
_VALID = 0.7  # share of sound syllables in Vietnamese prose with names and foreign words
_MARKED = 0.25  # share of syllables with a mark; Vietnamese prose has two thirds
_UNMARKED = 0.1


class Language(NamedTuple):
    """The judgement on a text's language.

    Attributes:
        verdict: "vietnamese", "unmarked" (Vietnamese without its marks), "other", or "unclear"
            with fewer than `LEAST_WORDS` words.
        words: number of words that were judged.
        valid: share of the words that are possible Vietnamese syllables, 0 to 1.
        marked: share of the words with a Vietnamese letter or tone mark, 0 to 1.
    """

    verdict: str
    words: int
    valid: float
    marked: float


def language(text: str) -> Language:
    """Judge by the structure of syllables: onset, rime, and the tones that a stop allows.

    Args:
        text: a question, a solution, or both.

    Example:
        >>> language("Tính diện tích hình vuông cạnh 5 cm").verdict
        'vietnamese'
        >>> language("Find the area of a square with side 5 cm").verdict
        'other'
    """
    bare = _LATEX.sub(" ", unicodedata.normalize("NFC", text))
    found = [word for word in _WORD.findall(bare) if len(word) > 1 and not word.isupper()]
    found = [word.lower() for word in found if word.lower() not in _UNITS]
    if len(found) < LEAST_WORDS:
        return Language("unclear", len(found), 0.0, 0.0)
    count = len(found)
    valid = sum(is_syllable(word) for word in found) / count
    marked = sum(not word.isascii() for word in found) / count
    verdict = "vietnamese" if valid >= _VALID and marked >= _MARKED else "other"
    if marked < _UNMARKED and sum(_is_bare_syllable(word) for word in found) / count >= 0.9:
        verdict = "unmarked"
    return Language(verdict, count, valid, marked)


def _without_marks(word: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFD", word)).replace("đ", "d")


_BARE = re.compile(f"{ONSET}(?:{'|'.join(sorted({_without_marks(rime) for rime in RIMES}))})")


def _is_bare_syllable(word: str) -> bool:
    return _BARE.fullmatch(_without_marks(word)) is not None


_ENUMERATION = re.compile(
    r"^[^\S\n]*(?:bài|câu|phần|question|problem)(?: toán| hỏi)?\s*\d+|"
    r"\(?(?<!\d)\d+(?:[.,]\d+)?\s*(?:điểm|đ)\s*\)?|^[^\S\n]*\d+[.)]",
    re.I | re.M,
)
_CALCULATION = re.compile(
    r"\d\s*(?:[-+−–×÷*:=<>/^%]|\\times|\\div|\\frac|\\cdot|x)\s*\(?\$?\s*[\d{\\]|"
    r"(?:[-+−–×÷=<>]|\\times)\s*\$?\(?\d|\\frac|\\dfrac|\\overline|\\sqrt"
)
_QUANTITY = re.compile(
    r"\d\s*(?:\$\s*)?(?:%|°|(?:km|hm|dam|dm|cm|mm|m|kg|g|tấn|tạ|yến|lít|l|ml|ha|giờ|phút|giây|đồng)\b)"
)
_CONCEPT = re.compile(
    r"phân số|hỗn số|số thập phân|số tự nhiên|số nguyên|chữ số|số chẵn|số lẻ|diện tích|chu vi|"
    r"thể tích|hình (?:vuông|tròn|thang|tam giác|chữ nhật|hộp|lập phương|thoi|bình hành)|"
    r"tam giác|phép (?:tính|cộng|trừ|nhân|chia)|biểu thức|tỉ số|tỷ số|phần trăm|chia hết|"
    r"trung bình cộng|vận tốc|quãng đường|đơn vị đo|bán kính|đường kính|đoạn thẳng|góc\b|"
    r"(?<!một )\bsố (?!phận|ít|phức)|chữ số|\d,\d|tuổi|gấp (?:đôi|ba|\d)|thứ mấy|thứ tự|vị trí|"
    r"đứng thứ|nói dối|"
    r"tổng (?:số|của)|hiệu (?:số|của)|tính nhanh|tìm x\b|bao nhiêu|dãy số|quy luật|"
    r"\b(?:fraction|area|perimeter|volume|triangle|square|rectangle|sum|how many|how much|"
    r"percent|equation|calculate|digit|divisible)\b"
)
_LESSON = re.compile(
    r"từ (?:đồng nghĩa|trái nghĩa|láy|ghép|hô ứng)|\b(?:danh|(?<!chuyển )động|quan hệ) từ\b|"
    r"(?:trạng|chủ|vị) ngữ|đoạn (?:văn|thơ)|bài (?:văn|thơ)|câu (?:ghép|đơn)|chính tả"
)


def is_maths(question: str, solution: str) -> bool:
    """Whether a problem calculates, measures or names a concept of school mathematics.

    One calculation, one measured quantity or one concept is enough, because a wrong "no" loses a
    row. Numbering ("Câu 5 (2,0 điểm)") does not count. A concept ("bao nhiêu … bấy nhiêu") does
    not count beside the words of a language lesson.

    Example:
        >>> is_maths("Câu 3 (2,0 điểm). Từ nào là tính từ?", "Đáp án: C")
        False
    """
    text = unicodedata.normalize("NFC", f"{question}\n{solution}").lower()
    text = _ENUMERATION.sub(" ", text)
    if _CALCULATION.search(text) or _QUANTITY.search(text):
        return True
    return _CONCEPT.search(text) is not None and _LESSON.search(text) is None
