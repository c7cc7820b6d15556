"""Reads what a question demands of its answer: a written form, a unit, an option, a comparison.

Knows nothing of responses.
"""

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from mathpal.answers.directions import asked_directions
from mathpal.answers.notation import next_number, normalise
from mathpal.answers.units import unit_at


class Asked(NamedTuple):
    """What a question demands of its answer.

    Attributes:
        form: "reduced", "fraction", "decimal", "mixed", "percent", "same" (denominators) or "".
        blank_unit: canonical unit printed after the blank to fill in, or "".
        named_unit: canonical unit after "bao nhiêu", or "".
        rounded: whether the question asks for an approximate value.
        options: (letter, text) of the options A–F that the question lists.
        sides: the two sides of "345 … 354" without spaces, or None.
        bounds: holds "hơn" if a difference is asked for, "nhất" if a least or greatest value is.
        directions: (axis, side) of "tăng", "lãi", … right before "bao nhiêu".
        ordered: whether the values are asked for in order, "từ bé đến lớn".
        superlatives: the words before "nhất": "cao" of "ai cao nhất".
        unknown: whether the question seeks the values of a letter or the roots of an equation.
        series: the numbers of a series with blanks, "12; 15; …; …".
        claim: first words of the claim to confirm ("có chia hết cho 9 không": "chia hết").
        wanted: the sentence that asks: "Hỏi Lan còn lại bao nhiêu bông hoa".
        text: the question, normalised.
    """

    form: str = ""
    blank_unit: str = ""
    named_unit: str = ""
    rounded: bool = False
    options: tuple[tuple[str, str], ...] = ()
    sides: tuple[str, str] | None = None
    bounds: frozenset[str] = frozenset()
    claim: str = ""
    directions: frozenset[tuple[str, int]] = frozenset()
    ordered: bool = False
    superlatives: frozenset[str] = frozenset()
    unknown: bool = False
    series: tuple[Fraction, ...] = ()
    wanted: str = ""
    text: str = ""


NOTHING = Asked()
_LIMIT = 8_000
_WANTED = r"(?:dưới dạng|thành|ra|về dạng|bằng) (?:một |các |những )?"
_FORMS = (
    ("same", re.compile(r"quy đồng", re.I)),
    ("reduced", re.compile(r"rút gọn|tối giản", re.I)),
    ("decimal", re.compile(_WANTED + r"(?:số thập phân|phân số thập phân)", re.I)),
    ("mixed", re.compile(_WANTED + r"hỗn số", re.I)),
    ("percent", re.compile(_WANTED + r"(?:tỉ số |tỷ số )?(?:phần trăm|%)", re.I)),
    ("fraction", re.compile(_WANTED + r"phân số", re.I)),
)
_BLANK = re.compile(r"\.\.|…|__|□|\?|\[ ?\]|\( ?\)")
_ITEM = r"(?:[0-9][0-9 .]{0,12}(?:[,/][0-9]{1,4})?|…|\.{2,}|_{2,}|\?)"
_SERIES = re.compile(rf"(?<![\w.,]){_ITEM}(?: ?(?:;|, ) ?{_ITEM}){{2,12}}")
_UNIT_BLANK = re.compile(r"=(?= ?[.…_□?\[(])[.…_□?\[\]() ]{1,60}(?=[^\W\d_]|%|°)")
_WORDED_BLANK = re.compile(r"[^\W\d_] ?(?:…|\.{3,}|_{2,}|□|\[ ?\])[.…_ ]{0,40}(?=[^\W\d_]|%|°)")
_NAMED = re.compile(r"(?:bao nhiêu|mấy)(?= ?[^\W\d%°])", re.I)
_UNIT_OF = re.compile(
    r"(?:đơn vị(?: đo)?(?: là)? ?:?"
    r"|(?:tính|đo|viết|đổi|trả lời)[^.?!\n]{0,30}? (?:bằng|theo|ra|thành)(?: đơn vị)?)"
    r"(?= [^\W\d%°])",
    re.I,
)
_ORDERED = re.compile(
    r"thứ tự|(?:tăng|giảm) dần|(?<!\w)từ (\w+)(?: nhất)? (?:đến|tới) \w+(?: nhất)?", re.I
)
_SIZES = frozenset("bé nhỏ lớn to thấp cao nhẹ nặng ngắn dài ít nhiều".split())
_SUPERLATIVE = re.compile(r"(?<!\w)(\w{1,8}) nhất(?!\w)", re.I)
_UNKNOWN = re.compile(
    r"(?<![\w'’])[a-eg-zA-Z](?![\w'’.)])(?= ?[,;:=.?<>∈]| biết| để| thoả| thỏa)|nghiệm", re.I
)
_ROUNDED = re.compile(r"làm tròn|xấp xỉ|gần đúng|khoảng bao nhiêu|ước lượng", re.I)
_OPTION = re.compile(r"(?<![\w.])([A-F]) ?[.)] ?(\S.{0,119}?)(?=\s+[A-F] ?[.)]|\n|$)", re.S)
_MANY = r"(?:bao nhiêu|mấy|bao lâu|bao xa)"
_BOUNDS = tuple(
    (
        name,
        re.compile(rf"(?:{words})[^.?!\n]{{0,60}}{_MANY}|{_MANY}[^.?!\n]{{0,40}}(?:{words})", re.I),
    )
    for name, words in (("hơn", "hơn|kém|chênh lệch"), ("nhất", "nhất|tối đa|tối thiểu"))
)
_CLAIM = re.compile(
    r"(?<!\w)có (?!bao nhiêu|mấy)((?:\w+ ){1,2})[^.?!;\n]{0,120}?(?:hay )?không(?!\w)", re.I
)
_ASKS = re.compile(r"bao nhiêu|mấy|tính|tìm|hỏi|viết|điền|rút gọn|giải|ai|nào", re.I)
_SIDE_END = re.compile(r"[\n:=<>?…;]|\.(?= |$)|__")


