"""Judges answers that are powers or products of powers: "2³ × 5", "3⁴".

Factors are compared in any order: "2 × 2 × 2 × 5" equals "2³ × 5" (both are the factorisation),
while "8 × 5" and "40" have the value but not the form.
"""

import re
from collections import Counter
from fractions import Fraction
from math import prod

from mathpal.answers.divisors import primes
from mathpal.answers.notation import LOWERED, SUPERSCRIPTS, next_number
from mathpal.answers.scalars import Finding
from mathpal.answers.words import EITHER, taken_back

_BASE = r"(?:[0-9]{1,6}|\( ?-? ?[0-9]{1,6}(?: ?[/,.] ?[0-9]{1,6})? ?\))"
_POWER = rf"{_BASE} ?(?:[{SUPERSCRIPTS}]{{1,2}})?"
_PRODUCT = re.compile(
    rf"(?<![\w.,(])(-? ?{_POWER}(?: ?[×xX*.·] ?{_POWER}){{0,24}})(?![\w{SUPERSCRIPTS}])"
)
_GOES_ON = re.compile(r" ?[×*·+-] ?[\w(]")
_ITEMS = re.compile(r"[,;\n]| và ")
_FACTOR = re.compile(rf"({_BASE}) ?([{SUPERSCRIPTS}]*)")
_NUMBER = re.compile(r"-? ?[0-9]+ ?$")
_LARGEST_EXPONENT = 64

Factors = Counter[Fraction]  # a sign before the product is a factor -1


def _read(product: str) -> Factors | None:
    factors: Factors = Counter({Fraction(-1): 1} if product[0] == "-" else {})
    for base, power in _FACTOR.findall(product):
        exponent = int(power.translate(LOWERED)) if power else 1
        if exponent > _LARGEST_EXPONENT:
            return None
        number = next_number(base.strip("() ").replace("- ", "-"))
        if number is None:
            return None
        factors[number.value] += exponent
    return Counter({base: count for base, count in factors.items() if base != 1 and count})


def read_factors(text: str) -> Factors | None:
    """Return the factors of a text that is one product of powers and nothing else, or None."""
    match = _PRODUCT.fullmatch(text.strip())
    return _read(match[1]) if match else None


def is_factorisation(text: str) -> bool:
    """Return whether a gold without a kind is a product with a power, or of primes only."""
    factors = read_factors(text)
    if not factors:
        return False
    if any(character in SUPERSCRIPTS for character in text):
        return True
    several = re.search(r"[×xX*·]|\.[0-9 ]+\.", text) is not None
    return several and all(_is_prime(base) for base in factors)


def _is_prime(base: Fraction) -> bool:
    return base.denominator == 1 and primes(int(base)) == {base: 1}


def _value(factors: Factors) -> Fraction:
    return prod((base**exponent for base, exponent in factors.items()), start=Fraction(1))


def _last_product(text: str) -> str:
    """Return the last side of an equation that is a product, else the last number, else ""."""
    products = [p for side in text.split("=") for p in _PRODUCT.findall(side)[-1:]]
    written = [p for p in products if not _NUMBER.match(p)] or products
    return written[-1] if written else ""


def judge_factors(text: str, gold: str) -> Finding:
    """Judge a declared text against powers; the last side that is a product counts.

    Args:
        text: normalised declared text.
        gold: the normalised gold.
    """
    wanted = read_factors(gold)
    assert wanted is not None  # parse_gold has read it
    if EITHER.search(text):
        return Finding("multiple_answers", None, "alternatives are declared")
    declared = [_last_product(item) for item in _ITEMS.split(text)]
    written = [p for p in declared if p and not _NUMBER.match(p)] or [p for p in declared if p]
    given = _read(written[-1]) if written else None
    if any(_read(p) != given for p in written):
        return Finding("multiple_answers", None, "several products are declared")
    if given is None:
        number = next_number(text)
        return Finding("wrong" if number else "no_answer", None, "no product of powers is declared")
    if written:
        at = text.rfind(written[-1])
        if taken_back(text[:at], "", rough=False):
            return Finding("ambiguous", None, "the product is declared with a reservation")
        if _GOES_ON.match(text, at + len(written[-1])):
            return Finding("wrong_form", None, "the expression continues after the product")
    if given == wanted:
        return Finding("correct", None, "the factors agree")
    if _value(given) == _value(wanted):
        return Finding("wrong_form", None, "the value agrees, the factors do not")
    return Finding("wrong", None, "the value differs")
