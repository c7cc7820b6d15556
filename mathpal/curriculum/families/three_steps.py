"""Word problems of three steps, grade 4."""

from mathpal.curriculum.families.spoken import spoken
from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import names
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced

# (first, second, third, all three, subject, verb, thing, unit)
STORIES = (
    ("ngày thứ nhất", "ngày thứ hai", "ngày thứ ba", "cả ba ngày", "cửa hàng", "bán được",
     "kg đường", "kg"),
    ("tuần đầu", "tuần thứ hai", "tuần thứ ba", "cả ba tuần", "xưởng", "may được", "cái áo", "cái"),
    ("ngày đầu", "ngày thứ hai", "ngày thứ ba", "cả ba ngày", "đội công nhân", "sửa được",
     "m đường", "m"),
    ("tháng Một", "tháng Hai", "tháng Ba", "cả ba tháng", "nhà máy", "làm được",
     "chiếc quạt", "chiếc"),
    ("chuyến đầu", "chuyến thứ hai", "chuyến thứ ba", "cả ba chuyến", "xe tải", "chở được",
     "bao gạo", "bao"),
    ("buổi sáng", "buổi chiều", "buổi tối", "cả ngày", "siêu thị", "bán được", "l sữa", "l"),
    ("khối Ba", "khối Bốn", "khối Năm", "cả ba khối", "", "trồng được", "cây", "cây"),
    ("lớp 4A", "lớp 4B", "lớp 4C", "cả ba lớp", "", "thu gom được", "kg giấy", "kg"),
    ("kho thứ nhất", "kho thứ hai", "kho thứ ba", "cả ba kho", "", "chứa", "tấn thóc", "tấn"),
    ("thôn Đông", "thôn Đoài", "thôn Nam", "cả ba thôn", "", "có", "ngôi nhà", "ngôi"),
    ("thùng đỏ", "thùng xanh", "thùng vàng", "cả ba thùng", "", "đựng", "quả bóng", "quả"),
)  # fmt: skip
MEASURES = ("kg", "m", "l", "tấn")

# (holder, other holder, thing, unit in brackets)
PACKED = (
    ("bao to", "bao nhỏ", "kg gạo", "kg"), ("thùng", "hộp", "cái bánh", "cái"),
    ("can to", "can nhỏ", "l dầu", "l"), ("hộp to", "hộp nhỏ", "quyển vở", "quyển"),
    ("tàu to", "tàu nhỏ", "tấn hàng", "tấn"), ("giỏ to", "giỏ nhỏ", "quả cam", "quả"),
    ("dãy dài", "dãy ngắn", "ghế", "ghế"), ("xe to", "xe nhỏ", "hành khách", "người"),
    ("cuộn dài", "cuộn ngắn", "m dây", "m"), ("thuyền to", "thuyền nhỏ", "khách", "khách"),
)  # fmt: skip

# (thing bought several times, its prices, thing bought once, its prices), in thousands of đồng
SHOPPING = (
    ("quyển vở", (6, 15), "hộp bút", (20, 45)), ("cái bút", (3, 9), "quyển sách", (20, 60)),
    ("cái bánh", (5, 12), "hộp sữa to", (25, 40)), ("gói kẹo", (8, 20), "hộp mứt", (30, 60)),
    ("quả bóng bàn", (4, 9), "cây vợt", (50, 90)), ("bông hoa", (3, 8), "lọ hoa", (40, 80)),
    ("kg cam", (15, 30), "quả dưa hấu", (30, 60)), ("tập giấy màu", (7, 15), "cái kéo", (15, 30)),
    ("đôi tất", (10, 20), "cái mũ", (40, 75)), ("chai nước", (5, 10), "cái ô", (50, 85)),
)  # fmt: skip


def _up(text: str) -> str:
    return text[0].upper() + text[1:]


def _named(number: int, noun: str, unit: str) -> str:
    return f"{number} {unit if unit in MEASURES else noun}"


