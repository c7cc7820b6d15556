"""Computing with durations (grade 5): sums, differences, multiples and parts of times."""

from fractions import Fraction

from mathpal.curriculum.layouts import equalities
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal

# (larger unit, smaller unit, how many smaller in one larger, largest number of larger units)
PAIRS = (
    ("giờ", "phút", 60, 11), ("phút", "giây", 60, 29), ("ngày", "giờ", 24, 14),
    ("năm", "tháng", 12, 19),
)  # fmt: skip
CLOCKS = PAIRS[:2]
# Fractions of an hour or a minute that pupils write as decimals.
SIXTIETHS = (3, 6, 9, 12, 15, 18, 24, 27, 30, 33, 36, 42, 45, 48, 51, 54, 57)
# (who, verb, thing) by the larger unit of CLOCKS: hours and minutes, minutes and seconds
TASKS = {
    "giờ": (
        ("Một người thợ", "làm xong", "cái ghế"), ("Một cô thợ", "may xong", "cái áo"),
        ("Một tốp thợ", "lát xong", "căn phòng"), ("Một đội", "trồng xong", "hàng cây"),
    ),
    "phút": (
        ("Một máy", "đóng xong", "thùng hàng"), ("Một bạn", "gấp xong", "hộp giấy"),
        ("Một bạn", "chạy xong", "vòng sân"), ("Một máy", "in xong", "quyển sách"),
    ),
}  # fmt: skip


def lasting(large: int, small: int, unit: str, part: str) -> str:
    """Return a duration in two units without a part that is 0: "2 giờ 15 phút", "45 phút"."""
    texts = [f"{n} {u}" for n, u in ((large, unit), (small, part)) if n]
    return " ".join(texts) or f"0 {part}"


