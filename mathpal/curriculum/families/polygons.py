"""Families on broken lines, perimeters and triangles."""

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced

UNITS = ("cm", "dm", "m")
OBJECTS = {
    "cm": ("miếng bìa", "tờ giấy", "mảnh vải", "miếng gỗ", "miếng nhựa"),
    "dm": ("tấm gỗ", "tấm kính", "tấm tôn", "mảnh vải", "tấm bạt"),
    "m": ("mảnh đất", "khu vườn", "thửa ruộng", "bồn hoa", "sân chơi"),
}


@family(number=54, grade=2, kind="quantity", topic="geometry")
def duong_gap_khuc(draw: Draw) -> Draft:
    """Độ dài đường gấp khúc."""
    unit, count = draw.pick(UNITS), draw.integer(3, 4)
    parts = [draw.integer(5, 26) for _ in range(count)]
    name = draw.pick(("ABCDE", "MNPQR"))[: count + 1]
    total, first = sum(parts), parts[0] + parts[1]
    each = [f"{name[i]}{name[i + 1]} dài {part} {unit}" for i, part in enumerate(parts)]
    word = {3: "ba", 4: "bốn"}[count]
    question = draw.template(
        "Đường gấp khúc {n} gồm {c} đoạn thẳng: {e}. Tính độ dài đường gấp khúc {n}.",
        "Tính độ dài đường gấp khúc {n}, biết {e}.",
        "Đường gấp khúc {n} có {e}. Hỏi đường gấp khúc {n} dài bao nhiêu?",
        "Bạn Mai đo các đoạn thẳng của đường gấp khúc {n}: {e}. Tìm độ dài đường gấp khúc đó.",
    ).format(n=name, c=word, e=", ".join(each))
    answer = f"{total} {unit}"
    steps = [" + ".join(map(str, parts)), " + ".join(map(str, [first, *parts[2:]]))]
    if count == 4:
        steps.append(f"{first + parts[2]} + {parts[3]}")
    line = " = ".join([*steps, f"{total} ({unit})"])
    solution = worked(("Độ dài đường gấp khúc là", line), answer=answer)
    slips = (f"{total - parts[-1]} {unit}", f"{total - 10} {unit}", f"{total + 10} {unit}")
    return Draft(question, solution, answer, tuple(parts), slips)


