"""Families on percentages: of two numbers, of a number, the number from its percentage."""

from fractions import Fraction
from math import gcd

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import SPOKEN
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal, fraction, spaced

# (place, counted thing, name of the part): FEW for wholes up to 200, MANY for larger ones
FEW = (
    ("Một câu lạc bộ", "học sinh", "học sinh nữ"), ("Một khu vườn", "cây", "cây cam"),
    ("Một cửa hàng", "hộp sữa", "hộp sữa chua"), ("Một trang trại", "con gà", "con gà mái"),
    ("Một tủ sách", "quyển sách", "quyển truyện"), ("Một xưởng may", "công nhân", "công nhân nữ"),
    ("Một phòng họp", "ghế", "ghế đỏ"), ("Một hộp", "viên bi", "viên bi xanh"),
)  # fmt: skip
MANY = (
    ("Một trường tiểu học", "học sinh", "học sinh nữ"), ("Một kho", "bao gạo", "bao gạo nếp"),
    ("Một trường tiểu học", "học sinh", "học sinh biết bơi"), ("Một đồi cây", "cây", "cây thông"),
    ("Một thư viện", "quyển sách", "quyển truyện"), ("Một thôn", "người", "người trồng lúa"),
    ("Một nhà máy", "công nhân", "công nhân nữ"), ("Một trang trại", "con gà", "con gà mái"),
    ("Một hội trường", "ghế", "ghế đỏ"), ("Một khu vườn", "cây", "cây cam"),
)  # fmt: skip
# (part, whole) whose percentage is whole and found by reducing the fraction and extending it
EXACT = [
    (part, whole)
    for whole in range(20, 201)
    for part in range(2, whole)
    if part * 100 % whole == 0 and 100 % (whole // gcd(part, whole)) == 0
    and (whole // gcd(part, whole) < 100) and gcd(part, whole) < 10
]  # fmt: skip
# (percent, one hundredth of the whole) whose product is whole and easy
EASY = [
    (percent, Fraction(one, 10))
    for percent in range(2, 98)
    for one in [*range(2, 10), *range(20, 100, 10), *range(100, 210, 10)]
    if one * percent % 10 == 0 and (percent % 10 == 0 or one < 100) and one % 10 * (one > 9) == 0
]


@family(number=29, grade=5, kind="percent", topic="ratio")
def ti_so_phan_tram(draw: Draw) -> Draft:
    """Tìm tỉ số phần trăm của hai số."""
    part, whole = draw.pick(EXACT)
    common = gcd(part, whole)
    value = part * 100 // whole
    if draw.pick((True, True, False)):
        place, noun, named = draw.pick(FEW)
        question = draw.template(
            "{p} có {w} {n}, trong đó có {k} {s}. Hỏi số {s} chiếm bao nhiêu phần trăm số {n}?",
            "{p} có {w} {n}, trong đó có {k} {s}. Tìm tỉ số phần trăm của số {s} và số {n}.",
            "Trong {w} {n} của {q} có {k} {s}. Số {s} bằng bao nhiêu phần trăm tổng số {n}?",
        ).format(p=place, q=place.replace("Một", "một"), w=whole, n=noun, k=part, s=named)
    else:
        question = draw.template(
            "Tìm tỉ số phần trăm của hai số {k} và {w}.",
            "Tỉ số phần trăm của {k} và {w} là bao nhiêu?",
            "Số {k} bằng bao nhiêu phần trăm của số {w}?",
        ).format(k=part, w=whole)
    answer = f"{value}%"
    ratio = fraction(Fraction(part, whole))
    first, second = f"{part} : {whole} = {part}/{whole}", f"{part}/{whole} = {value}%"
    if whole != 100:
        first += f" = {ratio}" if common > 1 else ""
        second = f"{ratio} = {value}/100 = {value}%"
    solution = worked(
        (f"Tỉ số của {part} và {whole} là", first),
        ("Tỉ số phần trăm là", second),
        answer=answer,
    )
    slips = (f"{100 - value}%", f"{decimal(Fraction(value, 10))}%", f"{part}%", f"{whole - part}%")
    return Draft(question, solution, answer, (part, whole), slips)


@family(number=30, grade=5, kind="quantity", topic="ratio")
def gia_tri_phan_tram(draw: Draw) -> Draft:
    """Tìm giá trị phần trăm của một số."""
    percent, one = draw.pick(EASY)
    whole, value = int(one * 100), int(one * percent)
    place, noun, named = draw.pick(MANY if whole > 200 else FEW)
    question = draw.template(
        "{p} có {w} {n}, trong đó số {s} chiếm {k}%. Hỏi có bao nhiêu {s}?",
        "{p} có {w} {n}. Số {s} bằng {k}% tổng số {n}. Tính số {s}.",
        "{p} có tất cả {w} {n}, trong đó {k}% là {s}. Hỏi {q} có bao nhiêu {s}?",
    ).format(p=place, q=place.replace("Một ", ""), w=spaced(whole), n=noun, s=named, k=percent)
    answer = f"{spaced(value)} {named}"
    solution = worked(
        (f"1% của {spaced(whole)} là", f"{spaced(whole)} : 100 = {decimal(one)}"),
        (f"Số {named} là", f"{decimal(one)} × {percent} = {spaced(value)} ({noun})"),
        answer=answer,
    )
    wrong = (whole - value, value * 10, whole - percent, percent)
    slips = tuple(f"{spaced(n)} {named}" for n in wrong)
    return Draft(question, solution, answer, (percent, whole), slips)


@family(number=31, grade=5, kind="quantity", topic="ratio")
def tim_so_biet_phan_tram(draw: Draw) -> Draft:
    """Tìm một số khi biết giá trị phần trăm của nó."""
    percent = draw.integer(4, 96)
    one = draw.integer(2, 20) if percent % 10 == 0 else draw.integer(2, 9)
    whole, value = one * 100, one * percent
    if draw.pick((True, True, False)):
        place, noun, named = draw.pick(MANY)
        question = draw.template(
            "{p} có {v} {s}, chiếm {k}% tổng số {n}. Hỏi {q} có tất cả bao nhiêu {n}?",
            "Số {s} của {o} là {v} và chiếm {k}% số {n}. Tính tổng số {n} của {q} đó.",
            "{p} có {k}% số {n} là {s}. Biết có {v} {s}, tính tổng số {n}.",
        ).format(
            p=place, q=place.replace("Một ", ""), o=place.replace("Một", "một"),
            v=spaced(value), s=named, k=percent, n=noun,
        )  # fmt: skip
        sought = f"tổng số {noun}"
    else:
        noun, thing = "m²", draw.pick(("khu đất", "thửa ruộng", "khu vườn", "công viên"))
        question = draw.template(
            "{k}% diện tích một {t} là {v} m². Tính diện tích {t} đó.",
            "Tính diện tích một {t}, biết {k}% diện tích {t} đó là {v} m².",
            "Biết {v} m² bằng {k}% diện tích một {t}. Hỏi diện tích {t} đó là bao nhiêu mét vuông?",
        ).format(k=percent, v=spaced(value), t=thing)
        sought = f"diện tích {thing}"
    answer = f"{spaced(whole)} {noun}"
    solution = worked(
        (f"1% {sought} là", f"{spaced(value)} : {percent} = {one} ({noun})"),
        (f"{sought.capitalize()} là", f"{one} × 100 = {spaced(whole)} ({noun})"),
        answer=answer,
    )
    wrong = (value + 100, one * 10, value * 10, whole - value)
    slips = tuple(f"{spaced(n)} {noun}" for n in wrong)
    return Draft(question, solution, answer, (percent, value), slips)


@family(number=31, grade=5, kind="quantity", topic="ratio", stratum="advanced")
def tim_so_biet_phan_tram_con_lai(draw: Draw) -> Draft:
    """Tìm một số khi biết phần còn lại sau khi bớt đi một số phần trăm."""
    rest = draw.integer(10, 95)
    one = draw.integer(2, 20) if rest % 10 == 0 else draw.integer(2, 9)
    used, whole, value = 100 - rest, one * 100, one * rest
    place, good, unit, verb = draw.pick(
        (
            ("cửa hàng", "gạo", "kg", "bán"), ("kho", "thóc", "tạ", "bán"),
            ("cửa hàng", "vải", "m", "bán"), ("bể", "nước", "lít", "dùng"),
            ("nông trại", "cà phê", "kg", "bán"), ("xưởng may", "vải", "m", "dùng"),
        )
    )  # fmt: skip
    question = draw.template(
        "Một {p} đã {v} {k}% số {g} thì còn lại {r} {u}. Hỏi lúc đầu có bao nhiêu {o} {g}?",
        "Sau khi {v} {k}% số {g}, một {p} còn lại {r} {u} {g}. Tính số {g} lúc đầu.",
        "Một {p} còn {r} {u} {g} sau khi đã {v} {k}% số {g} lúc đầu. Hỏi lúc đầu có bao nhiêu "
        "{o} {g}?",
    ).format(p=place, v=verb, k=used, g=good, r=spaced(value), u=unit, o=SPOKEN[unit])
    answer = f"{spaced(whole)} {unit}"
    solution = worked(
        ("Số phần trăm còn lại là", f"100% - {used}% = {rest}%"),
        (f"1% số {good} lúc đầu là", f"{spaced(value)} : {rest} = {one} ({unit})"),
        (f"Số {good} lúc đầu là", f"{one} × 100 = {spaced(whole)} ({unit})"),
        answer=answer,
    )
    wrong = (value + used, one * used, whole + value, one * 10)
    slips = tuple(f"{spaced(n)} {unit}" for n in wrong)
    return Draft(question, solution, answer, (used, value), slips)


# (kg of salt, percentage before, percentage after)
BRINES = [
    (salt, before, after)
    for salt in range(1, 13)
    for before in range(3, 26)
    for after in range(2, before)
    if not 100 * salt % before and not 100 * salt % after
    and 8 <= 100 * salt // before <= 150 and 100 * salt // after <= 300
    and (before < 10 or before % 10 == 0 or 10 * salt % before == 0)
    and (after < 10 or after % 5 == 0)
]  # fmt: skip


@family(number=31, grade=5, kind="quantity", topic="ratio", stratum="advanced")
def pha_nuoc_muoi(draw: Draw) -> Draft:
    """Thêm nước vào nước muối để giảm tỉ lệ muối."""
    salt, before, after = draw.pick(BRINES)
    first, last = 100 * salt // before, 100 * salt // after
    added = last - first
    question = draw.template(
        "Có {m} kg nước muối chứa {a}% muối. Hỏi phải đổ thêm bao nhiêu ki-lô-gam nước để được "
        "nước muối chứa {b}% muối?",
        "Một thùng đựng {m} kg nước muối chứa {a}% muối. Cần thêm bao nhiêu ki-lô-gam nước để "
        "trong thùng là nước muối chứa {b}% muối?",
        "Muốn có nước muối chứa {b}% muối, phải thêm bao nhiêu ki-lô-gam nước vào {m} kg nước "
        "muối chứa {a}% muối?",
    ).format(m=first, a=before, b=after)
    answer = f"{added} kg"
    solution = worked(
        ("Số muối là", f"{first} × {before} : 100 = {salt} (kg)"),
        ("Tổng số nước muối là", f"{salt} × 100 : {after} = {last} (kg)"),
        ("Số nước thêm là", f"{last} - {first} = {added} (kg)"),
        answer=answer,
    )
    slips = tuple(f"{n} kg" for n in (last, first, before - after, last + first, last - salt))
    return Draft(question, solution, answer, (first, before, after), slips)
