"""Finds a letter, weekday, name or truth that a sentence gives in place of an answer."""

import re

from mathpal.answers.asking import Asked
from mathpal.answers.clauses import DENIED, LEADS, SPOKEN_OF, clause_before, nameless, words_of
from mathpal.answers.yesno import yes_or_no

LETTER = re.compile(r"(?<![\w'’])([A-F])(?![\w'’]| ?[=:(]| [a-z])")
_CHOOSES = re.compile(
    r"(?<!\w)(?:chọn|khoanh|chuyển sang|đổi (?:sang|thành)|sửa (?:thành|sang)|lấy|đáp án|phương án"
    r"|chốt|selection|choose|choice|answer)(?!\w)[^.;]{0,24}$|(?:^|[:→])\s*$",
    re.I,
)
_ALSO = re.compile(
    r"[^.;,]{0,30}(?<!\w)(?:cũng|mới|chấp nhận|thoả mãn|thỏa mãn|hợp l[íý] hơn)(?!\w)", re.I
)
_NEGATED = re.compile(r"(?<!\w)(?:không|chưa|sai|loại|chẳng|not|wrong|incorrect)(?!\w)", re.I)
_DAY = re.compile(r"(?<!\w)(?:thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật)(?!\w)", re.I)
_NAME = re.compile(r"(?<!\w)[A-ZĐ][^\W\d_]+")
_TRUTH = re.compile(
    r"(?<!\w)(?:(?i:khẳng định|nhận định|phát biểu|mệnh đề|kết luận|đáp án|câu|ý|statement)"
    r"(?: (?:này|trên|đó|is|là|phải))* (đúng|sai|true|false|Đúng|Sai)"
    r"|(?:là|thành|:) (Đúng|Sai))(?!\w)"
)


def rival_word(sentence: str, said: str, kind: str, asks: Asked) -> str:
    """Return a weekday, a name or the opposite of yes or no that is given as the answer."""
    if kind == "yesno":
        own = yes_or_no(said, asks.claim)
        for match in _TRUTH.finditer(sentence):
            value = match[1] or match[2]
            if ("có" if value.lower() in ("đúng", "true") else "không") != own:
                return value
        return ""
    days = bool(_DAY.search(said))
    if days:
        said = _DAY.findall(said)[-1]
    if said.lower() in sentence.lower() or not said:
        return ""
    asked = [] if days else words_of(asks.wanted)
    for match in (_DAY if days else _NAME).finditer(sentence):
        clause = clause_before(sentence, match.start())
        named = not nameless(clause, asked)
        led = LEADS.search(clause) or sentence.startswith(" mới", match.end())
        known = days or (match[0] in asks.text and led)
        spoken_of = SPOKEN_OF.match(sentence, match.end())
        if known and not named and not spoken_of and not DENIED.search(clause):
            return match[0]
    return ""


def rival_letter(sentence: str, own: str) -> str:
    """Return the letter of another option that a sentence chooses or also calls right, or ""."""
    for match in LETTER.finditer(sentence):
        ahead, behind = sentence[: match.start()], sentence[match.end() :]
        other = match[1] != own and not _NEGATED.search(sentence)
        if other and (_CHOOSES.search(ahead) or _ALSO.match(behind)):
            return match[1]
    return ""
