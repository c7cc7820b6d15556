"""Reads Vietnamese number notation: cleans a text, and finds the numbers in it.

The decimal mark is a comma; thousands are separated by dots or spaces. "12.345" keeps both
readings, since only the gold can decide. Knows nothing of units, declarations or golds.
"""

import re
import unicodedata
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from mathpal.answers.latex import plain_latex

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("–−—\u2010\u2011\u2012\ufe63\uff0d", "-"),
        **dict.fromkeys("\xa0\u2009\u202f\u2007\u2002\u2003\u2008\u200a\t\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060\xad\x00", None),
        # The Icelandic eth looks like Đ and is a common slip of Vietnamese keyboards.
        "Ð": "Đ", "ð": "đ", "\u2044": "/", "\u2215": "/", "：": ":", "\uff1b": ";", "，": ",",
        "\uff05": "%",
        "∙": "×", "⋅": "×", "÷": ":", "\r": "\n", "İ": "I",
    }
)  # fmt: skip
_TAGS = "strong|em|b|i|u|p|span|div|br|sub|table|tbody|tr|td|th|li|ul|ol|font|h[1-6]|center|a"
_TAG = re.compile(rf'</?(?:{_TAGS})(?: [\w-]{{1,20}}="[^"<>]{{0,200}}"){{0,4}} ?/?>', re.I)
_BREAK = re.compile(r"<br ?/?>|</(?:p|div|tr|li|h[1-6])>", re.I)
_SUP = re.compile(r"<sup>([^<>]{0,40})</sup>", re.I)
_ENTITY = re.compile(r"&(nbsp|lt|gt|amp|times|divide|minus|ndash|deg|sup2|sup3|le|ge|#160);")
_ENTITIES = {
    "nbsp": " ", "lt": "<", "gt": ">", "amp": "&", "times": "×", "divide": ":", "minus": "-",
    "ndash": "-", "deg": "°", "sup2": "²", "sup3": "³", "le": "≤", "ge": "≥", "#160": " ",
}  # fmt: skip
_POWER = re.compile(r"\^ ?(?:[{(] ?(-?[0-9]{1,3}) ?[})]|(-?[0-9]{1,3}))")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# The degree sign typed as an exponent: "72^o", "-4^0C".
_DEGREE = re.compile(r"(?<=[0-9]) ?\^ ?(?:\{ ?[oO] ?\}|[oO](?![a-z])|\{? ?0 ?\}?(?= ?[CF](?!\w)))")
# A dot that multiplies: "2³ . 7", "2³.7", "3 . 4"; without spaces it may be a decimal point.
_DOT = re.compile(
    r"(?<=[0-9⁰¹²³⁴⁵⁶⁷⁸⁹)]) [.·] (?=[0-9(])|(?<=[0-9][⁰¹²³⁴⁵⁶⁷⁸⁹])(?:\.| ?·) ?(?=[0-9(])"
    r"|(?<=[0-9])·(?=[0-9])"
)
# Fractions whose terms stand in brackets: "(-7)/18", "7/(-18)", "(7)/(10³)".
_TERMS = re.compile(
    r"(?<![\w.,)/^])(?:([-+]) ?)?(?:\( ?(-?) ?([0-9]{1,15}) ?\)|([0-9]{1,15}))"
    r" ?/ ?(?:\( ?(-?) ?([0-9]{1,15})([⁰¹²³⁴⁵⁶⁷⁸⁹]?) ?\)|([0-9]{1,6})([⁰¹²³⁴⁵⁶⁷⁸⁹]?))(?![\w/^])"
)
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
LOWERED = str.maketrans(SUPERSCRIPTS + "⁻", "0123456789-")
# A bracket after an operator is its operand and no remark: "x² + (y - 1)²", "khoảng (-∞; 1)".
_OPERAND = re.compile(r"(?<=[\w)²³] [-+×*∈]) \(| \((?=[-+]? ?∞)")
_SPACES = re.compile(r" {2,}")


def plain_fractions(text: str) -> str:
    """Return the text with bracketed or raised terms of fractions carried out.

    Example:
        >>> plain_fractions("x = (-7)/18, y = 7/10³")
        'x = -7/18, y = 7/1000'
    """
    return _TERMS.sub(_terms, text) if "/" in text else text