def _three_parts(draw: Draw) -> Draft:
    one, two, three, every, subject, deed, noun, unit = draw.pick(STORIES)
    times = draw.pick((True, False))
    few = times or one.startswith("lớp")  # a class cannot gather 400 kg of paper
    a = draw.integer(15, 60) if few else draw.integer(80, 400)
    k = draw.integer(2, 4) if times else draw.integer(11, 60)
    second = a * k if times else a + k
    less = draw.integer(5, 14)
    third = second - less
    heads = [
        f"{one} {f'một {subject} ' if subject else ''}{deed}", f"{two} {deed}", f"{three} {deed}",
    ]  # fmt: skip
    said = spoken(noun)
    relation = f"gấp {k} lần {one}" if times else f"nhiều hơn {one} {k} {noun}"
    question = draw.template(
        "{A} {a} {n}, {b} {r}, {c} ít hơn {y} {d} {n}. Hỏi {e} {v} bao nhiêu {u}?",
        "{A} {a} {n}. {B} {r}. {C} ít hơn {y} {d} {n}. Hỏi {e} {v} tất cả bao nhiêu {u}?",
        "Biết {x} {a} {n}, {b} {r} và {c} ít hơn {y} {d} {n}. Tính số {u} {e} {v}.",
    ).format(
        A=_up(heads[0]), x=heads[0], b=heads[1], B=_up(heads[1]), c=heads[2], C=_up(heads[2]),
        a=a, n=noun, u=spoken(noun), r=relation, y=two, d=less, e=every, v=deed,
    )  # fmt: skip
    total = a + second + third
    answer = _named(total, noun, unit)
    solution = worked(
        (f"{_up(heads[1])} số {said} là", f"{a} {'×' if times else '+'} {k} = {second} ({unit})"),
        (f"{_up(heads[2])} số {said} là", f"{second} - {less} = {third} ({unit})"),
        (
            f"{_up(every)} {deed} số {said} là",
            f"{a} + {second} + {third} = {a + second} + {third} = {total} ({unit})",
        ),
        answer=answer,
    )
    wrong = (second + third, a + second + second + less, a + second)
    slips = tuple(_named(n, noun, unit) for n in wrong)
    return Draft(question, solution, answer, (times, a, k, less), slips)


def _two_kinds(draw: Draw) -> Draft:
    big, small, noun, unit = draw.pick(PACKED)
    n, m = draw.integer(2, 9), draw.integer(2, 9)
    d = draw.integer(4, 20)
    c = d + draw.integer(5, 30)
    question = draw.template(
        "Có {n} {h}, mỗi {h} có {c} {t} và {m} {i}, mỗi {i} có {d} {t}. Hỏi có tất cả bao nhiêu "
        "{u}?",
        "Mỗi {h} có {c} {t}, mỗi {i} có {d} {t}. Hỏi {n} {h} và {m} {i} có tất cả bao nhiêu {u}?",
        "Người ta dùng {n} {h} và {m} {i}. Biết mỗi {h} có {c} {t}, mỗi {i} có {d} {t}. Tính số "
        "{u} có tất cả.",
    ).format(n=n, h=big, c=c, m=m, i=small, d=d, t=noun, u=spoken(noun))
    first, second = n * c, m * d
    answer = _named(first + second, noun, unit)
    solution = worked(
        (f"{n} {big} có số {spoken(noun)} là", f"{c} × {n} = {first} ({unit})"),
        (f"{m} {small} có số {spoken(noun)} là", f"{d} × {m} = {second} ({unit})"),
        (f"Có tất cả số {spoken(noun)} là", f"{first} + {second} = {first + second} ({unit})"),
        answer=answer,
    )
    slips = tuple(_named(x, noun, unit) for x in (n * d + m * c, c + d, first + second + 10))
    return Draft(question, solution, answer, ("hai loại", n, c, m, d), slips)


