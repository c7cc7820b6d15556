"""Word problems with fractions: part of a number, what is left, the whole from a part."""

from math import gcd

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import GOODS, SPOKEN
from mathpal.curriculum.registry import Draft, Draw, family

PROPER = [(a, b) for b in range(2, 10) for a in range(1, b) if gcd(a, b) == 1]
SEVERAL = [(a, b) for a, b in PROPER if a > 1]
LEAVING = [(a, b) for a, b in PROPER if b - a > 1]

# (whole, counted thing, name of the part)
GROUPS = (
    ("Một đoàn tham quan", "học sinh", "học sinh nữ"), ("Một khu vườn", "cây", "cây cam"),
    ("Một trại chăn nuôi", "con gà", "con gà trống"), ("Một trang trại", "con bò", "con bò sữa"),
    ("Một tủ sách", "quyển sách", "quyển truyện"), ("Một hộp bi", "viên bi", "viên bi đỏ"),
    ("Một bến xe", "xe", "xe khách"), ("Một hợp tác xã", "người", "người trồng rau"),
    ("Một cửa hàng", "bông hoa", "bông hồng"), ("Một câu lạc bộ", "bạn", "bạn nam"),
    ("Một rạp chiếu phim", "ghế", "ghế đỏ"), ("Một giỏ", "quả", "quả cam"),
    ("Một đồi cây", "cây", "cây thông"), ("Một nông trại", "con gà", "con gà mái"),
    ("Một xóm", "người", "người trồng lúa"), ("Một trại hè", "học sinh", "học sinh biết bơi"),
    ("Một bãi xe", "xe", "xe tải"), ("Một khu vườn", "cây", "cây bưởi"),
    ("Một xưởng may", "công nhân", "công nhân nữ"), ("Một kho", "bao gạo", "bao gạo nếp"),
    ("Một cửa hàng", "hộp sữa", "hộp sữa chua"), ("Một hộp", "viên bi", "viên bi xanh"),
)  # fmt: skip
# (sentence that states the whole, what it is, unit, verb for taking some, largest likely whole)
STORES = (
    ("Một thùng có {w} lít dầu", "dầu", "lít", "lấy ra", 200),
    ("Một bao có {w} kg gạo", "gạo", "kg", "dùng", 60),
    ("Một cửa hàng có {w} m vải", "vải", "m", "bán", 300),
    ("Một kho có {w} tấn thóc", "thóc", "tấn", "chuyển đi", 300),
    ("Một cuộn dây điện dài {w} m", "dây điện", "m", "dùng", 300),
    ("Một cửa hàng có {w} hộp sữa", "sữa", "hộp", "bán", 300),
    ("Một tủ sách có {w} quyển truyện", "truyện", "quyển", "cho mượn", 300),
    ("Một đội phải sửa {w} m đường", "đường", "m", "sửa", 300),
)
# (thing, its measure, unit, largest likely whole)
MEASURED = (
    ("tấm vải", "dài", "m", 60), ("sợi dây", "dài", "cm", 200), ("quãng đường", "dài", "km", 200),
    ("bao gạo", "nặng", "kg", 60), ("khúc gỗ", "dài", "dm", 60), ("cuộn dây", "dài", "m", 200),
)  # fmt: skip
# (thing, what it holds, unit, verb for taking some, largest likely whole)
HOLDERS = (
    ("thùng dầu", "dầu", "lít", "lấy ra", 200), ("bao gạo", "gạo", "kg", "dùng", 60),
    ("cuộn vải", "vải", "m", "bán", 120), ("cuộn dây", "dây", "m", "dùng", 200),
    ("kho thóc", "thóc", "tấn", "chuyển đi", 200), ("bể nước", "nước", "m³", "dùng", 200),
)  # fmt: skip


def _spoken(unit: str) -> str:
    """Return a unit as a word, for places without a number before it."""
    return SPOKEN.get(unit, unit)


