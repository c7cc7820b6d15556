"""Direct and inverse proportion, grade 5."""

from mathpal.curriculum.families.spoken import spoken
from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family

# (given quantity, verb, result, unit of the result, smallest and largest result per 100 given)
DIRECT = (
    ("kg thóc", "xay được", "kg gạo", "kg", 65, 72),
    ("m² tường", "cần", "kg sơn", "kg", 12, 30),
    ("km", "ô tô đi hết", "l xăng", "l", 6, 12),
    ("kg lạc", "ép được", "l dầu", "l", 30, 45),
    ("bộ quần áo", "may hết", "m vải", "m", 210, 350),
    ("giờ", "máy bơm được", "m³ nước", "m³", 150, 900),
    ("quả trứng", "làm được", "cái bánh", "cái bánh", 60, 400),
    ("ngày", "đàn bò ăn hết", "bó cỏ", "bó cỏ", 150, 600),
    ("kg mơ", "cần", "kg đường", "kg", 40, 80),
    ("phút", "vòi nước chảy được", "l nước", "l", 150, 900),
    ("cốc gạo nếp", "nấu hết", "cốc nước", "cốc nước", 110, 160),
    ("bước chân", "đi được", "m", "m", 50, 80),
    ("chiếc xe", "chở được", "tấn hàng", "tấn", 150, 600),
    ("cái bàn", "cần", "cái ghế", "cái ghế", 210, 450),
)
UNLIKE = ("m² tường", "km", "giờ", "ngày", "phút", "bước chân")  # take no "như thế" (such)
MOST = 150  # largest given quantity and largest result


def _shares(least: int, most: int) -> list[tuple[int, int, int]]:
    """Return (given, result, times) for which the result per unit is not a whole number."""
    return [
        (n, w, f)
        for n in (*range(2, 13), 20, 30, 40, 50)
        for w in range(2, 30)
        if w % n and least * n <= 100 * w <= most * n
        for f in range(2, 10)
        if n * f <= MOST and w * f <= MOST
    ]


SHARES = [(row, _shares(row[4], row[5])) for row in DIRECT]

