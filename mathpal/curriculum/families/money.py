"""Vietnamese money (grades 2 to 5): notes, change, several goods, price of one."""

from fractions import Fraction

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import NAMES
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal, spaced

NOTES = (1, 2, 5, 10, 20, 50)  # banknotes that a pupil may own, in thousands of đồng
GIVERS = ("mẹ", "bố", "bà", "ông", "chị", "anh", "cô", "bác")
# (thing, lowest price, highest price), in units of 500 đồng
SMALL = (
    ("quyển vở", 12, 30), ("cái bút", 6, 24), ("cái bánh", 8, 30), ("hộp sữa", 12, 24),
    ("cái thước", 6, 16), ("quả trứng", 6, 10), ("cục tẩy", 4, 12), ("nhãn vở", 1, 6),
    ("gói kẹo", 10, 36), ("quả bóng", 20, 50), ("tờ giấy màu", 1, 8), ("cây kem", 8, 24),
)  # fmt: skip
# (thing sold by the kilogram or litre, unit, lowest price, highest price), in thousands of đồng
WEIGHED = (
    ("gạo", "kg", 14, 30), ("cam", "kg", 20, 60), ("táo", "kg", 30, 70), ("xoài", "kg", 20, 60),
    ("khoai", "kg", 12, 30), ("đường", "kg", 16, 30), ("cá", "kg", 50, 90), ("dầu ăn", "l", 30, 60),
    ("nước mắm", "l", 30, 80), ("cà chua", "kg", 12, 36), ("nho", "kg", 40, 90),
)  # fmt: skip
# (goods bought together, lowest price, highest price), in thousands of đồng
ERRANDS = (
    ("rau", 6, 40), ("đậu phụ", 6, 40), ("bánh", 6, 96), ("hoa", 10, 96), ("trứng", 10, 96),
    ("cá", 25, 96), ("gạo", 25, 96), ("sách", 25, 96), ("quà", 25, 96),
)  # fmt: skip


def _each(thing: str) -> str:
    """Return the counting word of a thing, for a price that stands right after it."""
    return "cái" if thing == "nhãn vở" else thing.split()[0]


@family(number=49, grade=2, kind="quantity", topic="measure")
def dem_tien(draw: Draw) -> Draft:
    """Đếm số tiền của các tờ tiền."""
    person = draw.pick(NAMES)
    kinds = sorted(draw.distinct(NOTES, draw.integer(2, 3)), reverse=True)
    counts = (draw.integer(1, 2), draw.integer(1, 3), 1)
    parts = [f"{n} tờ {kind} nghìn đồng" for n, kind in zip(counts, kinds)]
    listed = f"{', '.join(parts[:-1])} và {parts[-1]}"
    notes = [kind for n, kind in zip(counts, kinds) for _ in range(n)]
    small = kinds[1]
    total = sum(notes)
    question = draw.template(
        "{P} có {l}. Hỏi {P} có tất cả bao nhiêu nghìn đồng?",
        "Trong ví của {P} có {l}. Tính số tiền trong ví.",
        "{P} mở lợn đất, đếm được {l}. Hỏi {P} có bao nhiêu tiền?",
    ).format(P=person, l=listed)
    answer = f"{total} nghìn đồng"
    line = f"{' + '.join(map(str, notes))} = {total} (nghìn đồng)"
    solution = worked((f"Số tiền {person} có là", line), answer=answer)
    slips = tuple(
        f"{n} nghìn đồng" for n in (sum({*notes}), total + small, total - small, total + 10)
    )
    return Draft(question, solution, answer, tuple(notes), slips)


