"""Families on what a fraction is: lowest terms, common denominators, mixed numbers."""

from collections.abc import Iterator
from math import gcd

from mathpal.curriculum.layouts import equalities
from mathpal.curriculum.registry import Draft, Draw, family

# Proper fractions in lowest terms.
PROPER = [(a, b) for b in range(2, 13) for a in range(1, b) if gcd(a, b) == 1]
# (denominator, numerators of its fractions in lowest terms)
NUMERATORS = {b: [a for a in range(1, b) if gcd(a, b) == 1] for b in range(2, 41)}
# Denominators without a common divisor: the common denominator is their product.
COPRIME = [(b, d) for b in range(2, 10) for d in range(2, 10) if gcd(b, d) == 1]


def expanded(numerator: int, denominator: int, times: int) -> str:
    """Return the equation that multiplies numerator and denominator by the same number."""
    return (
        f"{numerator}/{denominator} = ({numerator} × {times})/({denominator} × {times})"
        f" = {numerator * times}/{denominator * times}"
    )


def reductions(top: int, bottom: int) -> Iterator[tuple[int, int, int]]:
    """Yield a fraction after each division by a prime, with the prime, down to lowest terms.

    Example:
        >>> list(reductions(12, 18))
        [(6, 9, 2), (2, 3, 3)]
    """
    k = 2
    while k <= min(top, bottom):
        if top % k or bottom % k:
            k += 1
        else:
            top, bottom = top // k, bottom // k
            yield top, bottom, k


@family(number=18, grade=4, kind="fraction", topic="fractions")
def rut_gon_phan_so(draw: Draw) -> Draft:
    """Rút gọn phân số."""
    a, b = draw.pick(PROPER)
    k = draw.integer(2, 9)
    if a > 1 and draw.integer(1, 4) == 1:
        a, b = b, a
    given, answer = f"{a * k}/{b * k}", f"{a}/{b}"
    question = draw.template(
        "Rút gọn phân số {x}.",
        "Viết phân số {x} dưới dạng phân số tối giản.",
        "Tìm phân số tối giản bằng phân số {x}.",
        "Cho phân số {x}. Hãy rút gọn phân số đó thành phân số tối giản.",
    ).format(x=given)
    lines = []
    for top, bottom, prime in reductions(a * k, b * k):
        high, low = top * prime, bottom * prime
        lines += [
            f"{high} và {low} cùng chia hết cho {prime}.",
            f"{high}/{low} = ({high} : {prime})/({low} : {prime}) = {top}/{bottom}",
        ]
    solution = equalities(*lines, answer=answer)
    slips = (f"{a}/{b * k}", f"{a * k}/{b}", f"{b}/{a}" if a > 1 else f"{k}/{b}")
    return Draft(question, solution, answer, (a * k, b * k), slips)


@family(number=18, grade=4, kind="list", topic="fractions")
def quy_dong_mau_so(draw: Draw) -> Draft:
    """Quy đồng mẫu số hai phân số, mẫu số này chia hết cho mẫu số kia."""
    b, k = draw.integer(2, 8), draw.integer(2, 5)
    common = b * k
    a, c = draw.pick(NUMERATORS[b]), draw.pick(NUMERATORS[common])
    fractions = [(a, b), (c, common)]
    made, lazy, added = [[f"{top}/{common}", f"{c}/{common}"] for top in (a * k, a, a + common - b)]
    if draw.pick((True, False)):
        for pair in (fractions, made, lazy, added):
            pair.reverse()
    question = draw.template(
        "Quy đồng mẫu số hai phân số {x} và {y}.",
        "Quy đồng mẫu số các phân số sau: {x}; {y}",
        "Cho hai phân số {x} và {y}. Hãy quy đồng mẫu số hai phân số đó.",
    ).format(x=f"{fractions[0][0]}/{fractions[0][1]}", y=f"{fractions[1][0]}/{fractions[1][1]}")
    answer = "; ".join(made)
    solution = equalities(
        f"Mẫu số chung là {common}.",
        expanded(a, b, k),
        f"Giữ nguyên phân số {c}/{common}.",
        answer=answer,
    )
    parameters = (*fractions[0], *fractions[1])
    slips = ("; ".join(lazy), "; ".join(added), "; ".join(reversed(made)))
    return Draft(question, solution, answer, parameters, slips)


