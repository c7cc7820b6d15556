"""Families on adding and subtracting whole numbers, place by place."""

from mathpal.curriculum.families.places import PLACES, digits_of
from mathpal.curriculum.layouts import equalities
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced


def column_sum(a: int, b: int) -> list[str]:
    """Return the lines of a written addition: one line per decimal place, the ones first."""
    lines, carry = [], 0
    size = max(len(str(a)), len(str(b)))
    top, low = (digits_of(n) + [0] * size for n in (a, b))
    for i in range(size):
        total = top[i] + low[i] + carry
        terms = f"{top[i]} + {low[i]}{' + 1' if carry else ''}"
        carry, digit = divmod(total, 10)
        note = f", viết {digit}, nhớ 1" if carry and i < size - 1 else ""
        lines.append(f"Hàng {PLACES[i]}: {terms} = {total}{note}")
    return lines


def column_difference(a: int, b: int) -> list[str]:
    """Return the lines of a written subtraction a - b >= 0: one per place, the ones first."""
    lines, borrow = [], 0
    top, low = digits_of(a), digits_of(b) + [0] * len(str(a))
    for i, digit in enumerate(top):
        taken = low[i] + borrow
        given = digit if digit >= taken else digit + 10
        terms = f"{given} - {low[i]}{' - 1' if borrow else ''}"
        borrow = int(digit < taken)
        lines.append(f"Hàng {PLACES[i]}: {terms} = {given - taken}{', nhớ 1' if borrow else ''}")
    return lines


def calculation_text(draw: Draw) -> str:
    """Return a wording that asks for the value of the calculation {e}."""
    return draw.template(
        "Tính: {e}",
        "Đặt tính rồi tính: {e}",
        "Kết quả của phép tính {e} là bao nhiêu?",
        "Tìm kết quả của phép tính {e}.",
    )


def _within_20(a: int, b: int, plus: bool) -> list[str]:
    """Return the steps before the result: through the next ten, or the ones first."""
    if plus and a < 10 and b < 10:
        return [f"{a} + {10 - a} = 10", f"10 + {a + b - 10} = {a + b}"] if a + b > 10 else []
    if plus:
        return [f"{a % 10} + {b % 10} = {a % 10 + b % 10}", f"10 + {a % 10 + b % 10} = {a + b}"]
    if a <= 10 or b >= 10:
        return []
    if a % 10 >= b:
        return [f"{a % 10} - {b} = {a % 10 - b}", f"10 + {a % 10 - b} = {a - b}"]
    if a == 20:
        return [f"10 - {b} = {10 - b}", f"10 + {10 - b} = {a - b}"]
    return [f"{a} - {a % 10} = 10", f"10 - {b - a % 10} = {a - b}"]


@family(number=5, grade=2, kind="integer", topic="numbers")
def cong_tru_trong_20(draw: Draw) -> Draft:
    """Cộng, trừ trong phạm vi 20."""
    plus = draw.pick((True, False))
    if plus:
        total = draw.pick((draw.integer(3, 10), draw.integer(11, 19), draw.integer(11, 19)))
        a = draw.integer(1, total - 1)
        b = total - a
    else:
        a = draw.pick((draw.integer(3, 10), draw.integer(11, 20), draw.integer(11, 20)))
        b = draw.integer(1, a - 1)
    value = a + b if plus else a - b
    expression = f"{a} {'+' if plus else '-'} {b}"
    question = draw.template(
        "Tính: {e}",
        "Tính nhẩm: {e}",
        "Kết quả của phép tính {e} là bao nhiêu?",
        "Số thích hợp viết vào chỗ chấm là số nào? {e} = ...",
    ).format(e=expression)
    steps = _within_20(a, b, plus)
    solution = equalities(
        *steps, f"{expression} = {value}", answer=str(value), restated=bool(steps)
    )
    slips = (str(abs(a - b) if plus else a + b), str(value + 1), str(max(0, value - 1)))
    return Draft(question, solution, str(value), (expression,), slips)


def _written_calculation(draw: Draw, a: int, b: int, plus: bool) -> Draft:
    """Return the problem a + b or a - b, solved in columns."""
    value = a + b if plus else a - b
    expression = f"{spaced(a)} {'+' if plus else '-'} {spaced(b)}"
    answer = spaced(value)
    lines = column_sum(a, b) if plus else column_difference(a, b)
    question = calculation_text(draw).format(e=expression)
    solution = equalities(*lines, f"{expression} = {answer}", answer=answer, restated=True)
    unlike = abs(value - 10) if plus else value + 10
    wrong = (unlike, abs(a - b) if plus else a + b, value + (1 if plus else 2))
    return Draft(question, solution, answer, (expression,), tuple(map(spaced, wrong)))


@family(number=5, grade=2, kind="integer", topic="numbers")
def cong_tru(draw: Draw) -> Draft:
    """Cộng, trừ trong phạm vi 100, có nhớ và không nhớ."""
    if draw.pick((True, False)):
        a = draw.integer(11, 88)
        return _written_calculation(draw, a, draw.integer(3, 99 - a), True)
    a = draw.integer(21, 99)
    return _written_calculation(draw, a, draw.integer(3, a - 3), False)


@family(number=5, grade=3, kind="integer", topic="numbers")
def cong_tru_trong_1000(draw: Draw) -> Draft:
    """Cộng, trừ trong phạm vi 1000."""
    if draw.pick((True, False)):
        a = draw.integer(104, 880)
        return _written_calculation(draw, a, draw.integer(25, 999 - a), True)
    a = draw.integer(150, 999)
    return _written_calculation(draw, a, draw.integer(25, a - 5), False)


@family(number=5, grade=2, kind="integer", topic="numbers")
def cong_tru_ba_so(draw: Draw) -> Draft:
    """Tính dãy phép cộng, trừ ba số."""
    form = draw.pick(("++", "+-", "-+", "--"))
    c = draw.integer(3, 20)
    if form[0] == "+":
        a, b = draw.integer(12, 45), draw.integer(5, 35)
        first = a + b
    else:
        first, b = draw.integer(25, 60), draw.integer(5, 35)
        a = first + b
    value = first + c if form[1] == "+" else first - c
    expression = f"{a} {form[0]} {b} {form[1]} {c}"
    question = draw.template(
        "Tính: {e}",
        "Tính kết quả: {e}",
        "Kết quả của dãy tính {e} là bao nhiêu?",
        "Viết số thích hợp vào chỗ chấm: {e} = ...",
    ).format(e=expression)
    solution = equalities(
        f"{a} {form[0]} {b} = {first}", f"{first} {form[1]} {c} = {value}", answer=str(value)
    )
    wrong = (first - c if form[1] == "+" else first + c, first, value + 10)
    slips = tuple(str(w) for w in wrong if w >= 0)
    return Draft(question, solution, str(value), (expression,), slips)


@family(number=5, grade=4, kind="integer", topic="numbers")
def cong_tru_so_lon(draw: Draw) -> Draft:
    """Cộng, trừ các số có năm, sáu chữ số."""
    plus = draw.pick((True, False))
    thousands, ones = draw.integer(20, draw.pick((90, 500))), draw.integer(100, 999)
    taken, part = draw.integer(10, thousands - 2), draw.integer(100, 999)
    return _written_calculation(draw, thousands * 1_000 + ones, taken * 1_000 + part, plus)