def _terms(match: re.Match[str]) -> str:
    sign, over_sign, over, bare, below_sign, below, raised, base, power = match.groups()
    if not (over or below or power):
        return match[0]
    negative = (sign, over_sign, below_sign).count("-") % 2 == 1
    exponent = (raised or power or "1").translate(LOWERED)
    value = int(below or base) ** int(exponent)
    if value >= 10**15:
        return match[0]
    lead = "-" if negative else "+" if sign == "+" else ""
    return f"{lead}{over or bare}/{value}"


def _raised(match: re.Match[str]) -> str:
    """Return the content of <sup>: an exponent, or the degree sign typed as "o" or "0"."""
    inside = match[1].strip()
    if inside in ("0", "o", "O"):
        return "°"
    return inside.translate(_RAISED) if inside.isdigit() else inside


def normalise(text: str) -> str:
    """Return a text in one plain form, however it was typed.

    The result is in NFC. HTML and LaTeX become plain text ("cm<sup>2</sup>" and "cm^2" are "cm²",
    "\\frac{3}{4}" is "3/4", "1{,}5" is "1,5"). Dashes become "-", unusual spaces " ", and bold
    marks are removed. `\\boxed{…}` stays, because extraction needs it.

    Args:
        text: any text.

    Example:
        >>> normalise("$2\\\\frac{4}{9}$ m<sup>2</sup>")
        '2 4/9 m²'
    """
    text = unicodedata.normalize("NFC", text)
    if "&" in text:
        text = _ENTITY.sub(lambda m: _ENTITIES[m[1]], text)
    text = text.translate(_CHARACTERS)
    if "<" in text:
        text = _SUP.sub(_raised, text)
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if "\\" in text or "$" in text or "{" in text:
        text = plain_latex(text)
    if "^" in text:
        text = _DEGREE.sub("°", text)
        text = _POWER.sub(lambda m: (m[1] or m[2]).translate(_RAISED), text)
    if "." in text or "·" in text:
        text = _DOT.sub(" × ", text)
    if "*" in text:
        text = text.replace("**", "")
    if "  " in text:
        text = _SPACES.sub(" ", text)
    return _OPERAND.sub("(", text) if " (" in text else text


class Number(NamedTuple):
    """A number found in a text, from `start` to `end`; other fields as in `records.Quantity`."""

    value: Fraction
    dotted: Fraction | None
    form: str
    reduced: bool
    shown: str
    start: int
    end: int


_DIGITS = (
    r"(?:[0-9]{1,3}(?: [0-9]{3}){1,8}(?![0-9])(?:,[0-9]{1,20})?"
    r"|[0-9]{1,40}(?:[.,][0-9]{1,20}){0,10})"
)
# Lookarounds exclude "5²", "12/3/4", "5e-05", "2x-3", and parts of longer numbers.
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z_/^])(?<![0-9][.,])(?<![0-9][a-ceEnxyA-CX][-+])(?P<sign>[-+] ?|[âÂ]m )?"
    r"(?:(?P<period>[0-9]{1,15}[.,][0-9]{0,9}\([0-9]{1,9}\))"
    r"|(?P<whole>[0-9]{1,15})(?: và | ?)(?P<top>(?<=[ ])[1-9][0-9]{0,5}) ?/ ?"
    r"(?P<under>[1-9][0-9]{0,5})"
    rf"|(?P<over>{_DIGITS}) ?/ ?(?P<below>[0-9]{{1,3}}(?: 000){{1,3}}(?![0-9])|[0-9]{{1,15}})"
    rf"|(?P<plain>{_DIGITS}))"
    r"(?![0-9⁰¹²³⁴⁵⁶⁷⁸⁹⁻^]|[.,/][0-9])"
)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:(?: [0-9]{3})+|(?:\.[0-9]{3})+)(?:,[0-9]+)?\Z")
_ENGLISH = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}\Z|[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+\Z")
_COMMA = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}\Z")
# What shows that a text separates thousands by commas, and what shows that it does not.
_ENGLISH_HABIT = re.compile(
    r"(?<![0-9.,])[1-9][0-9]{0,2}(?:,[0-9]{3}){1,6}(?:,[0-9]{3}|\.[0-9])"
    r"|(?<![0-9.,])[0-9]{1,9}\.[0-9]{1,2}(?![0-9.,])"
)
_ENGLISH_WORDS = re.compile(r"(?<!\w)(?:answer|therefore|the|total)(?!\w)", re.I)
_DECIMAL_COMMA = re.compile(r"(?<![0-9.,])[0-9]{1,9},[0-9]{1,2}(?![0-9,])|\.[0-9]{3},[0-9]")


