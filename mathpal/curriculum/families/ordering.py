"""Families on the order of numbers: comparing place by place, sorting."""

from fractions import Fraction

from mathpal.curriculum.families.places import PARTS, PLACES
from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal, spaced

AMONG_THE_REST = "Trong các số đó, số"


def sign_of(left: Fraction | int, right: Fraction | int) -> str:
    """Return <, > or =, whichever holds between two numbers."""
    return "<" if left < right else ">" if left > right else "="


def _asked(draw: Draw, left: str, right: str) -> str:
    return draw.template(
        "Điền dấu >, <, = thích hợp: {a} ... {b}",
        "So sánh hai số {a} và {b}, dùng dấu >, < hoặc =.",
        "Dấu nào trong các dấu >, <, = đứng giữa {a} và {b}?",
        "Chọn dấu >, < hoặc = viết vào chỗ chấm: {a} ... {b}",
    ).format(a=left, b=right)


def _place_by_place(left: int, right: int) -> list[str]:
    """Return the lines that compare two whole numbers, from the highest place down."""
    a, b = str(left), str(right)
    if len(a) != len(b):
        return [f"{spaced(left)} có {len(a)} chữ số, {spaced(right)} có {len(b)} chữ số."]
    lines = []
    for i, (x, y) in enumerate(zip(a, b, strict=True)):
        lines.append(f"Hàng {PLACES[len(a) - 1 - i]}: {x} {sign_of(int(x), int(y))} {y}")
        if x != y:
            break
    return lines


def _two_numbers(draw: Draw, size: int, shared: int) -> tuple[int, int]:
    """Return two numbers of `size` digits.

    One time in ten they are equal, and one time in ten one of them has a digit less.

    Args:
        shared: the largest number of leading digits that they have in common.
    """
    case = draw.integer(1, 10)
    left = draw.integer(10 ** (size - 1), 10**size - 1)
    if case == 1:
        return left, left
    if case == 2:
        right = draw.integer(10 ** (size - 2), 10 ** (size - 1) - 1)
        return (left, right) if draw.pick((True, False)) else (right, left)
    text, place = str(left), draw.integer(0, shared)
    other = draw.pick([d for d in "0123456789" if d != text[place] and (place or d != "0")])
    tail = text[place + 1 :]
    if draw.pick((True, False)):
        tail = "".join(str(draw.integer(0, 9)) for _ in tail)
    return left, int(text[:place] + other + tail)


def _compared(draw: Draw, left: int, right: int) -> Draft:
    sign = sign_of(left, right)
    a, b = spaced(left), spaced(right)
    solution = reasoned(*_place_by_place(left, right), f"{a} {sign} {b}", answer=sign)
    return Draft(_asked(draw, a, b), solution, sign, (left, right))


@family(number=3, grade=1, kind="sign", topic="numbers")
def so_sanh_trong_100(draw: Draw) -> Draft:
    """So sánh các số trong phạm vi 100."""
    return _compared(draw, *_two_numbers(draw, 2, 1))


@family(number=3, grade=2, kind="sign", topic="numbers")
def so_sanh(draw: Draw) -> Draft:
    """So sánh các số có ba chữ số."""
    return _compared(draw, *_two_numbers(draw, 3, 2))


@family(number=3, grade=4, kind="sign", topic="numbers")
def so_sanh_so_lon(draw: Draw) -> Draft:
    """So sánh các số có nhiều chữ số."""
    return _compared(draw, *_two_numbers(draw, draw.integer(5, 6), 3))


@family(number=3, grade=3, kind="sign", topic="numbers")
def so_sanh_bieu_thuc(draw: Draw) -> Draft:
    """So sánh giá trị hai biểu thức."""
    a, b = draw.integer(3, 9), draw.integer(3, 9)
    left, value = draw.pick(((f"{a} × {b}", a * b), (f"{a * b} : {a}", b)))
    other = max(1, value + draw.pick((-3, -2, -1, 0, 0, 1, 2, 3)))
    c = draw.integer(1, 9)
    right = draw.pick((f"{other + c} - {c}", f"{c} + {other}", str(other)))
    total = c + other if "+" in right else other
    sign = sign_of(value, total)
    lines = [f"{left} = {value}"]
    if " " in right:
        lines.append(f"{right} = {total}")
    question = draw.template(
        "Điền dấu >, <, = thích hợp: {a} ... {b}",
        "Tính rồi so sánh {a} và {b}, dùng dấu >, < hoặc =.",
        "Dấu nào trong các dấu >, <, = đứng giữa {a} và {b}?",
        "Chọn dấu >, < hoặc = viết vào chỗ chấm: {a} ... {b}",
    ).format(a=left, b=right)
    solution = reasoned(*lines, f"{value} {sign} {total}", answer=sign)
    return Draft(question, solution, sign, (left, right))


@family(number=3, grade=5, kind="sign", topic="decimals")
def so_sanh_thap_phan(draw: Draw) -> Draft:
    """So sánh hai số thập phân."""
    whole = draw.integer(0, 45)
    first, second, third = draw.distinct(range(10), 3)
    case = draw.pick(("whole", "tenths", "tenths", "longer", "hundredths", "same"))
    left, right = {
        "whole": (f"{whole},{first}{second}", f"{whole + 1},{third}"),
        "tenths": (f"{whole},{first}{third}", f"{whole},{second}{draw.integer(1, 9)}"),
        "longer": (f"{whole},{first}", f"{whole},{second}{max(1, third)}"),
        "hundredths": (f"{whole},{first}{second}", f"{whole},{first}{third}"),
        "same": (f"{whole},{first}", f"{whole},{first}0"),
    }[case]
    if draw.pick((True, False)):
        left, right = right, left
    a, b = left.split(","), right.split(",")
    lines = [f"Phần nguyên: {a[0]} {sign_of(int(a[0]), int(b[0]))} {b[0]}"]
    if a[0] == b[0]:
        for x, y, name in zip(a[1].ljust(2, "0"), b[1].ljust(2, "0"), PARTS, strict=False):
            lines.append(f"Hàng {name}: {x} {sign_of(int(x), int(y))} {y}")
            if x != y:
                break
    sign = sign_of(Fraction(".".join(a)), Fraction(".".join(b)))
    solution = reasoned(*lines, f"{left} {sign} {right}", answer=sign)
    return Draft(_asked(draw, left, right), solution, sign, (left, right))