@family(number=23, grade=4, kind="quantity", topic="fractions")
def phan_so_cua_mot_so(draw: Draw) -> Draft:
    """Tìm phân số của một số."""
    a, b = draw.pick(PROPER)
    part = draw.integer(3, 20)
    whole, value = part * b, part * a
    variant = draw.integer(0, 2)
    if variant == 0:
        seller, good, unit = draw.pick(GOODS)
        named = unit
        question = draw.template(
            "Một {s} có {w} {u} {g}, đã bán {x} số {g} đó. Hỏi đã bán bao nhiêu {r} {g}?",
            "Một {s} có {w} {u} {g}. Số {g} đã bán bằng {x} số đó. Tính số {g} đã bán.",
            "Một {s} đã bán {x} của {w} {u} {g}. Hỏi {s} đó đã bán bao nhiêu {r} {g}?",
        ).format(s=seller, w=whole, u=unit, r=_spoken(unit), g=good, x=f"{a}/{b}")
    elif variant == 1:
        place, unit, named = draw.pick(GROUPS)
        question = draw.template(
            "{p} có {w} {u}, trong đó {x} là {n}. Hỏi có bao nhiêu {n}?",
            "{p} có {w} {u}. Số {n} bằng {x} số {u}. Tính số {n}.",
            "{p} có tất cả {w} {u}, số {n} chiếm {x}. Hỏi {q} đó có bao nhiêu {n}?",
        ).format(p=place, q=place.replace("Một ", ""), w=whole, u=unit, n=named, x=f"{a}/{b}")
    else:
        unit = named = draw.pick(("m", "kg", "cm", "km", "lít", "g", "phút", "tạ", "m²"))
        question = draw.template(
            "Tìm {x} của {w} {u}.",
            "{x} của {w} {u} là bao nhiêu?",
            "Tính {x} của {w} {u}.",
        ).format(x=f"{a}/{b}", w=whole, u=unit)
    answer = f"{value} {named}"
    steps = [(f"1/{b} của {whole} {unit} là", f"{whole} : {b} = {part} ({unit})")]
    if a > 1:
        steps.append(
            (f"{a}/{b} của {whole} {unit} là", f"{part} × {a} = {value} ({unit})")
        )  # fmt: skip
    slips = tuple(f"{n} {named}" for n in (whole - value, part, part * (a + 1), whole - b))
    return Draft(question, worked(*steps, answer=answer), answer, (a, b, whole), slips)


@family(number=23, grade=5, kind="quantity", topic="fractions")
def phan_con_lai(draw: Draw) -> Draft:
    """Tìm số còn lại sau khi bớt đi một phân số của nó."""
    a, b = draw.pick(SEVERAL)
    part = draw.integer(4, 25)
    whole, value, rest = part * b, part * a, part * (b - a)
    start, good, unit, verb, _ = draw.pick([store for store in STORES if whole <= store[-1]])
    counted = f"{_spoken(unit)} {good}"
    left = "Độ dài phần còn lại là" if unit == "m" else f"Số {counted} còn lại là"
    question = draw.template(
        "{s}. Người ta đã {v} {x} số {g} đó. Hỏi còn lại bao nhiêu {g}?",
        "{s}, đã {v} {x} số {g} đó. Tính số {g} còn lại.",
        "{s}. Sau khi {v} {x} số {g} đó thì còn lại bao nhiêu {g}?",
    ).format(s=start.format(w=whole), v=verb, x=f"{a}/{b}", g=counted)
    answer = f"{rest} {unit} {good}"
    solution = worked(
        (f"1/{b} của {whole} {unit} là", f"{whole} : {b} = {part} ({unit})"),
        (f"{a}/{b} của {whole} {unit} là", f"{part} × {a} = {value} ({unit})"),
        (left, f"{whole} - {value} = {rest} ({unit})"),
        answer=answer,
    )
    wrong = (value, part, whole + value, abs(rest - part) or 1)
    slips = tuple(f"{n} {unit} {good}" for n in wrong)
    return Draft(question, solution, answer, (a, b, whole), slips)


