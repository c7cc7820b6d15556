"""Families on the value of a digit by its place; the names of the places."""

from fractions import Fraction

from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal, spaced

PLACES = ("đơn vị", "chục", "trăm", "nghìn", "chục nghìn", "trăm nghìn", "triệu")
PARTS = ("phần mười", "phần trăm", "phần nghìn")


def digits_of(number: int) -> list[int]:
    """Return the digits of a number, the ones first."""
    return [int(digit) for digit in reversed(str(number))]


def _value_of(draw: Draw, digits: list[int], place: int) -> Draft:
    """Return a problem that asks for a digit's value, naming the digit or its place.

    Args:
        digits: the number's digits, the ones first, all different.
    """
    number = int("".join(map(str, reversed(digits))))
    digit, unit = digits[place], 10**place
    if draw.pick((True, False)):
        text = draw.template(
            "Trong số {n}, chữ số {d} có giá trị là bao nhiêu?",
            "Nêu giá trị của chữ số {d} trong số {n}.",
            "Số {n} có chữ số {d}. Chữ số đó có giá trị bằng bao nhiêu?",
            "Giá trị của chữ số {d} trong số {n} là bao nhiêu?",
        )
    else:
        text = draw.template(
            "Chữ số ở hàng {p} của số {n} có giá trị là bao nhiêu?",
            "Trong số {n}, chữ số hàng {p} có giá trị bằng bao nhiêu?",
            "Cho số {n}. Nêu giá trị của chữ số ở hàng {p}.",
        )
    question = text.format(n=spaced(number), d=digit, p=PLACES[place])
    answer = spaced(digit * unit)
    made_of = [f"{digits[i]} {PLACES[i]}" for i in range(len(digits) - 1, -1, -1)]
    solution = reasoned(
        f"Số {spaced(number)} gồm {', '.join(made_of)}.",
        f"Chữ số {digit} chỉ {digit} {PLACES[place]}, ở hàng {PLACES[place]}.",
        f"{digit} × {spaced(unit)} = {answer}",
        answer=answer,
    )
    others = (10 * unit, unit // 10 or 100, 1 if place > 1 else 1_000)
    slips = tuple(spaced(digit * other) for other in others)
    return Draft(question, solution, answer, (number, place), slips)


def _different_digits(draw: Draw, count: int) -> tuple[list[int], int]:
    """Return different digits, the ones first, and a place whose digit is not 0."""
    digits = draw.distinct(range(1, 10), count)
    place = draw.integer(0, count - 1)
    if draw.integer(1, 4) == 1:
        zero = draw.pick([i for i in range(count - 1) if i != place])
        digits[zero] = 0
    return digits, place


@family(number=2, grade=2, kind="integer", topic="numbers")
def gia_tri_chu_so(draw: Draw) -> Draft:
    """Giá trị của chữ số trong số có ba chữ số."""
    return _value_of(draw, *_different_digits(draw, 3))


@family(number=2, grade=4, kind="integer", topic="numbers")
def gia_tri_chu_so_lon(draw: Draw) -> Draft:
    """Giá trị của chữ số trong số có năm, sáu chữ số."""
    return _value_of(draw, *_different_digits(draw, draw.integer(5, 6)))


@family(number=2, grade=5, kind="decimal", topic="numbers")
def gia_tri_chu_so_thap_phan(draw: Draw) -> Draft:
    """Giá trị của chữ số trong số thập phân."""
    digits = draw.distinct(range(1, 10), 4)
    places = draw.integer(2, 3)
    whole, parts = digits[places:], digits[:places]
    number = f"{''.join(map(str, whole))},{''.join(map(str, parts))}"
    place = draw.integer(0, places - 1)
    unit = Fraction(1, 10 ** (place + 1))
    question = draw.template(
        "Trong số {n}, chữ số {d} có giá trị là bao nhiêu?",
        "Nêu giá trị của chữ số {d} trong số thập phân {n}.",
        "Số {n} có chữ số {d}. Chữ số đó có giá trị bằng bao nhiêu?",
        "Viết giá trị của chữ số {d} trong số {n} dưới dạng số thập phân.",
    ).format(n=number, d=parts[place])
    answer = decimal(parts[place] * unit)
    made_of = [f"{digit} {name}" for digit, name in zip(parts, PARTS, strict=False)]
    solution = reasoned(
        f"Số {number} gồm {''.join(map(str, whole))} đơn vị, {', '.join(made_of)}.",
        f"Chữ số {parts[place]} ở hàng {PARTS[place]}.",
        f"{parts[place]} × {decimal(unit)} = {answer}",
        answer=answer,
    )
    slips = tuple(decimal(parts[place] * other) for other in (unit / 10, unit * 10, unit * 100))
    return Draft(question, solution, answer, (number, place), slips)
