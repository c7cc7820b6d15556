"""Families on rectangles and squares."""

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced

# (thing, unit, smallest width, largest width, largest excess of length over width)
PLACES = (
    ("mảnh vườn", "m", 6, 35, 30), ("sân chơi", "m", 9, 30, 25), ("thửa ruộng", "m", 15, 60, 40),
    ("tấm bìa", "cm", 5, 30, 25), ("căn phòng", "m", 3, 9, 6), ("bể bơi", "m", 6, 25, 25),
    ("tờ giấy", "cm", 8, 25, 20), ("khu đất", "m", 12, 65, 40), ("bức tranh", "cm", 15, 60, 35),
    ("mặt bàn", "dm", 5, 12, 8), ("sân trường", "m", 25, 60, 40), ("vườn rau", "m", 5, 25, 20),
    ("cái ao", "m", 7, 30, 25), ("tấm thảm", "dm", 9, 30, 20), ("mảnh vải", "dm", 6, 20, 30),
    ("lá cờ", "dm", 4, 15, 10), ("sân bóng", "m", 30, 60, 40), ("vườn hoa", "m", 6, 30, 25),
)  # fmt: skip
# Grade 3 knows cm² as the only unit of area.
PIECES = (
    "tấm bìa", "tờ giấy màu", "bức ảnh", "nhãn vở", "tấm thiệp", "miếng nhựa", "mảnh vải",
    "tấm kính", "mảnh gỗ", "miếng bánh", "mặt hộp", "tấm thẻ", "miếng xốp",
)  # fmt: skip
LONG_PIECES = ("mảnh vải", "tấm kính", "mảnh gỗ", "tấm biển", "tấm gỗ", "dải giấy", "tấm tôn")
# (thing, unit, smallest side, largest side)
SQUARES = (
    ("viên gạch", "cm", 10, 60), ("sân chơi", "m", 8, 50), ("khăn tay", "cm", 15, 40),
    ("mảnh vườn", "m", 5, 60), ("tấm bìa", "cm", 5, 80), ("vườn hoa", "m", 6, 45),
    ("mặt ghế", "cm", 25, 45), ("khung tranh", "cm", 20, 95), ("khu đất", "m", 12, 90),
    ("tờ giấy", "cm", 6, 50), ("cái ao", "m", 6, 40), ("ô cửa sổ", "cm", 30, 95),
    ("mặt bàn", "cm", 40, 95), ("tấm thảm", "dm", 8, 40), ("sân trường", "m", 30, 95),
)  # fmt: skip
FIELDS = ("thửa ruộng", "mảnh vườn", "khu đất", "vườn rau", "vườn cây", "sân trường")
# Plots that may be narrower than 10 m.
NARROW = ("luống rau", "mảnh vườn", "khu đất", "vườn rau", "vườn cây", "vườn hoa")
# (harvest, plant, smallest harvest in kg per 100 m²)
CROPS = (("thóc", "lúa", 50), ("ngô", "ngô", 40), ("rau", "rau", 60))


def _rectangle(draw: Draw) -> tuple[str, str, int, int]:
    """Return a rectangular thing, its unit, length and width."""
    thing, unit, low, high, more = draw.pick(PLACES)
    width = draw.integer(low, high)
    return thing, unit, width + draw.integer(1, more), width


@family(number=54, grade=3, kind="quantity", topic="geometry")
def chu_vi_hinh_chu_nhat(draw: Draw) -> Draft:
    """Chu vi hình chữ nhật."""
    thing, unit, length, width = _rectangle(draw)
    half = length + width
    question = draw.template(
        "Một {t} hình chữ nhật có chiều dài {a} {u}, chiều rộng {b} {u}. Tính chu vi {t} đó.",
        "Tính chu vi {t} hình chữ nhật biết chiều dài {a} {u} và chiều rộng {b} {u}.",
        "Một {t} hình chữ nhật dài {a} {u} và rộng {b} {u}. Hỏi chu vi {t} đó là bao nhiêu?",
        "Người ta đo một {t} hình chữ nhật được chiều rộng {b} {u}, chiều dài {a} {u}. "
        "Tính chu vi {t}.",
    ).format(t=thing, a=length, b=width, u=unit)
    answer = f"{2 * half} {unit}"
    solution = worked(
        ("Nửa chu vi là", f"{length} + {width} = {half} ({unit})"),
        (f"Chu vi {thing} là", f"{half} × 2 = {2 * half} ({unit})"),
        answer=answer,
    )
    slips = (f"{half} {unit}", f"{length * 2 + width} {unit}", f"{length * width} {unit}")
    return Draft(question, solution, answer, (length, width), slips)


