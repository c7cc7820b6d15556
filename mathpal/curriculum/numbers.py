"""Families on whole numbers: reading places, the four operations, finding x."""

from mathpal.curriculum.phrasing import equalities, reasoned
from mathpal.curriculum.registry import Draft, Draw, family


@family(number=2, grade=2, kind="integer")
def gia_tri_chu_so(draw: Draw) -> Draft:
    """Giá trị của chữ số theo vị trí."""
    digits = draw.distinct(range(1, 10), 3)
    position = draw.integer(0, 2)
    value = digits[position] * (100, 10, 1)[position]
    place = ("trăm", "chục", "đơn vị")[position]
    number = "".join(map(str, digits))
    question = draw.template(
        "Trong số {n}, chữ số {d} có giá trị là bao nhiêu?",
        "Nêu giá trị của chữ số {d} trong số {n}.",
        "Số {n} có chữ số {d}. Chữ số đó có giá trị bằng bao nhiêu?",
    ).format(n=number, d=digits[position])
    solution = reasoned(
        f"Chữ số {digits[position]} trong số {number} ở hàng {place}.", answer=str(value)
    )
    return Draft(question, solution, str(value), (number, digits[position]))


@family(number=3, grade=2, kind="sign")
def so_sanh(draw: Draw) -> Draft:
    """So sánh hai số, điền dấu."""
    left = draw.integer(100, 999)
    change = draw.pick((-100, -10, -1, 0, 0, 1, 10, 100, 9, -9))
    right = min(999, max(100, left + change))
    sign = "<" if left < right else ">" if left > right else "="
    question = draw.template(
        "Điền dấu >, <, = thích hợp: {a} ... {b}",
        "So sánh hai số {a} và {b}.",
        "Dấu nào (>, <, =) đứng giữa {a} và {b}?",
    ).format(a=left, b=right)
    words = {"<": "bé hơn", ">": "lớn hơn", "=": "bằng"}[sign]
    solution = reasoned(f"{left} {words} {right}.", answer=f"{left} {sign} {right}")
    return Draft(question, solution, sign, (left, right))


@family(number=4, grade=3, kind="integer")
def lam_tron(draw: Draw) -> Draft:
    """Làm tròn số đến hàng chục, hàng trăm."""
    number = draw.integer(101, 989)
    unit, place = draw.pick(((10, "chục"), (100, "trăm")))
    value = (number + unit // 2) // unit * unit
    digit = number // (unit // 10) % 10
    question = draw.template(
        "Làm tròn số {n} đến hàng {p}.",
        "Số {n} làm tròn đến hàng {p} thì được số nào?",
    ).format(n=number, p=place)
    lower = "đơn vị" if unit == 10 else "chục"
    relation = "bé hơn 5" if digit < 5 else "không bé hơn 5"
    solution = reasoned(f"Chữ số hàng {lower} là {digit}, {relation}.", answer=str(value))
    return Draft(question, solution, str(value), (number, unit))


@family(number=5, grade=2, kind="integer")
def cong_tru(draw: Draw) -> Draft:
    """Cộng, trừ số tự nhiên."""
    a = draw.integer(12, 180)
    b = draw.integer(11, 180)
    if draw.pick((True, False)):
        expression, value = f"{a} + {b}", a + b
    else:
        a, b = max(a, b), min(a, b)
        expression, value = f"{a} - {b}", a - b
    question = draw.template(
        "Tính: {e}", "Đặt tính rồi tính: {e}", "Kết quả của phép tính {e} là bao nhiêu?"
    ).format(e=expression)
    solution = equalities(f"{expression} = {value}", answer=str(value))
    return Draft(question, solution, str(value), (expression,))


@family(number=6, grade=3, kind="integer")
def nhan_chia(draw: Draw) -> Draft:
    """Nhân, chia với số có một chữ số."""
    b = draw.integer(2, 9)
    a = draw.integer(3, 40)
    if draw.pick((True, False)):
        expression, value = f"{a} × {b}", a * b
    else:
        expression, value = f"{a * b} : {b}", a
    question = draw.template(
        "Tính: {e}", "Đặt tính rồi tính: {e}", "Tìm kết quả của phép tính {e}."
    ).format(e=expression)
    solution = equalities(f"{expression} = {value}", answer=str(value))
    return Draft(question, solution, str(value), (expression,))


@family(number=7, grade=3, kind="remainder")
def chia_co_du(draw: Draw) -> Draft:
    """Phép chia có dư."""
    divisor = draw.integer(3, 9)
    quotient = draw.integer(2, 12)
    rest = draw.integer(1, divisor - 1)
    number = divisor * quotient + rest
    answer = f"{quotient} (dư {rest})"
    question = draw.template(
        "Tính: {n} : {d}",
        "Tìm thương và số dư của phép chia {n} : {d}.",
        "Đặt tính rồi tính (có dư): {n} : {d}",
    ).format(n=number, d=divisor)
    solution = equalities(
        f"{quotient} × {divisor} = {quotient * divisor}",
        f"{number} - {quotient * divisor} = {rest}",
        f"{number} : {divisor} = {answer}",
        answer=answer,
    )
    return Draft(question, solution, answer, (number, divisor))


@family(number=8, grade=3, kind="integer")
def tim_x(draw: Draw) -> Draft:
    """Tìm thành phần chưa biết."""
    x = draw.integer(3, 40)
    b = draw.integer(2, 9)
    c = draw.integer(11, 90)
    left, working, parameters = draw.pick(
        (
            (f"x + {c} = {x + c}", f"x = {x + c} - {c}", ("+", c, x)),
            (f"x - {c} = {x}", f"x = {x} + {c}", ("-", c, x + c)),
            (f"x × {b} = {x * b}", f"x = {x * b} : {b}", ("*", b, x)),
            (f"x : {b} = {x}", f"x = {x} × {b}", (":", b, x * b)),
        )
    )
    value = parameters[2]
    question = draw.template("Tìm x, biết: {e}", "Tìm x: {e}", "Cho {e}. Tìm x.").format(e=left)
    solution = equalities(left, working, f"x = {value}", answer=f"x = {value}")
    return Draft(question, solution, str(value), parameters)


@family(number=9, grade=3, kind="integer")
def thu_tu_phep_tinh(draw: Draw) -> Draft:
    """Thứ tự thực hiện phép tính, có và không có ngoặc."""
    a, b, c = draw.integer(2, 40), draw.integer(2, 9), draw.integer(2, 9)
    small = draw.integer(2, 12)
    expression, step, value = draw.pick(
        (
            (f"{a} + {b} × {c}", f"{a} + {b * c}", a + b * c),
            (f"{a + b * c} - {b} × {c}", f"{a + b * c} - {b * c}", a),
            (f"({small} + {b}) × {c}", f"{small + b} × {c}", (small + b) * c),
            (f"{b * c} : {b} + {a}", f"{c} + {a}", c + a),
        )
    )
    question = draw.template("Tính giá trị biểu thức: {e}", "Tính: {e}").format(e=expression)
    solution = equalities(f"{expression} = {step}", f"{step} = {value}", answer=str(value))
    return Draft(question, solution, str(value), (expression,))
