"""Families on circles, with 3,14 for pi."""

from fractions import Fraction
from functools import cache

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal

# (round thing, unit, smallest radius, largest radius)
ROUND = (
    ("miếng nhựa", "cm", 0.05, 3), ("cái cúc áo", "cm", 0.5, 1.5), ("nắp hộp", "cm", 2, 12),
    ("cái đĩa", "cm", 6, 15), ("miếng bìa", "cm", 2, 30), ("cái khay", "cm", 10, 25),
    ("mặt đồng hồ", "cm", 2, 30), ("tấm kính", "cm", 15, 80), ("mặt trống", "cm", 10, 40),
    ("mặt bàn", "cm", 30, 80), ("biển báo", "cm", 20, 50), ("bánh xe", "cm", 10, 50),
    ("mặt bàn", "dm", 3, 8), ("cái mâm", "dm", 2, 4), ("tấm gỗ", "dm", 1, 9),
    ("mặt bàn", "m", 0.35, 0.95), ("bồn hoa", "m", 1, 6), ("cái ao", "m", 4, 30),
    ("sân chơi", "m", 4, 40), ("bể cá", "m", 0.5, 2), ("sân khấu", "m", 3, 10),
    ("vườn hoa", "m", 5, 40), ("cái giếng", "m", 0.5, 1), ("mặt hồ", "m", 10, 120),
)  # fmt: skip
TENTHS = [Fraction(n, 10) for n in range(1, 10)]
RADII = [
    *TENTHS,
    *(Fraction(n, 10) for n in (11, 12, 13, 14, 15)),
    *map(Fraction, range(1, 16)),
    *map(Fraction, (20, 30, 40, 50)),
]
RINGS = [(large, small) for large in range(3, 21) for small in range(1, large)
         if large**2 - small**2 < 320]  # fmt: skip
PI = Fraction(314, 100)


@cache
def _times_pi(what: str, factor: Fraction, unit: str) -> tuple[str, str]:
    """Return the step that multiplies by 3,14, split so that each partial product is easy."""
    digits = decimal(factor).replace(" ", "").replace(",", "").strip("0")
    shares = (
        (Fraction(3), Fraction(14, 100)) if len(digits) == 1 else (3, TENTHS[0], TENTHS[3] / 10)
    )
    parts = " + ".join(decimal(factor * share) for share in shares)
    told = "3 và 0,14" if len(digits) == 1 else "3; 0,1 và 0,04"
    sentence = f"Nhân lần lượt với {told}, cộng lại ta có {what} là"
    return sentence, f"{decimal(factor)} × 3,14 = {parts} = {decimal(factor * PI)} ({unit})"


def _round(draw: Draw, radius: Fraction | int) -> tuple[str, str]:
    """Return a round thing that can have this radius, and its unit."""
    size = float(radius)
    return draw.pick([(what, unit) for what, unit, low, high in ROUND if low <= size <= high])


@family(number=56, grade=3, kind="quantity", topic="geometry")
def ban_kinh_duong_kinh(draw: Draw) -> Draft:
    """Bán kính và đường kính của hình tròn."""
    variant = draw.pick(("d", "r", "hàng"))
    radius = draw.integer(9, 15) if variant == "hàng" else draw.integer(2, 99)
    count = draw.integer(2, 8) if variant == "hàng" else 1
    across = 2 * radius
    thing, unit = _round(draw, radius)
    if variant == "d":
        text = draw.template(
            "Hình tròn tâm O có bán kính {r} {u}. Tính đường kính của hình tròn đó.",
            "Một hình tròn có bán kính dài {r} {u}. Hỏi đường kính của nó dài bao nhiêu?",
            "Bán kính của hình tròn tâm I là {r} {u}. Tìm độ dài đường kính AB của hình tròn.",
            "Một {t} hình tròn có bán kính {r} {u}. Hỏi đường kính của {t} là bao nhiêu?",
        )
        steps = [("Đường kính hình tròn là", f"{radius} × 2 = {across} ({unit})")]
        answer, slips = f"{across} {unit}", (f"{radius + 2} {unit}", f"{4 * radius} {unit}")
    elif variant == "r":
        text = draw.template(
            "Hình tròn tâm O có đường kính AB dài {d} {u}. Tính bán kính của hình tròn đó.",
            "Một hình tròn có đường kính {d} {u}. Hỏi bán kính của nó dài bao nhiêu?",
            "Đường kính của hình tròn tâm I là {d} {u}. Tìm độ dài bán kính của hình tròn.",
            "Một {t} hình tròn có đường kính {d} {u}. Hỏi bán kính của {t} là bao nhiêu?",
        )
        steps = [("Bán kính hình tròn là", f"{across} : 2 = {radius} ({unit})")]
        answer, slips = f"{radius} {unit}", (f"{2 * across} {unit}", f"{across - 2} {unit}")
    else:
        text = draw.template(
            "Xếp {n} đồng xu như nhau sát cạnh nhau thành một hàng thẳng thì được hàng dài {l} mm. "
            "Tính bán kính mỗi đồng xu.",
            "Một hàng gồm {n} cái cúc áo hình tròn bằng nhau xếp sát nhau dài {l} mm. Hỏi bán kính "
            "mỗi cái cúc áo là bao nhiêu?",
            "Vẽ {n} hình tròn bằng nhau xếp sát nhau thành một hàng thẳng dài {l} mm. Tính bán "
            "kính của mỗi hình tròn.",
        )
        unit = "mm"
        steps = [
            ("Đường kính hình tròn là", f"{count * across} : {count} = {across} (mm)"),
            ("Bán kính hình tròn là", f"{across} : 2 = {radius} (mm)"),
        ]
        answer, slips = f"{radius} mm", (f"{across} mm", f"{4 * radius} mm")
    question = text.format(r=radius, d=across, u=unit, n=count, l=count * across, t=thing)
    return Draft(question, worked(*steps, answer=answer), answer, (variant, radius, count), slips)