@family(number=54, grade=3, kind="quantity", topic="geometry")
def dien_tich_hinh_chu_nhat(draw: Draw) -> Draft:
    """Diện tích hình chữ nhật."""
    width = draw.integer(3, 9)
    length = width + draw.integer(1, 60)
    thing = draw.pick(PIECES if length < 30 else LONG_PIECES)
    area = length * width
    question = draw.template(
        "Một {t} hình chữ nhật có chiều dài {a} cm, chiều rộng {b} cm. Tính diện tích {t} đó.",
        "Tính diện tích {t} hình chữ nhật có chiều dài {a} cm và chiều rộng {b} cm.",
        "Một {t} hình chữ nhật có chiều rộng {b} cm, chiều dài {a} cm. Hỏi diện tích {t} đó là "
        "bao nhiêu xăng-ti-mét vuông?",
        "Người ta cắt một {t} hình chữ nhật dài {a} cm, rộng {b} cm. Tìm diện tích {t} đó.",
    ).format(t=thing, a=length, b=width)
    answer = f"{area} cm²"
    solution = worked(
        (f"Diện tích {thing} là", f"{length} × {width} = {area} (cm²)"), answer=answer
    )
    slips = (f"{2 * (length + width)} cm²", f"{length + width} cm²", f"{area + length} cm²")
    return Draft(question, solution, answer, (length, width), slips)


@family(number=54, grade=3, kind="quantity", topic="geometry")
def hinh_vuong(draw: Draw) -> Draft:
    """Hình vuông: chu vi, cạnh, diện tích."""
    thing, unit, low, high = draw.pick(SQUARES)
    variant = draw.pick(("P", "P", "a", "a", "S", "dây", "dây"))
    side = draw.integer(3, 9) if variant == "S" else draw.integer(low, high)
    rest = draw.integer(1, 30) if variant == "dây" else 0
    around = 4 * side
    if variant == "P":
        text = draw.template(
            "Một {t} hình vuông có cạnh {a} {u}. Tính chu vi {t} đó.",
            "Tính chu vi một {t} hình vuông có cạnh {a} {u}.",
            "Cạnh của một {t} hình vuông dài {a} {u}. Hỏi chu vi {t} đó là bao nhiêu?",
        )
        steps = [(f"Chu vi {thing} là", f"{side} × 4 = {around} ({unit})")]
        answer, slips = f"{around} {unit}", (f"{2 * side} {unit}", f"{side + 4} {unit}")
    elif variant == "a":
        text = draw.template(
            "Một {t} hình vuông có chu vi {p} {u}. Tính cạnh của {t} đó.",
            "Tính cạnh một {t} hình vuông có chu vi {p} {u}.",
            "Chu vi của một {t} hình vuông là {p} {u}. Hỏi mỗi cạnh của {t} dài bao nhiêu?",
        )
        steps = [(f"Cạnh của {thing} là", f"{around} : 4 = {side} ({unit})")]
        answer, slips = f"{side} {unit}", (f"{2 * side} {unit}", f"{around - 4} {unit}")
    elif variant == "S":
        thing, unit = draw.pick(PIECES), "cm"
        text = draw.template(
            "Một {t} hình vuông có cạnh {a} cm. Tính diện tích {t} đó.",
            "Tính diện tích một {t} hình vuông, biết cạnh dài {a} cm.",
            "Cạnh của một {t} hình vuông là {a} cm. Hỏi diện tích {t} đó là bao nhiêu?",
        )
        steps = [(f"Diện tích {thing} là", f"{side} × {side} = {side * side} (cm²)")]
        answer, slips = f"{side * side} cm²", (f"{around} cm²", f"{2 * side} cm²")
    else:
        text = draw.template(
            "Một sợi dây thép dài {l} cm được uốn thành một hình vuông thì còn thừa {r} cm. Tính "
            "cạnh hình vuông đó.",
            "Nam có {l} cm dây đồng. Nam uốn một hình vuông và còn lại {r} cm dây. Hỏi cạnh hình "
            "vuông dài bao nhiêu?",
            "Cắt bớt {r} cm của một đoạn dây dài {l} cm, phần còn lại vừa đủ uốn thành một hình "
            "vuông. Tính độ dài cạnh hình vuông.",
        )
        steps = [
            ("Chu vi hình vuông là", f"{around + rest} - {rest} = {around} (cm)"),
            ("Cạnh hình vuông là", f"{around} : 4 = {side} (cm)"),
        ]
        answer, slips = f"{side} cm", (f"{around} cm", f"{2 * side} cm")
    question = text.format(t=thing, a=side, p=around, u=unit, l=around + rest, r=rest)
    return Draft(question, worked(*steps, answer=answer), answer, (variant, side, rest), slips)


