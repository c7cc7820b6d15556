"""Tells how a claim is meant: asserted, doubted, denied, only supposed, or a list of options.

Looks at the words around its phrase; reads no values.
"""

import re
from typing import Literal

from mathpal.answers.phrases import SUPPOSED

Polarity = Literal["asserted", "doubted", "denied", "supposed", "listed"]

_BEFORE = 60  # characters before a phrase that may deny it

_LISTED = re.compile(r"(?<![\w.])([A-F]) ?[.):] ?\S")
# Words right before "chọn B" or "đáp án B" that reject it.
_DROPPED = re.compile(
    r"(?<!\w)(?:không|chẳng|chưa|đừng|loại|bỏ|trừ|khác|tránh|nếu|giả sử|nhầm|lầm"
    r"|(?:nhiều|một số|vài|có) (?:em|bạn|học sinh|người))"
    r"(?: (?:thể|được|nên|phải|hề|cần|có|là|các|những|cả|hai|bỏ|trừ|đi|lựa|vội|ghi"
    r"|dùng|lấy|chép|tin|nộp|xác|định|tìm|tính|biết|rõ)){0,4}[ *]*$",
    re.I,
)
_NOT = re.compile(
    r"\s*(?:(?:không|chưa|chẳng) (?:thể |phải |hề |được |thể nào )*(?:là|bằng)(?!\w)"
    r"|(?:là )?(?:một|1) trong (?:hai|ba|các|những)(?!\w)"
    r"|(?:[:=] ?|is )?(?:not|maybe|probably|perhaps|likely|less than|more than)(?!\w)"
    r"|(?:có vẻ|dường như|hình như)(?!\w))",
    re.I,
)
# Words right before a phrase that make the claim uncertain or another person's.
_OPEN = re.compile(
    r"(?<!\w)(?:có thể|có lẽ|chắc là|hình như|không chắc|đoán|hay là|bảo|cho rằng|nghĩ|nói|đồn)"
    r"(?: (?:là|rằng|ta|em|sẽ|lựa)){0,2}[ *]*$",
    re.I,
)
_IF = re.compile(r"[ ;,]{1,3}(?:nếu|giả sử)(?!\w)", re.I)  # "Đáp số nếu x = 2 là 5"
_START = re.compile(r"[.!?\n;](?=\s|$)|\n")


def polarity(text: str, start: int, end: int, rest: str) -> Polarity:
    """Return how a claim is meant."""
    before = text[max(0, start - _BEFORE) : start]
    if _DROPPED.search(before):
        return "denied"
    begins = [m.end() for m in _START.finditer(before)]
    sentence = text[start - len(before) + (begins[-1] if begins else 0) : start]
    phrase = text[start:end].lower()
    if phrase != "vậy" and _IF.match(text, end):  # "Vậy nếu có 8 người thì …" concludes
        return "supposed"
    if SUPPOSED.match(sentence) and (begins or len(before) < _BEFORE):
        return "supposed"
    if "".join(_LISTED.findall(rest[:300])).startswith("ABC"):
        return "listed"
    opened = phrase != "kết luận" and _OPEN.search(before)  # "có thể kết luận"
    doubted = opened or _NOT.match(rest) or _NOT.match(text, end)
    return "doubted" if doubted else "asserted"
