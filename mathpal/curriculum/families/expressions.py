"""Families on the order of operations and on clever calculation."""

from fractions import Fraction
from itertools import pairwise

from mathpal.curriculum.layouts import equalities
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal, spaced


def _value_text(draw: Draw) -> str:
    return draw.template(
        "Tính giá trị biểu thức: {e}",
        "Tính: {e}",
        "Giá trị của biểu thức {e} là bao nhiêu?",
        "Biểu thức {e} có giá trị bằng bao nhiêu?",
    )


def _steps(*forms: str) -> list[str]:
    """Return one equation for each pair of consecutive forms of an expression."""
    return [f"{a} = {b}" for a, b in pairwise(forms)]


@family(number=9, grade=3, kind="integer", topic="numbers")
def thu_tu_phep_tinh(draw: Draw) -> Draft:
    """Thứ tự thực hiện hai phép tính, có và không có ngoặc."""
    a, b, c = draw.integer(3, 60), draw.integer(2, 9), draw.integer(2, 9)
    small = draw.integer(2, 15)
    p = b * c
    expression, step, value, wrong = draw.pick(
        (
            (f"{a} + {b} × {c}", f"{a} + {p}", a + p, (a + b) * c),
            (f"{b} × {c} + {a}", f"{p} + {a}", a + p, b * (c + a)),
            (f"{a + p} - {b} × {c}", f"{a + p} - {p}", a, (a + p - b) * c),
            (f"({small} + {b}) × {c}", f"{small + b} × {c}", (small + b) * c, small + p),
            (f"{c} × ({small + b} - {b})", f"{c} × {small}", c * small, c * (small + b) - b),
            (f"{p} : {b} + {a}", f"{c} + {a}", c + a, p + a),
            (f"{a} + {p} : {b}", f"{a} + {c}", a + c, a + p),
            (f"({small + p} - {small}) : {b}", f"{p} : {b}", c, small + p),
            (f"{p} : {b} × {small}", f"{c} × {small}", c * small, p * small),
            (f"{a + small} - {small} + {b}", f"{a} + {b}", a + b, abs(a - b)),
        )
    )
    slips = (str(wrong), str(value + 10), str(value + c))
    solution = equalities(*_steps(expression, step, str(value)), answer=str(value))
    question = _value_text(draw).format(e=expression)
    return Draft(question, solution, str(value), (expression,), slips)


@family(number=9, grade=4, kind="integer", topic="numbers")
def thu_tu_ba_phep_tinh(draw: Draw) -> Draft:
    """Thứ tự thực hiện ba phép tính."""
    a, b = draw.integer(11, 60), draw.integer(2, 9)
    c, d, e = draw.integer(2, 9), draw.integer(2, 12), draw.integer(2, 9)
    p, q, r = b * c, d * e, a + b * c
    forms: tuple[str, ...] = draw.pick(
        (
            (f"{b} × {c} + {d} × {e}", f"{p} + {q}", f"{p + q}"),
            (f"{a} + {b} × {c} - {d}", f"{r} - {d}", f"{r - d}"),
            (f"{p} : {b} + {d} × {e}", f"{c} + {q}", f"{c + q}"),
            (f"({a} + {d}) × {c} - {e}", f"{(a + d) * c} - {e}", f"{(a + d) * c - e}"),
            (f"{a} + ({d + e} - {e}) × {c}", f"{a} + {d * c}", f"{a + d * c}"),
            (f"{a + q} - {d} × {e} : {e}", f"{a + q} - {d}", f"{a + q - d}"),
            (f"{a + p} - ({q} : {e} + {b})", f"{a + p} - {d + b}", f"{a + p - d - b}"),
            (f"({p + d} - {d}) : {b} + {a}", f"{c} + {a}", f"{c + a}"),
        )
    )
    value = int(forms[-1])
    middle = _between(forms[0], (a, b, c, d, e))
    solution = equalities(*_steps(forms[0], *middle, *forms[1:]), answer=str(value))
    slips = (str(value + c), str(value + 10), str(value * 2), str(abs(value - d)))
    question = _value_text(draw).format(e=forms[0])
    return Draft(question, solution, str(value), (forms[0],), slips)


