"""Families on parallelograms, rhombi and trapezia."""

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family

UNITS = ("cm", "dm", "m")
OBJECTS = {
    "cm": ("miếng bìa", "tờ giấy", "mảnh vải"),
    "dm": ("tấm gỗ", "tấm kính", "tấm tôn"),
    "m": ("mảnh đất", "khu vườn", "thửa ruộng"),
}


@family(number=55, grade=4, kind="quantity", topic="geometry")
def chu_vi_binh_hanh_thoi(draw: Draw) -> Draft:
    """Chu vi và cạnh của hình bình hành, hình thoi."""
    unit, variant = draw.pick(UNITS), draw.pick(("bình hành", "bình hành", "thoi", "cạnh"))
    short = draw.integer(4, 90 if variant != "bình hành" else 40)
    long = short + draw.integer(1, 30) if variant == "bình hành" else short
    half = short + long
    if variant == "bình hành":
        question = draw.template(
            "Hình bình hành ABCD có cạnh AB dài {a} {u}, cạnh BC dài {b} {u}. Tính chu vi hình "
            "bình hành ABCD.",
            "Tính chu vi hình bình hành có độ dài hai cạnh liên tiếp là {a} {u} và {b} {u}.",
            "Một hình bình hành có hai cạnh liên tiếp dài {a} {u} và {b} {u}. Hỏi chu vi của nó là "
            "bao nhiêu?",
        )
        steps = [
            ("Tổng hai cạnh liên tiếp là", f"{long} + {short} = {half} ({unit})"),
            ("Chu vi hình bình hành là", f"{half} × 2 = {2 * half} ({unit})"),
        ]
        answer, slips = f"{2 * half} {unit}", (f"{half} {unit}", f"{half + long} {unit}")
    elif variant == "thoi":
        question = draw.template(
            "Hình thoi ABCD có cạnh dài {a} {u}. Tính chu vi hình thoi ABCD.",
            "Tính chu vi hình thoi, biết độ dài một cạnh là {a} {u}.",
            "Một hình thoi có cạnh {a} {u}. Hỏi chu vi hình thoi đó là bao nhiêu?",
        )
        steps = [("Chu vi hình thoi là", f"{short} × 4 = {4 * short} ({unit})")]
        answer, slips = f"{4 * short} {unit}", (f"{2 * short} {unit}", f"{short + 4} {unit}")
    else:
        question = draw.template(
            "Hình thoi ABCD có chu vi {p} {u}. Tính độ dài cạnh của hình thoi ABCD.",
            "Tính cạnh của hình thoi, biết chu vi hình thoi là {p} {u}.",
            "Một hình thoi có chu vi {p} {u}. Hỏi mỗi cạnh của hình thoi dài bao nhiêu?",
        )
        steps = [("Cạnh hình thoi là", f"{4 * short} : 4 = {short} ({unit})")]
        answer, slips = f"{short} {unit}", (f"{2 * short} {unit}", f"{4 * short - 4} {unit}")
    question = question.format(a=long, b=short, p=4 * short, u=unit)
    return Draft(question, worked(*steps, answer=answer), answer, (variant, long, short), slips)


@family(number=55, grade=5, kind="quantity", topic="geometry")
def dien_tich_hinh_thang(draw: Draw) -> Draft:
    """Diện tích hình thang."""
    unit, height = draw.pick(UNITS), draw.integer(2, 9)
    short = draw.integer(4, 40)
    long = short + draw.integer(2, 18)
    if (short + long) * height % 2:
        long += 1
    both = short + long
    product = both * height
    question = draw.template(
        "Tính diện tích hình thang có độ dài hai đáy là {a} {u} và {b} {u}, chiều cao {h} {u}.",
        "Một hình thang có đáy lớn {a} {u}, đáy bé {b} {u}, chiều cao {h} {u}. Tính diện tích "
        "hình thang đó.",
        "Một {t} hình thang có chiều cao {h} {u}, hai đáy dài {a} {u} và {b} {u}. Hỏi diện tích "
        "hình thang đó là bao nhiêu?",
        "Một {t} hình thang có đáy bé {b} {u}, đáy lớn {a} {u} và chiều cao {h} {u}. Tìm diện "
        "tích hình thang đó.",
    ).format(a=long, b=short, h=height, u=unit, t=draw.pick(OBJECTS[unit]))
    answer = f"{product // 2} {unit}²"
    solution = worked(
        ("Tổng hai đáy là", f"{long} + {short} = {both} ({unit})"),
        ("Tích của tổng hai đáy và chiều cao là", f"{both} × {height} = {product}"),
        ("Diện tích hình thang là", f"{product} : 2 = {product // 2} ({unit}²)"),
        answer=answer,
    )
    slips = (f"{product} {unit}²", f"{long * height} {unit}²", f"{both + height} {unit}²")
    return Draft(question, solution, answer, (long, short, height), slips)