def _shopping(draw: Draw) -> Draft:
    thing, prices, once, others = draw.pick(SHOPPING)
    (person,) = names(draw, 1)
    count, price, other = draw.integer(2, 6), draw.integer(*prices), draw.integer(*others)
    cost = count * price
    total = cost + other
    paid = draw.pick([note for note in (100, 200, 300, 500) if note > total][:2])
    question = draw.template(
        "{p} mua {n} {t}, mỗi {k} giá {c} đồng và một {o} giá {d} đồng. {p} đưa cô bán hàng {w} "
        "đồng. Hỏi cô bán hàng trả lại {p} bao nhiêu tiền?",
        "{p} có {w} đồng. {p} mua {n} {t} giá {c} đồng một {k} và một {o} giá {d} đồng. Hỏi {p} "
        "còn lại bao nhiêu tiền?",
        "Mỗi {t} giá {c} đồng, một {o} giá {d} đồng. {p} mang theo {w} đồng để mua {n} {t} và một "
        "{o}. Hỏi {p} còn thừa bao nhiêu tiền?",
    ).format(
        p=person, n=count, t=thing, c=spaced(price * 1000), o=once, d=spaced(other * 1000),
        w=spaced(paid * 1000), k=thing.split()[0],
    )  # fmt: skip
    cost_, other_, total_, paid_, rest_ = (
        spaced(x * 1000) for x in (cost, other, total, paid, paid - total)
    )
    answer = f"{rest_} đồng"
    solution = worked(
        (f"Số tiền mua {count} {thing} là", f"{spaced(price * 1000)} × {count} = {cost_} (đồng)"),
        ("Số tiền mua tất cả là", f"{cost_} + {other_} = {total_} (đồng)"),
        ("Số tiền còn lại là", f"{paid_} - {total_} = {rest_} (đồng)"),
        answer=answer,
    )
    wrong = (total, paid - price - other, paid - total + 10)
    slips = tuple(f"{spaced(x * 1000)} đồng" for x in wrong)
    return Draft(question, solution, answer, ("mua", count, price, other, paid), slips)


def _stock(draw: Draw) -> Draft:
    what, unit, trip = draw.pick((
        ("kho", "kg thóc", "bao"), ("cửa hàng", "kg gạo", "bao"), ("cửa hàng", "l sữa", "thùng"),
        ("cửa hàng", "m vải", "cuộn"), ("trạm xăng", "l dầu", "thùng"), ("kho", "kg ngô", "bao"),
    ))  # fmt: skip
    count, each = draw.integer(3, 8), draw.integer(11, 60)
    gone = count * each
    kept, added = draw.integer(5, 40) * 10, draw.integer(4, 30) * 5
    whole, rest = gone + kept, kept + added
    short, said = unit.split()[0], spoken(unit)
    question = draw.template(
        "Một {l} có {w} {u}. Người ta lấy ra {n} {h}, mỗi {h} {c} {u}, sau đó nhập thêm {b} {u}. "
        "Hỏi lúc này {l} đó có bao nhiêu {s}?",
        "Trong {l} có {w} {u}, đã lấy ra {n} {h}, mỗi {h} có {c} {u}. Sau đó lại nhập thêm {b} "
        "{u}. Hỏi trong {l} lúc này có bao nhiêu {s}?",
        "Lúc đầu {l} có {w} {u}. Sau khi lấy ra {n} {h}, mỗi {h} {c} {u} và nhập về {b} {u} thì "
        "trong {l} có bao nhiêu {s}?",
    ).format(l=what, w=whole, u=unit, s=spoken(unit), n=count, h=trip, c=each, b=added)
    answer = f"{rest} {short}"
    solution = worked(
        (f"Số {said} đã lấy ra là", f"{each} × {count} = {gone} ({short})"),
        (f"Số {said} còn lại là", f"{whole} - {gone} = {kept} ({short})"),
        (f"Số {said} lúc sau là", f"{kept} + {added} = {rest} ({short})"),
        answer=answer,
    )
    slips = tuple(f"{x} {short}" for x in (kept, whole + added - each, whole + gone + added))
    return Draft(question, solution, answer, ("kho", whole, count, each, added), slips)


@family(number=12, grade=4, kind="quantity", topic="word_problems")
def ba_buoc_tinh(draw: Draw) -> Draft:
    """Bài toán giải bằng ba bước tính."""
    return draw.pick((_three_parts, _two_kinds, _shopping, _stock))(draw)