@family(number=18, grade=5, kind="list", topic="fractions")
def quy_dong_hai_mau_so(draw: Draw) -> Draft:
    """Quy đồng mẫu số hai phân số, mẫu số chung là tích hai mẫu số."""
    b, d = draw.pick(COPRIME)
    a, c = draw.pick(NUMERATORS[b]), draw.pick(NUMERATORS[d])
    common = b * d
    question = draw.template(
        "Quy đồng mẫu số hai phân số {a}/{b} và {c}/{d}.",
        "Viết hai phân số lần lượt bằng {a}/{b} và {c}/{d}, cùng có mẫu số là {b} × {d}.",
        "Cho hai phân số {a}/{b} và {c}/{d}. Hãy quy đồng mẫu số hai phân số đó.",
        "Hãy quy đồng mẫu số các phân số {a}/{b}; {c}/{d}.",
    ).format(a=a, b=b, c=c, d=d)
    answer = f"{a * d}/{common}; {c * b}/{common}"
    solution = equalities(
        f"Mẫu số chung là {b} × {d} = {common}",
        expanded(a, b, d),
        expanded(c, d, b),
        answer=answer,
    )
    slips = (
        f"{a}/{common}; {c}/{common}",
        f"{a * b}/{common}; {c * d}/{common}",
        f"{a + d}/{common}; {c + b}/{common}",
    )
    return Draft(question, solution, answer, (a, b, c, d), slips)


@family(number=22, grade=5, kind="fraction", topic="fractions")
def hon_so_thanh_phan_so(draw: Draw) -> Draft:
    """Chuyển hỗn số thành phân số."""
    a, b = draw.pick(PROPER)
    n = draw.integer(1, 9)
    top = n * b + a
    question = draw.template(
        "Chuyển hỗn số {n} {a}/{b} thành phân số.",
        "Viết hỗn số {n} {a}/{b} dưới dạng phân số.",
        "Hỗn số {n} {a}/{b} bằng phân số nào?",
    ).format(n=n, a=a, b=b)
    answer = f"{top}/{b}"
    solution = equalities(
        f"Tử số là {n} × {b} + {a} = {top}",
        f"Giữ nguyên mẫu số {b}.",
        f"{n} {a}/{b} = {top}/{b}",
        answer=answer,
    )
    slips = (f"{n + a}/{b}", f"{n * a + b}/{b}", f"{n * a}/{b}", f"{top}/{n * b}")
    return Draft(question, solution, answer, (n, a, b), slips)


@family(number=22, grade=5, kind="mixed", topic="fractions")
def phan_so_thanh_hon_so(draw: Draw) -> Draft:
    """Chuyển phân số thành hỗn số."""
    a, b = draw.pick(PROPER)
    n = draw.integer(1, 9)
    top = n * b + a
    question = draw.template(
        "Chuyển phân số {t}/{b} thành hỗn số.",
        "Viết phân số {t}/{b} dưới dạng hỗn số.",
        "Phân số {t}/{b} bằng hỗn số nào?",
    ).format(t=top, b=b)
    answer = f"{n} {a}/{b}"
    solution = equalities(f"{top} : {b} = {n} (dư {a})", f"{top}/{b} = {answer}", answer=answer)
    slips = (f"{n} {a}/{top}", f"{a} {n}/{b}", f"{n + 1} {a}/{b}", f"{n} {b}/{a}")
    return Draft(question, solution, answer, (top, b), slips)
