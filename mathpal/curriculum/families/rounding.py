"""Families on rounding whole numbers and decimals."""

from fractions import Fraction

from mathpal.curriculum.families.places import PARTS, PLACES
from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal

# Names of the decimal places by power of ten, from the thousandths (-3) upwards.
_NAMES = dict(enumerate(PLACES)) | {-1 - i: name for i, name in enumerate(PARTS)}


def _rounded(draw: Draw, number: Fraction, place: int) -> Draft:
    """Return a problem that asks to round to a place, given as an exponent of ten."""
    unit = Fraction(10) ** place
    if place > 0 and number % 10 == 0:  # a round number would leave nothing to round
        number += 1
    low = number // unit * unit
    digit = number // (unit / 10) % 10
    up = digit >= 5
    value = low + unit if up else low
    text = draw.template(
        "Làm tròn số {n} đến hàng {p}.",
        "Số {n} làm tròn đến hàng {p} thì được số nào?",
        "Khi làm tròn số {n} đến hàng {p}, ta được số nào?",
        "Bạn Hà làm tròn số {n} đến hàng {p}. Bạn Hà được số nào?",
    )
    question = text.format(n=decimal(number), p=_NAMES[place])
    verdict = "không bé hơn 5 nên làm tròn lên" if up else "bé hơn 5 nên làm tròn xuống"
    answer = decimal(value)
    solution = reasoned(
        f"Số {decimal(number)} ở giữa {decimal(low)} và {decimal(low + unit)}.",
        f"Chữ số hàng {_NAMES[place - 1]} là {digit}, {verdict}.",
        answer=answer,
    )
    other = low if up else low + unit
    slips = (decimal(other), decimal(value + unit), decimal(number // (unit / 10) * unit / 10))
    return Draft(question, solution, answer, (decimal(number), place), slips)


@family(number=4, grade=3, kind="integer", topic="numbers")
def lam_tron(draw: Draw) -> Draft:
    """Làm tròn số đến hàng chục, hàng trăm."""
    number = draw.integer(101, 989) + draw.pick((0, 1_000)) * draw.integer(1, 8)
    return _rounded(draw, Fraction(number), draw.integer(1, 2))


@family(number=4, grade=4, kind="integer", topic="numbers")
def lam_tron_so_lon(draw: Draw) -> Draft:
    """Làm tròn số đến hàng nghìn, chục nghìn, trăm nghìn."""
    number = draw.pick((draw.integer(10_001, 98_999), draw.integer(100_001, 989_999)))
    return _rounded(draw, Fraction(number), draw.integer(3, 5 if number > 99_999 else 4))


@family(number=4, grade=5, kind="decimal", topic="decimals")
def lam_tron_thap_phan(draw: Draw) -> Draft:
    """Làm tròn số thập phân."""
    place = draw.integer(-2, 0)
    # The digit at the place is 1 to 8, so that no rounded number ends in 0.
    kept = 10 * draw.integer(1, 49 * 10**-place) + draw.integer(1, 8)
    tail = draw.integer(11, 99) if place > -2 else draw.integer(1, 9)
    tail += tail % 10 == 0
    digits = 2 if place > -2 else 1
    number = Fraction(kept * 10**digits + tail, 10 ** (digits - place))
    return _rounded(draw, number, place)
