"""Families on finding x: one step, two steps, decimals, negative numbers."""

from fractions import Fraction
from itertools import pairwise

from mathpal.curriculum.chains import written_out
from mathpal.curriculum.layouts import equalities
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal


def _written_out(lines: list[str]) -> list[str]:
    """Insert the steps of a calculation between its line and that of its value.

    Example:
        >>> _written_out(["x = 111 - 75", "x = 36"])
        ['x = 111 - 75', 'x = 41 - 5', 'x = 36']
    """
    written = lines[:1]
    for before, line in pairwise(lines):
        unknown, calculation, value = *before.split(" = "), line.split(" = ")[1]
        between = written_out(f"{calculation} = {value}").split(" = ")[1:-1]
        written += [f"{unknown} = {step}" for step in between] + [line]
    return written


def _found(
    draw: Draw, lines: tuple[str, ...], value: Fraction | int, wrong: tuple[Fraction | int, ...]
) -> Draft:
    """Return a problem that asks for x in an equation.

    Args:
        lines: the equation and its transformations; the last one gives x as a calculation.
        value: the right x.
        wrong: values of x that typical slips lead to.
    """
    text = draw.template(
        "Tìm x, biết: {e}",
        "Tìm x: {e}",
        "Cho {e}. Tìm x.",
        "Với giá trị nào của x thì {e}?",
    )
    answer = f"x = {decimal(value)}"
    solution = equalities(*_written_out([*lines, answer]), answer=answer)
    slips = tuple(f"x = {decimal(slip)}" for slip in wrong if slip > 0 or value < 0)
    return Draft(text.format(e=lines[0]), solution, answer, (lines[0],), slips)


@family(number=8, grade=3, kind="integer", topic="numbers")
def tim_x(draw: Draw) -> Draft:
    """Tìm thành phần chưa biết."""
    x, c, b = draw.integer(3, 60), draw.integer(11, 95), draw.integer(2, 9)
    y = draw.integer(3, 30)
    lines, value, wrong = draw.pick(
        (
            ((f"x + {c} = {x + c}", f"x = {x + c} - {c}"), x, (x + 2 * c, x + 10)),
            ((f"{c} + x = {x + c}", f"x = {x + c} - {c}"), x, (x + 2 * c, x + 10)),
            ((f"x - {c} = {x}", f"x = {x} + {c}"), x + c, (abs(x - c), x + c - 10)),
            ((f"{x + c} - x = {c}", f"x = {x + c} - {c}"), x, (x + 2 * c, x + 10)),
            ((f"x × {b} = {y * b}", f"x = {y * b} : {b}"), y, (y * b - b, y * b + b)),
            ((f"{b} × x = {y * b}", f"x = {y * b} : {b}"), y, (y * b - b, y * b + b)),
            ((f"x : {b} = {y}", f"x = {y} × {b}"), y * b, (y + b, abs(y - b))),
            ((f"{y * b} : x = {b}", f"x = {y * b} : {b}"), y, (y * b - b, y * b + b)),
        )
    )
    return _found(draw, lines, value, wrong)


@family(number=8, grade=4, kind="integer", topic="numbers")
def tim_x_hai_buoc(draw: Draw) -> Draft:
    """Tìm x qua hai bước tính."""
    x, b, c = draw.integer(3, 20), draw.integer(2, 9), draw.integer(3, 50)
    form = draw.integer(1, 6)
    p = x * b
    if form == 1:
        lines = (f"x × {b} + {c} = {p + c}", f"x × {b} = {p + c} - {c}", f"x × {b} = {p}",
                 f"x = {p} : {b}")  # fmt: skip
        return _found(draw, lines, x, (p, x + c, x + 1))
    if form == 2:
        c = draw.integer(1, p - 1)
        lines = (f"{b} × x - {c} = {p - c}", f"{b} × x = {p - c} + {c}", f"{b} × x = {p}",
                 f"x = {p} : {b}")  # fmt: skip
        return _found(draw, lines, x, (p, p - c, x + 1))
    if form == 3:
        lines = (f"x : {b} + {c} = {x + c}", f"x : {b} = {x + c} - {c}", f"x : {b} = {x}",
                 f"x = {x} × {b}")  # fmt: skip
        return _found(draw, lines, p, (x, (x + c) * b + c, p + b))
    if form == 4:
        c = draw.integer(1, x - 1)
        lines = (f"x : {b} - {c} = {x - c}", f"x : {b} = {x - c} + {c}", f"x : {b} = {x}",
                 f"x = {x} × {b}")  # fmt: skip
        return _found(draw, lines, p, (x, (x - c) * b, p + b))
    if form == 5:
        lines = (f"{p + c} - x × {b} = {c}", f"x × {b} = {p + c} - {c}", f"x × {b} = {p}",
                 f"x = {p} : {b}")  # fmt: skip
        return _found(draw, lines, x, (p, x + 1, x + 2))
    lines = (f"{c} + {b} × x = {p + c}", f"{b} × x = {p + c} - {c}", f"{b} × x = {p}",
             f"x = {p} : {b}")  # fmt: skip
    return _found(draw, lines, x, (p, x + c, x + 1))