def _decimal(digits: str, mark: str) -> Fraction:
    whole, _, rest = digits.partition(mark)
    return Fraction(int(whole + rest), 10 ** len(rest))


def plain_number(digits: str) -> tuple[Fraction, Fraction | None] | None:
    """Return a plain number's value, and its other reading if a dot is ambiguous."""
    if digits.isdigit():
        return Fraction(int(digits)), None
    if _THOUSANDS.match(digits):
        value = _decimal(digits.replace(" ", "").replace(".", ""), ",")
        single_dot = "," not in digits and " " not in digits and digits.count(".") == 1
        if not single_dot:
            return value, None
        dotted = _decimal(digits, ".")
        # Thousands never have a leading zero: 0.125 can only be a decimal.
        return (dotted, None) if digits[0] == "0" else (value, dotted)
    if _ENGLISH.match(digits):
        return _decimal(digits.replace(",", ""), "."), None
    marks = digits.count(",") + digits.count(".")
    if marks != 1:
        return None
    return _decimal(digits, "," if "," in digits else "."), None


def english_words(text: str) -> bool:
    """Return whether a text declares in English and shows no decimal comma: "Answer: 12,345"."""
    return _ENGLISH_WORDS.search(text) is not None and not _DECIMAL_COMMA.search(text)


def english_commas(text: str) -> bool:
    """Return whether the numbers of a text separate thousands by commas: "1,250,000", "0.5"."""
    return _ENGLISH_HABIT.search(text) is not None and not _DECIMAL_COMMA.search(text)


def _periodic(digits: str) -> Fraction:
    """Return the value of a recurring decimal: "1,(6)" is 5/3."""
    plain, _, period = digits.rstrip(")").replace(".", ",").partition("(")
    places = len(plain.partition(",")[2])
    return _decimal(plain, ",") + Fraction(int(period), 10**places * (10 ** len(period) - 1))


def _read(match: re.Match[str]) -> Number | None:
    sign = -1 if match["sign"] and match["sign"][0] not in "+" else 1
    start, end = match.span()
    if match["period"] is not None:
        return Number(sign * _periodic(match["period"]), None, "decimal", True, "", start, end)
    if match["plain"] is not None:
        read = plain_number(match["plain"])
        if read is None:
            return None
        value, dotted = read
        form = "integer" if value.denominator == 1 and "," not in match["plain"] else "decimal"
        if _COMMA.match(match["plain"]):
            dotted = Fraction(int(match["plain"].replace(",", "")))
        if sign < 0:
            value, dotted = -value, None if dotted is None else -dotted
        return Number(value, dotted, form, True, "", start, end)
    if match["whole"] is not None:
        top, under = int(match["top"]), int(match["under"])
        if top < under or len(match["top"]) < 3 or " và " in match[0]:
            value = int(match["whole"]) + Fraction(top, under)
            reduced = gcd(top, under) == 1
            return Number(sign * value, None, "mixed", reduced, "", start, end)
        over, below = int(match["whole"]) * 1000 + top, under
    else:
        read = plain_number(match["over"])
        if read is None or read[0].denominator != 1 or int(match["below"].replace(" ", "")) == 0:
            return None
        over, below = int(read[0]), int(match["below"].replace(" ", ""))
    reduced = gcd(over, below) == 1 and below != 1
    return Number(
        sign * Fraction(over, below), None, "fraction", reduced, f"{over}/{below}", start, end
    )


def next_number(text: str, position: int = 0) -> Number | None:
    """Return the next readable number of a normalised text; None if there is no more.

    Example:
        >>> next_number("dài 1.234,5 m").value
        Fraction(2469, 2)
    """
    while True:
        match = _NUMBER.search(text, position)
        if match is None:
            return None
        number = _read(match)
        if number is not None:
            return number
        position = match.end()
