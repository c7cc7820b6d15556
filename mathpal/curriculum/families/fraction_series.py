"""Advanced families on sums of fractions that follow a rule."""

from fractions import Fraction
from math import gcd

from mathpal.curriculum.layouts import equalities
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import fraction

# First terms, in lowest terms.
FIRST = [(a, b) for b in range(2, 13) for a in range(1, b) if gcd(a, b) == 1]


@family(number=25, grade=5, kind="fraction", topic="fractions", stratum="advanced")
def tong_phan_so_giam_mot_nua(draw: Draw) -> Draft:
    """Tổng các phân số, mỗi phân số bằng một nửa phân số liền trước."""
    a, b = draw.pick(FIRST)
    count = draw.integer(3, 6)
    last = b * 2 ** (count - 1)
    terms = [f"{a}/{b * 2**i}" for i in range(count)]
    top = a * (2**count - 1)
    question = draw.template(
        "Tính tổng: {e}",
        "Tính nhanh: {e}",
        "Tìm giá trị của tổng {e}.",
        "Tổng {e} bằng phân số nào?",
    ).format(e=" + ".join(terms))
    answer = fraction(Fraction(top, last))
    double = fraction(Fraction(2 * a, b))
    lowest = "" if answer == f"{top}/{last}" else f" = {answer}"
    solution = equalities(
        f"{terms[0]} = {double} - {terms[0]}",
        f"{terms[1]} = {terms[0]} - {terms[1]}",
        f"Tổng còn lại là {double} - {terms[-1]}.",
        f"{a * 2**count}/{last} - {a}/{last} = {top}/{last}{lowest}",
        answer=answer,
    )
    slips = (
        fraction(Fraction(a * count, last)),
        fraction(Fraction(top + a, last)),
        fraction(Fraction(top - a, last)),
    )
    return Draft(question, solution, answer, (a, b, count), slips)


@family(number=25, grade=5, kind="fraction", topic="fractions", stratum="advanced")
def tong_phan_so_triet_tieu(draw: Draw) -> Draft:
    """Tổng các phân số có mẫu số là tích hai thừa số cách đều."""
    start, step, count = draw.integer(1, 9), draw.integer(1, 4), draw.integer(4, 9)
    end = start + step * count
    bounds = [(start + step * i, start + step * (i + 1)) for i in range(count)]
    terms = [f"{step}/({low} × {high})" for low, high in bounds]
    question = draw.template(
        "Tính: {x} + {y} + ... + {z}",
        "Tính nhanh tổng sau: {x} + {y} + ... + {z}",
        "Tổng {x} + {y} + ... + {z} bằng phân số nào?",
    ).format(x=terms[0], y=terms[1], z=terms[-1])
    common = start * end
    top = end - start
    answer = fraction(Fraction(top, common))
    lowest = "" if answer == f"{top}/{common}" else f" = {answer}"
    opened = [
        f"{term} = {fraction(Fraction(1, low))} - 1/{high}"
        for term, (low, high) in zip(terms[:2], bounds, strict=False)
    ]
    solution = equalities(
        *opened,
        f"Tổng còn lại là {fraction(Fraction(1, start))} - 1/{end}.",
        f"{end}/{common} - {start}/{common} = {top}/{common}{lowest}",
        answer=answer,
    )
    slips = (
        fraction(Fraction(end + start, common)),
        fraction(Fraction(top - step, start * (end - step))),
        f"1/{common}",
    )
    return Draft(question, solution, answer, (start, step, count), slips)