@family(number=56, grade=5, kind="quantity", topic="geometry")
def chu_vi_hinh_tron(draw: Draw) -> Draft:
    """Chu vi hình tròn, quãng đường bánh xe lăn."""
    variant = draw.pick(("r", "d", "bánh xe"))
    radius = draw.pick((Fraction(draw.integer(1, 45)), Fraction(draw.integer(2, 79), 10)))
    turns = 1
    if variant == "bánh xe":
        radius, turns = Fraction(draw.integer(4, 9), 20), 10 * draw.integer(1, 10)
    thing, unit = _round(draw, radius) if turns == 1 else ("", "m")
    across = 2 * radius
    around = across * PI
    steps = [_times_pi("chu vi hình tròn", across, unit)]
    answer = f"{decimal(around)} {unit}"
    slips = tuple(f"{decimal(v)} {unit}" for v in (around / 2, around * 2, radius * radius * PI))
    if variant == "r":
        text = draw.template(
            "Tính chu vi hình tròn có bán kính {r} {u}.",
            "Một {t} hình tròn có bán kính {r} {u}. Hỏi chu vi {t} đó là bao nhiêu?",
            "Hình tròn tâm O có bán kính {r} {u}. Tìm chu vi của hình tròn đó.",
        )
        first = f"{decimal(radius)} × 2 = {decimal(across)} ({unit})"
        steps.insert(0, ("Đường kính hình tròn là", first))
    elif variant == "d":
        text = draw.template(
            "Tính chu vi hình tròn có đường kính {d} {u}.",
            "Một {t} hình tròn có đường kính {d} {u}. Hỏi chu vi {t} đó là bao nhiêu?",
            "Hình tròn tâm O có đường kính {d} {u}. Tìm chu vi của hình tròn đó.",
        )
    else:
        text = draw.template(
            "Một bánh xe hình tròn có đường kính {d} m. Hỏi bánh xe lăn {n} vòng thì đi được bao "
            "nhiêu mét?",
            "Một bánh xe có đường kính {d} m. Tính quãng đường xe đi được khi bánh xe lăn {n} "
            "vòng.",
            "Đường kính của một bánh xe là {d} m. Khi bánh xe lăn trên đường {n} vòng, xe đi được "
            "bao nhiêu mét?",
        )
        steps = [_times_pi("chu vi bánh xe", across, unit)]
        once, tens = decimal(around), turns // 10
        ten = "" if tens in (1, 10) else f"{decimal(around * 10)} × {tens} = "
        path = f"{once} × {turns} = {ten}{decimal(around * turns)} (m)"
        steps.append(("Quãng đường đi được là", path))
        answer = f"{decimal(around * turns)} m"
        slips = tuple(f"{decimal(v)} m" for v in (around, around * turns / 2, around * turns * 2))
    question = text.format(r=decimal(radius), d=decimal(across), n=turns, u=unit, t=thing)
    parameters = (variant, decimal(radius), turns)
    return Draft(question, worked(*steps, answer=answer), answer, parameters, slips)