@family(number=8, grade=5, kind="integer", topic="numbers")
def tim_x_trong_ngoac(draw: Draw) -> Draft:
    """Tìm x nằm trong dấu ngoặc."""
    inner, b = draw.integer(4, 30), draw.integer(2, 9)
    form = draw.integer(1, 4)
    c = draw.integer(1, inner - 2) if form in (1, 3) else draw.integer(3, 40)
    sign, other = ("+", "-") if form in (1, 3) else ("-", "+")
    x = inner - c if sign == "+" else inner + c
    middle = (f"x {sign} {c} = {inner}", f"x = {inner} {other} {c}")
    wrong = (inner + c if sign == "+" else abs(inner - c), inner, x + 1)
    if form < 3:
        lines = (f"(x {sign} {c}) × {b} = {inner * b}", f"x {sign} {c} = {inner * b} : {b}")
    else:
        lines = (f"(x {sign} {c}) : {b} = {inner}", f"x {sign} {c} = {inner} × {b}")
        product = inner * b
        x = product - c if sign == "+" else product + c
        middle = (f"x {sign} {c} = {product}", f"x = {product} {other} {c}")
        wrong = (product + c if sign == "+" else abs(product - c), product, x + 1)
    return _found(draw, (*lines, *middle), x, wrong)


@family(number=8, grade=5, kind="decimal", topic="decimals")
def tim_x_thap_phan(draw: Draw) -> Draft:
    """Tìm x với số thập phân."""
    # The last digit is not 0, so that neither number is whole.
    tenths = (10 * draw.integer(1, 9) + draw.integer(1, 9) for _ in range(2))
    x, c = (Fraction(n, 10) for n in tenths)
    b = draw.integer(2, 9)
    q, s, d, p = decimal(x), decimal(x + c), decimal(c), decimal(x * b)
    lines, value, wrong = draw.pick(
        (
            ((f"x + {d} = {s}", f"x = {s} - {d}"), x, (x + 2 * c, x + 1)),
            ((f"{d} + x = {s}", f"x = {s} - {d}"), x, (x + 2 * c, x + 1)),
            ((f"x - {d} = {q}", f"x = {q} + {d}"), x + c, (abs(x - c), x + c - 1)),
            ((f"{s} - x = {d}", f"x = {s} - {d}"), x, (x + 2 * c, x + 1)),
            ((f"x × {b} = {p}", f"x = {p} : {b}"), x, (10 * x, x / 10, x * b - b)),
            ((f"{b} × x = {p}", f"x = {p} : {b}"), x, (10 * x, x / 10, x * b - b)),
            ((f"x : {b} = {q}", f"x = {q} × {b}"), x * b,
             (x * b * 10, x * b / 10, x + b)),
        )
    )  # fmt: skip
    return _found(draw, lines, value, wrong)


@family(number=8, grade=6, kind="integer", topic="numbers")
def tim_x_so_nguyen(draw: Draw) -> Draft:
    """Tìm x là số nguyên âm."""
    a, distance = draw.integer(2, 60), draw.integer(1, 40)
    form = draw.integer(1, 3)
    if form == 1:
        b = max(0, a - distance)
        distance = a - b
        lines = (f"x + {a} = {b}", f"x = {b} - {a}")
    elif form == 2:
        b = a + distance
        lines = (f"{b} + x = {a}", f"x = {a} - {b}")
    else:
        b = a + distance
        lines = (f"x - {a} = -{b}", f"x = -{b} + {a}")
    wrong = (distance, -(a + b), -distance - 10)
    return _found(draw, lines, -distance, wrong)
