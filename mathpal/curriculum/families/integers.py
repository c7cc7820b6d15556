"""Families on integers: sums, differences, temperatures, heights and depths."""

from mathpal.curriculum.layouts import equalities, worked
from mathpal.curriculum.registry import Draft, Draw, family

PLACES = (
    "Mát-xcơ-va", "Bắc Kinh", "Xơ-un", "Béc-lin", "Luân Đôn", "thị trấn A", "thành phố B",
    "một vùng núi cao", "một trạm đo",
)  # fmt: skip
UNNAMED = PLACES[-4:]  # real cities are left out: their known climate may be milder
# Signs of the first number, of the calculation, and of the second number.
SIGNS = (
    (-1, "+", 1), (-1, "+", -1), (-1, "-", 1), (-1, "-", -1), (1, "+", -1), (1, "-", -1),
    (1, "-", 1),
)  # fmt: skip


def _bracketed(value: int) -> str:
    return f"({value})" if value < 0 else str(value)


def _rule(first: int, plus: int) -> str:
    """Return the sum of two integers rewritten with natural numbers, followed by " = "."""
    large, small = max(abs(first), abs(plus)), min(abs(first), abs(plus))
    if first >= 0 and plus >= 0:
        return ""
    if first < 0 and plus < 0:
        return f"-({-first} + {-plus}) = "
    return f"-({large} - {small}) = " if first + plus < 0 else f"{large} - {small} = "


@family(number=67, grade=6, kind="integer", topic="number_theory")
def cong_tru_so_nguyen(draw: Draw) -> Draft:
    """Cộng, trừ hai số nguyên."""
    first, second = draw.integer(2, 99), draw.integer(2, 99)
    first_sign, sign, second_sign = draw.pick(SIGNS)
    if first_sign == second_sign == 1:  # a smaller number minus a larger one
        first, second = min(first, second), max(first, second) + 1
    first, second = first * first_sign, second * second_sign
    plus = second if sign == "+" else -second
    result = first + plus
    expression = f"{_bracketed(first)} {sign} {_bracketed(second)}"
    question = draw.template(
        "Tính: {e}", "Tính giá trị của biểu thức {e}.", "Kết quả của phép tính {e} là số nào?",
        "Thực hiện phép tính: {e}",
    ).format(e=expression)  # fmt: skip
    start = f"{_bracketed(first)} + {_bracketed(plus)}"
    steps = [f"{start} = {_rule(first, plus)}{result}"]
    if sign == "-":
        steps.insert(0, f"{expression} = {start}")
    answer = str(result)
    slips = (str(-result), str(first - plus), str(plus - first))
    solution = equalities(*steps, answer=answer)
    return Draft(question, solution, answer, (expression,), slips)


@family(number=67, grade=6, kind="quantity", topic="number_theory")
def nhiet_do(draw: Draw) -> Draft:
    """Nhiệt độ: tăng, giảm, chênh lệch với số nguyên âm."""
    place, variant = draw.pick(PLACES), draw.pick(("tăng", "giảm", "chênh"))
    if variant == "chênh":
        place, gap = draw.pick(UNNAMED), draw.integer(4, 20)
        high = draw.integer(1, gap - 1)
        low = high - gap
        question = draw.template(
            "Ở {p}, ban ngày nhiệt độ là {h} °C, ban đêm là {l} °C. Hỏi nhiệt độ ban ngày cao hơn "
            "ban đêm bao nhiêu độ C?",
            "Nhiệt độ cao nhất trong ngày ở {p} là {h} °C, thấp nhất là {l} °C. Tính số độ C chênh "
            "lệch giữa hai nhiệt độ đó.",
            "Trong một ngày ở {p}, nhiệt độ thay đổi từ {l} °C đến {h} °C. Hỏi nhiệt độ đã tăng "
            "bao nhiêu độ C?",
        ).format(p=place, h=high, l=low)
        answer = f"{gap} °C"
        line = f"{high} - ({low}) = {high} + {-low} = {gap} (°C)"
        solution = worked(("Số độ C chênh lệch là", line), answer=answer)
        slips = tuple(f"{v} °C" for v in (high + low, low - high, -low))
        return Draft(question, solution, answer, (variant, low, high), slips)
    up = variant == "tăng"
    start, change = draw.integer(-18, -1) if up else draw.integer(-6, 9), draw.integer(2, 15)
    plus = change if up else -change
    end = start + plus
    first, later = ("Buổi sáng", "chiều") if up else ("Buổi chiều", "đêm")
    question = draw.template(
        "{x}, nhiệt độ ở {p} là {a} °C. Đến {y} nhiệt độ {w} {b} °C. Hỏi lúc đó nhiệt độ là bao "
        "nhiêu độ C?",
        "Nhiệt độ ở {p} lúc 6 giờ là {a} °C, sau đó {w} {b} °C. Tính nhiệt độ lúc sau.",
        "Một kho lạnh có nhiệt độ {a} °C. Người ta cho nhiệt độ trong kho {w} {b} °C. Tìm nhiệt độ "
        "mới trong kho.",
    ).format(x=first, y=later, p=place, a=start, b=change, w=variant)
    answer = f"{end} °C"
    line = f"{start} {'+' if up else '-'} {change} = {_rule(start, plus)}{end} (°C)"
    solution = worked(("Nhiệt độ lúc sau là", line), answer=answer)
    slips = tuple(f"{v} °C" for v in (-end, start - (end - start), abs(start) + change))
    return Draft(question, solution, answer, (variant, start, change), slips)


@family(number=67, grade=6, kind="quantity", topic="number_theory")
def do_cao_am(draw: Draw) -> Draft:
    """Độ cao âm: tàu ngầm so với mực nước biển."""
    start, move = -5 * draw.integer(3, 40), 5 * draw.integer(1, 20)
    up = draw.pick((True, False)) and move < -start
    end = start + move if up else start - move
    question = draw.template(
        "Một tàu ngầm đang ở độ cao {a} m so với mực nước biển, sau đó tàu {w} {b} m. Hỏi khi đó "
        "tàu ở độ cao bao nhiêu mét?",
        "Độ cao của một tàu ngầm so với mực nước biển là {a} m. Tàu {w} {b} m. Tính độ cao mới "
        "của tàu.",
        "Một tàu ngầm ở vị trí {a} m so với mực nước biển. Tàu {w} {b} m thì dừng lại. Tàu dừng ở "
        "độ cao nào so với mực nước biển?",
    ).format(a=start, b=move, w="nổi lên" if up else "lặn xuống thêm")
    answer = f"{end} m"
    rule = _rule(start, move if up else -move)
    line = f"{start} {'+' if up else '-'} {move} = {rule}{end} (m)"
    solution = worked(("Độ cao mới của tàu là", line), answer=answer)
    slips = tuple(f"{v} m" for v in (-end, 2 * start - end, start))
    return Draft(question, solution, answer, (up, start, move), slips)
