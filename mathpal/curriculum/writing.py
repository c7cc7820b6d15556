"""Writes numbers as Vietnamese textbooks print them."""

from fractions import Fraction


def spaced(value: int) -> str:
    """Return a whole number with a space before each group of three digits.

    Example:
        >>> spaced(25000)
        '25 000'
    """
    return f"{value:,}".replace(",", " ")


def decimal(value: Fraction | int) -> str:
    """Return an exact number with a decimal comma and no trailing zeros.

    Raises:
        AssertionError: the number needs ten decimal places or more.

    Example:
        >>> decimal(Fraction(5, 4))
        '1,25'
    """
    value = Fraction(value)
    places, scaled = 0, value
    while scaled.denominator != 1:
        scaled *= 10
        places += 1
        assert places < 10, f"{value} has no short decimal form"
    if not places:
        return spaced(int(value))
    sign, digits = ("-" if scaled < 0 else ""), f"{abs(int(scaled)):0{places + 1}d}"
    return f"{sign}{spaced(int(digits[:-places]))},{digits[-places:]}"


def fraction(value: Fraction) -> str:
    """Return a fraction in lowest terms, or a whole number if the value is one.

    Example:
        >>> fraction(Fraction(6, 8))
        '3/4'
    """
    return (
        str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
    )
