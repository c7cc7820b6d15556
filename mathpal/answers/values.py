"""The records of evaluated arithmetic: an exact number with the exponents of its dimensions.

`expressions` fills these records and `agreement` compares them; nothing is evaluated here.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

Dimension = tuple[tuple[str, int], ...]


class Unreadable(Exception):
    """The tokens are not arithmetic. The error never leaves the package."""


class Reading(NamedTuple):
    """How ambiguous signs are read.

    Attributes:
        dot: how a dot is read: 0 as usual, 1 as a decimal point, 2 as a product ("3.4" is 12).
        tight: whether "/" binds tighter than ":" and "×", as a fraction bar; else equally tight.
        english: whether a comma before three digits separates thousands ("12,000").
        sure: whether an equation that holds only in this reading is right; else it stays open.
    """

    dot: int = 0
    tight: bool = True
    english: bool = False
    sure: bool = True


@dataclass(slots=True)
class Value:
    """The value of one side of an equation.

    Attributes:
        raw: the number in its own unit.
        factor: multiply `raw` by it to get base units; 1/100 for percent.
        dimension: exponents of base dimensions; () for a bare number.
    """

    raw: Fraction
    factor: Fraction = Fraction(1)
    dimension: Dimension = ()

    @property
    def base(self) -> Fraction:
        """The value in base units."""
        return self.raw * self.factor


@dataclass(slots=True)
class Side:
    """One evaluated side, with what the comparison must know about its notation.

    Attributes:
        value: its value.
        end: index of the first token after it.
        operators: number of operators.
        places: decimal places of a side that is one number, else None.
        decimal: whether it contains a number with decimal places.
        divided: whether it contains a division or fraction.
        hundred: whether it multiplies by 100.
        percent: whether it contains a %.
        weak: whether words make the reading doubtful.
        quotient: dividend and divisor if the last operation is a division, else None.
        factors: factors of the units in it.
        numbers: the plain numbers in it.
    """

    value: Value = field(default_factory=lambda: Value(Fraction(0)))
    end: int = 0
    operators: int = 0
    places: int | None = None
    decimal: bool = False
    divided: bool = False
    hundred: bool = False
    percent: bool = False
    weak: bool = False
    quotient: tuple[Fraction, Fraction] | None = None
    factors: set[Fraction] = field(default_factory=set)
    numbers: set[Fraction] = field(default_factory=set)
