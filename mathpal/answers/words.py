"""Answers that are words or signs: yes and no, <, > and =, and words that take a value back."""

import re

SIGN = re.compile(r"[<>=]")
_SIGN_WORDS = (
    (re.compile(r"(?:bé|nhỏ|ít|thấp|ngắn|nhẹ) hơn|dấu bé", re.I), "<"),
    (re.compile(r"(?:lớn|to|nhiều|cao|dài|nặng) hơn|dấu lớn", re.I), ">"),
    (re.compile(r"(?<!\w)bằng(?: nhau)?(?!\w)", re.I), "="),
)
_NO = re.compile(r"(?<!\w)(?:không|sai|chưa|khong|[sS])(?!\w)", re.I)
_YES = re.compile(r"(?<!\w)(?:có|đúng|được|đủ|đ|dung)(?!\w)", re.I)
_FIRST = re.compile(r"[\s\"'(]*(có|đúng|không|sai|đ|s)(?!\w)(?! (?:hoặc|hay|/))", re.I)

# Standing before the value they make it no statement; "khoảng cách" is a distance.
_BEFORE = re.compile(
    r"có lẽ|có thể là|có thể bằng|có thể$|chắc là|hình như|không phải|không bằng|không là"
    r"|(?:^|(?<!\w)(?:là|bằng) |: ?)\s*(?:khác|hơn|dưới|trên|từ)\s*$"
    r"|(?:lớn|bé|nhỏ) hơn\s*$|[<>≠≤≥]\s*$|(?<!\w)sai(?: là)?\s*$",
    re.I,
)
_ROUGH = re.compile(r"khoảng(?! cách| thời gian| trống)|xấp xỉ|gần bằng|gần\s*$|≈|~", re.I)
_BEHIND = re.compile(
    r"\?|…|trở lên|trở xuống|(?:không|chưa) chắc|hoặc (?:hơn|ít|nhiều|số khác)|có thể|chắc là"
    r"|hình như|là sai|không đúng",
    re.I,
)
EITHER = re.compile(r"(?<!\w)(?:hoặc|hay)(?!\w)", re.I)


def yes_or_no(text: str) -> str | None:
    """Which of "có" and "không" a text declares; None where it is neither or both."""
    first = _FIRST.match(text)
    if first:
        rest = text[first.end() :]
        said = "có" if first[1].lower() in ("có", "đúng", "đ") else "không"
        if said == "không" and re.match(r" sai(?!\w)", rest, re.I):
            return "có"
        if said == "có" and _NO.search(rest) and not re.match(r"\s*[,.;(:]", rest):
            return None
        return said
    no, yes = _NO.search(text), _YES.search(text)
    if EITHER.search(text) and no and yes:
        return None
    if no:
        wrong_and_right = re.search(r"(?<!\w)sai(?!\w)", text, re.I) and re.search(
            r"(?<!\w)đúng(?!\w)", text, re.I
        )
        return None if wrong_and_right else "không"
    return "có" if yes else None


def signs(text: str) -> list[str]:
    """The different comparison signs of a text, a chain "a = b < c" counting as "<"."""
    found = sorted(set(SIGN.findall(text)))
    if not found:
        found = [sign for pattern, sign in _SIGN_WORDS if pattern.search(text)]
    if len(found) == 2 and "=" in found:
        found.remove("=")
    return found


def taken_back(before: str, behind: str, *, rough: bool) -> bool:
    """Whether the words around a value leave it open ("khoảng 70", "70 hoặc hơn", "70?").

    Args:
        before: what stands before the value in its clause.
        behind: what stands after it.
        rough: an approximate value is what was asked for.
    """
    if _BEFORE.search(before) or _BEHIND.search(behind):
        return True
    return not rough and _ROUGH.search(before) is not None
