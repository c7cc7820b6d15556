"""Families on cuboids and cubes: parts, surfaces, volumes."""

from fractions import Fraction

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import NAMES
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal

UNITS = ("cm", "dm", "m")
BOXES = {
    "cm": ("hộp bánh", "hộp quà", "hộp phấn", "hộp bút", "viên gạch"),
    "dm": ("thùng gỗ", "bể cá", "hộp tôn", "thùng hàng", "tủ nhỏ"),
    "m": ("căn phòng", "nhà kho", "bể nước", "thùng hàng", "hội trường"),
}
SIDES = [*(Fraction(n, 10) for n in range(1, 10)), *map(Fraction, range(2, 13)),
         *map(Fraction, range(20, 120, 10))]  # fmt: skip


def _box(draw: Draw) -> tuple[str, str, int, int, int]:
    """Return a cuboid thing, its unit, length, width and height."""
    unit = draw.pick(UNITS)
    width, height = draw.integer(3, 9), draw.integer(2, 9)
    length = width + draw.integer(1, min(11, 99 // width - width))
    if unit == "m":
        width, length, height = draw.integer(3, 7), draw.integer(8, 14), draw.integer(2, 5)
    return draw.pick(BOXES[unit]), unit, length, width, height


@family(number=57, grade=3, kind="quantity", topic="geometry")
def mat_dinh_canh(draw: Draw) -> Draft:
    """Số mặt, đỉnh, cạnh của khối lập phương và khối hộp chữ nhật."""
    person, part = draw.pick(NAMES), draw.pick(("mặt", "đỉnh", "cạnh"))
    most = 5 if part == "cạnh" else 12
    cubes, boxes = draw.integer(1, most), draw.integer(1, most if most == 12 else 4)
    if part == "mặt":
        each, counted = 6, "nhãn"
        text = draw.template(
            "{p} dán lên mỗi mặt của {n} khối lập phương và {m} khối hộp chữ nhật một nhãn. Hỏi "
            "{p} cần bao nhiêu nhãn?",
            "Có {n} khối lập phương và {m} khối hộp chữ nhật. {p} dán lên mỗi mặt một nhãn. Tính "
            "số nhãn {p} đã dán.",
            "Muốn dán kín các mặt của {m} khối hộp chữ nhật và {n} khối lập phương, mỗi mặt một "
            "nhãn, {p} phải dùng bao nhiêu nhãn?",
        )
    elif part == "đỉnh":
        each, counted = 8, "viên đất nặn"
        text = draw.template(
            "{p} làm {n} khối lập phương và {m} khối hộp chữ nhật bằng que, mỗi đỉnh gắn một viên "
            "đất nặn. Hỏi {p} cần bao nhiêu viên đất nặn?",
            "Để làm khung {n} khối lập phương và {m} khối hộp chữ nhật, {p} gắn ở mỗi đỉnh một "
            "viên đất nặn. Tính số viên đất nặn {p} cần.",
            "{p} có {m} khối hộp chữ nhật và {n} khối lập phương làm bằng que tre. Mỗi đỉnh có một "
            "viên đất nặn. Hỏi có tất cả bao nhiêu viên đất nặn?",
        )
    else:
        each, counted = 12, "que tre"
        text = draw.template(
            "{p} làm khung {n} khối lập phương và {m} khối hộp chữ nhật, mỗi cạnh là một que tre. "
            "Hỏi {p} cần bao nhiêu que tre?",
            "Mỗi cạnh của khối lập phương và khối hộp chữ nhật làm bằng một que tre. {p} làm {n} "
            "khối lập phương và {m} khối hộp chữ nhật. Tính số que tre {p} cần.",
            "{p} muốn làm {m} khối hộp chữ nhật và {n} khối lập phương bằng que tre, mỗi cạnh một "
            "que. Hỏi phải có bao nhiêu que tre?",
        )
    solids = cubes + boxes
    total, unit = each * solids, counted.split()[0]
    answer = f"{total} {counted}"
    solution = worked(
        ("Số khối có tất cả là", f"{cubes} + {boxes} = {solids} (khối)"),
        (f"Mỗi khối có {each} {part}, số {counted} là", f"{each} × {solids} = {total} ({unit})"),
        answer=answer,
    )
    slips = (f"{each * cubes} {counted}", f"{solids * (each - 2)} {counted}",
             f"{solids + each} {counted}")  # fmt: skip
    return Draft(text.format(p=person, n=cubes, m=boxes), solution, answer,
                 (part, cubes, boxes), slips)  # fmt: skip


@family(number=57, grade=5, kind="quantity", topic="geometry")
def dien_tich_xung_quanh_hop(draw: Draw) -> Draft:
    """Diện tích xung quanh và toàn phần của hình hộp chữ nhật."""
    thing, unit, length, width, height = _box(draw)
    half, base = length + width, length * width
    side, whole = 2 * half * height, draw.pick((True, False))
    question = draw.template(
        "Tính diện tích {w} của hình hộp chữ nhật có chiều dài {a} {u}, chiều rộng {b} {u} và "
        "chiều cao {c} {u}.",
        "Một hình hộp chữ nhật có chiều dài {a} {u}, chiều rộng {b} {u}, chiều cao {c} {u}. Tính "
        "diện tích {w} của hình hộp chữ nhật đó.",
        "Một {t} dạng hình hộp chữ nhật dài {a} {u}, rộng {b} {u}, cao {c} {u}. Hỏi diện tích {w} "
        "của {t} là bao nhiêu?",
    ).format(w="toàn phần" if whole else "xung quanh", t=thing, a=length, b=width, c=height, u=unit)
    steps = [
        ("Chu vi đáy là", f"({length} + {width}) × 2 = {2 * half} ({unit})"),
        ("Diện tích xung quanh là", f"{2 * half} × {height} = {side} ({unit}²)"),
    ]
    total = side + 2 * base
    if whole:
        steps += [
            (
                "Diện tích hai đáy là",
                f"{length} × {width} × 2 = {base} × 2 = {2 * base} ({unit}²)",
            ),
            ("Diện tích toàn phần là", f"{side} + {2 * base} = {total} ({unit}²)"),
        ]
    answer = f"{total if whole else side} {unit}²"
    slips = (f"{side + base} {unit}²", f"{side if whole else total} {unit}²",
             f"{half * height} {unit}²", f"{base * height} {unit}²")  # fmt: skip
    parameters = (whole, length, width, height)
    return Draft(question, worked(*steps, answer=answer), answer, parameters, slips)


@family(number=57, grade=5, kind="quantity", topic="geometry")
def the_tich_hinh_hop(draw: Draw) -> Draft:
    """Thể tích hình hộp chữ nhật; chiều cao khi biết thể tích."""
    thing, unit, length, width, height = _box(draw)
    base = length * width
    volume = base * height
    first = ("Diện tích đáy là", f"{length} × {width} = {base} ({unit}²)")
    if draw.pick((True, True, False)):
        find = "V"
        text = draw.template(
            "Tính thể tích hình hộp chữ nhật có chiều dài {a} {u}, chiều rộng {b} {u} và chiều cao "
            "{c} {u}.",
            "Một hình hộp chữ nhật có chiều dài {a} {u}, chiều rộng {b} {u}, chiều cao {c} {u}. "
            "Tính thể tích hình hộp đó.",
            "Một {t} dạng hình hộp chữ nhật dài {a} {u}, rộng {b} {u}, cao {c} {u}. Hỏi thể tích "
            "của {t} là bao nhiêu?",
        )
        answer = f"{volume} {unit}³"
        last = ("Thể tích hình hộp là", f"{base} × {height} = {volume} ({unit}³)")
        slips = tuple(f"{v} {unit}³" for v in (2 * (length + width) * height, base,
                                               length + width + height))  # fmt: skip
    else:
        find = "cao"
        text = draw.template(
            "Một hình hộp chữ nhật có thể tích {v} {u}³, chiều dài {a} {u}, chiều rộng {b} {u}. "
            "Tính chiều cao của hình hộp đó.",
            "Tính chiều cao của hình hộp chữ nhật, biết thể tích là {v} {u}³, chiều dài {a} {u} và "
            "chiều rộng {b} {u}.",
            "Một {t} dạng hình hộp chữ nhật dài {a} {u}, rộng {b} {u}, thể tích {v} {u}³. Hỏi {t} "
            "cao bao nhiêu?",
        )
        answer = f"{height} {unit}"
        last = ("Chiều cao là", f"{volume} : {base} = {height} ({unit})")
        slips = tuple(f"{v} {unit}" for v in (width * height, length * height, 2 * height))
    question = text.format(t=thing, a=length, b=width, c=height, v=volume, u=unit)
    solution = worked(first, last, answer=answer)
    return Draft(question, solution, answer, (find, length, width, height), slips)


@family(number=57, grade=5, kind="quantity", topic="geometry")
def hinh_lap_phuong(draw: Draw) -> Draft:
    """Hình lập phương: diện tích xung quanh, toàn phần, thể tích, cạnh."""
    side, unit = draw.pick(SIDES), draw.pick(UNITS)
    find, faces = draw.pick((("xung quanh", 4), ("toàn phần", 6), ("thể tích", 0)))
    backward = draw.pick((True, False))  # give a surface; its edge leads to what is asked
    a, face = decimal(side), side * side
    given, per = draw.pick((("toàn phần", 6), ("xung quanh", 4)))
    if faces == per:
        given, per = ("xung quanh", 4) if faces == 6 else ("toàn phần", 6)
    wanted = f"diện tích {find}" if faces else find
    size = f"diện tích {given} {decimal(face * per)} {unit}²" if backward else f"cạnh {a} {unit}"
    question = draw.template(
        "Tính {w} của hình lập phương có {s}.",
        "Một hình lập phương có {s}. Tính {w} của hình lập phương đó.",
        "Biết một hình lập phương có {s}. Hỏi {w} của hình lập phương là bao nhiêu?",
    ).format(w=wanted, s=size)
    times = f"{a} × {a} = {decimal(face)}"
    steps = [("Diện tích một mặt là", f"{times} ({unit}²)")]
    if backward:
        steps = [
            ("Diện tích một mặt là", f"{decimal(face * per)} : {per} = {decimal(face)} ({unit}²)")
        ]
        if not faces:
            steps.append((f"Vì {times} nên cạnh là", f"{decimal(face)} : {a} = {a} ({unit})"))
    if faces:
        value, end = face * faces, f"{unit}²"
        last = (f"Diện tích {find} là", f"{decimal(face)} × {faces} = {decimal(value)} ({end})")
    else:
        value, end = face * side, f"{unit}³"
        last = ("Thể tích hình lập phương là", f"{decimal(face)} × {a} = {decimal(value)} ({end})")
    answer = f"{decimal(value)} {end}"
    wrong = (face * 6, face * 4, face, 12 * side) if faces else (face, face * 6, 3 * side)
    slips = tuple(f"{decimal(v)} {end}" for v in wrong)
    parameters = (find, given if backward else "cạnh", a)
    return Draft(question, worked(*steps, last, answer=answer), answer, parameters, slips)
