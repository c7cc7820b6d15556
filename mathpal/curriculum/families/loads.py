"""Computing with masses: packs on the scales, loads of lorries (grades 3 and 4)."""

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced

# (light pack, its smallest and largest mass in units of 5 g, heavy pack, the same in units of 50 g)
PACKS = (
    ("gói mì", 13, 17, "hộp bánh", 3, 9), ("hộp sữa chua", 20, 20, "gói kẹo", 3, 8),
    ("gói bánh", 5, 19, "túi đường", 5, 9), ("quả trứng", 10, 13, "túi bột mì", 4, 9),
    ("gói hạt sen", 10, 19, "túi bột gạo", 4, 9), ("gói trà", 5, 19, "hộp mứt", 3, 9),
    ("quả chanh", 5, 12, "quả cam", 3, 7), ("quả mận", 5, 14, "quả lựu", 4, 8),
    ("viên xà phòng", 13, 19, "hộp kem", 3, 6),
)  # fmt: skip
CARGO = ("gạo", "thóc", "ngô", "xi măng", "muối", "phân bón", "đường", "khoai", "sắn", "cà phê")

# (unit asked for, kilograms in it, kilograms per bag, number of bags): easy products only; a total
# asked in yến is not a whole number of tạ
BAGS = tuple(
    (unit, rate, each, count)
    for unit, rate in (("tạ", 100), ("yến", 10))
    for each in (15, 20, 25, 30, 35, 40, 45, 50, 60)
    for count in range(4, 61)
    if (each * count % 100 == 0) is (rate == 100)
    and each * count % rate == 0
    and (count < 10 or each % 10 == 0)
)


@family(number=45, grade=3, kind="quantity", topic="measure")
def can_nang_cac_goi(draw: Draw) -> Draft:
    """Khối lượng của nhiều gói hàng như nhau và một gói hàng khác."""
    light, low, high, heavy, least, most = draw.pick(PACKS)
    each, count = draw.integer(low, high) * 5, draw.integer(3, 9)
    other = draw.integer(least, most) * 50
    packs = each * count
    question = draw.template(
        "Mỗi {a} cân nặng {e} g, mỗi {b} cân nặng {o} g. Hỏi {n} {a} và 1 {b} cân nặng tất cả "
        "bao nhiêu gam?",
        "Mẹ mua {n} {a}, mỗi {u} cân nặng {e} g, và 1 {b} cân nặng {o} g. Hỏi tất cả cân nặng "
        "bao nhiêu gam?",
        "Trên bàn cân có {n} {a} và 1 {b}. Mỗi {a} nặng {e} g, {b} nặng {o} g. Tính cân nặng "
        "của tất cả các thứ đó.",
    ).format(a=light, b=heavy, e=each, o=other, n=count, u=light.split()[0])
    answer = f"{spaced(packs + other)} g"
    solution = worked(
        (f"{count} {light} cân nặng là", f"{each} × {count} = {packs} (g)"),
        ("Tất cả cân nặng là", f"{packs} + {other} = {spaced(packs + other)} (g)"),
        answer=answer,
    )
    wrong = (each + other, (each + other) * count, packs, packs + other + 100)
    return Draft(
        question, solution, answer, (each, count, other), tuple(f"{spaced(n)} g" for n in wrong)
    )


@family(number=45, grade=4, kind="quantity", topic="measure")
def xe_cho_hang(draw: Draw) -> Draft:
    """Hai xe chở hàng: đổi tấn, tạ rồi tính."""
    cargo, more = draw.pick(CARGO), draw.pick((True, False))
    tons, rest, gap = draw.integer(2, 8), draw.integer(1, 9), draw.integer(3, 15)
    first = tons * 10 + rest
    second = first + gap if more else first - gap
    word, sign = ("nhiều hơn", "+") if more else ("ít hơn", "-")
    question = draw.template(
        "Xe thứ nhất chở {t} tấn {r} tạ {c}. Xe thứ hai chở {w} xe thứ nhất {g} tạ. Hỏi cả hai "
        "xe chở bao nhiêu tạ {c}?",
        "Hai xe chở {c}. Xe thứ nhất chở được {t} tấn {r} tạ, xe thứ hai chở {w} xe thứ nhất "
        "{g} tạ. Tính số tạ {c} cả hai xe chở.",
        "Có hai xe chở {c} về kho. Xe thứ nhất chở {t} tấn {r} tạ, xe thứ hai chở {w} xe thứ "
        "nhất {g} tạ. Hỏi hai xe chở về kho bao nhiêu tạ {c}?",
    ).format(t=tons, r=rest, c=cargo, w=word, g=gap)
    answer = f"{first + second} tạ"
    solution = worked(
        ("Đổi", f"{tons} tấn {rest} tạ = {first} tạ"),
        (f"Số {cargo} xe thứ hai chở là", f"{first} {sign} {gap} = {second} (tạ)"),
        (f"Số {cargo} cả hai xe chở là", f"{first} + {second} = {first + second} (tạ)"),
        answer=answer,
    )
    other = first - gap if more else first + gap
    slips = tuple(f"{n} tạ" for n in (second, first + gap, first + other))
    return Draft(question, solution, answer, (first, sign, gap), slips)


@family(number=45, grade=4, kind="quantity", topic="measure")
def bao_hang(draw: Draw) -> Draft:
    """Các bao hàng như nhau nặng bao nhiêu tạ, yến."""
    cargo, (unit, rate, each, count) = draw.pick(CARGO), draw.pick(BAGS)
    total = each * count
    question = draw.template(
        "Một xe chở {n} bao {c}, mỗi bao nặng {e} kg. Hỏi xe đó chở bao nhiêu {u} {c}?",
        "Trong kho có {n} bao {c}, mỗi bao có {e} kg. Tính số {u} {c} trong kho.",
        "Mỗi bao {c} cân nặng {e} kg. Hỏi {n} bao như thế cân nặng bao nhiêu {u}?",
    ).format(n=count, c=cargo, e=each, u=unit)
    answer = f"{total // rate} {unit}"
    solution = worked(
        (f"Số ki-lô-gam {cargo} là", f"{each} × {count} = {spaced(total)} (kg)"),
        ("Đổi", f"{spaced(total)} kg = {total // rate} {unit}"),
        answer=answer,
    )
    wrong = (total, total * 10 // rate, total * 10, each + count)
    slips = tuple(f"{spaced(n)} {unit}" for n in wrong)
    return Draft(question, solution, answer, (unit, each, count), slips)