def _sorted(draw: Draw, values: list[Fraction]) -> Draft:
    """Return a problem that asks to sort different numbers, shown in the given order.

    Args:
        values: the numbers; if they are sorted already, the first moves to the end.
    """
    rising = draw.pick((True, False))
    text = draw.template(
        "Sắp xếp các số sau theo thứ tự từ {o}: {n}.",
        "Viết các số {n} theo thứ tự từ {o}.",
        "Cho các số: {n}. Hãy xếp các số đó theo thứ tự từ {o}.",
        "Xếp các số {n} từ {o}.",
    )
    order, first = ("bé đến lớn", "bé nhất") if rising else ("lớn đến bé", "lớn nhất")
    right_order = sorted(values, reverse=not rising)
    if values == right_order:  # an already sorted row would leave nothing to do
        values = values[1:] + values[:1]
    left = list(values)
    lines: list[str] = []
    for value in right_order[:-2]:
        left.remove(value)
        start = AMONG_THE_REST if lines else "Số"
        shown = "; ".join(map(decimal, left))
        lines.append(f"{start} {first} là {decimal(value)}, còn lại {shown}.")
    last = right_order[-2:]
    lines.append(f"{decimal(last[0])} {'<' if rising else '>'} {decimal(last[1])}")
    answer = "; ".join(map(decimal, right_order))
    swapped = [*right_order[:-2], *reversed(last)]
    early = [right_order[1], right_order[0], *right_order[2:]]
    slips = tuple(
        "; ".join(map(decimal, wrong)) for wrong in (right_order[::-1], swapped, early, values)
    )
    question = text.format(o=order, n="; ".join(map(decimal, values)))
    parameters = (rising, *sorted(map(decimal, values)))
    return Draft(question, reasoned(*lines, answer=answer), answer, parameters, slips)


def _like_each_other(draw: Draw, size: int, count: int) -> list[Fraction]:
    """Return different whole numbers of `size` digits that share digits, in random order."""
    start = str(draw.integer(10 ** (size - 1), 10**size - 1))
    place = draw.integer(0, min(2, size - 1))
    found = draw.distinct("123456789", count)
    tails = ["".join(draw.distinct(start[place + 1 :], size - place - 1)) for _ in found]
    pairs = zip(found, tails, strict=True)
    return [Fraction(int(start[:place] + digit + tail)) for digit, tail in pairs]


@family(number=3, grade=2, kind="list", topic="numbers")
def sap_xep(draw: Draw) -> Draft:
    """Sắp xếp các số trong phạm vi 1000."""
    return _sorted(draw, _like_each_other(draw, draw.integer(2, 3), draw.integer(3, 4)))


@family(number=3, grade=4, kind="list", topic="numbers")
def sap_xep_so_lon(draw: Draw) -> Draft:
    """Sắp xếp các số có nhiều chữ số."""
    return _sorted(draw, _like_each_other(draw, draw.integer(4, 6), draw.integer(3, 4)))


@family(number=3, grade=5, kind="list", topic="decimals")
def sap_xep_thap_phan(draw: Draw) -> Draft:
    """Sắp xếp các số thập phân."""
    whole, tenth = draw.integer(0, 40), draw.integer(1, 8)
    base = Fraction(10 * whole + tenth, 10)
    ones, hundredths = draw.integer(1, 2), draw.integer(1, 8)
    values = [base, base + Fraction(hundredths, 100), base + Fraction(1, 10),
              Fraction(whole + ones) + Fraction(draw.integer(1, 4), 100)]  # fmt: skip
    return _sorted(draw, draw.distinct(values, draw.integer(3, 4)))


@family(number=3, grade=6, kind="list", topic="numbers")
def sap_xep_so_nguyen(draw: Draw) -> Draft:
    """Sắp xếp các số nguyên âm, nguyên dương."""
    below = draw.distinct(range(-30, 0), draw.integer(2, 3))
    above = draw.distinct(range(0, 30), 4 - len(below))
    values = [Fraction(n) for n in draw.distinct([*below, *above], 4)]
    return _sorted(draw, values)


@family(number=3, grade=1, kind="integer", topic="numbers")
def so_lon_nhat_be_nhat(draw: Draw) -> Draft:
    """Tìm số lớn nhất, số bé nhất trong các số."""
    values = draw.distinct(range(10, 100), draw.integer(3, 4))
    largest = draw.pick((True, False))
    word = "lớn nhất" if largest else "bé nhất"
    question = draw.template(
        "Số {w} trong các số {n} là số nào?",
        "Tìm số {w} trong các số: {n}.",
        "Cho các số {n}. Số nào {w}?",
    ).format(w=word, n="; ".join(map(str, values)))
    best, lines = values[0], []
    for value in values[1:]:
        lines.append(f"{best} {sign_of(best, value)} {value}")
        best = max(best, value) if largest else min(best, value)
    solution = reasoned(*lines, f"Số {word} là {best}.", answer=str(best))
    slips = tuple(str(v) for v in sorted(values, reverse=not largest) if v != best)
    return Draft(question, solution, str(best), (largest, *sorted(values)), slips)