@family(number=56, grade=5, kind="quantity", topic="geometry")
def dien_tich_hinh_tron(draw: Draw) -> Draft:
    """Diện tích hình tròn, hình vành khăn."""
    variant = draw.pick(("r", "d", "vành", "vành"))
    radius, inner = draw.pick(RADII), Fraction(0)
    if variant == "vành":
        large, small = draw.pick(RINGS)
        radius, inner = Fraction(large), Fraction(small)
    thing, unit = _round(draw, radius)
    square = radius * radius
    r, r2 = decimal(radius), decimal(square)
    steps = [("Bán kính nhân với bán kính bằng", f"{r} × {r} = {r2}")]
    last = _times_pi("diện tích hình tròn", square, f"{unit}²")
    area = square * PI
    slips: tuple[Fraction, ...] = (2 * radius * PI, 4 * area, square)
    if variant == "r":
        text = draw.template(
            "Tính diện tích hình tròn có bán kính {r} {u}.",
            "Một {t} hình tròn có bán kính {r} {u}. Hỏi diện tích {t} đó là bao nhiêu?",
            "Hình tròn tâm O có bán kính {r} {u}. Tìm diện tích của hình tròn đó.",
        )
    elif variant == "d":
        text = draw.template(
            "Tính diện tích hình tròn có đường kính {d} {u}.",
            "Một {t} hình tròn có đường kính {d} {u}. Hỏi diện tích {t} đó là bao nhiêu?",
            "Hình tròn tâm O có đường kính {d} {u}. Tìm diện tích của hình tròn đó.",
        )
        first = f"{decimal(2 * radius)} : 2 = {r} ({unit})"
        steps.insert(0, ("Bán kính hình tròn là", first))
    else:
        text = draw.template(
            "Hai hình tròn có cùng tâm O, bán kính {r} {u} và {i} {u}. Tính diện tích phần nằm "
            "giữa hai hình tròn.",
            "Từ một hình tròn bán kính {r} {u}, người ta cắt bỏ ở giữa một hình tròn cùng tâm bán "
            "kính {i} {u}. Tính diện tích phần còn lại.",
            "Một hình vành khăn có bán kính lớn {r} {u}, bán kính nhỏ {i} {u}. Hỏi diện tích hình "
            "vành khăn là bao nhiêu?",
        )
        gap, less = square - inner * inner, inner * inner
        area, i = gap * PI, decimal(inner)
        steps = [
            ("Bán kính lớn nhân với chính nó bằng", f"{r} × {r} = {r2}"),
            ("Bán kính nhỏ nhân với chính nó bằng", f"{i} × {i} = {decimal(less)}"),
            ("Hiệu của hai số đó là", f"{r2} - {decimal(less)} = {decimal(gap)}"),
        ]
        last = _times_pi("diện tích phần cần tìm", gap, f"{unit}²")
        slips = ((radius - inner) ** 2 * PI, square * PI, (square + less) * PI)
    answer = f"{decimal(area)} {unit}²"
    question = text.format(r=r, d=decimal(2 * radius), i=decimal(inner), u=unit, t=thing)
    wrong = tuple(f"{decimal(value)} {unit}²" for value in slips)
    parameters = (variant, r, decimal(inner))
    return Draft(question, worked(*steps, last, answer=answer), answer, parameters, wrong)


@family(number=56, grade=5, kind="quantity", topic="geometry")
def hinh_tron_trong_hinh_khac(draw: Draw) -> Draft:
    """Diện tích còn lại của hình chữ nhật có một hình tròn ở trong."""
    radius = draw.integer(1, 4)
    width = draw.integer(max(4, 2 * radius + 1), 9)
    length = width + draw.integer(2, 21)
    whole, square = length * width, radius * radius
    round_area = square * PI
    rest = whole - round_area
    question = draw.template(
        "Một sân hình chữ nhật dài {a} m, rộng {b} m. Giữa sân có một bồn hoa hình tròn bán kính "
        "{r} m. Tính diện tích phần sân còn lại.",
        "Trên mảnh đất hình chữ nhật dài {a} m, rộng {b} m, người ta đào một cái ao hình tròn bán "
        "kính {r} m. Hỏi diện tích đất còn lại là bao nhiêu?",
        "Một khu vườn hình chữ nhật có chiều dài {a} m, chiều rộng {b} m. Người ta làm một cái bể "
        "hình tròn bán kính {r} m, phần còn lại trồng rau. Tính diện tích trồng rau.",
    ).format(a=length, b=width, r=radius)
    answer = f"{decimal(rest)} m²"
    solution = worked(
        ("Diện tích hình chữ nhật là", f"{length} × {width} = {whole} (m²)"),
        ("Bán kính nhân với bán kính bằng", f"{radius} × {radius} = {square}"),
        _times_pi("diện tích hình tròn", Fraction(square), "m²"),
        ("Diện tích còn lại là", f"{whole} - {decimal(round_area)} = {decimal(rest)} (m²)"),
        answer=answer,
    )
    slips = tuple(
        f"{decimal(v)} m²" for v in (round_area, whole + round_area, whole - 2 * radius * PI)
    )
    return Draft(question, solution, answer, (length, width, radius), slips)
