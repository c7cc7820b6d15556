"""Evaluates arithmetic with measure units, as school books write it, exactly.

Parses tokens by recursive descent and computes with `Fraction`; knows nothing of equations or
prose.
"""

from collections.abc import Sequence
from fractions import Fraction

from mathpal.answers.tokens import Token
from mathpal.answers.values import Dimension, Reading, Side, Unreadable, Value

# Exponents of the base dimensions; a volume is a length cubed, a speed a length over a time.
_POWERS = {
    "length": (("length", 1),), "area": (("length", 2),), "volume": (("length", 3),),
    "speed": (("length", 1), ("time", -1)), "flow": (("length", 3), ("time", -1)),
    "percent": (), "count": (),
}  # fmt: skip
_CUBE = Fraction(1, 1000)  # `units` counts volumes in dm³, lengths in m
_DEEPEST = 30  # nested brackets
_LARGEST = 1_500  # bits of a numerator or denominator
_MAX_WORDS = 3  # counting words before an operator
_OPERANDS = ("number", "open")


def _combined(one: Dimension, other: Dimension, sign: int) -> Dimension:
    powers = dict(one)
    for name, power in other:
        powers[name] = powers.get(name, 0) + sign * power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _checked(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _LARGEST:
        raise Unreadable
    return value


class _Parser:
    """Recursive descent over one list of tokens."""

    def __init__(self, given: Sequence[Token], reading: Reading) -> None:
        self.given, self.reading, self.at, self.depth = given, reading, 0, 0
        self.side = Side()

    def peek(self, kind: str = "", texts: str = "") -> Token | None:
        token = self.given[self.at] if self.at < len(self.given) else None
        if token is None or (kind and token.kind != kind) or (texts and token.text not in texts):
            return None
        return token

    def operator(self, texts: str) -> str:
        """Consume and return the next operator, skipping counting words ("5 bạn + 3 bạn").

        Return "" and consume nothing if no operator of `texts` follows.
        """
        start = self.at
        while self.peek("word") and self.at - start < _MAX_WORDS:
            self.at += 1
        token = self.peek("operator", texts)
        words = self.at > start
        following = self.given[self.at + 1] if self.at + 1 < len(self.given) else None
        if token is None or (words and (not following or following.kind not in _OPERANDS)):
            self.at = start
            return ""
        self.side.weak |= words
        self.side.operators += 1
        self.at += 1
        return token.text

    def sum(self) -> Value:
        value = self.product()
        while sign := self.operator("+-"):
            other = self.product()
            self.side.quotient = None
            value = self.added(value, other, 1 if sign == "+" else -1)
        return value

    def added(self, one: Value, other: Value, sign: int) -> Value:
        if one.dimension == other.dimension:
            if one.factor != other.factor and not one.dimension:
                self.side.weak = True  # "100 - 25%"
            raw = one.raw + sign * other.base / one.factor
            return Value(_checked(raw), one.factor, one.dimension)
        if one.dimension and other.dimension:
            raise Unreadable
        self.side.weak = True  # "30 phút + 15"
        unit = one if one.dimension else other
        return Value(_checked(one.raw + sign * other.raw), unit.factor, unit.dimension)

    def product(self) -> Value:
        signs = "×:" if self.reading.tight else "×:/"
        value = self.ratio()
        while sign := self.operator(signs):
            other = self.ratio()
            self.side.hundred |= sign == "×" and 100 in (value.raw, other.raw)
            value = self.multiplied(value, other, sign)
        return value

    def ratio(self) -> Value:
        value = self.factor()
        while self.reading.tight and self.operator("/"):
            value = self.measured(self.multiplied(value, self.factor(measured=False), "/"))
        return value

    def multiplied(self, one: Value, other: Value, sign: str) -> Value:
        if sign == "×":
            self.side.quotient = None
            dimension = _combined(one.dimension, other.dimension, 1)
            return Value(_checked(one.raw * other.raw), one.factor * other.factor, dimension)
        if other.raw == 0:
            raise Unreadable
        self.side.divided = True
        self.side.quotient = (one.raw, other.base / one.factor)
        dimension = _combined(one.dimension, other.dimension, -1)
        return Value(_checked(one.raw / other.raw), one.factor / other.factor, dimension)

    def factor(self, *, measured: bool = True) -> Value:
        sign = 1
        if token := self.peek("operator", "+-"):
            sign = -1 if token.text == "-" else 1
            self.at += 1
        value = self.powered()
        value = self.measured(value) if measured else value  # "1/4 (giờ)" measures the fraction
        return Value(sign * value.raw, value.factor, value.dimension)

    def chosen(self, token: Token) -> Fraction | None:
        """Return the value of a number in the reading; the usual one if it has no other."""
        reading = 3 if self.reading.english else self.reading.dot
        chosen = token.values[reading] if len(token.values) > 1 else None
        return token.values[0] if chosen is None else chosen

    def powered(self) -> Value:
        token = self.peek()
        if token is None:
            raise Unreadable
        self.at += 1
        if token.kind == "number":
            number = self.chosen(token)
            if number is None:
                raise Unreadable
            self.side.weak |= " và " in token.text
            self.side.divided |= len(token.values) == 1
            grouped = self.reading.english and len(token.values) > 1 and token.values[3] is not None
            self.side.places = 0 if grouped else token.places
            self.side.decimal |= self.side.places > 0
            value = Value(number)
            self.side.numbers.add(number)
        elif token.kind == "open":
            value = self.bracket()
        else:
            raise Unreadable
        if power := self.peek("power"):
            self.at += 1
            exponent = int(power.values[0] or 0)
            if exponent > 64:
                raise Unreadable
            self.side.operators += 1
            self.side.quotient = None
            value = Value(_checked(value.raw**exponent))
        return value

    def bracket(self) -> Value:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unreadable
        quotient = self.side.quotient
        value = self.sum()
        if self.peek("close") is None:
            raise Unreadable
        self.at += 1
        self.depth -= 1
        self.side.quotient = quotient
        return value

    def measured(self, value: Value) -> Value:
        """Return the value with its unit and the smaller units that follow ("3 m 5 cm")."""
        unit = self.peek("unit")
        if unit is None:
            return value
        self.at += 1
        value = self.with_unit(value, unit)
        while unit.dimension not in ("count", "percent"):
            skip = 1 if self.peek("word", "và") else 0
            following = self.given[self.at + skip : self.at + skip + 2]
            if len(following) < 2 or following[0].kind != "number":
                break
            number, smaller = following
            same = smaller.kind == "unit" and smaller.dimension == unit.dimension
            if not same or smaller.values[0] >= unit.values[0] or number.values[0] is None:  # type: ignore[operator]
                break
            self.at += skip + 2
            part = self.with_unit(Value(number.values[0]), smaller)
            value = Value(value.raw + part.base / value.factor, value.factor, value.dimension)
            unit = smaller
            self.side.places = None
        return value

    def with_unit(self, value: Value, unit: Token) -> Value:
        if unit.dimension == "count":
            return value
        factor = unit.values[0]
        assert factor is not None
        if unit.dimension == "percent":
            self.side.percent = True
            return Value(value.raw, value.factor / 100, value.dimension)
        if value.dimension:  # "(3 m + 2 m) (m)": the unit is named twice
            return value
        factor = factor * _CUBE if unit.dimension in ("volume", "flow") else factor
        self.side.factors.add(factor)
        return Value(value.raw, factor, _POWERS.get(unit.dimension, ((unit.dimension, 1),)))


def evaluate(given: Sequence[Token], reading: Reading = Reading()) -> Side:  # noqa: B008
    """Evaluate the longest arithmetic expression at the start of `given`.

    Args:
        given: tokens of one side.
        reading: how ambiguous signs are read.

    Raises:
        Unreadable: no expression starts there, or an operand is missing.
    """
    parser = _Parser(given, reading)
    value = parser.sum()
    side = parser.side
    side.value, side.end = value, parser.at
    if side.operators or (side.value.raw.denominator != 1 and side.places is None):
        side.places = None
    return side
