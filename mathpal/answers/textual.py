"""Judges answers that are words or digit patterns: a weekday, colour, name, number in words.

Compares folded text exactly; knows nothing of the values of numbers. Only spellings of the same
word are folded together; a word without its diacritics is a different word ("do" is not "đỏ").
"""

import re
import unicodedata
from functools import lru_cache

from mathpal.answers.asking import NOTHING, Asked
from mathpal.answers.scalars import Finding
from mathpal.answers.words import EITHER, taken_back
from mathpal.answers.writings import judge_writing

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_WORD = re.compile(r"[^\W_]+")
# Spellings of one word: number words after "mươi", southern forms, y for i.
_SAME = {
    "mốt": "một", "tư": "bốn", "lăm": "năm", "nhăm": "năm", "ngàn": "nghìn", "lẻ": "linh",
    "tỷ": "tỉ", "bẩy": "bảy", "2": "hai", "3": "ba", "4": "bốn", "5": "năm", "6": "sáu",
    "7": "bảy", "cn": "chủ nhật",
}  # fmt: skip
_FILLERS = frozenset("là vào vậy bạn lớp ngày màu hôm hình số tên đó em chị anh".split())
_WEEKDAY = re.compile(r"thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])$|chủ nhật$|cn$", re.I)
_NUMBER_WORDS = frozenset(
    "không một mốt hai ba bốn tư năm lăm nhăm sáu bảy bẩy tám chín mười mươi trăm nghìn ngàn"
    " triệu tỉ tỷ linh lẻ phẩy âm".split()
)
_COPULA = re.compile(
    r"(?<!\w)(?:(?:là|màu|thuộc|(?:đứng |nằm )?ở|chọn|mua)(?!\w)|có(?= (?:màu|vô) )"
    r"|[Pp]hương trình(?: đã cho| này)?(?= vô ))|[:=]"
)
_BESIDE = re.compile(
    r"(?<!\w)(?:trước|sau|qua|quá|khác|từ|đến|gần) (?:ngày )?(?:thứ (?!mấy)|chủ nhật)", re.I
)
_ITEM = re.compile(r"\s*[,;\n/&]\s*")
_REASONS = frozenset("vì do bởi nên tức đó ngày hôm tháng".split())
_CLAUSE = re.compile(r"[,;.(\n]| (?:vì|do|bởi|nên)(?!\w)")
_PATTERN = re.compile(r"(?<!\w)(?=[0-9*?]*[a-z*?])(?=[a-z*?]*[0-9])[0-9a-z*?]{2,12}(?!\w)")
_BEST = re.compile(r"(?<!\w)(\w{1,8}) nhất(?!\w)", re.I)
_NAMED = re.compile(r"(?<!\w)[A-ZĐÀ-Ỹ]")
_DENIED = re.compile(r"(?<!\w)(?:không|chưa|chẳng|sai)(?!\w)", re.I)
_NUMERAL = re.compile(r"(?<=\w )[IVX]{1,6}(?!\w)")
_CLASS = re.compile(r"lớp [0-9]{1,2}[A-Z][0-9]?$", re.I)
_PHRASE = re.compile(r"[^\W\d_]{2,7}(?: [^\W\d_]{2,7}){1,3}(?: [A-Z])?$")
_OPEN = re.compile(
    r"(?<!\w)(?:không|chưa|chắc|có|thể|lẽ|hình như|chữ|kết quả|đáp|hai|ba|nhau|bằng|hơn|kém"
    r"|gấp)(?!\w)",
    re.I,
)
_COMPARED = re.compile(r"(?<!\w)(?:hơn|(?:không|chưa|đừng|chẳng) (?:nên|được|cần))(?!\w)", re.I)
_CENTURY = re.compile(r"(?<=thế k[ỉỷ]) thứ(?= [0-9])")
_FINAL_Y = re.compile(r"(?<!\w)([bcdđghklmnpqrstvx]{1,3})y$")
# Golds that are a place value, colour, shape, season, …: a few words without digits.
_PLACE = re.compile(
    r"(?:hàng (?:đơn vị|(?:(?:chục|trăm|phần) )?(?:chục|trăm|nghìn|ngàn|mười|vạn|triệu|tỉ|tỷ))"
    r"|(?:màu|hình|tam giác|tứ giác|góc|mùa|thế k[ỉỷ]|khối|số|tia|đường|đoạn) [^\W\d]+"
    r"(?: [^\W\d]+){0,2}|(?:phương trình )?vô (?:số )?nghiệm"
    r"|(?:hạng |giải )?thứ (?:nhất|nhì)|(?:giải |hạng )(?:nhất|nhì|ba|tư)"
    r"|(?:đội|tổ|nhóm|hộp|kho|bình|xe|lớp|đường|cách|túi|thùng|chuồng|phòng) [A-Z1-9][A-Z]?)$",
    re.I,
)
_ROMAN = dict(zip("IVX", (1, 5, 10), strict=True))
_PLAIN_NUMBER = re.compile(r"(?<!\w)[0-9]{2,12}(?!\w)")
_WEEKDAYS = tuple(f"thứ {day}" for day in ("hai", "ba", "bốn", "năm", "sáu", "bảy")) + ("chủ nhật",)

