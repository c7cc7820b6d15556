"""Families on sets of numbers and on powers."""

from mathpal.curriculum.layouts import equalities, reasoned, worked
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# (base, exponent) whose steps are easy mental arithmetic
POWERS = tuple(
    (base, exponent)
    for base, most in ((2, 8), (3, 5), (4, 4), (5, 4), (6, 3), (7, 3), (8, 3), (9, 3), (10, 5),
                       (11, 2), (12, 2), (13, 2), (14, 2), (15, 2), (20, 3), (30, 3))
    for exponent in range(2, most + 1)
)  # fmt: skip
LOW = tuple((base, exponent) for base, exponent in POWERS if base**exponent <= 150)


RICH = tuple(n for n in range(8, 101) if 3 < sum(n % d == 0 for d in range(1, n + 1)) < 9)


def _power(base: int, exponent: int) -> str:
    return f"{base}{str(exponent).translate(SUPERSCRIPTS)}"


def _spelt(base: int, exponent: int) -> str:
    return " × ".join([str(base)] * exponent)


def _listed(values: list[int]) -> str:
    return "{" + "; ".join(map(str, values)) + "}"


@family(number=61, grade=6, kind="set", topic="number_theory")
def liet_ke_phan_tu(draw: Draw) -> Draft:
    """Viết tập hợp bằng cách liệt kê các phần tử."""
    variant = draw.pick(("khoảng", "khoảng", "chẵn", "lẻ", "bội", "ước"))
    low = draw.integer(5, 95)
    high = low + draw.integer(4, 8)
    if variant == "khoảng":
        open_low, open_high = draw.pick((True, False)), draw.pick((True, False))
        values = list(range(low + open_low, high + (not open_high)))
        left, right = "<" if open_low else "≤", "<" if open_high else "≤"
        rule = f"số tự nhiên x mà {low} {left} x {right} {high}"
        reason = [f"Các số đó là các số tự nhiên từ {values[0]} đến {values[-1]}."]
        wrong = [list(range(low, high)), list(range(low, high + 1)), list(range(low + 1, high))]
        parameters: tuple[object, ...] = (variant, low, high, open_low, open_high)
    elif variant in ("chẵn", "lẻ"):
        high, odd = low + 2 * draw.integer(3, 5) + 1, variant == "lẻ"
        values = [n for n in range(low + 1, high) if n % 2 == odd]
        rule = f"số {variant} lớn hơn {low} và nhỏ hơn {high}"
        reason = [f"Hai số {variant} liên tiếp hơn kém nhau 2 đơn vị, số đầu là {values[0]}."]
        wrong = [
            [n - 1 for n in values],
            values[:-1],
            [n for n in range(low, high + 1) if n % 2 == odd],
        ]
        parameters = (variant, low, high)
    elif variant == "bội":
        of, count = draw.integer(3, 20), draw.integer(3, 6)
        limit = of * (count - 1) + draw.integer(1, of)
        values = [of * k for k in range(count)]
        rule = f"bội của {of} nhỏ hơn {limit}"
        reason = [f"Nhân {of} lần lượt với 0; 1; 2; … ta được các bội của {of}."]
        wrong = [values[1:], [*values, of * count], values[1:-1]]
        parameters = (variant, of, limit)
    else:
        of = draw.pick(RICH)
        values = [d for d in range(1, of + 1) if of % d == 0]
        rule = f"ước của {of}"
        reason = [f"{of} = {d} × {of // d}" for d in values if d * d <= of]
        wrong = [values[1:], values[:-1], values[1:-1]]
        parameters = (variant, of)
    return _set_draft(draw, rule, reason, values, wrong, parameters)


def _set_draft(
    draw: Draw, rule: str, reason: list[str], values: list[int], wrong: list[list[int]],
    parameters: tuple[object, ...],
) -> Draft:  # fmt: skip
    question = draw.template(
        "Viết tập hợp A gồm các {r} bằng cách liệt kê các phần tử.",
        "Liệt kê các phần tử của tập hợp A gồm các {r}.",
        "Gọi A là tập hợp các {r}. Hãy viết A bằng cách liệt kê các phần tử.",
    ).format(r=rule)
    answer = f"A = {_listed(values)}"
    slips = tuple(f"A = {_listed(v)}" for v in wrong if v)
    return Draft(question, reasoned(*reason, answer=answer), answer, parameters, slips)


