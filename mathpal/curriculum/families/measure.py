"""Lengths and masses in whole numbers (grades 2 to 4): conversion, and computing with them."""

from mathpal.curriculum.layouts import equalities, worked
from mathpal.curriculum.phrasing import SPOKEN
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced

# (larger unit, smaller unit, how many smaller in one larger)
LENGTHS_MASSES = (
    ("m", "cm", 100), ("km", "m", 1000), ("cm", "mm", 10), ("m", "mm", 1000), ("kg", "g", 1000),
    ("lít", "ml", 1000),
)  # fmt: skip
MASSES = (
    ("tấn", "kg", 1000), ("tấn", "tạ", 10), ("tạ", "kg", 100), ("tạ", "yến", 10),
    ("yến", "kg", 10), ("tấn", "yến", 100),
)  # fmt: skip
# (what is cut, by whom, unit of its length, largest length)
CUT = (
    ("sợi dây", "Nam", "dm", 9), ("sợi dây", "Nam", "m", 9), ("băng giấy", "Mai", "dm", 9),
    ("thanh gỗ", "bác thợ mộc", "dm", 9), ("dải lụa", "chị Hoa", "dm", 9),
    ("dải lụa", "chị Hoa", "m", 9), ("tấm vải", "cô thợ may", "m", 9), ("đoạn tre", "ông", "m", 5),
    ("cây mía", "bố", "m", 5), ("ống nước", "chú thợ", "m", 5),
)  # fmt: skip
LONG = (
    ("Đoạn đường cao tốc", "công nhân đã trải nhựa"), ("Con kênh", "người ta đã đào"),
    ("Tuyến đường sắt", "đội thợ đã sửa"), ("Quãng đường đua", "vận động viên đã chạy"),
    ("Con đường làng", "bà con đã lát gạch"), ("Đường dây điện", "đội thợ đã kéo"),
    ("Bờ suối", "bà con đã kè đá"), ("Khúc sông qua huyện", "thuyền đã đi xuôi"),
)  # fmt: skip
FRUITS = (
    ("Quả mít", "quả dưa"), ("Quả bí", "quả bầu"), ("Con ngỗng", "con vịt"),
    ("Túi gạo", "túi đỗ"), ("Bó rau", "bó củ cải"), ("Con gà trống", "con gà mái"),
    ("Giỏ cam", "giỏ táo"), ("Túi ngô", "túi lạc"), ("Con thỏ", "con mèo"),
)  # fmt: skip


def compound(large: int, large_unit: str, small: int, small_unit: str) -> str:
    """Return a measure in two units: "3 m 25 cm"."""
    return f"{spaced(large)} {large_unit} {spaced(small)} {small_unit}"


def split_up(value: int, large: str, small: str, rate: int) -> Draft:
    """Return a draft that turns the small unit into both units.

    The caller sets question and parameters.
    """
    whole, rest = divmod(value, rate)
    answer = compound(whole, large, rest, small)
    solution = equalities(
        f"1 {large} = {spaced(rate)} {small}",
        f"{spaced(value)} : {spaced(rate)} = {spaced(whole)} (dư {rest})",
        answer=answer,
    )
    slips = (compound(rest, large, whole, small), compound(whole, large, rest * 10, small))
    return Draft("", solution, answer, (), slips)


def _forward(draw: Draw, a: int, large: str, b: int, small: str) -> str:
    return draw.template(
        "Viết số thích hợp vào chỗ chấm: {a} {x} {b} {y} = ... {y}",
        "Đổi {a} {x} {b} {y} ra {z}.",
        "{a} {x} {b} {y} bằng bao nhiêu {z}?",
        "Tính xem {a} {x} {b} {y} là bao nhiêu {z}.",
    ).format(a=a, x=large, b=b, y=small, z=SPOKEN[small])


def _backward(draw: Draw, value: int, large: str, small: str) -> str:
    return draw.template(
        "Viết số thích hợp vào chỗ chấm: {v} {y} = ... {x} ... {y}",
        "Đổi {v} {y} ra {w} và {z}.",
        "{v} {y} gồm bao nhiêu {w} và bao nhiêu {z}?",
        "Hãy viết {v} {y} thành số đo có hai đơn vị {w} và {z}.",
    ).format(v=spaced(value), x=large, y=small, w=SPOKEN[large], z=SPOKEN[small])