@family(number=54, grade=4, kind="quantity", topic="geometry")
def tim_canh_hinh_chu_nhat(draw: Draw) -> Draft:
    """Tìm một cạnh của hình chữ nhật khi biết chu vi hoặc diện tích."""
    if draw.pick((True, False)):
        thing, unit, length, width = _rectangle(draw)
        half = length + width
        question = draw.template(
            "Một {t} hình chữ nhật có chu vi {p} {u}, chiều dài {a} {u}. Tính chiều rộng {t}.",
            "Chu vi của một {t} hình chữ nhật là {p} {u}. Biết chiều dài là {a} {u}, hỏi chiều "
            "rộng là bao nhiêu?",
            "Biết {t} hình chữ nhật có chiều dài {a} {u} và chu vi {p} {u}. Tìm chiều rộng của "
            "{t} đó.",
        ).format(t=thing, p=2 * half, a=length, u=unit)
        answer = f"{width} {unit}"
        solution = worked(
            ("Nửa chu vi là", f"{2 * half} : 2 = {half} ({unit})"),
            ("Chiều rộng là", f"{half} - {length} = {width} ({unit})"),
            answer=answer,
        )
        slips = (f"{2 * half - length} {unit}", f"{half} {unit}", f"{half + width} {unit}")
        return Draft(question, solution, answer, ("P", length, width), slips)
    thing, width = draw.pick(NARROW), draw.integer(4, 9)
    length = width + draw.integer(2, 30)
    area = length * width
    question = draw.template(
        "Một {t} hình chữ nhật có diện tích {s} m², chiều rộng {b} m. Tính chiều dài {t} đó.",
        "Diện tích của một {t} hình chữ nhật là {s} m². Biết chiều rộng là {b} m, hỏi chiều dài "
        "là bao nhiêu?",
        "Biết {t} hình chữ nhật có chiều rộng {b} m và diện tích {s} m². Tìm chiều dài {t} đó.",
    ).format(t=thing, s=area, b=width)
    answer = f"{length} m"
    solution = worked(("Chiều dài là", f"{area} : {width} = {length} (m)"), answer=answer)
    slips = (f"{area - width} m", f"{length + width} m", f"{2 * length} m")
    return Draft(question, solution, answer, ("S", length, width), slips)