@family(number=24, grade=6, kind="quantity", topic="fractions")
def tim_so_biet_phan_so(draw: Draw) -> Draft:
    """Tìm một số khi biết giá trị một phân số của nó."""
    a, b = draw.pick(SEVERAL)
    part = draw.integer(3, 20)
    whole, value = part * b, part * a
    if draw.pick((True, False)):
        place, unit, named = draw.pick(GROUPS)
        question = draw.template(
            "{p} có {v} {n}, bằng {x} tổng số {u}. Hỏi {q} có tất cả bao nhiêu {u}?",
            "{p} có {v} {n}. Biết {x} số {u} là {n}. Tính tổng số {u} của {q} đó.",
            "Biết {v} {n} bằng {x} tổng số {u} của {q}. Hỏi {q} đó có tất cả bao nhiêu {u}?",
        ).format(
            p=place, q=place.replace("Một ", ""), v=value, n=named, u=unit, x=f"{a}/{b}"
        )  # fmt: skip
        sought = f"Tổng số {unit} là"
    else:
        thing, measure, unit, _ = draw.pick([row for row in MEASURED if whole <= row[-1]])
        sought = f"Cả {thing} {measure} là"
        question = draw.template(
            "Biết {x} {t} {d} {v} {u}. Hỏi cả {t} {d} bao nhiêu {r}?",
            "{x} của một {t} {d} {v} {u}. Hỏi {t} đó {d} bao nhiêu {r}?",
            "Cả {t} {d} bao nhiêu {r}, biết {x} {t} {d} {v} {u}?",
        ).format(x=f"{a}/{b}", t=thing, d=measure, v=value, u=unit, r=_spoken(unit))
    answer = f"{whole} {unit}"
    solution = worked(
        (sought, f"{value} : {a}/{b} = {value} : {a} × {b} = {part} × {b} = {whole} ({unit})"),
        answer=answer,
    )
    slips = tuple(f"{n} {unit}" for n in (part, value + part, part * (a + b), value * a))
    return Draft(question, solution, answer, (a, b, value), slips)


@family(number=24, grade=5, kind="quantity", topic="fractions", stratum="advanced")
def tim_so_biet_phan_con_lai(draw: Draw) -> Draft:
    """Tìm một số khi biết phần còn lại sau khi bớt đi một phân số của nó."""
    a, b = draw.pick(LEAVING)
    parts, part = b - a, draw.integer(3, 20)
    whole, rest = part * b, part * parts
    thing, good, unit, verb, _ = draw.pick([row for row in HOLDERS if whole <= row[-1]])
    question = draw.template(
        "Người ta đã {v} {x} số {g} của một {t} thì còn lại {r} {u}. Hỏi lúc đầu {t} có bao "
        "nhiêu {o} {g}?",
        "Một {t}, sau khi {v} {x} số {g} thì còn {r} {u}. Tính số {o} {g} lúc đầu của {t}.",
        "Một {t} còn lại {r} {u} {g} sau khi đã {v} {x} số {g}. Hỏi lúc đầu {t} có bao nhiêu "
        "{o} {g}?",
    ).format(v=verb, x=f"{a}/{b}", g=good, t=thing, r=rest, u=unit, o=_spoken(unit))
    answer = f"{whole} {unit}"
    solution = worked(
        (
            f"Số {good} lúc đầu là {b} phần bằng nhau, số phần còn lại là",
            f"{b} - {a} = {parts} (phần)",
        ),
        ("Một phần là", f"{rest} : {parts} = {part} ({unit})"),
        (f"{b} phần là", f"{part} × {b} = {whole} ({unit})"),
        answer=answer,
    )
    slips = tuple(f"{n} {unit}" for n in (part * a, part, rest + a, part * (b + a)))
    return Draft(question, solution, answer, (a, b, rest), slips)