def _unit_after(text: str, pattern: re.Pattern[str]) -> str:
    match = pattern.search(text)
    unit = unit_at(" " + text[match.end() : match.end() + 60].lstrip(), 0) if match else None
    if unit is None or (unit.dimension == "count" and unit.factor == 1):
        return ""
    return unit.name.split()[0] if unit.dimension == "count" else unit.name


def _compared(text: str) -> tuple[str, str] | None:
    """Return the texts left and right of the first blank, if both are there."""
    blank = _BLANK.search(text)
    if blank is None:
        return None
    left = _SIDE_END.split(text[max(0, blank.start() - 60) : blank.start()])[-1]
    after = text[blank.end() : blank.end() + 80].lstrip(" ._…")
    sides = squeeze(left), squeeze(_SIDE_END.split(after)[0])
    return sides if all(sides) else None


def _series(text: str) -> tuple[Fraction, ...]:
    """Return the numbers of the first series with blanks; none without one."""
    for match in _SERIES.finditer(text):
        items = match[0].split(";" if ";" in match[0] else ", ")
        numbers = [number.value for item in items if (number := next_number(item))]
        if 1 < len(numbers) < len(items):
            return tuple(numbers)
    return ()


def _wanted(text: str) -> str:
    """Return the last sentence that asks for something; the last 200 characters without one."""
    sentences = re.split(r"[.?!\n]", text)
    return next((s for s in reversed(sentences) if _ASKS.search(s)), text[-200:])


def _options(text: str) -> tuple[tuple[str, str], ...]:
    """Return the options from the last "A" on; an earlier "A" may be a point in the problem."""
    found = [(m[1], m[2].strip(" .;,")) for m in _OPTION.finditer(text)]
    letters = [letter for letter, _ in found]
    if "A" not in letters:
        return ()
    first = len(letters) - 1 - letters[::-1].index("A")
    listed = letters[first:]
    return (
        tuple(found[first:]) if len(listed) > 1 and listed == list("ABCDEF")[: len(listed)] else ()
    )


@lru_cache(maxsize=4096)
def asked(question: str | None) -> Asked:
    """Read what a question demands; an unreadable question demands nothing.

    Example:
        >>> asked("36 m = … cm").blank_unit
        'cm'
    """
    if not question:
        return NOTHING
    text = normalise(question[-_LIMIT:])
    form = next((name for name, pattern in _FORMS if pattern.search(text)), "")
    options = _options(text)
    return Asked(
        form,
        _unit_after(text, _UNIT_BLANK) or _unit_after(text, _WORDED_BLANK),
        _unit_after(text, _NAMED) or _unit_after(text, _UNIT_OF),
        bool(_ROUNDED.search(text)),
        options,
        None if options else _compared(text),
        frozenset(name for name, pattern in _BOUNDS if pattern.search(text)),
        claim[1].strip().lower() if (claim := _CLAIM.search(text)) else "",
        asked_directions(text),
        any(m[1] is None or m[1].lower() in _SIZES for m in _ORDERED.finditer(text)),
        frozenset(m[1].lower() for m in _SUPERLATIVE.finditer(text)),
        _UNKNOWN.search(text) is not None,
        _series(text),
        _wanted(text),
        text,
    )


def squeeze(text: str) -> str:
    """Return one side of a comparison in a form that can be compared with other texts."""
    return "".join(text.lower().split()).strip(".,;:()")
