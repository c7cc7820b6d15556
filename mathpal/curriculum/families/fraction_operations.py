"""Families on calculating with fractions: sums, differences, products, quotients."""

from fractions import Fraction
from math import gcd, lcm

from mathpal.curriculum.families.fraction_forms import expanded, reductions
from mathpal.curriculum.layouts import equalities
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import fraction

NUMERATORS = {b: [a for a in range(1, b) if gcd(a, b) == 1] for b in range(2, 41)}
PROPER = [(a, b) for b in range(2, 10) for a in NUMERATORS[b]]
# Pairs of denominators of which neither is a multiple of the other.
APART = [
    (b, d) for b in range(2, 13) for d in range(2, 13) if b % d and d % b and lcm(b, d) <= 72
]  # fmt: skip


def _lowest(top: int, bottom: int) -> str:
    """Return the reduction to append to a result; "" if it is in lowest terms.

    Example:
        >>> _lowest(12, 18)
        ' = (12 : 2)/(18 : 2) = 6/9 = (6 : 3)/(9 : 3) = 2/3'
    """
    text = fraction(Fraction(top, bottom))
    if top % bottom == 0:
        return f" = {text}" if bottom > 1 else ""
    return "".join(
        f" = ({top * k} : {k})/({bottom * k} : {k}) = {top}/{bottom}"
        for top, bottom, k in reductions(top, bottom)
    )


def _asked(draw: Draw, expression: str) -> str:
    return draw.template(
        "Tính: {e}",
        "Tìm kết quả của phép tính {e}.",
        "Kết quả của phép tính {e} bằng bao nhiêu?",
        "Tính rồi rút gọn: {e}",
    ).format(e=expression)


def _slips(left: tuple[int, int], sign: str, right: tuple[int, int]) -> tuple[str, ...]:
    """Return wrong results: denominators added, the other operation, or numerators not extended."""
    (a, b), (c, d) = left, right
    top = a + c if sign == "+" else abs(a - c) or 1
    other = Fraction(a, b) - Fraction(c, d) if sign == "+" else Fraction(a, b) + Fraction(c, d)
    return (
        fraction(Fraction(top, b + d)),
        fraction(abs(other) or Fraction(1, b)),
        fraction(Fraction(top, b * d)),
        fraction(Fraction(top, max(b, d))),
    )


@family(number=20, grade=4, kind="fraction", topic="fractions")
def cong_tru_phan_so_cung_mau(draw: Draw) -> Draft:
    """Cộng, trừ hai phân số cùng mẫu số."""
    b = draw.integer(3, 25)
    sign = draw.pick(("+", "-"))
    if sign == "+":
        a, c = draw.integer(1, b - 1), draw.integer(1, b - 1)
        top = a + c
    else:
        top, c = draw.integer(1, b - 1), draw.integer(1, b - 1)
        a = top + c
    expression = f"{a}/{b} {sign} {c}/{b}"
    answer = fraction(Fraction(top, b))
    solution = equalities(
        "Hai phân số có cùng mẫu số.",
        f"{expression} = ({a} {sign} {c})/{b} = {top}/{b}{_lowest(top, b)}",
        answer=answer,
    )
    slips = _slips((a, b), sign, (c, b))
    return Draft(_asked(draw, expression), solution, answer, (a, sign, c, b), slips)


@family(number=20, grade=4, kind="fraction", topic="fractions")
def cong_tru_phan_so_mau_chia_het(draw: Draw) -> Draft:
    """Cộng, trừ hai phân số, mẫu số này chia hết cho mẫu số kia."""
    b, k = draw.integer(2, 8), draw.integer(2, 5)
    common = b * k
    small, large = (draw.pick(NUMERATORS[b]), b), (draw.pick(NUMERATORS[common]), common)
    made = small[0] * k
    top = made + large[0]
    sign = draw.pick(("+", "-"))
    pairs = [(small, made), (large, large[0])]
    if sign == "+":
        if draw.pick((True, False)):
            pairs.reverse()
    else:
        pairs.sort(key=lambda pair: -pair[1])
        top = pairs[0][1] - pairs[1][1]
    (left, first), (right, second) = pairs
    expression = f"{left[0]}/{left[1]} {sign} {right[0]}/{right[1]}"
    answer = fraction(Fraction(top, common))
    solution = equalities(
        f"Mẫu số chung là {common}.",
        expanded(*small, k),
        f"{first}/{common} {sign} {second}/{common} = ({first} {sign} {second})/{common}"
        f" = {top}/{common}{_lowest(top, common)}",
        answer=answer,
    )
    slips = _slips(left, sign, right)
    return Draft(_asked(draw, expression), solution, answer, (*left, sign, *right), slips)


