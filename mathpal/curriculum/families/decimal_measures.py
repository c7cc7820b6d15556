"""Lengths and masses as decimals (grade 5)."""

from fractions import Fraction

from mathpal.curriculum.layouts import equalities, worked
from mathpal.curriculum.phrasing import SPOKEN
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal, spaced

# (larger unit, smaller unit, how many smaller in one larger)
UNITS = (
    ("km", "m", 1000), ("m", "cm", 100), ("m", "dm", 10), ("dm", "cm", 10), ("cm", "mm", 10),
    ("kg", "g", 1000), ("tấn", "kg", 1000), ("tạ", "kg", 100), ("tấn", "tạ", 10),
    ("yến", "kg", 10),
)  # fmt: skip
STUFFS = ("dây", "vải", "ống nhựa", "lưới", "dây điện", "dây thép")


@family(number=45, grade=5, kind="quantity", topic="measure")
def doi_so_thap_phan(draw: Draw) -> Draft:
    """Đổi số đo là số thập phân ra đơn vị bé hơn hoặc lớn hơn."""
    large, small, rate = draw.pick(UNITS)
    step = rate // 100 if rate > 100 and draw.pick((True, False)) else rate // 10
    count = draw.integer(1, 99) * step
    count += step if count % rate == 0 else 0
    down = draw.pick((True, False))
    big, little = decimal(Fraction(count, rate)), spaced(count)
    value, unit, given, source = (
        (little, small, big, large) if down else (big, large, little, small)
    )
    question = draw.template(
        "Viết số thích hợp vào chỗ chấm: {g} {s} = ... {u}",
        "Đổi {g} {s} ra {w}.",
        "{g} {s} bằng bao nhiêu {w}?",
        "Viết số đo {g} {s} theo đơn vị {w}.",
    ).format(g=given, s=source, u=unit, w=SPOKEN[unit])
    answer, sign = f"{value} {unit}", "×" if down else ":"
    solution = equalities(
        f"1 {large} = {spaced(rate)} {small}",
        f"{given} {sign} {spaced(rate)} = {answer.split(' ' + unit)[0]} ({unit})",
        answer=answer,
    )
    right = Fraction(count) if down else Fraction(count, rate)
    slips = tuple(f"{decimal(right * k)} {unit}" for k in (10, Fraction(1, 10), 100))
    return Draft(question, solution, answer, (large, small, count, down), slips)


@family(number=45, grade=5, kind="quantity", topic="measure")
def viet_so_thap_phan(draw: Draw) -> Draft:
    """Viết số đo hai đơn vị thành số thập phân và ngược lại."""
    large, small, rate = draw.pick(UNITS)
    a = draw.integer(1, 29)
    b = draw.integer(1, rate // 10 * 2 - 1) if draw.pick((True, False)) else draw.integer(1, 9)
    b = b * 5 if rate == 1000 else b if rate == 100 else draw.integer(1, 9)
    value = decimal(a + Fraction(b, rate))
    part = decimal(Fraction(b, rate))
    way = draw.pick(("ra số thập phân", "ra số thập phân", "ra hai đơn vị"))
    if way == "ra số thập phân":
        question = draw.template(
            "Viết số thập phân thích hợp vào chỗ chấm: {a} {x} {b} {y} = ... {x}",
            "Viết {a} {x} {b} {y} dưới dạng số thập phân có đơn vị là {w}.",
            "Hỏi {a} {x} {b} {y} bằng bao nhiêu {w}?",
            "Đổi {a} {x} {b} {y} ra {w}.",
        ).format(a=a, x=large, b=b, y=small, w=SPOKEN[large])
        answer = f"{value} {large}"
        lines = (f"{b} : {spaced(rate)} = {part} ({large})", f"{a} + {part} = {value} ({large})")
        wrong = (a + Fraction(b, rate * 10), a + Fraction(b * 10, rate), Fraction(a + b, 10))
        slips = tuple(f"{decimal(n)} {large}" for n in wrong)
    else:
        question = draw.template(
            "Viết số thích hợp vào chỗ chấm: {v} {x} = ... {x} ... {y}",
            "Đổi {v} {x} ra {w} và {z}.",
            "{v} {x} gồm bao nhiêu {w} và bao nhiêu {z}?",
        ).format(v=value, x=large, y=small, w=SPOKEN[large], z=SPOKEN[small])
        answer = f"{a} {large} {b} {small}"
        lines = (f"{value} = {a} + {part}", f"{part} × {spaced(rate)} = {b} ({small})")
        slips = (f"{a} {large} {b * 10} {small}", f"{b} {large} {a} {small}")
    parameters = (large, small, a, b, way)
    solution = equalities(f"1 {large} = {spaced(rate)} {small}", *lines, answer=answer)
    return Draft(question, solution, answer, parameters, slips)


@family(number=45, grade=5, kind="quantity", topic="measure")
def cat_doan_day(draw: Draw) -> Draft:
    """Cắt nhiều đoạn bằng nhau, phần còn lại là số thập phân."""
    stuff, each, count = draw.pick(STUFFS), draw.integer(3, 18) * 5, draw.integer(3, 8)
    used = each * count
    left = draw.integer(3, 60) * 10 + (-used) % 10
    whole, gone, rest = (decimal(Fraction(n, 100)) for n in (used + left, used, left))
    question = draw.template(
        "Một cuộn {t} dài {w} m. Người ta cắt ra {n} đoạn, mỗi đoạn dài {e} cm. Hỏi cuộn {t} còn "
        "lại dài bao nhiêu mét?",
        "Từ một cuộn {t} dài {w} m, chú thợ cắt {n} đoạn bằng nhau, mỗi đoạn {e} cm. Tính độ dài "
        "còn lại của cuộn {t} theo mét.",
        "Cắt {n} đoạn {t}, mỗi đoạn dài {e} cm, từ cuộn {t} dài {w} m. Hỏi còn lại bao nhiêu mét "
        "{t}?",
    ).format(t=stuff, w=whole, n=count, e=each)
    answer = f"{rest} m"
    solution = worked(
        (f"{count} đoạn dài là", f"{each} × {count} = {used} (cm)"),
        ("Đổi", f"{used} cm = {gone} m"),
        ("Phần còn lại dài là", f"{whole} - {gone} = {rest} (m)"),
        answer=answer,
    )
    wrong = (used + left - each, 2 * used + left, left + 100)
    slips = tuple(f"{decimal(Fraction(n, 100))} m" for n in wrong)
    return Draft(question, solution, answer, (each, count, left), slips)
