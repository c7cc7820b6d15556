"""Families that write one number as a fraction, as a decimal and as a percentage."""

from fractions import Fraction
from math import gcd

from mathpal.curriculum.layouts import equalities
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal

# (numerator, denominator, what makes the denominator 10, 100 or 1000)
FRIENDLY = [
    (a, b, scale // b)
    for b, scale in ((2, 10), (5, 10), (4, 100), (20, 100), (25, 100), (50, 100), (8, 1000))
    for a in range(1, 3 * b)
    if gcd(a, b) == 1
]
PERCENT = [entry for entry in FRIENDLY if entry[1] != 8]


def _scaled(a: int, b: int, times: int) -> str:
    return f"{a}/{b} = ({a} × {times})/({b} × {times}) = {a * times}/{b * times}"


@family(number=26, grade=5, kind="decimal", topic="decimals")
def phan_so_thanh_so_thap_phan(draw: Draw) -> Draft:
    """Viết phân số dưới dạng số thập phân."""
    a, b, times = draw.pick(FRIENDLY)
    whole = draw.integer(0, 3)
    a += whole * b
    value = Fraction(a, b)
    question = draw.template(
        "Viết phân số {x} dưới dạng số thập phân.",
        "Chuyển phân số {x} thành số thập phân.",
        "Phân số {x} bằng số thập phân nào?",
    ).format(x=f"{a}/{b}")
    answer = decimal(value)
    solution = equalities(
        _scaled(a, b, times), f"{a * times}/{b * times} = {answer}", answer=answer
    )
    slips = (
        f"{a},{b}",
        decimal(value / 10),
        decimal(value * 10),
        decimal(Fraction(a, b * times)),
    )
    return Draft(question, solution, answer, (a, b), slips)


@family(number=26, grade=5, kind="fraction", topic="decimals")
def so_thap_phan_thanh_phan_so(draw: Draw) -> Draft:
    """Viết số thập phân, tỉ số phần trăm dưới dạng phân số tối giản."""
    percent = draw.pick((True, False))
    scale = 100 if percent else draw.pick((10, 100))
    top = draw.integer(2, 98) if percent else draw.integer(2, 399)
    if not percent and top % 10 == 0:
        top += 2
    common = gcd(top, scale)
    given = f"{top}%" if percent else decimal(Fraction(top, scale))
    question = (
        draw.template(
            "Viết {x} dưới dạng phân số tối giản.",
            "Viết tỉ số phần trăm {x} thành phân số tối giản.",
            "Tìm phân số tối giản bằng {x}.",
        )
        if percent
        else draw.template(
            "Viết số thập phân {x} dưới dạng phân số tối giản.",
            "Chuyển số thập phân {x} thành phân số tối giản.",
            "Tìm phân số tối giản bằng số thập phân {x}.",
        )
    ).format(x=given)
    answer = f"{top // common}/{scale // common}"
    lines = [f"{given} = {top}/{scale}"]
    if common > 1:
        lines += [
            f"Tử số và mẫu số cùng chia hết cho {common}.",
            f"{top}/{scale} = ({top} : {common})/({scale} : {common}) = {answer}",
        ]
    slips = (
        f"{top // common}/{scale // common * 10}",
        f"{top}/{scale // 10}" if scale > 10 else f"{top}/100",
        f"{scale // common}/{top // common}",
    )
    return Draft(question, equalities(*lines, answer=answer), answer, (given,), slips)


@family(number=26, grade=5, kind="percent", topic="decimals")
def viet_ti_so_phan_tram(draw: Draw) -> Draft:
    """Viết phân số, số thập phân dưới dạng tỉ số phần trăm."""
    if draw.pick((True, False)):
        a, b, times = draw.pick(PERCENT)
        times *= 100 // (b * times)
        top = a * times
        given = f"{a}/{b}"
        lines = [_scaled(a, b, times), f"{top}/100 = {top}%"]
    else:
        top = draw.integer(1, 399)
        given = decimal(Fraction(top, 100))
        lines = [f"{given} = {top}/100", f"{top}/100 = {top}%"]
        if top % 100 == 0:
            top += 1
            given = decimal(Fraction(top, 100))
            lines = [f"{given} = {top}/100", f"{top}/100 = {top}%"]
    question = draw.template(
        "Viết {x} dưới dạng tỉ số phần trăm.",
        "Chuyển {x} thành tỉ số phần trăm.",
        "Số {x} viết dưới dạng tỉ số phần trăm là bao nhiêu?",
        "{x} bằng bao nhiêu phần trăm?",
    ).format(x=given)
    answer = f"{top}%"
    slips = (
        f"{decimal(Fraction(top, 100))}%",
        f"{decimal(Fraction(top, 10))}%",
        f"{top * 10}%",
        f"{given}%" if "/" not in given else f"{top + 10}%",
    )
    return Draft(question, equalities(*lines, answer=answer), answer, (given,), slips)