def _between(expression: str, numbers: tuple[int, ...]) -> tuple[str, ...]:
    """Return the form between an expression and its last operation, if there is one between."""
    a, b, c, d, e = numbers
    p, q = b * c, d * e
    middle = {
        f"{a} + {b} × {c} - {d}": f"{a} + {p} - {d}",
        f"({a} + {d}) × {c} - {e}": f"{a + d} × {c} - {e}",
        f"{a} + ({d + e} - {e}) × {c}": f"{a} + {d} × {c}",
        f"{a + q} - {d} × {e} : {e}": f"{a + q} - {q} : {e}",
        f"{a + p} - ({q} : {e} + {b})": f"{a + p} - ({d} + {b})",
        f"({p + d} - {d}) : {b} + {a}": f"{p} : {b} + {a}",
    }
    return (middle[expression],) if expression in middle else ()


@family(number=9, grade=6, kind="integer", topic="numbers")
def thu_tu_luy_thua(draw: Draw) -> Draft:
    """Thứ tự thực hiện phép tính có luỹ thừa."""
    base, power = draw.pick(((2, 2), (2, 3), (2, 4), (3, 2), (3, 3), (4, 2), (5, 2), (6, 2),
                             (7, 2), (8, 2), (9, 2), (10, 2), (10, 3)))  # fmt: skip
    raised, value = f"{base}{'²³⁴'[power - 2]}", base**power
    b, c = draw.integer(2, 9), draw.integer(2, 9)
    a = draw.integer(3, 60)
    forms: tuple[str, ...] = draw.pick(
        (
            (f"{raised} + {b} × {c}", f"{spaced(value)} + {b * c}", spaced(value + b * c)),
            (f"{b} × {raised} + {a}", f"{spaced(b * value)} + {a}", spaced(b * value + a)),
            (f"{raised} × {b} - {min(a, value)}", f"{spaced(value * b)} - {min(a, value)}",
             spaced(value * b - min(a, value))),
            (f"{spaced(a + value)} - {raised} + {c}", f"{a} + {c}", f"{a + c}"),
            (f"{b} × ({raised} + {c})", f"{b} × {spaced(value + c)}", spaced(b * (value + c))),
        )
    )  # fmt: skip
    first = f"{raised} = {' × '.join([str(base)] * power)} = {spaced(value)}"
    plain = forms[0].replace(raised, spaced(value))
    answer = forms[-1]
    result = int(answer.replace(" ", ""))
    question = _value_text(draw).format(e=forms[0])
    solution = equalities(first, f"{forms[0]} = {plain}", *_steps(plain, *forms[1:]), answer=answer)
    wrong = (result - value + base * power, result + 10, result + b)
    slips = tuple(spaced(w) for w in wrong if w > 0)
    return Draft(question, solution, answer, (forms[0],), slips)


def _quick_text(draw: Draw) -> str:
    return draw.template(
        "Tính bằng cách thuận tiện nhất: {e}",
        "Tính nhanh: {e}",
        "Tính giá trị của biểu thức {e} bằng cách nhanh nhất.",
        "Tính bằng cách hợp lí: {e}",
    )


def _quick(draw: Draw, forms: tuple[str, ...], value: Fraction | int) -> Draft:
    answer = decimal(value)
    question = _quick_text(draw).format(e=forms[0])
    solution = equalities(*_steps(*forms, answer), answer=answer)
    slips = tuple(decimal(wrong) for wrong in (value * 10, value / Fraction(10), value + 10))
    slips = tuple(s for s in slips if "," not in s or "," in forms[0])
    return Draft(question, solution, answer, (forms[0],), slips)