@family(number=61, grade=6, kind="quantity", topic="number_theory")
def so_phan_tu(draw: Draw) -> Draft:
    """Số phần tử của tập hợp các số cách đều."""
    step, first = draw.pick((1, 2, 2, 3, 4, 5, 10)), draw.integer(1, 40)
    count = draw.integer(6, 60)
    last = first + step * (count - 1)
    question = draw.template(
        "Tập hợp A = {{{l}; …; {z}}} có bao nhiêu phần tử?",
        "Tính số phần tử của tập hợp B = {{{l}; …; {z}}}.",
        "Cho tập hợp M = {{{l}; …; {z}}}, hai số liền nhau hơn kém nhau {d} đơn vị. Hỏi M có bao "
        "nhiêu phần tử?",
    ).format(l="; ".join(str(first + step * k) for k in range(3)), z=last, d=step)
    gap = last - first
    middle = f"{gap} : {step} = {count - 1}"
    answer = f"{count} phần tử"
    solution = worked(
        ("Hiệu của số cuối và số đầu là", f"{last} - {first} = {gap}"),
        ("Số khoảng cách là", middle),
        ("Số phần tử là", f"{count - 1} + 1 = {count}"),
        answer=answer,
    )
    slips = tuple(f"{n} phần tử" for n in (count - 1, count + 1, gap + 1))
    return Draft(question, solution, answer, (first, step, last), slips)


@family(number=62, grade=6, kind="integer", topic="number_theory")
def luy_thua(draw: Draw) -> Draft:
    """Tính giá trị luỹ thừa và biểu thức có luỹ thừa."""
    variant = draw.pick(("một", "tổng", "tổng", "tích"))
    base, exponent = draw.pick(POWERS if variant == "một" else LOW)
    value, shown = base**exponent, _power(base, exponent)
    lines = [f"{shown} = {_spelt(base, exponent)} = {spaced(value)}"]
    result, expression = value, shown
    slips = [base * exponent, base ** (exponent - 1), base + exponent]
    if variant == "tổng":
        other, power = draw.pick([pair for pair in LOW if pair[0] != base])
        small = other**power
        lines.append(f"{_power(other, power)} = {_spelt(other, power)} = {small}")
        sign = "+" if small >= value else draw.pick(("+", "-"))
        expression = f"{shown} {sign} {_power(other, power)}"
        result = value + small if sign == "+" else value - small
        lines.append(f"{value} {sign} {small} = {result}")
        slips = [base * exponent + other * power, value, result + 10]
    elif variant == "tích":
        factor = draw.integer(2, 9)
        expression, result = f"{factor} × {shown}", factor * value
        apart = (
            f"{spaced(factor * (value // 100 * 100))} + {factor * (value % 100)} = "
            if value > 99
            else ""
        )
        lines.append(f"{factor} × {value} = {apart}{spaced(result)}")
        slips = [(factor * base) ** exponent, factor * base * exponent, value + factor]
    question = draw.template(
        "Tính: {e}", "Tính giá trị của biểu thức {e}.", "Kết quả của {e} là bao nhiêu?",
        "Thực hiện phép tính: {e}",
    ).format(e=expression)  # fmt: skip
    answer = spaced(result)
    solution = equalities(*lines, answer=answer)
    return Draft(question, solution, answer, (expression,), tuple(map(spaced, slips)))


@family(number=62, grade=6, kind="integer", topic="number_theory")
def so_mu(draw: Draw) -> Draft:
    """Nhân, chia hai luỹ thừa cùng cơ số: tìm số mũ."""
    base, small, more = draw.integer(2, 15), draw.integer(2, 9), draw.integer(1, 12)
    large = small + more
    times = draw.pick((True, False))
    sign = "×" if times else ":"
    result = large + small if times else more
    question = draw.template(
        "Tìm số tự nhiên n, biết {x} {s} {y} = {b}ⁿ.",
        "Viết {x} {s} {y} dưới dạng luỹ thừa {b}ⁿ. Số mũ n bằng bao nhiêu?",
        "Kết quả của phép tính {x} {s} {y} là một luỹ thừa của {b}. Số mũ của luỹ thừa đó là số "
        "nào?",
    ).format(x=_power(base, large), y=_power(base, small), s=sign, b=base)
    answer = str(result)
    rule = (
        "Nhân hai luỹ thừa cùng cơ số thì cộng các số mũ."
        if times
        else "Chia hai luỹ thừa cùng cơ số thì trừ các số mũ."
    )
    sum_sign = "+" if times else "-"
    solution = reasoned(rule, f"{large} {sum_sign} {small} = {result}", answer=answer)
    slips = (str(large * small), str(large - small if times else large + small), str(large))
    return Draft(question, solution, answer, (base, large, sign, small), slips)