@family(number=20, grade=5, kind="fraction", topic="fractions")
def cong_tru_phan_so_khac_mau(draw: Draw) -> Draft:
    """Cộng, trừ hai phân số khác mẫu số."""
    b, d = draw.pick(APART)
    common = lcm(b, d)
    a, c = draw.pick(NUMERATORS[b]), draw.pick(NUMERATORS[d])
    sign = draw.pick(("+", "-"))
    if sign == "-" and a * d < c * b:
        (a, b), (c, d) = (c, d), (a, b)
    first, second = a * (common // b), c * (common // d)
    top = first + second if sign == "+" else first - second
    expression = f"{a}/{b} {sign} {c}/{d}"
    answer = fraction(Fraction(top, common))
    solution = equalities(
        f"Mẫu số chung là {common}.",
        expanded(a, b, common // b),
        expanded(c, d, common // d),
        f"{first}/{common} {sign} {second}/{common} = ({first} {sign} {second})/{common}"
        f" = {top}/{common}{_lowest(top, common)}",
        answer=answer,
    )
    slips = _slips((a, b), sign, (c, d))
    return Draft(_asked(draw, expression), solution, answer, (a, b, sign, c, d), slips)


@family(number=21, grade=4, kind="fraction", topic="fractions")
def nhan_phan_so(draw: Draw) -> Draft:
    """Nhân phân số với phân số, với số tự nhiên."""
    a, b = draw.pick(PROPER)
    variant = draw.integer(0, 3)
    if variant > 1:
        c, d = draw.pick(PROPER)
        top, bottom = a * c, b * d
        expression, middle = f"{a}/{b} × {c}/{d}", f"({a} × {c})/({b} × {d})"
        wrong = Fraction(a * d, b * c)
    else:
        c, d = draw.integer(2, 9), 1
        top, bottom = a * c, b
        expression = f"{a}/{b} × {c}" if variant else f"{c} × {a}/{b}"
        middle = f"({a} × {c})/{b}" if variant else f"({c} × {a})/{b}"
        wrong = Fraction(a * c, b * c)
    answer = fraction(Fraction(top, bottom))
    solution = equalities(
        f"{expression} = {middle} = {top}/{bottom}{_lowest(top, bottom)}", answer=answer
    )
    slips = (fraction(wrong), fraction(Fraction(a + c, b + d)), fraction(Fraction(bottom, top)))
    return Draft(_asked(draw, expression), solution, answer, (expression,), slips)


@family(number=21, grade=4, kind="fraction", topic="fractions")
def chia_phan_so(draw: Draw) -> Draft:
    """Chia phân số cho phân số, cho số tự nhiên."""
    a, b = draw.pick(PROPER)
    variant = draw.integer(0, 3)
    if variant > 1:
        c, d = draw.pick(PROPER)
        left, right, turned = f"{a}/{b}", f"{c}/{d}", f"{d}/{c}"
        top, bottom, missed = a * d, b * c, Fraction(a * c, b * d)
    elif variant:
        c = draw.integer(2, 9)
        left, right, turned = f"{a}/{b}", str(c), f"1/{c}"
        top, bottom, missed = a, b * c, Fraction(a * c, b)
    else:
        c = draw.integer(2, 9)
        left, right, turned = str(c), f"{a}/{b}", f"{b}/{a}"
        top, bottom, missed = c * b, a, Fraction(c * a, b)
    middle = (f"({a} × {d})/({b} × {c})" if variant > 1 else
              f"{a}/({b} × {c})" if variant else f"({c} × {b})/{a}")  # fmt: skip
    expression = f"{left} : {right}"
    answer = fraction(Fraction(top, bottom))
    solution = equalities(
        f"Phân số đảo ngược của {right} là {turned}."
        if "/" in right
        else f"Chia cho {right} cũng là nhân với {turned}.",
        f"{expression} = {left} × {turned} = {middle} = {top}/{bottom}{_lowest(top, bottom)}",
        answer=answer,
    )
    slips = (
        fraction(missed),
        fraction(Fraction(bottom, top)),
        fraction(1 / missed),
        fraction(Fraction(top + 1, bottom)),
    )
    return Draft(_asked(draw, expression), solution, answer, (expression,), slips)


@family(number=21, grade=5, kind="fraction", topic="fractions")
def bieu_thuc_phan_so(draw: Draw) -> Draft:
    """Tính giá trị biểu thức có phân số."""
    c, d = draw.pick(PROPER)
    e = draw.integer(2, 9)
    product = c * e
    variant = draw.integer(0, 2)
    most = min(product - 1, 9) if variant == 2 else 9
    a = draw.pick([n for n in range(1, most + 1) if n % d])
    if variant == 0:
        expression, sign, first, second = f"{a}/{d} + {c}/{d} × {e}", "+", a, product
    elif variant == 1:
        expression, sign, first, second = f"{c}/{d} × {e} + {a}/{d}", "+", product, a
    else:
        expression, sign, first, second = f"{c}/{d} × {e} - {a}/{d}", "-", product, a
    top = first + second if sign == "+" else first - second
    answer = fraction(Fraction(top, d))
    question = draw.template(
        "Tính giá trị của biểu thức: {e}",
        "Tính: {e}",
        "Giá trị của biểu thức {e} bằng bao nhiêu?",
    ).format(e=expression)
    solution = equalities(
        f"{c}/{d} × {e} = {product}/{d}",
        f"{first}/{d} {sign} {second}/{d} = {top}/{d}{_lowest(top, d)}",
        answer=answer,
    )
    wrong = (a + c) * e if sign == "+" else c * abs(e - a) or 1
    slips = (
        fraction(Fraction(wrong, d)),
        fraction(Fraction(top, 2 * d)),
        fraction(Fraction(product, d)),
        fraction(Fraction(d, top)),
    )
    return Draft(question, solution, answer, (expression,), slips)
