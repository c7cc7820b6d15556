"""What arithmetic comes to: an exact number with the exponents of its measures.

Holds the records that evaluation fills and comparison reads; computes nothing itself.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

Dimension = tuple[tuple[str, int], ...]


class Unreadable(Exception):
    """These tokens are no arithmetic; never leaves the package."""


class Reading(NamedTuple):
    """How ambiguous signs are read.

    Attributes:
        dot: 0 usual, 1 decimal point, 2 product ("3.4" is 12).
        tight: "/" binds tighter than ":" and "×" (a fraction), else as tight.
    """

    dot: int = 0
    tight: bool = True


@dataclass(slots=True)
class Value:
    """What one side of an equation comes to.

    Attributes:
        raw: the number in its own unit.
        factor: `raw` times this is in base units; 1/100 for percent.
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
    """One side with what the comparison must know of how it was written.

    Attributes:
        value: what it comes to.
        end: index of the first token not read.
        operators: number of operators.
        places: decimal places of a side that is one number, else None.
        decimal: whether a number with decimal places stands in it.
        divided: whether a division or fraction stands in it.
        hundred: whether it is multiplied by 100.
        percent: whether a % stands in it.
        weak: whether words make the reading doubtful.
        quotient: dividend and divisor where the last operation is a division.
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