@family(number=54, grade=4, kind="quantity", topic="geometry")
def hinh_chu_nhat_hai_buoc(draw: Draw) -> Draft:
    """Hình chữ nhật biết một cạnh và quan hệ của hai cạnh: chu vi, diện tích."""
    times, area = draw.pick((True, False)), draw.pick((True, False))
    width = draw.integer(4, 9) if area else draw.integer(8, 30)
    thing = draw.pick(FIELDS if width > 9 else NARROW)
    by = draw.integer(2, 4 if width > 9 else 6) if times else draw.integer(3, 30)
    length = width * by if times else width + by
    half = length + width
    relation = f"gấp {by} lần chiều rộng" if times else f"hơn chiều rộng {by} m"
    question = draw.template(
        "Một {t} hình chữ nhật có chiều rộng {b} m, chiều dài {r}. Tính {w} {t} đó.",
        "Chiều rộng của một {t} hình chữ nhật là {b} m. Chiều dài {r}. Hỏi {w} {t} là bao nhiêu?",
        "Tính {w} một {t} hình chữ nhật, biết chiều rộng {b} m và chiều dài {r}.",
    ).format(t=thing, b=width, r=relation, w="diện tích" if area else "chu vi")
    first = ("Chiều dài là", f"{width} {'×' if times else '+'} {by} = {length} (m)")
    if area:
        answer = f"{length * width} m²"
        rest = [(f"Diện tích {thing} là", f"{length} × {width} = {length * width} (m²)")]
        slips = (f"{2 * half} m²", f"{width * by} m²", f"{half} m²")
    else:
        answer = f"{2 * half} m"
        rest = [
            ("Nửa chu vi là", f"{length} + {width} = {half} (m)"),
            (f"Chu vi {thing} là", f"{half} × 2 = {2 * half} (m)"),
        ]
        slips = (f"{half} m", f"{2 * (width + by)} m", f"{length * 2} m")
    return Draft(
        question, worked(first, *rest, answer=answer), answer, (times, area, width, by), slips
    )


@family(number=54, grade=5, kind="quantity", topic="geometry")
def thu_hoach_thua_ruong(draw: Draw) -> Draft:
    """Diện tích thửa ruộng và số thóc thu hoạch."""
    tens = draw.integer(2, 8)
    length, width = 10 * (tens + draw.integer(1, 5)), 10 * tens
    area, (crop, plant, low) = length * width, draw.pick(CROPS)
    crops, part = low + 5 * draw.integer(0, 4), area // 100
    total = part * crops
    tens_part, ones = crops // 10 * 10, crops % 10
    product = f"{part} × {crops} = "
    if ones:
        product += f"{spaced(part * tens_part)} + {spaced(part * ones)} = "
    question = draw.template(
        "Một thửa ruộng hình chữ nhật có chiều dài {a} m, chiều rộng {b} m. Cứ 100 m² thu được "
        "{k} kg {c}. Hỏi cả thửa ruộng thu được bao nhiêu ki-lô-gam {c}?",
        "Trên thửa ruộng hình chữ nhật dài {a} m, rộng {b} m, người ta trồng {p}, trung bình 100 "
        "m² thu được {k} kg {c}. Tính số ki-lô-gam {c} thu được trên cả thửa ruộng.",
        "Bác Tư có thửa ruộng hình chữ nhật, chiều rộng {b} m, chiều dài {a} m. Biết 100 m² thu "
        "được {k} kg {c}, hỏi bác Tư thu được tất cả bao nhiêu ki-lô-gam {c}?",
    ).format(a=length, b=width, k=crops, c=crop, p=plant)
    answer = f"{spaced(total)} kg"
    solution = worked(
        ("Diện tích thửa ruộng là", f"{length} × {width} = {spaced(area)} (m²)"),
        (f"{spaced(area)} m² gấp 100 m² số lần là", f"{spaced(area)} : 100 = {part} (lần)"),
        (f"Số {crop} thu được là", f"{product}{spaced(total)} (kg)"),
        answer=answer,
    )
    wrong = (total * 10, part * tens_part, 2 * (length + width) * crops // 100)
    slips = tuple(f"{spaced(n)} kg" for n in wrong)
    return Draft(question, solution, answer, (length, width, crops), slips)
