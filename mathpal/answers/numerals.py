"""Writes powers of ten, halves and shares as plain numbers: "2,5 × 10⁶", "nửa giờ", "7 phần nghìn".

A number in words alone ("mười hai") is left as it is.
"""

import re

from mathpal.answers.notation import LOWERED, SUPERSCRIPTS, plain_fractions

_GROUPS = {
    "trăm": 100, "nghìn": 1000, "ngàn": 1000, "triệu": 10**6, "tỉ": 10**9, "tỷ": 10**9,
}  # fmt: skip
_PARTS = {"mười": 10, "nghìn": 1000, "ngàn": 1000}
_SHARE = re.compile(r"(?<![\w,.])([0-9]{1,6}) phần (mười|nghìn|ngàn|[0-9]{1,6})(?!\w)", re.I)
_HALF = re.compile(
    r"(?<!\w)nửa (?=giờ|tiếng|phút|ngày|tuần|năm|tháng|lít|ki|kg|mét|m(?!\w)|tạ|tấn)"
)
_SPOKEN = re.compile(r"(?<=[0-9]) rưỡi(?= (?:sáng|trưa|chiều|tối))")
_TEN = re.compile(
    rf"(?<![\w.,⁻)])(?<![×x*·.:/+-] )(?:([0-9]{{1,9}}(?:[.,][0-9]{{1,9}})?) ?[×x*.·] ?)?"
    rf"10(⁻?[{SUPERSCRIPTS}]{{1,2}})"
    rf"(?![\w{SUPERSCRIPTS}]|\s?[×*·])"
)
_INVERSE = re.compile(
    rf"(?<![\w.,/)])([0-9]{{1,4}})⁻([{SUPERSCRIPTS}]{{1,2}})(?![\w{SUPERSCRIPTS}])"
)
# "-(45)" is -45; "-(-45)" and "3 -(45)" are calculations.
_NEGATED = re.compile(r"(?:^|(?<=[=:])) ?- ?\( ?([0-9][0-9.,/ ]{0,20}) ?\)(?! ?[-+×*:/0-9(])")
_SCALED = re.compile(
    r"(?<![0-9.,/] )(?<![0-9.,/])([0-9]{1,3}(?:,[0-9]{1,9})?) (nghìn|ngàn|triệu|tỉ|tỷ)(?! ?[\w/])",
    re.I,
)
_LARGEST = 30


def plain_value(text: str, *, scaled: bool = False, shares: bool = True) -> str:
    """Return a declared text with all numbers written plainly: fractions, powers, "-(45)".

    Args:
        text: normalised declared text.
        scaled: whether the answer is a bare number, so that "1 tỉ" is no money.
        shares: whether the answer is no whole number, so that "7 phần nghìn" can be it.

    Example:
        >>> plain_value("A = -(45)"), plain_value("3 × 10²")
        ('A =-45', '300')
    """
    text = plain_fractions(plain_parts(plain_powers(text), shares=shares))
    text = _SCALED.sub(_whole, text) if scaled else text
    return _NEGATED.sub(r"-\1", text) if "-" in text and "(" in text else text


def _whole(match: re.Match[str]) -> str:
    whole, _, places = match[1].partition(",")
    size = len(str(_GROUPS[match[2].lower()])) - 1
    return whole + places.ljust(size, "0") if len(places) <= size else match[0]


def plain_powers(text: str) -> str:
    """Return the text with powers of ten and inverse powers carried out.

    Example:
        >>> plain_powers("2,5 × 10⁶ và 2⁻³")
        '2500000 và 1/8'
    """
    if not any(sign in text for sign in SUPERSCRIPTS):
        return text
    return _INVERSE.sub(_inverse, _TEN.sub(_ten, text))


def _ten(match: re.Match[str]) -> str:
    exponent = int(match[2].translate(LOWERED))
    if abs(exponent) > _LARGEST:
        return match[0]
    whole, _, places = (match[1] or "1").replace(".", ",").partition(",")
    if exponent >= len(places):
        return str(int(whole + places) * 10 ** (exponent - len(places)))
    shift = len(places) - exponent
    digits = (whole + places).rjust(shift + 1, "0")
    return f"{digits[:-shift]},{digits[-shift:]}"


def _inverse(match: re.Match[str]) -> str:
    exponent = int(match[2].translate(LOWERED))
    value = int(match[1]) ** min(exponent, _LARGEST)
    return match[0] if value >= 10**15 or value == 0 else f"1/{value}"


def plain_parts(text: str, *, shares: bool = True) -> str:
    """Return the text with "nửa giờ" as "1/2 giờ", "7 phần nghìn" as "7/1000".

    Example:
        >>> plain_parts("8 rưỡi sáng")
        '8 giờ rưỡi sáng'
    """
    if "nửa " in text:
        text = _HALF.sub("1/2 ", text)
    if "rưỡi" in text:
        text = _SPOKEN.sub(" giờ rưỡi", text)
    return _SHARE.sub(_shared, text) if shares and " phần " in text else text


def _shared(match: re.Match[str]) -> str:
    below = int(_PARTS.get(match[2].lower(), match[2]))
    return f"{match[1]}/{below}" if below else match[0]
