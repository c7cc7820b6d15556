"""Areas and volumes: conversion, and computing with them (grades 4 and 5)."""

from fractions import Fraction

from mathpal.curriculum.layouts import equalities, worked
from mathpal.curriculum.phrasing import SPOKEN
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal, spaced

# (larger unit, smaller unit, how many smaller in one larger)
SQUARES = (("m²", "dm²", 100), ("dm²", "cm²", 100), ("cm²", "mm²", 100), ("m²", "cm²", 10_000))
LANDS = (("ha", "m²", 10_000), ("km²", "ha", 100), ("m²", "dm²", 100), ("dm²", "cm²", 100))
VOLUMES = (
    ("m³", "dm³", 1000), ("dm³", "cm³", 1000), ("m³", "lít", 1000), ("lít", "cm³", 1000),
    ("lít", "ml", 1000),
)  # fmt: skip
PLACES = (
    ("khu rừng", "làm đường"), ("nông trại", "trồng ngô"), ("khu đất", "làm vườn"),
    ("cánh đồng", "đào mương"), ("khu đồi", "trồng chè"), ("trang trại", "trồng rau"),
)  # fmt: skip


def _blank(draw: Draw, given: str, unit: str) -> str:
    return draw.template(
        "Viết số thích hợp vào chỗ chấm: {g} = ... {u}",
        "Đổi {g} ra {w}.",
        "{g} bằng bao nhiêu {w}?",
        "Viết số đo {g} theo đơn vị {w}.",
    ).format(g=given, u=unit, w=SPOKEN.get(unit, unit))