@family(number=55, grade=3, kind="quantity", topic="geometry")
def chu_vi_tam_giac_tu_giac(draw: Draw) -> Draft:
    """Chu vi hình tam giác, hình tứ giác."""
    shape = draw.pick(("tam giác", "tứ giác"))
    count = 3 if shape == "tam giác" else 4
    low = draw.integer(9, 40)  # sides from low to 1.5 low always form a figure
    unit = draw.pick(UNITS if low < 20 else ("cm", "m"))
    sides = [draw.integer(low, low + low // 2) for _ in range(count)]
    total, first = sum(sides), sides[0] + sides[1]
    listed = ", ".join(f"{s} {unit}" for s in sides[:-1]) + f" và {sides[-1]} {unit}"
    question = draw.template(
        "Tính chu vi hình {h} có độ dài các cạnh là {e}.",
        "Một hình {h} có các cạnh dài lần lượt là {e}. Tính chu vi hình {h} đó.",
        "Hình {h} có độ dài các cạnh là {e}. Hỏi chu vi hình {h} đó là bao nhiêu?",
        "Một {t} hình {h} có các cạnh dài {e}. Tìm chu vi hình {h} đó.",
    ).format(h=shape, e=listed, t=draw.pick(OBJECTS[unit]))
    answer = f"{total} {unit}"
    steps = [" + ".join(map(str, sides)), " + ".join(map(str, [first, *sides[2:]]))]
    if count == 4:
        steps.append(f"{first + sides[2]} + {sides[3]}")
    line = " = ".join([*steps, f"{total} ({unit})"])
    solution = worked((f"Chu vi hình {shape} là", line), answer=answer)
    slips = (f"{total - sides[-1]} {unit}", f"{total - 10} {unit}", f"{first} {unit}")
    return Draft(question, solution, answer, tuple(sides), slips)


@family(number=55, grade=5, kind="quantity", topic="geometry")
def dien_tich_tam_giac(draw: Draw) -> Draft:
    """Diện tích hình tam giác."""
    right, base, height = draw.pick((True, False, False)), draw.integer(5, 60), draw.integer(2, 9)
    unit = draw.pick(UNITS if base < 25 else ("cm", "m"))
    if base * height % 2:
        base += 1
    product = base * height
    if right:
        text = draw.template(
            "Tính diện tích hình tam giác vuông có hai cạnh góc vuông dài {a} {u} và {h} {u}.",
            "Một hình tam giác vuông có độ dài hai cạnh góc vuông là {a} {u} và {h} {u}. Tính diện "
            "tích hình tam giác đó.",
            "Hai cạnh góc vuông của một hình tam giác vuông dài {a} {u} và {h} {u}. Hỏi diện tích "
            "hình tam giác đó là bao nhiêu?",
        )
        first = "Tích của hai cạnh góc vuông là"
    else:
        text = draw.template(
            "Tính diện tích hình tam giác có độ dài đáy {a} {u} và chiều cao {h} {u}.",
            "Một hình tam giác có đáy dài {a} {u}, chiều cao {h} {u}. Tính diện tích hình tam "
            "giác đó.",
            "Một {t} hình tam giác có chiều cao {h} {u} và độ dài đáy {a} {u}. Hỏi diện tích hình "
            "tam giác đó là bao nhiêu?",
        )
        first = "Tích của đáy và chiều cao là"
    answer = f"{product // 2} {unit}²"
    solution = worked(
        (first, f"{base} × {height} = {product}"),
        ("Diện tích hình tam giác là", f"{product} : 2 = {product // 2} ({unit}²)"),
        answer=answer,
    )
    slips = (f"{product} {unit}²", f"{base + height} {unit}²", f"{spaced(product * 2)} {unit}²")
    question = text.format(a=base, h=height, u=unit, t=draw.pick(OBJECTS[unit]))
    return Draft(question, solution, answer, (right, base, height), slips)


@family(number=55, grade=5, kind="quantity", topic="geometry")
def tim_canh_tam_giac(draw: Draw) -> Draft:
    """Tìm đáy hoặc chiều cao của hình tam giác khi biết diện tích."""
    unit, high = draw.pick(UNITS), draw.pick((True, False))
    known, other = draw.integer(3, 9), draw.integer(4, 40)
    if known * other % 2:
        other += 1
    twice = known * other
    given, wanted = ("độ dài đáy", "chiều cao") if high else ("chiều cao", "độ dài đáy")
    question = draw.template(
        "Một hình tam giác có diện tích {s} {u}², {g} {k} {u}. Tính {w} của hình tam giác đó.",
        "Tính {w} của hình tam giác, biết diện tích là {s} {u}² và {g} là {k} {u}.",
        "Hình tam giác ABC có diện tích {s} {u}² và {g} {k} {u}. Hỏi {w} của hình tam giác là bao "
        "nhiêu?",
    ).format(s=twice // 2, u=unit, g=given, k=known, w=wanted)
    answer = f"{other} {unit}"
    solution = worked(
        ("Hai lần diện tích là", f"{twice // 2} × 2 = {twice} ({unit}²)"),
        (f"{wanted.capitalize()} là", f"{twice} : {known} = {other} ({unit})"),
        answer=answer,
    )
    slips: tuple[str, ...] = (f"{2 * other} {unit}", f"{twice} {unit}", f"{twice - known} {unit}")
    if other % 2 == 0:
        slips = (f"{other // 2} {unit}", *slips)
    return Draft(question, solution, answer, (high, known, other), slips)
