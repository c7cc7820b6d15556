"""Families on plane figures and solids."""

from mathpal.curriculum.phrasing import worked
from mathpal.curriculum.registry import Draft, Draw, family

THINGS = ("mảnh vườn", "sân chơi", "thửa ruộng", "tấm bìa", "căn phòng")


def _rectangle(draw: Draw) -> tuple[str, str, int, int]:
    """What it is, its unit, length and width."""
    thing = draw.pick(THINGS)
    unit = "cm" if thing == "tấm bìa" else "m"
    width = draw.integer(3, 25)
    return thing, unit, width + draw.integer(1, 20), width


@family(number=54, grade=3, kind="quantity")
def chu_vi_hinh_chu_nhat(draw: Draw) -> Draft:
    """Chu vi hình chữ nhật."""
    thing, unit, length, width = _rectangle(draw)
    half = length + width
    question = draw.template(
        "Một {t} hình chữ nhật có chiều dài {a} {u}, chiều rộng {b} {u}. Tính chu vi {t} đó.",
        "Tính chu vi {t} hình chữ nhật biết chiều dài {a} {u} và chiều rộng {b} {u}.",
    ).format(t=thing, a=length, b=width, u=unit)
    answer = f"{2 * half} {unit}"
    solution = worked(
        ("Nửa chu vi là", f"{length} + {width} = {half} ({unit})"),
        (f"Chu vi {thing} là", f"{half} × 2 = {2 * half} ({unit})"),
        answer=answer,
    )
    return Draft(question, solution, answer, (length, width))


@family(number=54, grade=3, kind="quantity")
def dien_tich_hinh_chu_nhat(draw: Draw) -> Draft:
    """Diện tích hình chữ nhật."""
    thing = draw.pick(THINGS)
    unit = "cm" if thing == "tấm bìa" else "m"
    width, length = draw.integer(3, 9), draw.integer(10, 30)
    area = length * width
    question = draw.template(
        "Một {t} hình chữ nhật có chiều dài {a} {u}, chiều rộng {b} {u}. Tính diện tích {t} đó.",
        "Tính diện tích {t} hình chữ nhật có chiều dài {a} {u} và chiều rộng {b} {u}.",
    ).format(t=thing, a=length, b=width, u=unit)
    answer = f"{area} {unit}²"
    solution = worked(
        (f"Diện tích {thing} là", f"{length} × {width} = {area} ({unit}²)"), answer=answer
    )
    return Draft(question, solution, answer, (length, width))


@family(number=54, grade=3, kind="quantity")
def hinh_vuong(draw: Draw) -> Draft:
    """Chu vi và cạnh hình vuông."""
    thing = draw.pick(THINGS)
    unit = "cm" if thing == "tấm bìa" else "m"
    side = draw.integer(3, 90)
    question = draw.template(
        "Một {t} hình vuông có cạnh {a} {u}. Tính chu vi {t} đó.",
        "Một {t} hình vuông có chu vi {p} {u}. Tính cạnh của {t} đó.",
    ).format(t=thing, a=side, p=4 * side, u=unit)
    if draw.template_id == 0:
        answer = f"{4 * side} {unit}"
        step = (f"Chu vi {thing} là", f"{side} × 4 = {4 * side} ({unit})")
    else:
        answer = f"{side} {unit}"
        step = (f"Cạnh của {thing} là", f"{4 * side} : 4 = {side} ({unit})")
    return Draft(question, worked(step, answer=answer), answer, (draw.template_id, side))


@family(number=55, grade=5, kind="quantity")
def dien_tich_tam_giac(draw: Draw) -> Draft:
    """Diện tích hình tam giác."""
    unit = draw.pick(("cm", "dm", "m"))
    base, height = draw.integer(4, 25), draw.integer(2, 9)
    if base * height % 2:
        base += 1
    product = base * height
    question = draw.template(
        "Tính diện tích hình tam giác có độ dài đáy {a} {u} và chiều cao {h} {u}.",
        "Một hình tam giác có đáy dài {a} {u}, chiều cao {h} {u}. Tính diện tích hình tam giác đó.",
    ).format(a=base, h=height, u=unit)
    answer = f"{product // 2} {unit}²"
    solution = worked(
        ("Tích của đáy và chiều cao là", f"{base} × {height} = {product}"),
        ("Diện tích hình tam giác là", f"{product} : 2 = {product // 2} ({unit}²)"),
        answer=answer,
    )
    return Draft(question, solution, answer, (base, height))


@family(number=57, grade=5, kind="quantity")
def the_tich_hinh_hop(draw: Draw) -> Draft:
    """Thể tích hình hộp chữ nhật."""
    unit = draw.pick(("cm", "dm", "m"))
    width, height = draw.integer(2, 6), draw.integer(2, 7)
    length = width + draw.integer(1, 7)
    area = length * width
    question = draw.template(
        "Tính thể tích hình hộp chữ nhật có chiều dài {a} {u}, chiều rộng {b} {u} và chiều cao "
        "{c} {u}.",
        "Một hình hộp chữ nhật có chiều dài {a} {u}, chiều rộng {b} {u}, chiều cao {c} {u}. "
        "Tính thể tích hình hộp đó.",
    ).format(a=length, b=width, c=height, u=unit)
    answer = f"{area * height} {unit}³"
    solution = worked(
        ("Diện tích đáy là", f"{length} × {width} = {area} ({unit}²)"),
        ("Thể tích hình hộp là", f"{area} × {height} = {area * height} ({unit}³)"),
        answer=answer,
    )
    return Draft(question, solution, answer, (length, width, height))