@family(number=10, grade=4, kind="integer", topic="numbers")
def tinh_nhanh(draw: Draw) -> Draft:
    """Tính nhanh nhờ tính chất giao hoán, kết hợp."""
    if draw.pick((True, False)):
        total = draw.pick((100, 100, 200, 500, 1_000))
        a, b = draw.integer(12, total - 12), draw.integer(13, 450)
        a += a % 10 == 0
        c = total - a
        round_, big = spaced(total), spaced(total + b)
        forms, value = draw.pick(
            (
                ((f"{a} + {b} + {c}", f"({a} + {c}) + {b}", f"{round_} + {b}"), total + b),
                ((f"{b} + {a} + {c}", f"{b} + ({a} + {c})", f"{b} + {round_}"), total + b),
                ((f"{big} - {a} - {c}", f"{big} - ({a} + {c})", f"{big} - {round_}"), b),
            )
        )
        return _quick(draw, forms, value)
    x, y = draw.pick(((25, 4), (2, 5), (5, 20), (2, 50), (125, 8), (4, 25), (50, 2), (5, 2)))
    b = draw.integer(3, 99)
    b += b % 10 == 0
    product = spaced(x * y)
    forms = draw.pick(
        (
            (f"{x} × {b} × {y}", f"({x} × {y}) × {b}", f"{product} × {b}"),
            (f"{b} × {x} × {y}", f"{b} × ({x} × {y})", f"{b} × {product}"),
        )
    )
    return _quick(draw, forms, x * y * b)


@family(number=10, grade=4, kind="integer", topic="numbers")
def tinh_nhanh_phan_phoi(draw: Draw) -> Draft:
    """Tính nhanh nhờ tính chất phân phối."""
    a, total = draw.integer(12, 99), draw.pick((10, 20, 50, 100, 100, 100, 1_000))
    a += a % 10 == 0
    way = draw.pick(("plus", "minus", "one more", "one less"))
    b = draw.integer(2, min(total, 200) - 2)
    if way == "plus":
        c = total - b
        forms = (f"{a} × {b} + {a} × {c}", f"{a} × ({b} + {c})")
    elif way == "minus":
        forms = (f"{a} × {total + b} - {a} × {b}", f"{a} × ({total + b} - {b})")
    elif way == "one more":
        forms = (f"{a} × {total - 1} + {a}", f"{a} × ({total - 1} + 1)")
    else:
        forms = (f"{a} × {total + 1} - {a}", f"{a} × ({total + 1} - 1)")
    return _quick(draw, (*forms, f"{a} × {spaced(total)}"), a * total)


@family(number=10, grade=5, kind="decimal", topic="decimals")
def tinh_nhanh_thap_phan(draw: Draw) -> Draft:
    """Tính nhanh với số thập phân."""
    b = Fraction(draw.integer(11, 99), 10)
    if b.denominator == 1:
        b += Fraction(1, 10)
    way = draw.pick(("product", "sum", "shared", "shared minus"))
    if way == "product":
        x, y = draw.pick((("2,5", "4"), ("0,5", "2"), ("0,25", "4"), ("1,25", "8"), ("0,2", "5"),
                          ("0,5", "20"), ("0,125", "8")))  # fmt: skip
        whole = Fraction(x.replace(",", ".")) * int(y)
        n = decimal(whole)
        return _quick(draw, (f"{x} × {decimal(b)} × {y}", f"({x} × {y}) × {decimal(b)}",
                             f"{n} × {decimal(b)}"), whole * b)  # fmt: skip
    total = draw.pick((10, 10, 100)) if way != "sum" else draw.integer(4, 20)
    part = Fraction(draw.integer(11, 10 * total - 11), 10)
    part += Fraction(1, 10) if part.denominator == 1 else 0
    p, q, s = decimal(part), decimal(total - part), decimal(b)
    if way == "sum":
        return _quick(draw, (f"{p} + {s} + {q}", f"({p} + {q}) + {s}", f"{total} + {s}"), total + b)
    if way == "shared":
        forms = (f"{s} × {p} + {s} × {q}", f"{s} × ({p} + {q})", f"{s} × {total}")
    else:
        big = decimal(part + total)
        forms = (f"{s} × {big} - {s} × {p}", f"{s} × ({big} - {p})", f"{s} × {total}")
    return _quick(draw, forms, b * total)
