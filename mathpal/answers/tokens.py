"""Splits a line of worked arithmetic into tokens: numbers, signs, brackets, units, words.

Reads only text that `working.prepare` has returned; evaluates nothing and knows no equations.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from mathpal.answers.notation import SUPERSCRIPTS, plain_number
from mathpal.answers.units import UNITS, unit_at
from mathpal.answers.values import Reading
from mathpal.answers.working import GLUED

_MIXED = re.compile(r"([0-9]{1,9})( và | )([1-9][0-9]{0,5}) ?/ ?([1-9][0-9]{0,5})(?![0-9]| ?/)")
_DATE = re.compile(r"[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4}(?![0-9])")
_NUMBER = re.compile(
    r"[0-9]{1,3}(?: [0-9]{3}){1,6}(?![0-9])(?:,[0-9]{1,20})?|[0-9]{1,40}(?:[.,][0-9]{1,20}){0,8}"
)
_REPEATING = re.compile(r"([0-9]{1,12})([.,])([0-9]{0,9})\(([0-9]{1,9})\)(?![0-9])")
_ENGLISH = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3}){1,6}(?:\.[0-9]{1,20})?\Z")
_NUMERALS = re.compile(r"[0-9.,]+")
_UNIT_BRACKET = re.compile(
    r" {0,2}\( ?([^()0-9=+×:<>{}\[\]-]{1,40}[²³]?|[dcmkhaDCMKH]?[mM][23]) ?\)"
)
_WORD = re.compile(r"[^\W\d_]+")
_POWER = re.compile(r"\^ ?(?:\{ ?([0-9]{1,3}) ?\}|([0-9]{1,3}))")
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
        values: the readings of a number (usual, dot as decimal point, dot as product, comma
            between thousands), or the exponent of a power, or the factor of a unit.
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


def _product(digits: str) -> Fraction | None:
    if "." not in digits or "," in digits or " " in digits:
        return None
    product = 1
    for part in digits.split("."):
        product *= int(part)
    return Fraction(product)


def _english(digits: str) -> Fraction | None:
    """Return the value of a number with commas between its thousands, "12,000.5"; else None."""
    return Fraction(digits.replace(",", "")) if _ENGLISH.match(digits) else None


def _repeating(match: re.Match[str]) -> Token:
    """Return a repeating decimal, "0,1(6)"; "1.(6)" may also be a product."""
    whole, mark, fixed, cycle = match.groups()
    value = int(whole + fixed) + Fraction(int(cycle), 10 ** len(cycle) - 1)
    values: tuple[Fraction | None, ...] = (value / 10 ** len(fixed),)
    if mark == "." and not fixed:
        values = (*values, None, Fraction(int(whole) * int(cycle)), None)
    return Token("number", match[0], match.start(), match.end(), values)


def _places(digits: str, usual: Fraction | None) -> int:
    if usual is None:
        return 0
    if usual.denominator == 1 and digits.count(",") != 1:
        shown = str(usual)
        return len(shown.rstrip("0")) - len(shown)
    for mark in ",.":
        if mark in digits:
            return len(digits.rpartition(mark)[2])
    return 0


def _number(text: str, at: int) -> Token:
    mixed = _MIXED.match(text, at)
    if mixed and int(mixed[3]) < int(mixed[4]):
        value = int(mixed[1]) + Fraction(int(mixed[3]), int(mixed[4]))
        return Token("number", mixed[0], at, mixed.end(), (value,), 0)
    if date := _DATE.match(text, at):
        return Token("junk", date[0], at, date.end())
    if repeating := _REPEATING.match(text, at):
        return _repeating(repeating)
    match = _NUMBER.match(text, at)
    assert match is not None  # the caller saw a digit
    digits = match[0]
    read = plain_number(digits)
    usual, dotted = read if read else (None, None)
    values = (usual, dotted, _product(digits), _english(digits))
    return Token("number", digits, at, match.end(), values, _places(digits, usual))


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


def readings(text: str) -> Iterator[Reading]:
    """Yield the ways to read the ambiguous signs of a text, the usual one first."""
    yield Reading()
    for dot in (1, 2) if "." in text else ():
        yield Reading(dot)
    if ("/" in text and ":" in text) or text.count("/") > 1:
        yield Reading(0, False)
    numbers = (n.strip(".,") for n in _NUMERALS.findall(text)) if "," in text else ()
    commas = [_english(number) is not None for number in numbers if "," in number]
    if any(commas):  # "12,5 × 1000 = 12,500" mixes both habits
        yield Reading(english=True, sure=all(commas))


@lru_cache(maxsize=64)  # the right side of an equation is the left side of the next
def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of one side of an equation from left to right; spaces separate them."""
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
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
    if character not in SUPERSCRIPTS and (word := _WORD.match(text, at)):
        return Token("word", word[0], at, word.end())
    for kind, characters in (("operator", _OPERATORS), ("open", _OPEN), ("close", _CLOSE)):
        if character in characters:
            return Token(kind, "×" if character == GLUED else character, at, at + 1)
    if character in SUPERSCRIPTS:
        end, exponent = at, 0
        while end < len(text) and end < at + 3 and text[end] in SUPERSCRIPTS:
            exponent = exponent * 10 + SUPERSCRIPTS.index(text[end])
            end += 1
        return Token("power", text[at:end], at, end, (Fraction(exponent),))
    if power := _POWER.match(text, at):
        return Token("power", power[0], at, power.end(), (Fraction(power[1] or power[2]),))
    kind = "mark" if character in ".,;!\"'" else "junk"
    return Token(kind, character, at, at + 1)