# Two ways to divide the same whole: (first, second, first', second') with equal products.
EQUAL_PRODUCTS = [
    (w, d, v, n // v)
    for n in range(12, 121)
    for w in range(2, 31)
    if n % w == 0 and 2 <= (d := n // w) <= 30
    for v in range(2, 31)
    if n % v == 0 and v != w and 2 <= n // v <= 30 and min(v, n // v) < 10
]
REPACKED = [q for q in EQUAL_PRODUCTS if q[2] != q[1]]
GROWING = [q for q in EQUAL_PRODUCTS if q[2] > q[0]]

# (workers, unit of time, the work, the same work mentioned again)
WORKS = (
    ("người", "ngày", "làm xong một công việc", "làm xong công việc đó"),
    ("công nhân", "ngày", "sửa xong một đoạn đường", "sửa xong đoạn đường đó"),
    ("người thợ", "ngày", "xây xong một bức tường", "xây xong bức tường đó"),
    ("người", "giờ", "dọn xong một khu vườn", "dọn xong khu vườn đó"),
    ("máy bơm", "giờ", "hút hết nước một cái ao", "hút hết nước cái ao đó"),
    ("xe tải", "ngày", "chở hết số gạo trong kho", "chở hết số gạo đó"),
    ("người", "ngày", "gặt xong một thửa ruộng", "gặt xong thửa ruộng đó"),
    ("người thợ", "ngày", "đóng xong một lô bàn ghế", "đóng xong lô bàn ghế đó"),
)

# (holder, thing, unit, verb for putting it there)
PACKS = (
    ("bao", "kg gạo", "kg", "đóng"), ("can", "l dầu", "l", "rót"),
    ("hộp", "cái bánh", "cái", "xếp"), ("túi", "kg đường", "kg", "đóng"),
    ("hàng", "học sinh", "bạn", "xếp"), ("khay", "quả trứng", "quả", "xếp"),
    ("giá", "quyển sách", "quyển", "xếp"), ("thùng", "chai nước", "chai", "xếp"),
    ("lọ", "bông hoa", "bông", "cắm"),
)  # fmt: skip


@family(number=39, grade=5, kind="quantity", topic="word_problems")
def ti_le_thuan(draw: Draw) -> Draft:
    """Bài toán tỉ lệ thuận giải bằng cách tìm tỉ số."""
    (given, deed, result, unit, _, _), shares = draw.pick(SHARES)
    alike = "" if given in UNLIKE else " như thế"
    count, whole, times = draw.pick(shares)
    asked, value = count * times, whole * times
    question = draw.template(
        "Cứ {n} {g} thì {v} {w} {t}. Hỏi {m} {g} thì {v} bao nhiêu {u}?",
        "Biết {n} {g} {v} {w} {t}. Hỏi {m} {g}{k} {v} bao nhiêu {u}?",
        "Nếu {n} {g} {v} {w} {t} thì {m} {g}{k} {v} bao nhiêu {u}?",
    ).format(n=count, g=given, v=deed, w=whole, t=result, m=asked, u=spoken(result), k=alike)
    answer = f"{value} {unit}"
    solution = worked(
        (f"{asked} {given} gấp {count} {given} số lần là", f"{asked} : {count} = {times} (lần)"),
        (
            f"{asked} {given} {deed} là",
            f"{whole} × {times} = {value} ({unit.split()[0]})",
        ),
        answer=answer,
    )
    slips = tuple(f"{x} {unit}" for x in (whole + asked - count, value + whole, times))
    return Draft(question, solution, answer, (count, whole, asked), slips)


def _time_asked(draw: Draw) -> Draft:
    who, span, work, again = draw.pick(WORKS)
    w, d, v, e = draw.pick(EQUAL_PRODUCTS)
    question = draw.template(
        "{w} {p} {c} trong {d} {o}. Hỏi {v} {p} {r} trong bao nhiêu {o}? (Mức làm của "
        "mỗi {p} như nhau)",
        "Biết {w} {p} {c} trong {d} {o}. Nếu có {v} {p} thì {r} trong bao nhiêu {o}? (Mức làm của "
        "mỗi {p} như nhau)",
        "Muốn {c} thì {w} {p} cần {d} {o}. Hỏi {v} {p} cần bao nhiêu {o}? (Mức làm của mỗi {p} "
        "như nhau)",
    ).format(w=w, p=who, c=work, d=d, o=span, v=v, r=again)
    answer = f"{e} {span}"
    solution = worked(
        (f"Một {who} cần số {span} là", f"{d} × {w} = {w * d} ({span})"),
        (f"{v} {who} cần số {span} là", f"{w * d} : {v} = {e} ({span})"),
        answer=answer,
    )
    slips = tuple(f"{x} {span}" for x in (w * d, abs(d + w - v) + 1, e + 1, d))
    return Draft(question, solution, answer, ("thời gian", w, d, v), slips)


def _people_asked(draw: Draw) -> Draft:
    who, span, work, again = draw.pick(WORKS)
    w, d, v, e = draw.pick(GROWING)
    extra = draw.pick((True, False))
    if extra:
        text = draw.template(
            "{w} {p} {c} trong {d} {o}. Muốn {r} trong {e} {o} thì cần thêm bao nhiêu {p}? (Mức "
            "làm của mỗi {p} như nhau)",
            "Biết {w} {p} {c} trong {d} {o}. Hỏi phải thêm bao nhiêu {p} để {r} trong {e} {o}? "
            "(Mức làm của mỗi {p} như nhau)",
            "Có {w} {p} {c} trong {d} {o}. Tính số {p} cần thêm để {r} trong {e} {o}. (Mức làm của "
            "mỗi {p} như nhau)",
        )
    else:
        text = draw.template(
            "{w} {p} {c} trong {d} {o}. Muốn {r} trong {e} {o} thì cần bao nhiêu {p}? (Mức làm của "
            "mỗi {p} như nhau)",
            "Biết {w} {p} {c} trong {d} {o}. Hỏi cần có bao nhiêu {p} để {r} trong {e} {o}? (Mức "
            "làm của mỗi {p} như nhau)",
            "Có {w} {p} {c} trong {d} {o}. Tính số {p} cần có để {r} trong {e} {o}. (Mức làm của "
            "mỗi {p} như nhau)",
        )
    question = text.format(w=w, p=who, c=work, d=d, o=span, e=e, r=again)
    counter = who.removesuffix(" thợ")
    steps = [
        (f"Làm trong một {span} cần số {who} là", f"{w} × {d} = {w * d} ({counter})"),
        (f"Làm trong {e} {span} cần số {who} là", f"{w * d} : {e} = {v} ({counter})"),
    ]
    if extra:
        steps.append((f"Số {who} cần thêm là", f"{v} - {w} = {v - w} ({counter})"))
    value = v - w if extra else v
    answer = f"{value} {who}"
    slips = tuple(f"{x} {who}" for x in (v if extra else v - w, w * d, value + 2, value + 1))
    parameters = ("thêm" if extra else "số người", w, d, e)
    return Draft(question, worked(*steps, answer=answer), answer, parameters, slips)


def _food(draw: Draw) -> Draft:
    w, d, v, e = draw.pick(GROWING)
    place = draw.pick(("bếp ăn", "đơn vị", "nhà bếp", "trại hè", "đội thợ"))
    joined = draw.pick((True, False))
    if joined:
        text = draw.template(
            "Một {l} có đủ gạo cho {w} người ăn trong {d} ngày. Nay có thêm {x} người đến. Hỏi số "
            "gạo đó đủ ăn trong bao nhiêu ngày? (Mức ăn như nhau)",
            "Số gạo của một {l} đủ cho {w} người ăn {d} ngày. Nếu thêm {x} người nữa thì đủ ăn bao "
            "nhiêu ngày? (Mức ăn như nhau)",
            "{w} người của một {l} ăn hết số gạo trong {d} ngày. Nếu thêm {x} người thì ăn hết số "
            "gạo đó trong bao nhiêu ngày? (Mức ăn như nhau)",
        )
    else:
        text = draw.template(
            "Một {l} có đủ gạo cho {w} người ăn trong {d} ngày. Hỏi số gạo đó đủ cho {v} người ăn "
            "trong bao nhiêu ngày? (Mức ăn như nhau)",
            "Số gạo của một {l} đủ cho {w} người ăn {d} ngày. Nếu có {v} người thì đủ ăn bao nhiêu "
            "ngày? (Mức ăn như nhau)",
            "{w} người của một {l} ăn hết số gạo trong {d} ngày. Hỏi {v} người ăn hết số gạo đó "
            "trong bao nhiêu ngày? (Mức ăn như nhau)",
        )
    steps = [("Số người ăn lúc sau là", f"{w} + {v - w} = {v} (người)")] if joined else []
    steps += [
        ("Một người ăn trong số ngày là", f"{d} × {w} = {w * d} (ngày)"),
        (f"{v} người ăn trong số ngày là", f"{w * d} : {v} = {e} (ngày)"),
    ]
    answer = f"{e} ngày"
    slips = tuple(f"{x} ngày" for x in (d, e + 1, w * d, d - e))
    return Draft(
        text.format(l=place, w=w, d=d, v=v, x=v - w), worked(*steps, answer=answer), answer,
        ("gạo thêm" if joined else "gạo", w, d, v), slips,
    )  # fmt: skip


def _repacked(draw: Draw) -> Draft:
    holder, thing, unit, put = draw.pick(PACKS)
    w, d, v, e = draw.pick(REPACKED)
    question = draw.template(
        "Một số {u} {p} vào {w} {h}, mỗi {h} {d} {t}. Hỏi nếu mỗi {h} có {v} {t} thì {p} được bao "
        "nhiêu {h}?",
        "Nếu mỗi {h} có {d} {t} thì {p} được {w} {h}. Hỏi với số {u} đó, mỗi {h} có {v} {t} thì "
        "{p} được bao nhiêu {h}?",
        "Có {w} {h}, mỗi {h} có {d} {t}. Người ta {p} lại, mỗi {h} có {v} {t}. Tính số {h} lúc "
        "sau.",
    ).format(t=thing, u=spoken(thing), w=w, h=holder, d=d, v=v, p=put)
    answer = f"{e} {holder}"
    solution = worked(
        (f"Số {spoken(thing)} có tất cả là", f"{d} × {w} = {w * d} ({unit})"),
        (f"Số {holder} lúc sau là", f"{w * d} : {v} = {e} ({holder})"),
        answer=answer,
    )
    slips = tuple(f"{x} {holder}" for x in (abs(w + d - v) + 1, e + 1, w, e + 2))
    return Draft(question, solution, answer, ("xếp lại", w, d, v), slips)


@family(number=40, grade=5, kind="quantity", topic="word_problems")
def ti_le_nghich(draw: Draw) -> Draft:
    """Bài toán tỉ lệ nghịch."""
    return draw.pick((_time_asked, _time_asked, _people_asked, _food, _repacked))(draw)