@family(number=46, grade=4, kind="quantity", topic="measure")
def doi_dien_tich(draw: Draw) -> Draft:
    """Đổi số đo diện tích m², dm², cm², mm²."""
    large, small, rate = draw.pick(SQUARES)
    a, b = draw.integer(2, 49), draw.integer(1, 99)
    whole, value = a * rate, a * rate + b
    variant = draw.integer(0, 3)
    first = f"1 {large} = {spaced(rate)} {small}"
    if variant == 3:  # from the small unit to a whole number of the large one
        answer = f"{a} {large}"
        solution = equalities(
            first, f"{spaced(whole)} : {spaced(rate)} = {a} ({large})", answer=answer
        )
        question = _blank(draw, f"{spaced(whole)} {small}", large)
        slips = tuple(f"{spaced(n)} {large}" for n in (a * 10, a * 100, a * 1000))
        return Draft(question, solution, answer, (large, small, a, "ngược"), slips)
    b = b if variant else 0
    value = whole + b
    answer = f"{spaced(value)} {small}"
    lines = [first, f"{a} × {spaced(rate)} = {spaced(whole)} ({small})"]
    if b:
        lines.append(f"{spaced(whole)} + {b} = {spaced(value)} ({small})")
    question = _blank(draw, f"{a} {large} {b} {small}" if b else f"{a} {large}", small)
    slips = tuple(f"{spaced(n)} {small}" for n in (whole // 10 + b, whole * 10 + b, whole + 10 * b))
    solution = equalities(*lines, answer=answer)
    return Draft(question, solution, answer, (large, small, a, b), slips)


@family(number=46, grade=5, kind="quantity", topic="measure")
def doi_hec_ta(draw: Draw) -> Draft:
    """Đổi số đo diện tích có héc-ta, ki-lô-mét vuông, số thập phân."""
    return _with_decimals(draw, *draw.pick(LANDS))


@family(number=46, grade=5, kind="quantity", topic="measure")
def doi_the_tich(draw: Draw) -> Draft:
    """Đổi số đo thể tích cm³, dm³, m³, lít."""
    return _with_decimals(draw, *draw.pick(VOLUMES))


def _with_decimals(draw: Draw, large: str, small: str, rate: int) -> Draft:
    variant = draw.pick(("xuôi", "ngược", "ghép"))
    count = draw.integer(1, 99) * (rate // 100 if draw.pick((True, False)) else rate // 10)
    count += rate // 10 if count % rate == 0 else 0
    value, part = Fraction(count, rate), Fraction(count % rate, rate)
    first, parameters = f"1 {large} = {spaced(rate)} {small}", (large, small, count, variant)
    if variant == "xuôi":
        given, answer = f"{decimal(value)} {large}", f"{spaced(count)} {small}"
        lines = [f"{decimal(value)} × {spaced(rate)} = {spaced(count)} ({small})"]
        wrong, unit = (Fraction(count, 10), Fraction(count * 10), Fraction(count * 100)), small
    else:
        answer, unit = f"{decimal(value)} {large}", large
        wrong = (value * 10, value / 10, value / 100)
        given, a = f"{spaced(count)} {small}", count // rate
        lines = [f"{spaced(count)} : {spaced(rate)} = {decimal(value)} ({large})"]
        if variant == "ghép" and a:
            rest = spaced(count % rate)
            given = f"{a} {large} {rest} {small}"
            lines = [
                f"{rest} : {spaced(rate)} = {decimal(part)} ({large})",
                f"{a} + {decimal(part)} = {decimal(value)} ({large})",
            ]
            wrong = (a + part / 10, a + part * 10, value * 10)
        elif variant == "ghép":
            parameters = (large, small, count, "ngược")
    slips = tuple(f"{decimal(n)} {unit}" for n in wrong)
    solution = equalities(first, *lines, answer=answer)
    return Draft(_blank(draw, given, unit), solution, answer, parameters, slips)


@family(number=46, grade=5, kind="quantity", topic="measure")
def dien_tich_dat_con_lai(draw: Draw) -> Draft:
    """Phần diện tích còn lại của khu đất tính theo héc-ta."""
    place, use = draw.pick(PLACES)
    tenths, part = draw.integer(12, 79), draw.integer(1, 19) * 5
    part = min(part, tenths * 10 - 5)
    whole, used, rest = (decimal(Fraction(n, 100)) for n in (tenths * 10, part, tenths * 10 - part))
    metres = spaced(part * 100)
    question = draw.template(
        "Một {p} có diện tích {w} ha, trong đó {m} m² dùng để {u}. Hỏi diện tích phần đất còn lại "
        "là bao nhiêu héc-ta?",
        "Người ta dùng {m} m² đất của một {p} rộng {w} ha để {u}. Tính diện tích phần đất còn lại "
        "theo đơn vị héc-ta.",
        "Một {p} rộng {w} ha. Người ta đã lấy {m} m² để {u}. Phần đất còn lại rộng bao nhiêu "
        "héc-ta?",
    ).format(p=place, w=whole, m=metres, u=use)
    answer = f"{rest} ha"
    solution = worked(
        ("Đổi", f"{metres} m² = {used} ha"),
        ("Diện tích phần còn lại là", f"{whole} - {used} = {rest} (ha)"),
        answer=answer,
    )
    wrong = (tenths * 10 + part, tenths * 10 - part + 10, part)
    slips = tuple(f"{decimal(Fraction(n, 100))} ha" for n in wrong)
    return Draft(question, solution, answer, (tenths, part), slips)


@family(number=46, grade=5, kind="quantity", topic="measure")
def nuoc_trong_be(draw: Draw) -> Draft:
    """Lượng nước còn lại trong bể: đổi mét khối ra lít."""
    each, days = draw.integer(5, 19) * 5, draw.integer(3, 9)
    used = each * days
    tenths = used // 100 + draw.integer(2, 18)
    whole, litres = decimal(Fraction(tenths, 10)), tenths * 100
    question = draw.template(
        "Một bể có {w} m³ nước. Mỗi ngày gia đình Lan dùng {e} lít nước. Hỏi sau {d} ngày, trong "
        "bể còn lại bao nhiêu lít nước?",
        "Trong bể có {w} m³ nước. Người ta lấy ra {d} lần, mỗi lần {e} lít. Tính số lít nước còn "
        "lại trong bể.",
        "Một xe chở {w} m³ nước. Xe đã tưới {d} vườn cây, mỗi vườn hết {e} lít nước. Hỏi trên xe "
        "còn bao nhiêu lít nước?",
    ).format(w=whole, e=each, d=days)
    answer = f"{spaced(litres - used)} lít"
    solution = worked(
        ("Đổi", f"{whole} m³ = {spaced(litres)} lít"),
        ("Số lít nước lấy đi là", f"{each} × {days} = {used} (lít)"),
        (
            "Số lít nước còn lại là",
            f"{spaced(litres)} - {used} = {spaced(litres - used)} (lít)",
        ),
        answer=answer,
    )
    wrong = (litres - each, litres + used, litres * 10 - used, litres - used + 100)
    slips = tuple(f"{spaced(n)} lít" for n in wrong)
    return Draft(question, solution, answer, (each, days, tenths), slips)