@family(number=49, grade=2, kind="quantity", topic="measure")
def tien_con_lai(draw: Draw) -> Draft:
    """Số tiền còn lại sau khi mua hàng."""
    giver, (thing, cheapest, dearest) = draw.pick(GIVERS), draw.pick(ERRANDS)
    whole = draw.integer(max(5, cheapest // 5 + 1), 20) * 5
    spent = draw.integer(cheapest, min(dearest, whole - 4))
    question = draw.template(
        "{G} có {a} nghìn đồng. {G} mua {t} hết {b} nghìn đồng. Hỏi {g} còn lại bao nhiêu nghìn "
        "đồng?",
        "{G} mang {a} nghìn đồng đi mua {t} hết {b} nghìn đồng. Tính số tiền còn lại.",
        "Sau khi mua {t} hết {b} nghìn đồng, {g} còn lại bao nhiêu nghìn đồng? Biết lúc đầu {g} có "
        "{a} nghìn đồng.",
    ).format(G=giver.capitalize(), g=giver, a=whole, b=spent, t=thing)
    left = whole - spent
    answer = f"{left} nghìn đồng"
    line = f"{whole} - {spent} = {left} (nghìn đồng)"
    solution = worked((f"Số tiền {giver} còn lại là", line), answer=answer)
    slips = tuple(f"{n} nghìn đồng" for n in (whole + spent, left + 10, abs(left - 10) or 5))
    return Draft(question, solution, answer, (whole, spent), slips)


@family(number=49, grade=3, kind="quantity", topic="measure")
def tien_viet_nam(draw: Draw) -> Draft:
    """Mua nhiều đồ vật như nhau, trả lại tiền."""
    person, (thing, low, high) = draw.pick(NAMES), draw.pick(SMALL)
    price, count = (draw.integer(low, high) // 2 or 1) * 1000, draw.integer(2, 6)
    cost = price * count
    paid = draw.pick([note for note in (20, 50, 100, 200) if note * 1000 > cost][:2]) * 1000
    question = draw.template(
        "{p} mua {n} {t}, mỗi {e} giá {c} đồng. {p} đưa cô bán hàng {d} đồng. Hỏi cô bán hàng "
        "trả lại {p} bao nhiêu tiền?",
        "Mỗi {t} giá {c} đồng. {p} mua {n} {t} và đưa {d} đồng. Hỏi {p} được trả lại bao nhiêu "
        "đồng?",
        "{p} có {d} đồng, mua {n} {t} với giá {c} đồng một {e}. Hỏi {p} còn lại bao nhiêu đồng?",
    ).format(p=person, n=count, t=thing, c=spaced(price), d=spaced(paid), e=_each(thing))
    answer = f"{spaced(paid - cost)} đồng"
    solution = worked(
        (f"Số tiền mua {count} {thing} là", f"{spaced(price)} × {count} = {spaced(cost)} (đồng)"),
        (
            "Số tiền còn lại là",
            f"{spaced(paid)} - {spaced(cost)} = {spaced(paid - cost)} (đồng)",
        ),
        answer=answer,
    )
    wrong = (cost, paid - price, paid + cost, paid - cost + 10_000)
    slips = tuple(f"{spaced(n)} đồng" for n in wrong)
    return Draft(question, solution, answer, (price, count, paid), slips)


@family(number=49, grade=4, kind="quantity", topic="measure")
def mua_nhieu_loai(draw: Draw) -> Draft:
    """Mua hai loại hàng, tính số tiền phải trả."""
    person = draw.pick(NAMES)
    (first, *range_a), (second, *range_b) = draw.distinct(SMALL, 2)
    a, b = draw.integer(*range_a) * 500, draw.integer(*range_b) * 500
    m, n = draw.integer(2, 9), draw.integer(2, 9)
    question = draw.template(
        "{p} mua {m} {f}, mỗi {g} giá {a} đồng và {n} {s}, mỗi {h} giá {b} đồng. Hỏi {p} phải trả "
        "tất cả bao nhiêu tiền?",
        "Giá một {f} là {a} đồng, giá một {s} là {b} đồng. Tính số tiền {p} phải trả khi mua {m} "
        "{f} và {n} {s}.",
        "Cô bán cho {p} {m} {f} giá {a} đồng một {g} và {n} {s} giá {b} đồng một {h}. {p} phải trả "
        "cô bao nhiêu đồng?",
    ).format(
        p=person, m=m, f=first, a=spaced(a), n=n, s=second, b=spaced(b), g=_each(first),
        h=_each(second),
    )  # fmt: skip
    answer = f"{spaced(a * m + b * n)} đồng"
    solution = worked(
        (f"Số tiền mua {m} {first} là", f"{spaced(a)} × {m} = {spaced(a * m)} (đồng)"),
        (f"Số tiền mua {n} {second} là", f"{spaced(b)} × {n} = {spaced(b * n)} (đồng)"),
        (
            f"Số tiền {person} phải trả là",
            f"{spaced(a * m)} + {spaced(b * n)} = {answer[:-5]} (đồng)",
        ),
        answer=answer,
    )
    wrong = (a + b, (a + b) * (m + n), a * n + b * m, a * m + b)
    slips = tuple(f"{spaced(x)} đồng" for x in wrong)
    return Draft(question, solution, answer, (m, a, n, b), slips)


@family(number=49, grade=5, kind="quantity", topic="measure")
def don_gia(draw: Draw) -> Draft:
    """Tìm đơn giá rồi tính số tiền mua lượng hàng khác, có số thập phân."""
    thing, unit, low, high = draw.pick(WEIGHED)
    first = draw.integer(2, 8)
    if draw.pick((True, False)):
        price, halves = draw.integer(-(-low // 10), high // 10) * 10_000, draw.integer(0, 5) * 2 + 1
    else:
        price, halves = draw.integer(low // 2, high // 2) * 2000, draw.integer(2, 9) * 2
        halves = 2 if halves == 2 * first else halves
    second, value = decimal(Fraction(halves, 2)), price // 2 * halves
    total = price * first
    question = draw.template(
        "Mua {m} {u} {t} hết {s} đồng. Hỏi mua {n} {u} {t} như thế hết bao nhiêu tiền?",
        "Mẹ mua {m} {u} {t} phải trả {s} đồng. Tính số tiền phải trả khi mua {n} {u} {t} cùng "
        "loại.",
        "Giá của {m} {u} {t} là {s} đồng. Với giá đó, {n} {u} {t} giá bao nhiêu đồng?",
    ).format(m=first, u=unit, t=thing, s=spaced(total), n=second)
    answer = f"{spaced(value)} đồng"
    steps = [(f"Số tiền mua 1 {unit} là", f"{spaced(total)} : {first} = {spaced(price)} (đồng)")]
    if halves != 2:
        line = f"{spaced(price)} × {second} = {spaced(value)} (đồng)"
        steps.append((f"Số tiền mua {second} {unit} là", line))
    solution = worked(*steps, answer=answer)
    wrong = (total // 2 * halves, price, total + price, value + price)
    slips = tuple(f"{spaced(n)} đồng" for n in wrong)
    return Draft(question, solution, answer, (price, first, halves), slips)
