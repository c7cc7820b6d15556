"""Problems solved by reduction to the unit (rút về đơn vị), then multiplying or dividing."""

from mathpal.curriculum.families.spoken import spoken
from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced

# (holder, what it holds, unit)
PACKS = (
    ("bao", "kg gạo", "kg"), ("can", "l dầu", "l"), ("túi", "kg đường", "kg"),
    ("cuộn", "m vải", "m"), ("hộp", "cái bánh", "cái"), ("thùng", "hộp sữa", "hộp"),
    ("khay", "quả trứng", "quả"), ("bó", "bông hoa", "bông"), ("rổ", "quả cam", "quả"),
    ("giá", "quyển sách", "quyển"), ("hàng", "cây ngô", "cây"), ("xe", "bao xi măng", "bao"),
    ("thùng", "chai nước", "chai"), ("gói", "cái kẹo", "cái"), ("chuồng", "con thỏ", "con"),
    ("phòng", "bộ bàn ghế", "bộ"), ("bàn", "học sinh", "bạn"), ("túi", "viên bi", "viên"),
)  # fmt: skip

# (span of time, who, verb, result, unit)
RATES = (
    ("phút", "vòi nước", "chảy được", "l nước", "l"),
    ("ngày", "đội công nhân", "sửa được", "m đường", "m"),
    ("giờ", "máy", "làm được", "cái cốc", "cái"),
    ("ngày", "thợ may", "may được", "cái áo", "cái"),
    ("giờ", "người đi xe đạp", "đi được", "km", "km"),
    ("tuần", "bạn nhỏ", "đọc được", "trang sách", "trang"),
    ("ngày", "đàn gà", "ăn hết", "kg thóc", "kg"),
    ("giờ", "bác thợ", "xây được", "viên gạch", "viên"),
    ("phút", "máy in", "in được", "tờ giấy", "tờ"),
)
GOODS = (
    ("quyển vở", 6, 15), ("cái bút", 3, 9), ("cái bánh", 5, 12), ("kg cam", 15, 30),
    ("kg gạo", 12, 22), ("hộp sữa", 7, 12), ("quả trứng", 3, 5), ("bông hoa", 3, 8),
    ("quyển truyện", 15, 30), ("chai nước", 5, 10), ("m vải", 20, 40), ("cốc chè", 10, 18),
)  # fmt: skip
MOST = {"bàn": 6}  # largest content of one holder, if smaller than the usual limit
MEASURES = ("kg", "l", "m", "km")


def _named(number: int, noun: str, unit: str) -> str:
    return f"{number} {unit if unit in MEASURES else noun}"


def _one(thing: str) -> str:
    """Return one of a thing: "1" before a measure, "một" before a counted thing."""
    return f"1 {thing}" if thing.split()[0] in MEASURES else f"một {thing}"


def _counts(draw: Draw) -> tuple[int, int]:
    return tuple(draw.distinct(range(2, 10), 2))  # type: ignore[return-value]


def _pack_back(draw: Draw) -> Draft:
    holder, thing, unit = draw.pick(PACKS)
    (count, asked), one = _counts(draw), draw.integer(3, MOST.get(holder, 20))
    whole, value = one * count, one * asked
    question = draw.template(
        "{n} {h} như nhau có {w} {t}. Hỏi {m} {h} như thế có bao nhiêu {u}?",
        "Có {w} {t} chia đều vào {n} {h}. Hỏi {m} {h} như thế có bao nhiêu {u}?",
        "Biết {n} {h} có tất cả {w} {t} và số {u} ở mỗi {h} bằng nhau. Tính số {u} ở {m} {h}.",
    ).format(n=count, h=holder, w=whole, t=thing, m=asked, u=spoken(thing))
    answer = _named(value, thing, unit)
    solution = worked(
        (f"Một {holder} có số {spoken(thing)} là", f"{whole} : {count} = {one} ({unit})"),
        (f"{asked} {holder} có số {spoken(thing)} là", f"{one} × {asked} = {value} ({unit})"),
        answer=answer,
    )
    slips = tuple(_named(x, thing, unit) for x in (whole + asked, value + one, one, whole))
    return Draft(question, solution, answer, ("×", count, whole, asked), slips)


def _rate_back(draw: Draw) -> Draft:
    span, who, deed, result, unit = draw.pick(RATES)
    said = spoken(result)
    (count, asked), one = _counts(draw), draw.integer(10, 18)
    whole, value = one * count, one * asked
    question = draw.template(
        "Trong {n} {o}, một {s} {v} {w} {t}. Hỏi trong {m} {o}, {s} đó {v} bao nhiêu {u}? (Số {u} "
        "mỗi {o} như nhau)",
        "Một {s} trong {n} {o} {v} {w} {t}. Hỏi với mức như vậy, trong {m} {o} {s} đó {v} bao "
        "nhiêu {u}?",
        "Biết một {s} cứ {n} {o} thì {v} {w} {t}. Tính số {u} {v} trong {m} {o}.",
    ).format(n=count, o=span, s=who, v=deed, w=whole, t=result, m=asked, u=spoken(result))
    answer = _named(value, result, unit)
    solution = worked(
        (f"Trong một {span} {who} {deed} số {said} là", f"{whole} : {count} = {one} ({unit})"),
        (f"Trong {asked} {span} {who} {deed} số {said} là", f"{one} × {asked} = {value} ({unit})"),
        answer=answer,
    )
    slips = tuple(_named(x, result, unit) for x in (whole + asked, value + one, one, whole))
    return Draft(question, solution, answer, ("×", count, whole, asked), slips)


