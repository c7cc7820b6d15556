"""Reads and compares expressions with roots, π, logarithms and letters exactly, in a normal form.

A sum of products of rational numbers, roots of whole numbers, π, letters and logarithms has one
normal form, so equal expressions compare equal: "√20" is "2√5". Anything else (a root of a letter,
a sum in a denominator, sin) is not read. Knows neither golds nor declarations.
"""

import re
from fractions import Fraction
from typing import NamedTuple

from mathpal.answers.divisors import primes
from mathpal.answers.notation import LOWERED, next_number
from mathpal.answers.units import UNITS

Monomial = tuple[tuple[str, int], ...]  # (atom, exponent), sorted; atoms: "√3", "π", "x", "log3 x"
Polynomial = dict[Monomial, Fraction]

_LONGEST = 120
_MAX_TERMS = 40
_MAX_POWER = 12
_MAX_ROOT = 10**9
_TOKEN = re.compile(
    r" *(?:(?P<number>[0-9]{1,15}(?:[.,][0-9]{1,9})?)|(?P<power>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})"
    r"|(?P<log>(?:log_?|lg|ln)(?![a-z]))|(?P<letter>[a-zA-Zπ](?!'))|(?P<sign>[-+×*·/:√()_]))"
)
_SPECIAL = re.compile(r"[√π]|(?<![a-z])(?:log|ln|lg)(?![a-z])")
_UNIT_TAIL = re.compile(r"(?<=[0-9π)²³⁴ ]) ?([^\W\d_°]{1,6}[²³]?(?:/[^\W\d_]{1,6})?|°C?|%)$")
_UNIT_BRACKETS = re.compile(r"\s?\( ?([^\W\d_]{1,6}[²³]?(?:/[^\W\d_]{1,6})?) ?\)$")
_DOTTED = re.compile(r"(?<=[a-zπ0-9²³)])\.(?=[a-zπ√(])")
_GLUED = re.compile(r"(?<=[a-zπ])[0-9](?=π)")  # "k2π" is k × 2π
# "2x + 3", "3a²b": letters that are unknowns, glued to their factor; "7h25" and "5m" are not.
_ALGEBRA = re.compile(
    r"[-+×*/().,0-9 ²³⁴⁵⁶⁷⁸⁹abeiknxyz]*[xyzabeikn][-+×*/().,0-9 ²³⁴⁵⁶⁷⁸⁹abeiknxyz]*$"
)
_LINE = re.compile(r"(?:y|[fg]\(x\)) ?= ?[-0-9.,/]*x$")
_DIGIT_BEHIND = re.compile(r"[a-z] ?[0-9]|[a-z] [a-z]|[0-9] [a-z]")


class Exact(NamedTuple):
    """An expression in normal form; `plain` if it was written so, `bracketed` if with brackets."""

    terms: frozenset[tuple[Monomial, Fraction]]
    unit: str
    plain: bool
    bracketed: bool


class _Unread(Exception):
    """The text is no such expression. The error never leaves the module."""


def _clean(terms: Polynomial) -> Polynomial:
    return {monomial: value for monomial, value in terms.items() if value}


def _sum(one: Polynomial, other: Polynomial, sign: int) -> Polynomial:
    total = dict(one)
    for monomial, value in other.items():
        total[monomial] = total.get(monomial, Fraction(0)) + sign * value
    return _clean(total)


