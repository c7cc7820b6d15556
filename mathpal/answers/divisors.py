"""Reads "ƯCLN(24, 40)", "BCNN(4; 6)" and the short "(24, 40)" and "[4, 6]" as whole numbers."""

import re
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from mathpal.answers.tokens import Token

_GREATEST = ("ƯCLN", "UCLN", "ƯSCLN", "USCLN", "GCD")
_LEAST = ("BCNN", "BSCNN", "LCM")
_LIST = r"[0-9][0-9 ]{0,14}(?:(?:[,;]| và) ?[0-9][0-9 ]{0,14}){1,5}"
_NOTATION = re.compile(
    rf"(?P<name>(?<!\w)(?:{'|'.join(_GREATEST + _LEAST)}) ?)?(?P<list>[(\[] ?{_LIST} ?[)\]]"
    rf"|(?<=(?:CLN|CNN) )của {_LIST}) ?\Z",
    re.I,
)
_SEPARATOR = re.compile(r"[,;]| và ")


class Common(NamedTuple):
    """A greatest common divisor or least common multiple, as one number.

    Attributes:
        token: it, as a number.
        named: whether its name stands before it; "(7,12)" may also be a decimal number.
        weak: whether an equation that does not hold may have meant something else.
    """

    token: Token
    named: bool
    weak: bool


def common_at_end(text: str) -> Common | None:
    """Return the notation that ends a text; None if there is none.

    Args:
        text: the left side of an equation.
    """
    if text.rstrip()[-1:] not in (")", "]") and "của" not in text[-100:]:
        return None
    tail = text[-120:]
    match = _NOTATION.search(tail)
    if match is None:
        return None
    name, square = (match["name"] or "").strip().upper(), match["list"][0] == "["
    if not name and match["list"].startswith("của"):
        return None
    before = tail[: match.start()].rstrip()[-1:]
    glued = tail[match.start() - 1 : match.start()].isalnum()
    if not name and (glued or before in ("+", "-", "×", ":", "/", "(", "[")):
        return None
    numbers = [
        int(part.replace(" ", "")) for part in _SEPARATOR.split(match["list"].strip("()[]của "))
    ]
    value = lcm(*numbers) if name in _LEAST or (not name and square) else gcd(*numbers)
    start = len(text) - len(tail) + match.start()
    values = (Fraction(value), None, None, None)
    shown = match[0].replace(" và ", "; ")  # "3 và 1/2" is a mixed number
    return Common(Token("number", shown, start, len(text), values), bool(name), not name and square)


def primes(number: int) -> dict[int, int]:
    """Return the prime factors of a whole number with their exponents.

    Example:
        >>> primes(12)
        {2: 2, 3: 1}
    """
    found: dict[int, int] = {}
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            found[divisor] = found.get(divisor, 0) + 1
            number //= divisor
        divisor += 1 if divisor == 2 else 2
    if number > 1:
        found[number] = found.get(number, 0) + 1
    return found
