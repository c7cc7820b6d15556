"""Families on calculating with decimals: the four operations, moving the comma."""

from fractions import Fraction

from mathpal.curriculum.layouts import equalities, worked
from mathpal.curriculum.phrasing import GOODS, SPOKEN
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal

# Without fish sauce (nước mắm): solutions of grades 1-4 never write it, so that a small base model
# does not know the word.
SOLD = [entry for entry in GOODS if entry[0] != "kho" and entry[1] != "nước mắm"]
# Numerators over 10 with a digit behind the comma, and over 100 with two.
TENTHS = [n for n in range(11, 100) if n % 10]
HUNDREDTHS = [n for n in range(101, 1000) if n % 10]


def _fixed(value: int, places: int) -> str:
    """Return a number of tenths or hundredths with all decimal places, trailing zeros included."""
    return f"{value // 10**places},{value % 10**places:0{places}d}" if places else str(value)


def _asked(draw: Draw, expression: str) -> str:
    return draw.template(
        "Tính: {e}",
        "Đặt tính rồi tính: {e}",
        "Tìm kết quả của phép tính {e}.",
        "Kết quả của phép tính {e} là bao nhiêu?",
    ).format(e=expression)


@family(number=27, grade=5, kind="decimal", topic="decimals")
def cong_tru_so_thap_phan(draw: Draw) -> Draft:
    """Cộng, trừ số thập phân."""
    places, other = draw.pick(((1, 2), (2, 1), (1, 1), (2, 2), (0, 1), (0, 2), (1, 0)))
    most = max(places, other)
    first, second = (
        draw.integer(1, 49) * 10**most
        + (draw.integer(1, 9) * 10 ** (most - 1) if size else 0)
        + (draw.integer(1, 9) if size == 2 else 0)
        for size in (places, other)
    )
    sign = draw.pick(("+", "-"))
    if sign == "-":
        if first == second:
            first += 10**most
        if first < second:
            first, second = second, first
    scale = 10**most
    left, right = (decimal(Fraction(n, scale)) for n in (first, second))
    value = Fraction(first + second if sign == "+" else first - second, scale)
    answer, expression = decimal(value), f"{left} {sign} {right}"
    lines = [
        f"{short} = {full}"
        for short, full in ((left, _fixed(first, most)), (right, _fixed(second, most)))
        if short != full
    ]
    aligned = f"{_fixed(first, most)} {sign} {_fixed(second, most)}"
    full = _fixed(int(value * scale), most)
    lines.append(f"{aligned} = {full}" + ("" if full == answer else f" = {answer}"))
    careless = int(left.replace(",", "")), int(right.replace(",", ""))
    wrong = abs(careless[0] + careless[1] if sign == "+" else careless[0] - careless[1])
    slips = (
        decimal(Fraction(wrong or 1, scale)),
        decimal(value + 1),
        decimal(value + Fraction(1, 10)),
        decimal(value * 10),
    )
    return Draft(_asked(draw, expression), equalities(*lines, answer=answer), answer,
                 (left, sign, right), slips)  # fmt: skip


@family(number=27, grade=5, kind="decimal", topic="decimals")
def nhan_so_thap_phan(draw: Draw) -> Draft:
    """Nhân số thập phân với số tự nhiên, với số thập phân."""
    variant = draw.integer(0, 2)
    digit = draw.integer(2, 9)
    if variant == 2:
        hundredths = draw.pick(HUNDREDTHS)
        whole, rest = divmod(hundredths, 100)
        left, right, value = Fraction(hundredths, 100), Fraction(digit), hundredths * digit
        tail = decimal(Fraction(rest, 100))
        product = decimal(Fraction(rest * digit, 100))
        lines = [
            f"{whole} × {digit} = {whole * digit}",
            f"{tail} × {digit} = {product}",
            f"{whole * digit} + {product} = {decimal(Fraction(value, 100))}",
        ]
        answer = decimal(Fraction(value, 100))
    else:
        tenths = draw.pick(TENTHS)
        left = Fraction(tenths, draw.pick((10, 100)) if variant else 10)
        right = Fraction(digit, 10) if variant else Fraction(digit)
        answer = decimal(left * right)
        lines = [
            f"{tenths} × {digit} = {tenths * digit}",
            f"{decimal(left)} × {decimal(right)} = {answer}",
        ]
    expression = f"{decimal(left)} × {decimal(right)}"
    result = left * right
    slips = (decimal(result * 10), decimal(result / 10), decimal(left + right), decimal(result + 1))
    return Draft(_asked(draw, expression), equalities(*lines, answer=answer), answer,
                 (expression,), slips)  # fmt: skip


