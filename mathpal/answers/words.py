"""Recognises comparison signs in words, and words that take a value back.

The latter are hedges, bounds and negations. Knows nothing of golds.
"""

import re
from collections.abc import Collection

SIGN = re.compile(r"[<>=]")
_SIGN_WORDS = (
    (re.compile(r"(?:bé|nhỏ|ít|thấp|ngắn|nhẹ) hơn|dấu bé", re.I), "<"),
    (re.compile(r"(?:lớn|to|nhiều|cao|dài|nặng) hơn|dấu lớn", re.I), ">"),
    (re.compile(r"(?<!\w)bằng(?: nhau)?(?!\w)", re.I), "="),
)
# Not a plain sign: "≥" differs from ">", and "không lớn hơn" from "lớn hơn".
_NO_SIGN = re.compile(
    r"[<>] ?=|[≤≥≠]|(?<!\w)(?:không|chưa|chẳng|sai)(?!\w)|(?:gần|hoặc|hay) bằng", re.I
)

# These words before a value mean that it is not stated as the answer.
_BEFORE = re.compile(
    r"có lẽ|(?:đâu|chẳng) phải|có thể (?:là|bằng|đạt|tới|đến)(?!\w)|có thể\s*$|chắc là|hình như"
    r"|không phải|không bằng"
    r"|không là|(?:^|(?<!\w)(?:là|bằng) |: ?)\s*(?:khác|dưới|trên|từ)\s*$"
    r"|[<>≠≤≥√±]\s*$|\\sqrt ?\{?\s*$|(?<!\w)(?:sai(?: là)?|của|nửa|quá|trừ|giữa)\s*$"
    r"|(?<!\w)(?:không|chưa|chẳng)"
    r"(?: (?:có|được|còn|thể|đến|tới|đầy|đủ|đúng|dưới|vượt|hề|nhất thiết))?\s*$"
    r"|(?<!\w)(?:(?:[0-9]|hai|ba|bốn|nửa) lần|chắc|gấp (?:đôi|ba|bốn|rưỡi))\s*$"
    r"|[0-9][^;,\n]{0,20} (?:đến|tới)\s*$|(?<!\w)từ [^;,\n]{0,40} (?:đến|tới)\s*$",
    re.I,
)
# A bound is a valid answer if the question asks for one: "nhiều hơn bao nhiêu", "ít nhất mấy".
_BOUND = re.compile(r"(?<!\w)(?:(hơn|kém)|(?:nhất|tối đa|tối thiểu))\s*$", re.I)
# Words of approximation; "khoảng cách" (distance) is not one.
ROUGH = re.compile(
    r"khoảng(?! cách| thời gian| trống)|xấp xỉ|gần bằng|gần\s*$|≈|~|(?:ước|áng) (?:chừng|tính)"
    r"|(?<!\w)(?:chừng|tầm|cỡ|ngót|ngoài|non)\s*$|^\s*độ\s*$"
    r"|(?<!\w)(?:about|around|roughly|approximately|nearly|almost|close to)\s*$",
    re.I,
)
_BEHIND = re.compile(
    r"\?|…|trở (?:lên|xuống|lại)|đổ (?:lên|xuống|lại)|(?:không|chưa) (?:chắc|đúng)"
    r"|hoặc (?:hơn|ít|nhiều|khác)|(?:hoặc|hay) (?:gì|sao)|(?:số|giá trị) khác|không phải|±"
    r"|\((?:khoảng|gần|xấp xỉ)|chưa đủ|có thể(?! (?:làm|giải|dùng))|chắc là|hình như|thì phải"
    r"|là cùng|có lẻ"
    r"|(?:là|\() ?sai(?!\w)|(?<!\w)(?:rưỡi|chăng|phần (?:mười|nghìn|vạn))(?!\w)"
    r"|^\s*(?:<(?!/?[a-z_]{1,20}>)|[>≠≤≥‰]|[-+×*:/] ?[0-9(]"
    r"|(?:cộng|trừ|nhân|chia)(?: cho)? [0-9]|(?:sai|kém|hơn|mươi|bình phương|lập phương)(?!\w))",
    re.I,
)
_RANGE = re.compile(
    r"(?<!\w)(?:từ|giữa|khoảng) [-+]?[0-9][^;\n]{0,30}?"
    r"(?:đến|tới|và|[-~]) ?[-+]?[0-9][0-9.,/]{0,20}[^;,\n0-9]{0,16}",
    re.I,
)
EITHER = re.compile(r"(?<!\w)(?:hoặc|hay)(?!\w)", re.I)


def signs(text: str) -> list[str]:
    """Return the different comparison signs of a text; a chain "a = b < c" counts as "<"."""
    found = sorted(set(SIGN.findall(text)))
    if not found:
        found = [sign for pattern, sign in _SIGN_WORDS if pattern.search(text)]
    if len(found) == 2 and "=" in found:
        found.remove("=")
    return found


def no_sign(text: str) -> bool:
    """Return whether a comparison is denied or means "at least" or "at most"."""
    return _NO_SIGN.search(text) is not None


def ranges(text: str) -> list[str]:
    """Return the ranges of a text, as "từ 60 đến 70 km", each with a few words after it."""
    return _RANGE.findall(text) if "từ " in text or "giữa " in text or "khoảng " in text else []


def taken_back(before: str, behind: str, *, rough: bool, bounds: Collection[str] = ()) -> bool:
    """Return whether the words around a value leave it open ("khoảng 70", "70 hoặc hơn", "70?").

    Args:
        before: the text before the value in its clause.
        behind: the text after it.
        rough: whether the question asks for an approximate value.
        bounds: holds "hơn" if a difference is asked for, "nhất" if a least or greatest value is.
    """
    if _BEFORE.search(before) or _BEHIND.search(behind):
        return True
    if not rough and ROUGH.search(before):
        return True
    bound = _BOUND.search(before)
    return bound is not None and ("hơn" if bound[1] else "nhất") not in bounds
