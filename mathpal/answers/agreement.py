"""Decides whether two sides of an equation agree, allowing for the habits of school books.

Judges values only; the caller judges the surrounding text.
"""

from fractions import Fraction

from mathpal.answers.values import Side

_NEAR = Fraction(1, 200)
_VOLUME, _MASS = (("length", 3),), (("mass", 1),)


def agrees(left: Side, right: Side, relation: str) -> str:
    """Return "valid", "invalid" or "unchecked" for two evaluated sides.

    Args:
        relation: one of = ≈ < > ≤ ≥.
    """
    if relation in "<>≤≥":
        return _ordered(left, right, relation)
    exact = _equal(left, right)
    if exact != "invalid":
        return exact
    rounded = _rounded(left, right, relation == "≈")
    return rounded or ("unchecked" if relation == "≈" and _near(left, right) else "invalid")


def _equal(left: Side, right: Side) -> str:
    one, other = left.value, right.value
    calculated = bool(left.operators or right.operators)
    if one.dimension == other.dimension:
        if one.base == other.base:
            return "valid"
        if one.raw != other.raw:
            return _day(left, right)
        if left.percent != right.percent and not one.dimension:
            return _percent(left, right)
        return _converted(left, right) if calculated else "invalid"
    if one.dimension and other.dimension:
        # "5 km = 5 kg" is certainly wrong, but many books equate a litre of water and a kilogram.
        single = not calculated and one.raw == other.raw
        water = {one.dimension, other.dimension} == {_VOLUME, _MASS}
        return "invalid" if single and not water else "unchecked"
    if one.raw == other.raw:
        return "valid"
    measured, bare = (left, right) if one.dimension else (right, left)
    if bare.value.base == measured.value.raw:  # "5000 × 80% = 4000 (kg)"
        return "valid"
    if any(measured.value.base == bare.value.raw * factor for factor in measured.factors):
        return "valid" if calculated else "unchecked"
    return "invalid" if calculated and len(measured.factors) == 1 else "unchecked"


def _converted(left: Side, right: Side) -> str:
    """Judge equal numbers in two units of a dimension: valid if a side contains the factor.

    "3 giờ × 60 = 180 phút" converts, "3 km + 4 km = 7 m" does not.
    """
    ratio = left.value.factor / right.value.factor
    return "valid" if {ratio, 1 / ratio} & (left.numbers | right.numbers) else "unchecked"


def _day(left: Side, right: Side) -> str:
    """Judge two times of day: a difference of whole or half days is not counted as an error."""
    if left.value.dimension != (("time", 1),):
        return "invalid"
    return "unchecked" if (left.value.base - right.value.base) % 720 == 0 else "invalid"


def _percent(left: Side, right: Side) -> str:
    """Judge sides that differ only by a %: schools write "8 : 1000 × 100 = 0,8%"."""
    plain = right if left.percent else left
    if not plain.operators:
        return "invalid"
    return "valid" if plain.hundred else "unchecked"


def _rounded(left: Side, right: Side, about: bool) -> str:
    """Return the verdict if one side is a single rounded number, else ""."""
    for shown, exact in ((right, left), (left, right)):
        if shown.places is None or not (about or exact.divided):
            continue
        value, target = exact.value, shown.value
        candidates = [value.raw]
        if value.dimension == target.dimension:
            candidates.insert(0, value.base / target.factor)
        for candidate in candidates:
            verdict = _rounding(candidate, target.raw, shown.places, about)
            if verdict:  # a rounded left side is unusual, so it is not judged
                return "unchecked" if shown is left and not about else verdict
    single = left.places is not None or right.places is not None
    rounded = (left.divided or right.divided) and (left.decimal or right.decimal)
    if not about and not single and rounded and _near(left, right):
        return "unchecked"  # both sides continue from a rounded quotient
    return ""


def _rounding(exact: Fraction, shown: Fraction, places: int, about: bool) -> str:
    unit = Fraction(10) ** -places if about or places > 0 else Fraction(1)
    gap = abs(exact - shown)
    if gap > unit:
        return ""
    correct = gap * 2 <= unit
    if about:
        return "valid" if correct else "unchecked"
    if places <= 0:
        # "100 : 3 = 33" is an error, "1234567 : 89 = 13871" is a rounded count.
        near = exact.denominator != 1 and gap < abs(exact) * _NEAR
        return "unchecked" if near else ""
    finer = (exact * 10**places * 10).denominator != 1  # two more places at least
    return "valid" if correct and finer else "unchecked" if finer or correct else ""


def _near(left: Side, right: Side) -> bool:
    one, other = left.value, right.value
    return abs(one.raw - other.raw) < abs(one.raw) * _NEAR or (
        one.dimension == other.dimension and abs(one.base - other.base) < abs(one.base) * _NEAR
    )


def _ordered(left: Side, right: Side, relation: str) -> str:
    one, other = left.value, right.value
    same = one.dimension == other.dimension
    if one.dimension and other.dimension and not same:
        return "unchecked"
    first, second = (one.base, other.base) if same else (one.raw, other.raw)
    holds = {
        "<": first < second, ">": first > second, "≤": first <= second, "≥": first >= second,
    }[relation]  # fmt: skip
    if holds:
        return "valid"
    return "invalid" if same else "unchecked"