@family(number=47, grade=5, kind="time", topic="measure")
def cong_so_do_thoi_gian(draw: Draw) -> Draft:
    """Cộng số đo thời gian."""
    unit, part, rate, most = draw.pick(PAIRS)
    a, c = draw.integer(1, most), draw.integer(1, most)
    b, d = draw.integer(1, rate - 1), draw.integer(1, rate - 1)
    left, right = lasting(a, b, unit, part), lasting(c, d, unit, part)
    if unit == "năm":  # too long for a story about work
        text = draw.template(
            "Tính kết quả: {l} + {r}", "Tìm tổng của {l} và {r}.", "{l} cộng {r} bằng bao nhiêu?"
        )
    else:
        text = draw.template(
            "Tính: {l} + {r}",
            "Tính tổng của {l} và {r}.",
            "Việc thứ nhất làm hết {l}, việc thứ hai làm hết {r}. Hỏi làm cả hai việc hết bao "
            "nhiêu thời gian?",
            "Đợt một kéo dài {l}, đợt hai kéo dài {r}. Tính tổng thời gian của hai đợt.",
        )
    question = text.format(l=left, r=right)
    raw = lasting(a + c, b + d, unit, part)
    more, rest = divmod(b + d, rate)
    answer = lasting(a + c + more, rest, unit, part)
    lines = [f"{left} + {right} = {raw}"] + ([f"{raw} = {answer}"] if more else [])
    slips = (
        lasting(a + c, rest, unit, part),
        lasting(a + c + more + 1, rest, unit, part),
        lasting(a + c + (b + d) // 100, (b + d) % 100 or 10, unit, part),
    )
    return Draft(question, equalities(*lines, answer=answer), answer, (unit, a, b, c, d), slips)


@family(number=47, grade=5, kind="time", topic="measure")
def tru_so_do_thoi_gian(draw: Draw) -> Draft:
    """Trừ số đo thời gian."""
    unit, part, rate, most = draw.pick(PAIRS)
    c, d = draw.integer(1, most - 2), draw.integer(1, rate - 1)
    a, b = draw.integer(c + 1, most), draw.integer(0, rate - 1)
    left, right = lasting(a, b, unit, part), lasting(c, d, unit, part)
    if unit == "năm":
        text = draw.template(
            "Tính kết quả: {l} - {r}", "Tìm hiệu của {l} và {r}.", "{l} trừ {r} bằng bao nhiêu?"
        )
    else:
        text = draw.template(
            "Tính: {l} - {r}",
            "Tính hiệu của {l} và {r}.",
            "Việc thứ nhất làm hết {l}, việc thứ hai làm hết {r}. Hỏi việc thứ nhất làm lâu hơn "
            "việc thứ hai bao nhiêu thời gian?",
            "Đợt một kéo dài {l}, đợt hai kéo dài {r}. Hỏi đợt một dài hơn đợt hai bao nhiêu thời "
            "gian?",
        )
    question = text.format(l=left, r=right)
    borrowed = b < d
    high, low = (a - 1, b + rate) if borrowed else (a, b)
    raw = lasting(high, low, unit, part)
    answer = lasting(high - c, low - d, unit, part)
    lines = ([f"{left} = {raw}"] if borrowed else []) + [f"{raw} - {right} = {answer}"]
    slips = (
        lasting(a - c, abs(b - d), unit, part),
        lasting(a - c, low - d, unit, part) if borrowed else lasting(a + c, b - d, unit, part),
        lasting(high - c, b + 100 - d, unit, part) if borrowed else "",
    )
    solution = equalities(*lines, answer=answer)
    return Draft(question, solution, answer, (unit, a, b, c, d), tuple(filter(None, slips)))


@family(number=47, grade=5, kind="time", topic="measure")
def nhan_so_do_thoi_gian(draw: Draw) -> Draft:
    """Nhân số đo thời gian với một số."""
    unit, part, rate, _ = draw.pick(CLOCKS)
    a, b, count = draw.integer(1, 9), draw.integer(2, rate - 1), draw.integer(2, 8)
    base = lasting(a, b, unit, part)
    who, does, what = draw.pick(TASKS[unit])
    question = draw.template(
        "Tính: {t} × {n}",
        "Lấy {t} nhân với {n} thì được kết quả là bao nhiêu?",
        "{W} {d} một {x} hết {t}. Hỏi {d} {n} {x} như thế hết bao nhiêu thời gian?",
        "Trung bình {w} {d} một {x} trong {t}. Tính thời gian {d} {n} {x} như thế.",
    ).format(t=base, n=count, W=who, w=who.lower(), d=does, x=what)
    raw = lasting(a * count, b * count, unit, part)
    more, rest = divmod(b * count, rate)
    answer = lasting(a * count + more, rest, unit, part)
    lines = [f"{base} × {count} = {raw}"] + ([f"{raw} = {answer}"] if more else [])
    slips = (
        lasting(a * count, rest, unit, part),
        lasting(a + more, rest, unit, part),
        lasting(a * count + more + 1, rest, unit, part),
    )
    return Draft(question, equalities(*lines, answer=answer), answer, (unit, a, b, count), slips)


@family(number=47, grade=5, kind="time", topic="measure")
def chia_so_do_thoi_gian(draw: Draw) -> Draft:
    """Chia số đo thời gian cho một số."""
    unit, part, rate, _ = draw.pick(CLOCKS)
    count = draw.integer(2, 6)
    each, small = draw.integer(1, 5), draw.integer(2, rate - 1)
    whole, rest = divmod(small * count, rate)
    total = each * count + whole
    base, answer = lasting(total, rest, unit, part), lasting(each, small, unit, part)
    who, does, what = draw.pick(TASKS[unit])
    question = draw.template(
        "Tính: {t} : {n}",
        "Lấy {t} chia cho {n} thì được kết quả là bao nhiêu?",
        "{W} {d} {n} {x} như nhau hết {t}. Hỏi {d} một {x} hết bao nhiêu thời gian?",
        "Trong {t}, {w} {d} {n} {x}. Tính thời gian trung bình để {d} một {x}.",
    ).format(t=base, n=count, W=who, w=who.lower(), d=does, x=what)
    lines = []
    if whole:
        lines = [
            f"{total} : {count} = {each} (dư {whole})",
            f"{whole} {unit} = {whole * rate} {part}",
        ]
        if rest:
            lines.append(f"{whole * rate} + {rest} = {small * count} ({part})")
    else:
        lines = [f"{total} : {count} = {each} ({unit})"]
    lines.append(f"{small * count} : {count} = {small} ({part})")
    slips = (
        lasting(each, max(1, rest // count), unit, part),
        lasting(each, (whole * 10 + rest) // count + 1, unit, part),
        lasting(each + 1, small, unit, part),
    )
    return Draft(
        question, equalities(*lines, answer=answer), answer, (unit, total, rest, count), slips
    )


@family(number=47, grade=5, kind="time", topic="measure")
def thoi_gian_thap_phan(draw: Draw) -> Draft:
    """Đổi số đo thời gian ra số thập phân và ngược lại."""
    unit, part, _, _ = draw.pick(CLOCKS)
    whole, rest = draw.integer(1, 7), draw.pick(SIXTIETHS)
    value, share = decimal(whole + Fraction(rest, 60)), decimal(Fraction(rest, 60))
    both = lasting(whole, rest, unit, part)
    if draw.pick((True, False)):
        question = draw.template(
            "Viết số thập phân thích hợp vào chỗ chấm: {t} = ... {u}",
            "Viết {t} dưới dạng số thập phân có đơn vị là {u}.",
            "Đổi {t} ra {u}.",
        ).format(t=both, u=unit)
        answer, way = f"{value} {unit}", "ra số thập phân"
        lines = (f"{rest} : 60 = {share} ({unit})", f"{whole} + {share} = {value} ({unit})")
        slips = (f"{whole},{rest:02} {unit}", f"{decimal(whole + Fraction(rest, 600))} {unit}")
    else:
        question = draw.template(
            "Viết số thích hợp vào chỗ chấm: {v} {u} = ... {u} ... {p}",
            "Đổi {v} {u} ra {u} và {p}.",
            "{v} {u} gồm bao nhiêu {u} và bao nhiêu {p}?",
        ).format(v=value, u=unit, p=part)
        answer, way = both, "ra hai đơn vị"
        lines = (f"{value} = {whole} + {share}", f"{share} × 60 = {rest} ({part})")
        tenths = value.split(",")[1]
        slips = (f"{whole} {unit} {int(tenths)} {part}", f"{whole} {unit} {rest // 3 * 5} {part}")
    solution = equalities(*lines, answer=answer)
    return Draft(question, solution, answer, (unit, whole, rest, way), slips)