def _price_back(draw: Draw) -> Draft:
    thing, low, high = draw.pick(GOODS)
    (count, asked), one = _counts(draw), draw.integer(low, high)
    whole, each, value = (spaced(x * 1000) for x in (one * count, one, one * asked))
    question = draw.template(
        "Mua {n} {t} hết {w} đồng. Hỏi mua {m} {t} như thế hết bao nhiêu tiền?",
        "{n} {t} giá {w} đồng. Hỏi {m} {t} như thế giá bao nhiêu tiền?",
        "Mẹ mua {n} {t} cùng loại và phải trả {w} đồng. Nếu mua {m} {t} như thế thì mẹ phải trả "
        "bao nhiêu tiền?",
    ).format(n=count, t=thing, w=whole, m=asked)
    answer = f"{value} đồng"
    solution = worked(
        (f"Giá tiền {_one(thing)} là", f"{whole} : {count} = {each} (đồng)"),
        (f"Giá tiền {asked} {thing} là", f"{each} × {asked} = {value} (đồng)"),
        answer=answer,
    )
    wrong = (one * count + asked, one * (asked + 1), one)
    slips = tuple(f"{spaced(x * 1000)} đồng" for x in wrong)
    return Draft(question, solution, answer, ("đồng", count, one, asked), slips)


@family(number=39, grade=4, kind="quantity", topic="word_problems")
def rut_ve_don_vi(draw: Draw) -> Draft:
    """Bài toán rút về đơn vị: tìm giá trị của nhiều phần."""
    return draw.pick((_pack_back, _rate_back, _price_back))(draw)


def _packs_needed(draw: Draw) -> Draft:
    holder, thing, unit = draw.pick(PACKS)
    (count, asked), one = _counts(draw), draw.integer(3, MOST.get(holder, 12))
    whole, other = one * count, one * asked
    question = draw.template(
        "Có {w} {t} chia đều vào {n} {h}. Hỏi {x} {t} thì chia đều vào bao nhiêu {h} như thế?",
        "{n} {h} như nhau có {w} {t}. Hỏi cần bao nhiêu {h} như thế để có {x} {t}?",
        "Biết {w} {t} chia đều vào {n} {h}. Nếu có {x} {t} thì cần bao nhiêu {h} như thế?",
    ).format(n=count, h=holder, w=whole, t=thing, x=other)
    answer = f"{asked} {holder}"
    solution = worked(
        (f"Một {holder} có số {spoken(thing)} là", f"{whole} : {count} = {one} ({unit})"),
        (f"Số {holder} cần có là", f"{other} : {one} = {asked} ({holder})"),
        answer=answer,
    )
    slips = tuple(f"{x} {holder}" for x in (one, asked + count, asked + 1))
    return Draft(question, solution, answer, (":", count, whole, other), slips)


def _time_needed(draw: Draw) -> Draft:
    span, who, deed, result, unit = draw.pick(RATES)
    said = spoken(result)
    (count, asked), one = _counts(draw), draw.integer(10, 15)
    whole, other = one * count, one * asked
    question = draw.template(
        "Trong {n} {o}, một {s} {v} {w} {t}. Hỏi trong bao nhiêu {o} thì {s} đó {v} {x} {t}? (Số "
        "{u} mỗi {o} như nhau)",
        "Một {s} trong {n} {o} {v} {w} {t}. Hỏi với mức như vậy, {s} đó {v} {x} {t} trong bao "
        "nhiêu {o}?",
        "Biết một {s} cứ {n} {o} thì {v} {w} {t}. Tính số {o} cần có để {v} {x} {t}.",
    ).format(n=count, o=span, s=who, v=deed, w=whole, t=result, x=other, u=spoken(result))
    answer = f"{asked} {span}"
    solution = worked(
        (f"Trong một {span} {who} {deed} số {said} là", f"{whole} : {count} = {one} ({unit})"),
        (f"Số {span} để {deed} {other} {result} là", f"{other} : {one} = {asked} ({span})"),
        answer=answer,
    )
    slips = tuple(f"{x} {span}" for x in (one, asked + count, asked + 1))
    return Draft(question, solution, answer, (":", count, whole, other), slips)


def _goods_bought(draw: Draw) -> Draft:
    thing, low, high = draw.pick(GOODS)
    (count, asked), one = _counts(draw), draw.integer(low, min(high, low + 7))
    whole, each, other = (spaced(x * 1000) for x in (one * count, one, one * asked))
    question = draw.template(
        "Mua {n} {t} hết {w} đồng. Hỏi với {x} đồng thì mua được bao nhiêu {u} như thế?",
        "{n} {t} giá {w} đồng. Hỏi {x} đồng mua được bao nhiêu {u} như thế?",
        "Mẹ mua {n} {t} cùng loại và phải trả {w} đồng. Nếu có {x} đồng thì mẹ mua được bao nhiêu "
        "{u} như thế?",
    ).format(n=count, t=thing, w=whole, x=other, u=spoken(thing))
    answer = f"{asked} {thing}"
    solution = worked(
        (f"Giá tiền {_one(thing)} là", f"{whole} : {count} = {each} (đồng)"),
        (f"Số {spoken(thing)} mua được là", f"{other} : {each} = {asked} ({thing.split()[0]})"),
        answer=answer,
    )
    slips = tuple(f"{x} {thing}" for x in (asked + count, asked + 1, one))
    return Draft(question, solution, answer, ("mua", count, one, asked), slips)


@family(number=39, grade=4, kind="quantity", topic="word_problems")
def rut_ve_don_vi_chia(draw: Draw) -> Draft:
    """Bài toán rút về đơn vị: tìm số phần."""
    return draw.pick((_packs_needed, _time_needed, _goods_bought))(draw)