# What programs write for a value that is not there; "NaN" names nobody.
_MISSING = frozenset({"nan", "none", "null", "inf", "infinity", "nil", "undefined"})


def is_wording(text: str) -> bool:
    """Return whether a gold without a kind is a weekday or a number written in words."""
    words = text.lower().split()
    return bool(_WEEKDAY.match(text) or _CLASS.match(text)) or (
        len(words) > 1 and all(word in _NUMBER_WORDS for word in words)
    )


def _syllable(word: str) -> str:
    """Return a word in lower case with its tone mark last: "hoà" and "hòa" become equal."""
    parts = unicodedata.normalize("NFD", word.lower())
    tone = "".join(c for c in parts if c in _TONES)
    letters = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    return _FINAL_Y.sub(r"\1i", letters) + tone


def _arabic(match: re.Match[str]) -> str:
    values = [_ROMAN[letter] for letter in match[0]]
    total = sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))
    return str(total)


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return a text for comparison: syllables in one spelling each, without leading fillers."""
    text = _NUMERAL.sub(_arabic, unicodedata.normalize("NFC", text)).lower()
    words = [_SAME.get(word, word) for word in _WORD.findall(_CENTURY.sub("", text))]
    words = " ".join(words).replace("không trăm linh", "linh").split()
    while len(words) > 1 and words[0] in _FILLERS:
        words.pop(0)
    return " ".join(_syllable(word) for word in words)


def judge_text(text: str, gold: str, asks: Asked = NOTHING) -> Finding:
    """Judge a declared text against a gold of the kind text: words, dates, expressions, ….

    Args:
        text: normalised declared text.
        gold: the gold as given.
        asks: the question's demands.
    """
    written = judge_writing(text, gold, ordered=asks.ordered)
    return written if written is not None else _judge_words(text, gold, asks)


def _judge_words(text: str, gold: str, asks: Asked) -> Finding:
    wanted = folded(gold)
    whole = folded(text)
    if not whole:
        return Finding("no_answer", None, "the declared text holds no words")
    if whole == wanted:
        return Finding("correct", None, "the words agree")
    copulas = list(_COPULA.finditer(text))
    side = text[copulas[-1].end() :] if copulas else text
    said = folded(_CLAUSE.split(side.lstrip(" ,;.("), 1)[0])
    inside = f" {wanted} " in f" {whole} "
    if inside and (EITHER.search(text) or _other_weekday(whole, wanted)):
        return Finding("multiple_answers", None, "alternatives are declared")
    before = text[: copulas[-1].start()] if copulas else ""
    if (
        taken_back(
            before + " ", "" if said == wanted else text[-40:], rough=False, bounds=("hơn", "nhất")
        )
        or "không phải" in text.lower()
        or (said == wanted and _COMPARED.search(before))
    ):
        return Finding("ambiguous", None, "the words are declared with a reservation")
    if said == wanted and _another(side):
        return Finding("multiple_answers", None, "alternatives are declared")
    if wanted in _folded_weekdays() and _BESIDE.search(text):
        return Finding("ambiguous", None, "a day before or after is named")
    if said == wanted or (inside and wanted in _folded_weekdays()):
        return Finding("correct", None, "the words agree")
    if inside and _is_subject(text, wanted):
        best = {m[1].lower() for m in _BEST.finditer(text)}
        if asks.superlatives and best and not best & asks.superlatives:
            return Finding("wrong", None, "the question asks for another extreme")
        return Finding("correct", None, "the words agree")
    if inside:
        return Finding("ambiguous", None, "the expected words stand among others")
    return Finding("wrong", None, "the words differ")


def _is_subject(text: str, wanted: str) -> bool:
    """Return whether a sentence is about the gold alone: "bạn Minh cao nhất", "Minh là người …"."""
    words = text.split()
    for count in range(1, min(len(words), 6)):
        if folded(" ".join(words[:count])) == wanted:
            rest = " ".join(words[count:])
            about = _BEST.search(rest) or _COPULA.match(rest)
            return bool(about) and not _NAMED.search(rest) and not _DENIED.search(rest)
    return False


def is_name(text: str) -> bool:
    """Return whether a gold without digits is a name or place: "Minh", "Hộp II", "hàng chục"."""
    words = text.strip(" .").split()
    if _PLACE.match(text):
        return True
    while len(words) > 1 and words[0].lower() in _FILLERS:
        words.pop(0)
    if not words or len(words) > 4 or (len(words[-1]) == 1 and words[-1] not in "IVX"):
        return False
    missing = " ".join(words).lower() in _MISSING
    return not missing and all(word[0].isupper() and word.isalpha() for word in words)


def is_phrase(text: str) -> bool:
    """Return whether a gold without digits is a thing of two to five words: "con mèo"."""
    plain = text.strip(" .")
    return bool(_PHRASE.match(plain)) and not _OPEN.search(plain)


def _another(side: str) -> bool:
    """Return whether a comma or semicolon adds another short item: "An, Bình"."""
    items = _ITEM.split(side.strip(" ,;.("))
    words = _WORD.findall(items[1].lower()) if len(items) > 1 else []
    return 0 < len(words) <= 3 and words[0] not in _REASONS


@lru_cache(maxsize=1)
def _folded_weekdays() -> frozenset[str]:
    return frozenset(folded(day) for day in _WEEKDAYS)


def _other_weekday(whole: str, wanted: str) -> bool:
    days = _folded_weekdays()
    return wanted in days and any(f" {day} " in f" {whole} " for day in days - {wanted})


def read_pattern(text: str) -> str | None:
    """Return the only digit pattern of a text ("52x4", "a1b", "3*5"), or None."""
    found = set(_PATTERN.findall(text[text.rfind("=") + 1 :]))
    return found.pop() if len(found) == 1 else None


def judge_pattern(text: str, gold: str) -> Finding:
    """Judge a declared text against a digit pattern; letters count as written.

    Args:
        text: normalised declared text.
        gold: the canonical pattern, "52x4".
    """
    side = text[text.rfind("=") + 1 :]
    found = sorted(set(_PATTERN.findall(side)))
    if EITHER.search(text) or len(found) > 1:
        return Finding("multiple_answers", None, "alternatives are declared")
    if not found:
        plain = _PLAIN_NUMBER.search(side)
        return Finding("wrong" if plain else "no_answer", None, "no digit pattern is declared")
    if found[0] == gold:
        return Finding("correct", None, "the pattern agrees")
    return Finding("wrong", None, f"the pattern is {found[0]}, expected {gold}")
