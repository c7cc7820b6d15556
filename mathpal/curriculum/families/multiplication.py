"""Families on multiplying and exact division of whole numbers."""

from mathpal.curriculum.families.addition import calculation_text
from mathpal.curriculum.families.division import long_division
from mathpal.curriculum.layouts import equalities
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced


def _mental_text(draw: Draw) -> str:
    """Return a wording that asks for mental arithmetic."""
    return draw.template(
        "Tính nhẩm: {e}",
        "Nhẩm xem {e} bằng bao nhiêu.",
        "Viết kết quả của phép tính: {e} = ...",
        "Tính nhẩm rồi viết kết quả: {e}",
    )


def _calculated(
    text: str, expression: str, steps: list[str], value: int, slips: tuple[int, ...]
) -> Draft:
    question = text.format(e=expression)
    answer = spaced(value)
    solution = equalities(*steps, f"{expression} = {answer}", answer=answer, restated=bool(steps))
    wrong = tuple(spaced(slip) for slip in slips if slip > 0)
    return Draft(question, solution, answer, (expression,), wrong)


@family(number=6, grade=3, kind="integer", topic="numbers")
def bang_nhan_2_5(draw: Draw) -> Draft:
    """Nhân, chia trong bảng 2, bảng 5, có thể kèm một phép cộng hoặc trừ."""
    table, times = draw.pick((2, 5)), draw.integer(2, 10)
    product = table * times
    divide = draw.pick((True, False))
    first, value = (f"{product} : {table}", times) if divide else (f"{table} × {times}", product)
    steps = [f"{table} × {times} = {product}"] if divide else []
    expression, result = first, value
    form = draw.pick(("plain", "plus", "minus"))
    other = draw.integer(3, 45) if form == "plus" else draw.integer(1, value - 1)
    if form != "plain":
        sign = "+" if form == "plus" else "-"
        expression = f"{first} {sign} {other}"
        result = value + other if form == "plus" else value - other
        steps += [f"{first} = {value}", f"{expression} = {value} {sign} {other}"]
    last = f"{expression} = {result}" if form == "plain" else f"{value} {sign} {other} = {result}"
    question = draw.template(
        "Tính: {e}",
        "Tính nhẩm: {e}",
        "Kết quả của phép tính {e} là bao nhiêu?",
        "Viết số thích hợp vào chỗ chấm: {e} = ...",
    ).format(e=expression)
    slips = (str(result + table), str(abs(result - table)), str(table + times))
    solution = equalities(*steps, last, answer=str(result))
    return Draft(question, solution, str(result), (expression,), slips)


@family(number=6, grade=3, kind="integer", topic="numbers")
def nhan_chia(draw: Draw) -> Draft:
    """Nhân, chia với số có một chữ số."""
    b = draw.integer(2, 9)
    a = draw.pick((draw.integer(3, 10), draw.integer(11, 49), draw.integer(11, 49)))
    times = draw.pick((True, False))
    text = calculation_text(draw) if a > 10 else _mental_text(draw)
    if times:
        slips = (a * b + b, a * b - 10, a * b + 10)
        return _calculated(text, f"{a} × {b}", [], a * b, slips)
    steps = [] if a > 10 and a % 10 else [f"{b} × {a} = {a * b}"]
    slips = (a + 1, a - 1, a + 10)
    return _calculated(text, f"{a * b} : {b}", steps, a, slips)


@family(number=6, grade=4, kind="integer", topic="numbers")
def nhan_hai_chu_so(draw: Draw) -> Draft:
    """Nhân với số có hai chữ số."""
    a, tens, ones = draw.integer(12, 79), draw.integer(1, 6), draw.integer(1, 9)
    b, first, second = 10 * tens + ones, a * ones, a * 10 * tens
    steps = [
        f"{a} × {ones} = {first}",
        f"{a} × {10 * tens} = {spaced(second)}",
        f"{first} + {spaced(second)} = {spaced(a * b)}",
    ]
    slips = (first + a * tens, a * b + 100, a * b - 10)
    text = calculation_text(draw)
    return _calculated(text, f"{a} × {b}", steps, a * b, slips)


@family(number=6, grade=4, kind="integer", topic="numbers")
def chia_hai_chu_so(draw: Draw) -> Draft:
    """Chia cho số có hai chữ số."""
    divisor, tens, ones = draw.integer(11, 39), draw.integer(1, 5), draw.integer(1, 9)
    quotient = 10 * tens + ones
    number = divisor * quotient
    steps = long_division(number, divisor)
    slips = (quotient + 1, quotient - 1, quotient + 10, 100 * tens + ones)
    text = calculation_text(draw)
    return _calculated(text, f"{spaced(number)} : {divisor}", steps, quotient, slips)


@family(number=6, grade=4, kind="integer", topic="numbers")
def nhan_chia_tron_chuc(draw: Draw) -> Draft:
    """Nhân, chia nhẩm với số tròn chục, tròn trăm, 10, 100, 1000."""
    round_, digit = draw.pick((10, 100, 1_000)), draw.integer(1, 9)
    a = draw.integer(12, 99) if digit == 1 else draw.integer(3, 12)
    b = round_ * digit
    product = a * b
    times, text = draw.pick((True, False)), _mental_text(draw)
    if times:
        steps = [] if digit == 1 else [f"{a} × {digit} = {a * digit}"]
        if digit > 1:
            steps.append(f"{a * digit} × {spaced(round_)} = {spaced(product)}")
        slips = (product * 10, product // 10, product + round_)
        return _calculated(text, f"{a} × {spaced(b)}", steps, product, slips)
    steps = []
    if digit > 1:
        steps = [f"{spaced(product)} : {spaced(round_)} = {a * digit}",
                 f"{a * digit} : {digit} = {a}"]  # fmt: skip
    slips = (a * 10, a * digit if digit > 1 else a * 100, a + 1)
    return _calculated(text, f"{spaced(product)} : {spaced(b)}", steps, a, slips)
