"""Families on the last digit of a product and on remainders found without dividing."""

from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced


@family(number=17, grade=5, kind="integer", topic="number_theory", stratum="advanced")
def chu_so_tan_cung(draw: Draw) -> Draft:
    """Tìm chữ số tận cùng của một tích hoặc một tổng các tích."""
    # No number ends in 0 or 5; otherwise most products would end in 0.
    numbers = [
        10 * draw.integer(1, 49) + draw.pick((1, 2, 3, 4, 6, 7, 8, 9))
        for _ in range(draw.integer(3, 4))
    ]
    summed = len(numbers) == 4 and draw.pick((True, False))
    a, b, *rest = (n % 10 for n in numbers)
    lines = [f"{a} × {b} = {a * b}, chữ số hàng đơn vị là {a * b % 10}."]
    last = a * b % 10
    if summed:
        expression = f"{numbers[0]} × {numbers[1]} + {numbers[2]} × {numbers[3]}"
        other = rest[0] * rest[1]
        lines.append(f"{rest[0]} × {rest[1]} = {other}, chữ số hàng đơn vị là {other % 10}.")
        lines.append(f"{last} + {other % 10} = {last + other % 10}")
        last = (last + other) % 10
    else:
        expression = " × ".join(map(str, numbers))
        for digit in rest:
            lines.append(
                f"{last} × {digit} = {last * digit}, chữ số hàng đơn vị là {last * digit % 10}."
            )
            last = last * digit % 10
    question = draw.template(
        "Tìm chữ số tận cùng của kết quả phép tính {e}.",
        "Không tính kết quả, cho biết {e} có chữ số tận cùng là chữ số nào.",
        "Kết quả của {e} tận cùng là chữ số nào?",
    ).format(e=expression)
    wrong = (sum(numbers) % 10, (last + 5) % 10, (last + 2) % 10, (last + 8) % 10)
    solution = reasoned(*lines, answer=str(last))
    return Draft(question, solution, str(last), (expression,), tuple(map(str, wrong)))


@family(number=17, grade=5, kind="integer", topic="number_theory", stratum="advanced")
def tan_cung_nhieu_thua_so(draw: Draw) -> Draft:
    """Tìm chữ số tận cùng của tích có nhiều thừa số giống nhau."""
    digit, count = draw.pick((2, 3, 7, 8)), draw.integer(10, 99)
    last_four = [digit**power % 10 for power in (1, 2, 3, 4)]
    groups, rest = divmod(count, 4)
    value = last_four[rest - 1]  # a rest of 0 takes the fourth digit
    question = draw.template(
        "Tích của {n} thừa số {d} có chữ số tận cùng là chữ số nào?",
        "Tìm chữ số tận cùng của tích {d} × {d} × ... × {d} (có {n} thừa số {d}).",
        "Tích {d} × {d} × {d} × ... × {d} gồm {n} thừa số {d}. Tích đó tận cùng là chữ số nào?",
    ).format(n=count, d=digit)
    shown = ", ".join(str(one) for one in last_four)
    lines = [
        f"Tích của 1, 2, 3, 4 thừa số {digit} có chữ số hàng đơn vị là {shown}.",
        "Thêm 4 thừa số thì chữ số hàng đơn vị không đổi.",
        f"{count} : 4 = {groups}" + (f" (dư {rest})" if rest else ""),
        f"Lấy chữ số hàng đơn vị của tích {rest or 4} thừa số {digit}.",
    ]
    solution = reasoned(*lines, answer=str(value))
    slips = tuple(str(one) for one in last_four if one != value)
    return Draft(question, solution, str(value), (digit, count), slips)


@family(number=17, grade=5, kind="integer", topic="number_theory", stratum="advanced")
def so_du_khi_chia(draw: Draw) -> Draft:
    """Tìm số dư khi chia một số mà không thực hiện phép chia."""
    divisor = draw.pick((3, 9, 4, 5))
    number = draw.integer(1_001, 99_989)
    if number % divisor == 0:
        number += draw.integer(1, divisor - 1)
    text = draw.template(
        "Không thực hiện phép chia, tìm số dư khi chia {n} cho {d}.",
        "Số {n} chia cho {d} dư bao nhiêu?",
        "Tìm số dư của phép chia {n} cho {d}.",
    )
    rest = number % divisor
    if divisor in (3, 9):
        digits = list(str(number))
        part = sum(map(int, digits))
        lines = [f"Tổng các chữ số: {' + '.join(digits)} = {part}"]
    elif divisor == 4:
        part = number % 100
        lines = [f"Số viết từ hai chữ số tận cùng là {part}."]
    else:
        part = number % 10
        lines = [f"Chữ số hàng đơn vị là {part}."]
    lines.append(f"{part} : {divisor} = {part // divisor} (dư {rest})")
    question = text.format(n=spaced(number), d=divisor)
    lines.append(f"Số dư là {rest}.")
    solution = reasoned(*lines, answer=str(rest))
    slips = tuple(str((rest + shift) % divisor) for shift in (1, 2, divisor - 1))
    return Draft(question, solution, str(rest), (number, divisor), slips)