@family(number=27, grade=5, kind="decimal", topic="decimals")
def chia_so_thap_phan(draw: Draw) -> Draft:
    """Chia số thập phân cho số tự nhiên, cho số thập phân."""
    quotient, divisor = draw.pick(TENTHS), draw.integer(2, 9)
    dividend = quotient * divisor
    up, down = draw.pick(((10, 1), (100, 1), (10, 10), (100, 10)))
    left, right = Fraction(dividend, up), Fraction(divisor, down)
    result = left / right
    answer, expression = decimal(result), f"{decimal(left)} : {decimal(right)}"
    lines = [f"{dividend} : {divisor} = {quotient}"]
    if down > 1:
        lines.insert(0, f"{expression} = {decimal(left * 10)} : {divisor}")
    if (up, down) != (10, 10):
        lines.append(f"{decimal(left * down)} : {divisor} = {answer}")
    slips = (decimal(result * 10), decimal(result / 10), decimal(result * 100), decimal(result + 1))
    return Draft(_asked(draw, expression), equalities(*lines, answer=answer), answer,
                 (decimal(left), decimal(right)), slips)  # fmt: skip


@family(number=28, grade=5, kind="decimal", topic="decimals")
def nhan_chia_nham(draw: Draw) -> Draft:
    """Nhân, chia nhẩm với 10; 100; 1 000; 0,1; 0,01."""
    sign = draw.pick(("×", ":"))
    step = draw.pick((1, 2, 3, -1, -2))
    # The last digit is not 0, so that there is a comma to move.
    number = Fraction(draw.integer(1, 999) * 10 + draw.integer(1, 9), draw.pick((10, 100)))
    factor = Fraction(10) ** step
    value = number * factor if sign == "×" else number / factor
    moved = step if sign == "×" else -step
    expression = f"{decimal(number)} {sign} {decimal(factor)}"
    question = draw.template(
        "Tính nhẩm: {e}",
        "Tính nhẩm kết quả của phép tính {e}.",
        "Không đặt tính, hãy tìm kết quả của {e}.",
        "Viết kết quả của phép tính {e}.",
    ).format(e=expression)
    answer = decimal(value)
    side, places = "phải" if moved > 0 else "trái", ("", "một", "hai", "ba")[abs(moved)]
    solution = equalities(
        f"Chuyển dấu phẩy sang bên {side} {places} chữ số.",
        f"{expression} = {answer}",
        answer=answer,
    )
    away = Fraction(10) ** -moved * number
    slips = (decimal(away), decimal(value * 10), decimal(value / 10), decimal(number))
    return Draft(question, solution, answer, (decimal(number), sign, decimal(factor)), slips)


@family(number=27, grade=5, kind="quantity", topic="decimals")
def bai_toan_so_thap_phan(draw: Draw) -> Draft:
    """Bài toán có số thập phân: nhiều hơn, ít hơn, tổng."""
    seller, good, unit = draw.pick(SOLD)
    small, more = draw.integer(105, 490), draw.integer(15, 195)
    first, second = decimal(Fraction(small, 10)), decimal(Fraction(more, 10))
    variant = draw.integer(0, 1)
    big = small + more
    if variant == 0:
        texts = (
            "Buổi sáng một {s} bán được {a} {u} {g}, buổi chiều bán được nhiều hơn buổi sáng {b} "
            "{u}. Hỏi cả ngày {s} bán được bao nhiêu {o} {g}?",
            "Một {s} buổi sáng bán {a} {u} {g}, buổi chiều bán nhiều hơn buổi sáng {b} {u}. Tính "
            "số {o} {g} bán được trong cả ngày.",
            "Tính số {o} {g} một {s} bán được cả ngày, biết buổi sáng bán {a} {u} và buổi chiều "
            "bán nhiều hơn buổi sáng {b} {u}.",
        )
        second_value, sign = big, "+"
    else:
        texts = (
            "Buổi sáng một {s} bán được {a} {u} {g}, buổi chiều bán được ít hơn buổi sáng {b} "
            "{u}. Hỏi cả ngày {s} bán được bao nhiêu {o} {g}?",
            "Một {s} buổi sáng bán {a} {u} {g}, buổi chiều bán ít hơn buổi sáng {b} {u}. Tính số "
            "{o} {g} bán được trong cả ngày.",
            "Tính số {o} {g} một {s} bán được cả ngày, biết buổi sáng bán {a} {u} và buổi chiều "
            "bán ít hơn buổi sáng {b} {u}.",
        )
        small, big = big, small
        first = decimal(Fraction(small, 10))
        second_value, sign = big, "-"
    question = draw.template(*texts).format(
        s=seller, a=first, u=unit, o=SPOKEN[unit], g=good, b=second
    )
    total = Fraction(small + second_value, 10)
    other = decimal(Fraction(second_value, 10))
    answer = f"{decimal(total)} {unit}"
    solution = worked(
        (f"Số {good} bán buổi chiều là", f"{first} {sign} {second} = {other} ({unit})"),
        (f"Số {good} bán cả ngày là", f"{first} + {other} = {decimal(total)} ({unit})"),
        answer=answer,
    )
    wrong = Fraction(2 * small + (-more if sign == "+" else more), 10)
    slips = (f"{other} {unit}", f"{decimal(wrong)} {unit}", f"{decimal(total + 1)} {unit}")
    return Draft(question, solution, answer, (small, sign, more), slips)
