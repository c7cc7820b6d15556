"""Comparison signs in words, and the words that take a value back: hedges, bounds, negations."""

import re
from collections.abc import Collection

SIGN = re.compile(r"[<>=]")
_SIGN_WORDS = (
    (re.compile(r"(?:bé|nhỏ|ít|thấp|ngắn|nhẹ) hơn|dấu bé", re.I), "<"),
    (re.compile(r"(?:lớn|to|nhiều|cao|dài|nặng) hơn|dấu lớn", re.I), ">"),
    (re.compile(r"(?<!\w)bằng(?: nhau)?(?!\w)", re.I), "="),
)
# "≥" is another answer than ">", "không lớn hơn" than "lớn hơn".
_NO_SIGN = re.compile(
    r"[<>] ?=|[≤≥≠]|(?<!\w)(?:không|chưa|chẳng|sai)(?!\w)|(?:gần|hoặc|hay) bằng", re.I
)

# Standing before the value they make it no statement; "khoảng cách" is a distance.
_BEFORE = re.compile(
    r"có lẽ|(?:đâu|chẳng) phải|có thể (?:là|bằng|đạt|tới|đến)|có thể\s*$|chắc là|hình như"
    r"|không phải|không bằng"
    r"|không là|(?:^|(?<!\w)(?:là|bằng) |: ?)\s*(?:khác|dưới|trên|từ)\s*$"
    r"|[<>≠≤≥√]\s*$|\\sqrt ?\{?\s*$|(?<!\w)(?:sai(?: là)?|của|nửa|quá|trừ|giữa)\s*$"
    r"|(?<!\w)(?:không|chưa|chẳng)"
    r"(?: (?:có|được|còn|thể|đến|tới|đầy|đủ|đúng|dưới|vượt|hề|nhất thiết))?\s*$"
    r"|(?<!\w)(?:(?:[0-9]|hai|ba|bốn|nửa) lần|chắc|gấp (?:đôi|ba|bốn|rưỡi))\s*$"
    r"|[0-9][^;,\n]{0,20} (?:đến|tới)\s*$|(?<!\w)từ [^;,\n]{0,40} (?:đến|tới)\s*$",
    re.I,
)
# Bounds are the answer where the question asks for one: "nhiều hơn bao nhiêu", "ít nhất mấy".
_BOUND = re.compile(r"(?<!\w)(?:(hơn|kém)|(?:nhất|tối đa|tối thiểu))\s*$", re.I)
ROUGH = re.compile(
    r"khoảng(?! cách| thời gian| trống)|xấp xỉ|gần bằng|gần\s*$|≈|~|(?:ước|áng) (?:chừng|tính)"
    r"|(?<!\w)(?:chừng|tầm|cỡ|ngót|ngoài|non)\s*$|^\s*độ\s*$",
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
    """The different comparison signs of a text, a chain "a = b < c" counting as "<"."""
    found = sorted(set(SIGN.findall(text)))
    if not found:
        found = [sign for pattern, sign in _SIGN_WORDS if pattern.search(text)]
    if len(found) == 2 and "=" in found:
        found.remove("=")
    return found


def no_sign(text: str) -> bool:
    """Whether a comparison is denied or says "at least" or "at most"."""
    return _NO_SIGN.search(text) is not None


def ranges(text: str) -> list[str]:
    """The ranges of a text, "từ 60 đến 70 km", with a few words behind each."""
    return _RANGE.findall(text) if "từ " in text or "giữa " in text or "khoảng " in text else []


def taken_back(before: str, behind: str, *, rough: bool, bounds: Collection[str] = ()) -> bool:
    """Whether the words around a value leave it open ("khoảng 70", "70 hoặc hơn", "70?").

    Args:
        before: what stands before the value in its clause.
        behind: what stands after it.
        rough: an approximate value is what was asked for.
        bounds: "hơn" where a difference is asked for, "nhất" where a least or greatest value is.
    """
    if _BEFORE.search(before) or _BEHIND.search(behind):
        return True
    if not rough and ROUGH.search(before):
        return True
    bound = _BOUND.search(before)
    return bound is not None and ("hơn" if bound[1] else "nhất") not in bounds