def _times(one: Polynomial, other: Polynomial) -> Polynomial:
    if len(one) * len(other) > _MAX_TERMS:
        raise _Unread
    total: Polynomial = {}
    for first, a in one.items():
        for second, b in other.items():
            value, powers = a * b, dict(first)
            for atom, exponent in second:
                powers[atom] = powers.get(atom, 0) + exponent
            for atom in [name for name in powers if name[0] == "√"]:
                value *= Fraction(int(atom[1:])) ** (powers[atom] // 2)
                powers[atom] %= 2
            monomial = tuple(sorted((atom, power) for atom, power in powers.items() if power))
            total[monomial] = total.get(monomial, Fraction(0)) + value
    return _clean(total)


def _inverse(terms: Polynomial) -> Polynomial:
    if len(terms) != 1:
        raise _Unread
    ((monomial, value),) = terms.items()
    return _times({(): 1 / value}, {tuple((atom, -power) for atom, power in monomial): Fraction(1)})


class _Reader:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.at, self.plain = 0, True
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None:
                raise _Unread
            assert match.lastgroup is not None
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()

    def next(self, texts: str = "", kind: str = "") -> str:
        """Consume and return the next token if it fits, else return ""."""
        if self.at < len(self.tokens):
            found, text = self.tokens[self.at]
            if (kind and found == kind) or (texts and found == "sign" and text in texts):
                self.at += 1
                return text
        return ""

    def sum(self) -> Polynomial:
        total, terms = self.product(), 1
        while sign := self.next("+-"):
            total, terms = _sum(total, self.product(), 1 if sign == "+" else -1), terms + 1
        self.plain &= len(total) == terms or (not total and terms == 1)
        return total

    def product(self) -> Polynomial:
        value = self.signed()
        while True:
            if self.next("×*·"):
                value = _times(value, self.signed())
            elif self.next("/:"):
                value = _times(value, _inverse(self.signed()))
            elif self.at < len(self.tokens) and self.begins():
                value = _times(value, self.powered())
            else:
                return value

    def begins(self) -> bool:
        """Return whether a factor follows without a sign; a number after a factor does not."""
        kind, text = self.tokens[self.at]
        return kind in ("letter", "log") or text in ("√", "(")

    def signed(self) -> Polynomial:
        sign = self.next("+-")
        value = self.powered()
        return _times(value, {(): Fraction(-1)}) if sign == "-" else value

    def powered(self) -> Polynomial:
        base = self.factor()
        power = self.next(kind="power")
        if not power:
            return base
        exponent = int(power.translate(LOWERED))
        if exponent > _MAX_POWER:
            raise _Unread
        value: Polynomial = {(): Fraction(1)}
        for _ in range(exponent):
            value = _times(value, base)
        return value

    def factor(self) -> Polynomial:
        if number := self.next(kind="number"):
            read = next_number(number)
            if read is None:
                raise _Unread
            return _clean({(): read.value})
        if letter := self.next(kind="letter"):
            return {((letter, 1),): Fraction(1)}
        if self.next("√"):
            return self.root()
        if log := self.next(kind="log"):
            return self.logarithm(log)
        if self.next("("):
            value = self.sum()
            if not self.next(")"):
                raise _Unread
            return value
        raise _Unread

    def root(self) -> Polynomial:
        inner = self.factor()
        if set(inner) != {()} or inner[()] < 0:
            raise _Unread
        value = inner[()]
        whole = value.numerator * value.denominator
        if whole > _MAX_ROOT:
            raise _Unread
        root: Polynomial = {(): Fraction(1, value.denominator)}
        for prime, power in primes(whole).items():
            self.plain &= power == 1
            root = _times(root, {((f"√{prime}", power),): Fraction(1)})
        return root

    def logarithm(self, name: str) -> Polynomial:
        base = {"ln": "e", "lg": "10"}.get(name.rstrip("_"), "10")
        if name.endswith("_"):
            base = self.next(kind="number") or self.next(kind="letter")
        inner = self.powered()
        if len(inner) != 1 or not base:
            raise _Unread
        ((monomial, value),) = inner.items()
        if value <= 0 or max(value.numerator, value.denominator) > _MAX_ROOT:
            raise _Unread
        total: Polynomial = {}
        powers = [(str(p), n) for p, n in primes(value.numerator).items()]
        powers += [(str(p), -n) for p, n in primes(value.denominator).items()]
        for atom, power in (*powers, *monomial):
            share = Fraction(power, 2 if atom[0] == "√" else 1)
            argument = atom.removeprefix("√")
            key = () if argument == base else ((f"log{base} {argument}", 1),)
            total = _sum(total, {key: share}, 1)
        return total


def read_exact(text: str) -> Exact | None:
    """Return a normalised text that is one expression, perhaps with a unit, or None.

    Example:
        >>> read_exact("√20 cm").terms == read_exact("2√5 cm").terms
        True
    """
    body, unit = _UNIT_BRACKETS.sub(r" \1", text.strip(" .,;$")), ""
    body = _DOTTED.sub("×", _GLUED.sub(r"×\g<0>", body))
    if not body or len(body) > _LONGEST:
        return None
    tail = _UNIT_TAIL.search(body)
    if tail and not re.search(r"[a-z]", body[: tail.start()]):
        known = UNITS.get(tail[1].lower())
        if known or tail[0][0] == " ":
            body, unit = body[: tail.start()], known[0] if known else tail[1]
    try:
        reader = _Reader(body)
        terms = reader.sum() if reader.tokens else {}
    except _Unread:
        return None
    if not reader.tokens or reader.at < len(reader.tokens):
        return None
    return Exact(frozenset(terms.items()), unit, reader.plain, "(" in body)


def is_exact(text: str) -> bool:
    """Return whether a gold without a kind is such an expression and no plain number."""
    side = text[text.rfind("=") + 1 :].strip()
    if not _SPECIAL.search(side):
        algebra = _ALGEBRA.match(side) and not _DIGIT_BEHIND.search(side)
        bare = not re.search(r"[-+×*/²³⁴⁵⁶⁷⁸⁹]", side) and not _LINE.match(text)
        if not algebra or bare:
            return False
    return read_exact(side) is not None