@family(number=55, grade=5, kind="quantity", topic="geometry")
def hinh_thang_hai_buoc(draw: Draw) -> Draft:
    """Hình thang: đáy bé cho qua đáy lớn, hoặc tìm chiều cao."""
    find, height = draw.pick((True, False)), draw.integer(3, 9)
    short, less = draw.integer(4, 35), draw.integer(2, 20)
    if height % 2 and less % 2:
        less += 1
    long, both = short + less, 2 * short + less
    product = both * height
    if find:
        text = draw.template(
            "Một hình thang có diện tích {s} m², hai đáy dài {a} m và {b} m. Tính chiều cao của "
            "hình thang đó.",
            "Tính chiều cao hình thang, biết đáy lớn {a} m, đáy bé {b} m và diện tích {s} m².",
            "Một thửa ruộng hình thang có đáy bé {b} m, đáy lớn {a} m, diện tích {s} m². Hỏi chiều "
            "cao của hình thang là bao nhiêu?",
        )
        answer = f"{height} m"
        steps = [
            ("Hai lần diện tích là", f"{product // 2} × 2 = {product} (m²)"),
            ("Tổng hai đáy là", f"{long} + {short} = {both} (m)"),
            ("Chiều cao là", f"{product} : {both} = {height} (m)"),
        ]
        slips = (f"{2 * height} m", f"{product} m", f"{both} m")
    else:
        text = draw.template(
            "Một hình thang có đáy lớn {a} m, đáy bé kém đáy lớn {d} m, chiều cao {h} m. Tính "
            "diện tích hình thang đó.",
            "Tính diện tích hình thang có chiều cao {h} m, đáy lớn {a} m và đáy bé kém đáy lớn {d} "
            "m.",
            "Một thửa ruộng hình thang có đáy lớn {a} m. Đáy bé kém đáy lớn {d} m, chiều cao {h} "
            "m. Hỏi diện tích thửa ruộng là bao nhiêu?",
        )
        answer = f"{product // 2} m²"
        steps = [
            ("Đáy bé là", f"{long} - {less} = {short} (m)"),
            ("Tổng hai đáy là", f"{long} + {short} = {both} (m)"),
            ("Tích của tổng hai đáy và chiều cao là", f"{both} × {height} = {product}"),
            ("Diện tích hình thang là", f"{product} : 2 = {product // 2} (m²)"),
        ]
        slips = (f"{product} m²", f"{(long + less) * height} m²", f"{both} m²")
    question = text.format(a=long, b=short, d=less, h=height, s=product // 2)
    parameters = (find, long, short, height)
    return Draft(question, worked(*steps, answer=answer), answer, parameters, slips)


@family(number=55, grade=6, kind="quantity", topic="geometry")
def dien_tich_binh_hanh(draw: Draw) -> Draft:
    """Hình bình hành: diện tích, đáy hoặc chiều cao."""
    find = draw.pick(("S", "đáy", "chiều cao"))
    base, height = draw.integer(10, 60), draw.integer(3, 9)
    unit = draw.pick(UNITS if base < 25 else ("cm", "m"))
    area, t = base * height, draw.pick(OBJECTS[unit])
    if find == "S":
        text = draw.template(
            "Tính diện tích hình bình hành có độ dài đáy {a} {u} và chiều cao {h} {u}.",
            "Một {t} hình bình hành có chiều cao {h} {u}, đáy dài {a} {u}. Hỏi diện tích hình bình "
            "hành đó là bao nhiêu?",
            "Hình bình hành ABCD có đáy AB dài {a} {u}, chiều cao tương ứng {h} {u}. Tính diện "
            "tích hình bình hành ABCD.",
        )
        answer = f"{area} {unit}²"
        step = ("Diện tích hình bình hành là", f"{base} × {height} = {area} ({unit}²)")
        slips: tuple[str, ...] = (f"{2 * (base + height)} {unit}²", f"{base + height} {unit}²")
        if area % 2 == 0:
            slips = (f"{area // 2} {unit}²", *slips)
    else:
        high = find == "chiều cao"
        given, known, other = ("đáy", base, height) if high else ("chiều cao", height, base)
        wanted = "chiều cao" if high else "độ dài đáy"
        text = (
            draw.template(
                "Một hình bình hành có diện tích {s} {u}², {g} {k} {u}. Tính {w} của hình bình "
                "hành đó.",
                "Tính {w} của hình bình hành, biết diện tích là {s} {u}² và {g} là {k} {u}.",
                "Một {t} hình bình hành có {g} {k} {u} và diện tích {s} {u}². Hỏi {w} là bao "
                "nhiêu?",
            )
            .replace("{g}", given)
            .replace("{k}", str(known))
            .replace("{w}", wanted)
        )
        answer = f"{other} {unit}"
        step = (f"{wanted.capitalize()} là", f"{area} : {known} = {other} ({unit})")
        slips = (f"{area - known} {unit}", f"{2 * other} {unit}", f"{area} {unit}")
    question = text.format(a=base, h=height, s=area, u=unit, t=t)
    parameters = (find, base, height)
    return Draft(question, worked(step, answer=answer), answer, parameters, slips)


@family(number=55, grade=6, kind="quantity", topic="geometry")
def dien_tich_hinh_thoi(draw: Draw) -> Draft:
    """Diện tích hình thoi."""
    unit, times = draw.pick(UNITS), draw.pick((0, 0, 2, 3, 4))
    short = draw.integer(3, 9)
    long = short * times or short + draw.integer(2, 50)
    if short * long % 2:
        long += 0 if times else 1
        short += 1 if times else 0
        long = short * times or long
    product = short * long
    if times:
        text = draw.template(
            "Một hình thoi có một đường chéo dài {b} {u}, đường chéo kia gấp {k} lần đường "
            "chéo đó. Tính diện tích hình thoi đó.",
            "Tính diện tích hình thoi, biết đường chéo thứ nhất dài {b} {u} và đường chéo thứ hai "
            "gấp {k} lần đường chéo thứ nhất.",
            "Một {t} hình thoi có đường chéo ngắn {b} {u}, đường chéo dài gấp {k} lần đường chéo "
            "ngắn. Hỏi diện tích hình thoi là bao nhiêu?",
        )
    else:
        text = draw.template(
            "Tính diện tích hình thoi có độ dài hai đường chéo là {a} {u} và {b} {u}.",
            "Một {t} hình thoi có hai đường chéo dài {b} {u} và {a} {u}. Hỏi diện tích hình thoi "
            "đó là bao nhiêu?",
            "Hình thoi MNPQ có MP dài {a} {u}, NQ dài {b} {u}. Tính diện tích hình thoi MNPQ.",
        )
    first = ("Đường chéo thứ hai là", f"{short} × {times} = {long} ({unit})")
    answer = f"{product // 2} {unit}²"
    solution = worked(
        *([first] if times else []),
        ("Tích của hai đường chéo là", f"{long} × {short} = {product}"),
        ("Diện tích hình thoi là", f"{product} : 2 = {product // 2} ({unit}²)"),
        answer=answer,
    )
    slips = (f"{product} {unit}²", f"{2 * (long + short)} {unit}²", f"{long + short} {unit}²")
    question = text.format(a=long, b=short, k=times, u=unit, t=draw.pick(OBJECTS[unit]))
    return Draft(question, solution, answer, (times, long, short), slips)