@family(number=45, grade=2, kind="quantity", topic="measure")
def doi_do_dai(draw: Draw) -> Draft:
    """Đổi đơn vị đo độ dài xăng-ti-mét, đề-xi-mét, mét."""
    large, small, rate = draw.pick((("dm", "cm", 10), ("m", "dm", 10), ("m", "cm", 100)))
    a, b = draw.integer(1, 9), draw.integer(1, 9) if rate == 10 else draw.integer(1, 19) * 5
    value = a * rate + b
    if draw.pick((True, False)):
        answer = f"{value} {small}"
        solution = equalities(
            f"{a} {large} = {a * rate} {small}",
            f"{a * rate} + {b} = {value} ({small})",
            answer=answer,
        )
        slips = tuple(f"{n} {small}" for n in (a + b, a * 1000 // rate + b, value + rate))
        return Draft(
            _forward(draw, a, large, b, small), solution, answer, (large, small, value), slips
        )
    answer = compound(a, large, b, small)
    solution = equalities(
        f"{value} = {a * rate} + {b}", f"{a * rate} {small} = {a} {large}", answer=answer
    )
    slips = (compound(b, large, a, small), compound(a, large, a * rate, small))
    question = _backward(draw, value, large, small)
    return Draft(question, solution, answer, (small, large, value), slips)


@family(number=45, grade=2, kind="quantity", topic="measure")
def tinh_do_dai(draw: Draw) -> Draft:
    """Bài toán về độ dài phải đổi đơn vị dm, m ra đơn vị bé."""
    thing, person, large, longest = draw.pick(CUT)
    a = draw.integer(3, longest)
    small = "cm" if large == "dm" else "dm"
    b = draw.integer(4, 10 * a - 6)
    question = draw.template(
        "Một {t} dài {a} {x}. {P} cắt đi {b} {y}. Hỏi {t} còn lại dài bao nhiêu {z}?",
        "{P} có {t} dài {a} {x}, đã dùng hết {b} {y}. Hỏi phần {t} còn lại dài bao nhiêu {z}?",
        "Từ một {t} dài {a} {x}, {p} cắt ra một đoạn dài {b} {y}. Tính độ dài phần còn lại.",
    ).format(
        t=thing,
        p=person,
        P=person[0].upper() + person[1:],
        a=a,
        b=b,
        x=large,
        y=small,
        z=SPOKEN[small],
    )
    answer = f"{10 * a - b} {small}"
    solution = worked(
        ("Đổi", f"{a} {large} = {10 * a} {small}"),
        (f"Phần {thing} còn lại dài là", f"{10 * a} - {b} = {10 * a - b} ({small})"),
        answer=answer,
    )
    slips = tuple(f"{n} {small}" for n in (abs(b - a), 10 * a + b, 10 * a - b + 10))
    return Draft(question, solution, answer, (large, a, b), slips)


@family(number=45, grade=3, kind="quantity", topic="measure")
def doi_don_vi(draw: Draw) -> Draft:
    """Đổi số đo độ dài, khối lượng, dung tích."""
    large, small, rate = draw.pick(LENGTHS_MASSES)
    a = draw.integer(2, 9) if rate > 10 else draw.integer(2, 24)
    b = draw.integer(1, rate // 10 - 1) * 10 + draw.pick((0, 5)) if rate > 10 else 0
    b = b or draw.integer(1, 9)
    return _either_way(draw, a, b, large, small, rate)


@family(number=45, grade=4, kind="quantity", topic="measure")
def doi_khoi_luong(draw: Draw) -> Draft:
    """Đổi số đo khối lượng: yến, tạ, tấn."""
    large, small, rate = draw.pick(MASSES)
    a, b = draw.integer(2, 39), draw.integer(1, rate - 1)
    return _either_way(draw, a, b, large, small, rate)


def _either_way(draw: Draw, a: int, b: int, large: str, small: str, rate: int) -> Draft:
    value = a * rate + b
    parameters = (a, large, b, small)
    if draw.integer(0, 2) == 0:
        draft = split_up(value, large, small, rate)
        question = _backward(draw, value, large, small)
        return Draft(question, draft.solution, draft.answer, (*parameters, "ngược"), draft.slips)
    answer = f"{spaced(value)} {small}"
    solution = equalities(
        f"1 {large} = {spaced(rate)} {small}",
        f"{a} × {spaced(rate)} = {spaced(a * rate)} ({small})",
        f"{spaced(a * rate)} + {b} = {spaced(value)} ({small})",
        answer=answer,
    )
    wrong = (a * rate * 10 + b, a * rate // 10 + b, a * rate + b * 10, a + b)
    slips = tuple(f"{spaced(n)} {small}" for n in wrong)
    return Draft(_forward(draw, a, large, b, small), solution, answer, parameters, slips)


@family(number=45, grade=3, kind="quantity", topic="measure")
def doan_duong_con_lai(draw: Draw) -> Draft:
    """Tính phần còn lại của một quãng dài theo mét."""
    name, done = draw.pick(LONG)
    km, m = draw.integer(2, 8), draw.integer(1, 18) * 50
    whole = km * 1000 + m
    part = draw.integer(5, whole // 50 - 2) * 50
    question = draw.template(
        "{N} dài {k} km {m} m, {d} {b} m. Hỏi còn lại bao nhiêu mét?",
        "{N} dài {k} km {m} m. Lúc này {d} được {b} m. Tính phần còn lại theo mét.",
        "{N} dài {k} km {m} m. Biết {d} {b} m, hỏi phần còn lại dài bao nhiêu mét?",
    ).format(N=name, d=done, k=km, m=m, b=spaced(part))
    answer = f"{spaced(whole - part)} m"
    solution = worked(
        ("Đổi", f"{km} km {m} m = {spaced(whole)} m"),
        ("Phần còn lại dài là", f"{spaced(whole)} - {spaced(part)} = {spaced(whole - part)} (m)"),
        answer=answer,
    )
    wrong = (whole + part, whole - part + 100, whole - part + 1000)
    return Draft(question, solution, answer, (whole, part), tuple(f"{spaced(n)} m" for n in wrong))


@family(number=45, grade=3, kind="quantity", topic="measure")
def tinh_khoi_luong(draw: Draw) -> Draft:
    """Bài toán về khối lượng có đổi ki-lô-gam ra gam."""
    kg, more = draw.integer(1, 4), draw.pick((True, False))
    first, second = draw.pick(FRUITS)
    grams = draw.integer(2, 19 if more or kg > 1 else 8) * 50
    word, sign = ("nặng hơn", "+") if more else ("nhẹ hơn", "-")
    rest = draw.integer(1, 9) * 100
    whole = kg * 1000 + rest
    value = whole + grams if more else whole - grams
    question = draw.template(
        "{A} cân nặng {k} kg {r} g, {b} {w} {a} {g} g. Hỏi {b} cân nặng bao nhiêu gam?",
        "{A} cân nặng {k} kg {r} g. {B} {w} {a} {g} g. Tính cân nặng của {b} theo gam.",
        "Biết {a} cân nặng {k} kg {r} g và {b} {w} {a} {g} g. Hỏi {b} cân nặng bao nhiêu gam?",
    ).format(
        A=first, a=first.lower(), B=second.capitalize(), b=second, k=kg, r=rest, w=word, g=grams
    )
    answer = f"{spaced(value)} g"
    solution = worked(
        ("Đổi", f"{kg} kg {rest} g = {spaced(whole)} g"),
        (
            f"{second.capitalize()} cân nặng là",
            f"{spaced(whole)} {sign} {grams} = {spaced(value)} (g)",
        ),
        answer=answer,
    )
    wrong = (whole - grams if more else whole + grams, value + 100, value + 1000)
    return Draft(
        question, solution, answer, (whole, sign, grams), tuple(f"{spaced(n)} g" for n in wrong)
    )
