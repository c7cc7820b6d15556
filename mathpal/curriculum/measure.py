"""Families on measures: conversion, money, clock, motion."""

from mathpal.curriculum.phrasing import names, spaced, worked
from mathpal.curriculum.registry import Draft, Draw, family

# (larger unit, smaller unit, how many smaller in one larger)
CONVERSIONS = (
    ("m", "cm", 100), ("m", "dm", 10), ("dm", "cm", 10), ("cm", "mm", 10), ("km", "m", 1000),
    ("kg", "g", 1000), ("tấn", "kg", 1000), ("tạ", "kg", 100), ("yến", "kg", 10),
    ("giờ", "phút", 60), ("phút", "giây", 60),
)  # fmt: skip


@family(number=45, grade=3, kind="quantity")
def doi_don_vi(draw: Draw) -> Draft:
    """Đổi đơn vị đo độ dài, khối lượng, thời gian."""
    large, small, rate = draw.pick(CONVERSIONS)
    count = draw.integer(2, 9)
    rest = draw.integer(1, 9) * draw.pick((1, max(1, rate // 10)))
    if rest >= rate:
        rest = rate - 1
    value = count * rate + rest
    question = draw.template(
        "Viết số thích hợp: {a} {x} {b} {y} = ... {y}",
        "Đổi {a} {x} {b} {y} ra {y}.",
        "{a} {x} {b} {y} bằng bao nhiêu {y}?",
    ).format(a=count, x=large, b=rest, y=small)
    answer = f"{value} {small}"
    solution = worked(
        (f"{count} {large} đổi ra {small} là", f"{count} × {rate} = {count * rate} ({small})"),
        ("Tất cả có là", f"{count * rate} + {rest} = {value} ({small})"),
        answer=answer,
    )
    return Draft(question, solution, answer, (count, large, rest, small))


@family(number=49, grade=3, kind="quantity")
def tien_viet_nam(draw: Draw) -> Draft:
    """Mua bán, trả lại tiền."""
    (person,) = names(draw, 1)
    thing = draw.pick(("quyển vở", "cái bút", "cái bánh", "quả bóng", "hộp sữa"))
    price, count = draw.integer(2, 18), draw.integer(2, 6)
    cost = price * count
    paid = draw.pick([note for note in (20, 50, 100, 200) if note > cost])
    question = draw.template(
        "{p} mua {n} {t}, mỗi {t} giá {c} đồng. {p} đưa cô bán hàng {d} đồng. Hỏi cô bán hàng "
        "trả lại {p} bao nhiêu tiền?",
        "Mỗi {t} giá {c} đồng. {p} mua {n} {t} và đưa {d} đồng. Hỏi {p} được trả lại bao nhiêu "
        "đồng?",
    ).format(p=person, n=count, t=thing, c=spaced(price * 1000), d=spaced(paid * 1000))
    answer = f"{spaced((paid - cost) * 1000)} đồng"
    solution = worked(
        (
            f"Số tiền mua {count} {thing} là",
            f"{spaced(price * 1000)} × {count} = {spaced(cost * 1000)} (đồng)",
        ),
        (
            "Số tiền được trả lại là",
            f"{spaced(paid * 1000)} - {spaced(cost * 1000)} = {answer[:-5]} (đồng)",
        ),
        answer=answer,
    )
    return Draft(question, solution, answer, (price, count, paid))


@family(number=48, grade=3, kind="quantity")
def khoang_thoi_gian(draw: Draw) -> Draft:
    """Khoảng thời gian giữa hai thời điểm trong cùng một giờ hoặc hai giờ liền nhau."""
    (person,) = names(draw, 1)
    hour, start, length = draw.integer(6, 10), draw.integer(1, 11) * 5, draw.integer(2, 11) * 5
    end_hour, end = divmod(hour * 60 + start + length, 60)
    activity = draw.pick(("học bài", "đọc sách", "tập thể dục", "vẽ tranh", "tập đàn"))
    question = draw.template(
        "{p} bắt đầu {v} lúc {h} giờ {m} phút và kết thúc lúc {i} giờ {n} phút. Hỏi {p} {v} "
        "trong bao nhiêu phút?",
        "{p} {v} từ {h} giờ {m} phút đến {i} giờ {n} phút. Tính số phút {p} {v}.",
    ).format(p=person, v=activity, h=hour, m=start, i=end_hour, n=end)
    answer = f"{length} phút"
    if end_hour == hour:
        steps = [("Số phút là", f"{end} - {start} = {length} (phút)")]
    else:
        steps = [
            (f"Từ {hour} giờ {start} phút đến {hour + 1} giờ có là", f"60 - {start} = "
             f"{60 - start} (phút)"),
            ("Số phút là", f"{60 - start} + {end} = {length} (phút)"),
        ]  # fmt: skip
    return Draft(question, worked(*steps, answer=answer), answer, (hour, start, end_hour, end))


@family(number=50, grade=5, kind="quantity")
def van_toc(draw: Draw) -> Draft:
    """Vận tốc, quãng đường, thời gian của chuyển động đều."""
    speeds, who = draw.pick(
        (
            (range(4, 7), "người đi bộ"),
            (range(10, 19), "người đi xe đạp"),
            (range(20, 50, 2), "xe máy"),
            (range(40, 85, 5), "ô tô"),
        )
    )
    speed, time = draw.pick(speeds), draw.integer(2, 6)
    distance = speed * time
    question = draw.template(
        "Một {w} đi với vận tốc {v} km/giờ trong {t} giờ. Tính quãng đường {w} đi được.",
        "Một {w} đi quãng đường {s} km trong {t} giờ. Tính vận tốc của {w} đó.",
        "Một {w} đi quãng đường {s} km với vận tốc {v} km/giờ. Tính thời gian {w} đi.",
    ).format(w=who, v=speed, t=time, s=distance)
    answer, step = (
        (f"{distance} km", ("Quãng đường là", f"{speed} × {time} = {distance} (km)")),
        (f"{speed} km/giờ", ("Vận tốc là", f"{distance} : {time} = {speed} (km/giờ)")),
        (f"{time} giờ", ("Thời gian là", f"{distance} : {speed} = {time} (giờ)")),
    )[draw.template_id]
    asked = "svt"[draw.template_id]
    return Draft(question, worked(step, answer=answer), answer, (asked, speed, time))
