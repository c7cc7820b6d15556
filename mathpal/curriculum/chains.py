"""Writes out a calculation that is too long to be done in one step.

A small model does not learn 6 200 - 4 450 in one leap, and neither does a pupil: both go place by
place (arXiv 2307.03381). The chains are those of mental arithmetic at school: 67 - 58 = 17 - 8 = 9,
57 × 9 = 50 × 9 + 7 × 9 = 450 + 63 = 513, 264 : 6 = 240 : 6 + 24 : 6 = 40 + 4 = 44.
"""

import re
from collections.abc import Callable

from mathpal.curriculum.writing import spaced

_Shown = Callable[[int], str]  # how a number is written
_NUMBER = r"\d{1,3}(?: \d{3})+|\d+"
_EQUATION = re.compile(rf"((?:{_NUMBER})(?: [-+×:] (?:{_NUMBER}))+) = ({_NUMBER})( \([^()]*\))?")
_UNSPACED = re.compile(r"\d{4}")
_TERM = re.compile(rf"([-+×:]?) ?({_NUMBER})")


def written_out(line: str) -> str:
    """Return an equation of whole numbers with the steps between; any other line as it is.

    Sums and differences, one product or one exact division are written out; a calculation that is
    one step stays as it is.

    Args:
        line: "a + b - c = d (unit)", the unit may be missing.

    Example:
        >>> written_out("6 200 - 4 450 = 1 750 (m)")
        '6 200 - 4 450 = 2 200 - 450 = 1 800 - 50 = 1 750 (m)'
    """
    if not line[:1].isdigit() or (found := _EQUATION.fullmatch(line)) is None:
        return line
    calculation, value, unit = found[1], found[2], found[3] or ""
    terms = [(sign or "+", int(n.replace(" ", ""))) for sign, n in _TERM.findall(calculation)]
    signs = {sign for sign, _ in terms[1:]}
    shown: _Shown = str if _UNSPACED.search(line) else spaced  # a year stays without a space
    numbers = [number for _, number in terms]
    if signs <= {"+", "-"}:
        between = _sums(terms, shown)
    elif len(terms) > 2:
        return line
    else:
        between = (_product if signs == {"×"} else _quotient)(numbers[0], numbers[1], shown)
    return " = ".join([calculation, *between, value]) + unit


def _places(number: int) -> list[int]:
    """The parts of a number by its places, without zeros: 450 gives 400 and 50."""
    digits = str(number)
    return [int(d) * 10 ** (len(digits) - i) for i, d in enumerate(digits, 1) if d != "0"]


def _digits(number: int) -> list[int]:
    return [int(digit) for digit in reversed(str(number))]


def _carries(left: int, sign: str, right: int) -> bool:
    """Whether the written sum has a carry, the written difference a borrow."""
    while right:
        (left, a), (right, b) = divmod(left, 10), divmod(right, 10)
        if a + b > 9 if sign == "+" else a < b:
            return True
    return False


def _part(left: int, sign: str, right: int) -> int:
    """Return what is added or taken away in one step: all of `right`, or its highest place.

    One place goes through the round number where the borrow would run on: 202 - 4 takes 2 first.
    """
    if not _carries(left, sign, right):
        return right
    places = _places(right)
    if len(places) > 1:
        return places[0]
    unit = 10 ** (len(str(right)) - 1)
    digit, above = left // unit % 10, left // unit // 10
    runs_on = sign == "-" and above and above % 10 == 0
    return digit * unit if runs_on and digit else right


def _sums(terms: list[tuple[str, int]], shown: _Shown) -> list[str]:
    """The calculations between a sum and its value, the first two terms joined in each."""
    between = []
    left, rest = terms[0][1], terms[1:]
    while rest:
        (sign, right), *after = rest
        part = _part(left, sign, right)
        if part < right:
            after.insert(0, (sign, right - part))
            if len(_places(right)) == 1:  # 202 - 4 = 202 - 2 - 2
                between.append(_text(left, [(sign, part), *after], shown))
        left, rest = left + part if sign == "+" else left - part, after
        if left < 0:  # 3 - 5 + 9
            return []
        if rest:
            between.append(_text(left, rest, shown))
    return between


def _text(left: int, rest: list[tuple[str, int]], shown: _Shown) -> str:
    return " ".join([shown(left), *(f"{sign} {shown(number)}" for sign, number in rest)])


def _product(a: int, b: int, shown: _Shown) -> list[str]:
    """The calculations between a product and its value: products of single places, their sum."""
    pairs = [(x, y) for y in _places(b) for x in _places(a)]
    if len(pairs) < 2 or all(x * y < 10 for x in _digits(a) for y in _digits(b)):
        return []
    products = " + ".join(f"{shown(x)} × {shown(y)}" for x, y in pairs)
    return [products, *_added([x * y for x, y in pairs], shown)]


def _quotient(a: int, b: int, shown: _Shown) -> list[str]:
    """The calculations between an exact quotient and its value: one quotient for each place."""
    if b == 0 or a % b or len(_places(b)) > 1 or str(b).strip("0") == "1":
        return []
    parts = _places(a // b)
    if len(parts) < 2:
        return []
    quotients = " + ".join(f"{shown(part * b)} : {shown(b)}" for part in parts)
    return [quotients, *_added(parts, shown)]


def _added(numbers: list[int], shown: _Shown) -> list[str]:
    """The sum of the numbers, and the calculations between it and its value."""
    terms = [("+", number) for number in numbers]
    return [" + ".join(map(shown, numbers)), *_sums(terms, shown)]
