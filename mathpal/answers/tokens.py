"""Splits a line of worked arithmetic into tokens: numbers, signs, brackets, units, words.

Reads only text that `prepare` has returned; evaluates nothing and knows no equations.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from mathpal.answers.notation import normalise, plain_number
from mathpal.answers.units import UNITS, unit_at

_FRACTION = re.compile(r"\\[dtc]?frac ?\{([^{}]*)\} ?\{([^{}]*)\}")
_DOUBLE = re.compile(r"\{ ?\{([^{}]*)\} ?\}")
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,9}(?: [^<>]{0,300})?/?>", re.I)
_ARROW = re.compile(
    r"<=>|=>|<?-+>|[⇒⇔→⟹⟺↔]|\\(?:Right|Left|Leftright|right)arrow|\\implies|\\iff|\\\\"
)
_DOTS = re.compile(r"\\[lc]?dots|\.{2,}|…|⋯")
_TIMES = re.compile(
    r"(?<=[0-9)\]}%²³])[ ]?[xXх*·.](?=[ ]?[(\[{])|(?<=[)\]}]) ?\. ?(?=[0-9])"
    r"|(?<=[0-9)\]}%²³]) ?[xXх*·] ?(?=[0-9])|(?<=[0-9)\]}]) \. (?=[0-9])"
    r"|(?<=[^\W_]) [xXх*·] (?=[0-9(\[{])"
)
GLUED = "\u2a2f"  # replaces an x between digits without spaces: a product, or an unknown digit
_DIGIT_X = re.compile(r"(?<=[0-9])[xX](?=[0-9])")
_MIXED = re.compile(r"([0-9]{1,9})( và | )([1-9][0-9]{0,5}) ?/ ?([1-9][0-9]{0,5})(?![0-9]| ?/)")
_DATE = re.compile(r"[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4}(?![0-9])")
_NUMBER = re.compile(
    r"[0-9]{1,3}(?: [0-9]{3}){1,6}(?![0-9])(?:,[0-9]{1,20})?|[0-9]{1,40}(?:[.,][0-9]{1,20}){0,8}"
)
_UNIT_BRACKET = re.compile(
    r" {0,2}\( ?([^()0-9=+×:<>{}\[\]-]{1,40}[²³]?|[dcmkhaDCMKH]?[mM][23]) ?\)"
)
_WORD = re.compile(r"[^\W\d_]+")
_POWER = re.compile(r"\^ ?(?:\{ ?([0-9]{1,3}) ?\}|([0-9]{1,3}))")
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_OPEN, _CLOSE = "([{", ")]}"
_OPERATORS = "+-×:/" + GLUED


class Token(NamedTuple):
    """One token.

    Attributes:
        kind: "number", "operator", "open", "close", "power", "unit", "word", "mark"
            (punctuation) or "junk" (a letter glued to a number, an ellipsis, a root, …).
        text: as written; for an operator one of + - × : /.
        start: position of its start in the line.
        end: position of its end.
        values: the readings of a number (usual, dot as decimal point, dot as product), or the
            exponent of a power, or the factor of a unit.
        places: decimal places shown; for a whole number, minus the number of trailing zeros.
        dimension: dimension of a unit; "count" for a counting word in brackets.
    """

    kind: str
    text: str
    start: int
    end: int
    values: tuple[Fraction | None, ...] = ()
    places: int = 0
    dimension: str = ""


def prepare(text: str) -> str:
    """Return a worked solution as plain lines.

    Arrows become line breaks, every multiplication sign becomes "×", and dots become "…".

    Args:
        text: the generated text, which may contain HTML and LaTeX.
    """
    text = text.replace("{,}", ",").replace("\\overline", "√").replace("\\sqrt", "√")
    for _ in range(4):  # school books nest fractions no deeper
        if "\\" not in text or "frac" not in text:
            break
        text = _DOUBLE.sub(r"{\1}", text)
        text = _FRACTION.sub(_fraction, text)
    text = _DOTS.sub("…", _ARROW.sub("\n", text))
    text = normalise(text).replace("&", " ").replace("∶", ":")
    text = _TAG.sub(" ", text) if "<" in text else text
    return _TIMES.sub("×", _DIGIT_X.sub(GLUED, text))


def _fraction(match: re.Match[str]) -> str:
    top, bottom = match[1].strip(), match[2].strip()
    plain = top.isdigit() and bottom.isdigit()
    return f" {top}/{bottom}" if plain else f" (({top})/({bottom}))"


def _product(digits: str) -> Fraction | None:
    if "." not in digits or "," in digits or " " in digits:
        return None
    product = 1
    for part in digits.split("."):
        product *= int(part)
    return Fraction(product)


def _number(text: str, at: int) -> Token:
    mixed = _MIXED.match(text, at)
    if mixed and int(mixed[3]) < int(mixed[4]):
        value = int(mixed[1]) + Fraction(int(mixed[3]), int(mixed[4]))
        return Token("number", mixed[0], at, mixed.end(), (value,), 0)
    if date := _DATE.match(text, at):
        return Token("junk", date[0], at, date.end())
    match = _NUMBER.match(text, at)
    assert match is not None  # the caller saw a digit
    digits = match[0]
    read = plain_number(digits)
    usual, dotted = read if read else (None, None)
    zeros = len(digits) - len(digits.rstrip("0")) if digits.isdigit() else 0
    places = len(digits.rpartition(",")[2]) if "," in digits else -zeros
    if "." in digits and usual is not None and usual.denominator != 1:
        places = len(digits.rpartition(".")[2])
    return Token("number", digits, at, match.end(), (usual, dotted, _product(digits)), places)


def _unit(text: str, at: int) -> Token | None:
    """Return the measure unit right after a value, or the counting word in brackets."""
    bracket = _UNIT_BRACKET.match(text, at)
    if bracket:
        words = bracket[1].strip()
        known = UNITS.get(words.lower().replace(" ", "").replace("-", ""))
        if known:
            return Token("unit", known[0], at, bracket.end(), (known[2],), 0, known[1])
        if len(words) > 1 and _WORD.search(words) and "dư" not in words:
            return Token("unit", words, at, bracket.end(), (Fraction(1),), 0, "count")
        return None
    unit = unit_at(text[at : at + 60], 0)
    if unit is None or unit.dimension == "count" or text[at : at + 3].lstrip()[:1] == "(":
        return None
    return Token("unit", unit.name, at, at + unit.end, (unit.factor,), 0, unit.dimension)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of one side of an equation from left to right; spaces separate them."""
    at, last = 0, ""
    while at < len(text):
        character = text[at]
        if character == " ":
            at += 1
            continue
        if last in ("number", "close", "power"):
            unit = _unit(text, at if text[at - 1] != " " else at - 1)
            if unit is not None:
                yield unit
                at, last = unit.end, "unit"
                continue
        token = _next(text, at, character)
        if token.kind == "word" and last in ("number", "power") and text[at - 1] != " ":
            token = token._replace(kind="junk")  # "2x", "5A"
        yield token
        at, last = token.end, token.kind


def _next(text: str, at: int, character: str) -> Token:
    if character.isascii() and character.isdigit():
        return _number(text, at)
    if character not in _SUPERSCRIPTS and (word := _WORD.match(text, at)):
        return Token("word", word[0], at, word.end())
    for kind, characters in (("operator", _OPERATORS), ("open", _OPEN), ("close", _CLOSE)):
        if character in characters:
            return Token(kind, "×" if character == GLUED else character, at, at + 1)
    if character in _SUPERSCRIPTS:
        end, exponent = at, 0
        while end < len(text) and end < at + 3 and text[end] in _SUPERSCRIPTS:
            exponent = exponent * 10 + _SUPERSCRIPTS.index(text[end])
            end += 1
        return Token("power", text[at:end], at, end, (Fraction(exponent),))
    if power := _POWER.match(text, at):
        return Token("power", power[0], at, power.end(), (Fraction(power[1] or power[2]),))
    kind = "mark" if character in ".,;!\"'" else "junk"
    return Token(kind, character, at, at + 1)
