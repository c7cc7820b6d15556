"""Families on ratios: of two numbers, sharing by a ratio, the scale of a map."""

from fractions import Fraction
from math import gcd

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import SPOKEN
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal, spaced

PAIRS = [(a, b) for a in range(1, 13) for b in range(2, 13) if a != b and gcd(a, b) == 1]
# (place with its verb, counting word, one kind, another kind)
KINDS = (
    ("Một câu lạc bộ có", "", "học sinh nữ", "học sinh nam"),
    ("Một bến xe có", "", "xe tải", "xe khách"), ("Một khu vườn có", "", "cây cam", "cây bưởi"),
    ("Một trại chăn nuôi có", "", "con gà", "con vịt"), ("Một thùng có", "", "quả táo", "quả lê"),
    ("Một hộp có", "cái ", "bút đỏ", "bút xanh"),
    ("Một rạp xiếc bán được", "", "vé trẻ em", "vé người lớn"),
    ("Một giá sách có", "quyển ", "sách toán", "sách truyện"),
)  # fmt: skip
# (unit, thing, kind of party, names of the three parties, verb)
SHARES = (
    ("cây", "", "lớp", ("5A", "5B", "5C"), "trồng được"),
    ("tấn", " thóc", "kho", ("I", "II", "III"), "chứa"),
    ("quyển vở", "", "bạn", ("An", "Bình", "Chi"), "nhận được"),
    ("kg", " giấy vụn", "tổ", ("Một", "Hai", "Ba"), "thu được"),
    ("kg", " cà phê", "đội", ("1", "2", "3"), "hái được"),
)
TRIPLES = [
    (a, b, c)
    for a in range(1, 8) for b in range(1, 8) for c in range(1, 8)
    if len({a, b, c}) == 3 and gcd(gcd(a, b), c) == 1 and a + b + c <= 16
]  # fmt: skip
# (scale, real length of 1 cm on the map, its unit)
SCALES = (
    (500, 5, "m"), (1_000, 10, "m"), (2_000, 20, "m"), (5_000, 50, "m"),
    (10_000, 100, "m"), (200_000, 2, "km"), (300_000, 3, "km"),
    (500_000, 5, "km"), (1_000_000, 10, "km"),
    (2_000_000, 20, "km"),
)  # fmt: skip


def _way(real: Fraction | int, unit: str) -> str:
    """Return something that has this length in reality."""
    if unit == "m":
        return "con đường"
    places = "xã" if real <= 30 else "thị trấn" if real <= 50 else "thành phố"
    return f"quãng đường giữa hai {places}"


@family(number=29, grade=5, kind="fraction", topic="ratio")
def ti_so_cua_hai_so(draw: Draw) -> Draft:
    """Tỉ số của hai số dưới dạng phân số tối giản."""
    a, b = draw.pick(PAIRS)
    times = draw.integer(2, 9)
    place, word, first, second = draw.pick(KINDS)
    left, right = a * times, b * times
    turned = draw.pick((True, False))
    if turned:
        first, second = second, first
    question = draw.template(
        "{p} {a} {w}{f} và {b} {w}{s}. Viết tỉ số của số {f} và số {s} dưới dạng phân số tối giản.",
        "{p} {b} {w}{s} và {a} {w}{f}. Tỉ số của số {f} và số {s} là phân số tối giản nào?",
        "{p} {a} {w}{f}, {b} {w}{s}. Tìm phân số tối giản chỉ tỉ số của số {f} và số {s}.",
    ).format(p=place, w=word, a=left, b=right, f=first, s=second)
    answer = f"{a}/{b}"
    solution = worked(
        (f"Tỉ số của số {first} và số {second} là", f"{left} : {right} = {left}/{right}"),
        (
            f"Chia cả tử số và mẫu số cho {times}, ta được",
            f"{left}/{right} = ({left} : {times})/({right} : {times}) = {a}/{b}",
        ),
        answer=answer,
    )
    slips = (f"{b}/{a}" if a > 1 else f"{a}/{b + 1}", f"{a}/{a + b}", f"{b}/{a + b}")
    return Draft(question, solution, answer, (left, right), slips)


@family(number=36, grade=5, kind="quantity", topic="ratio", stratum="advanced")
def chia_theo_ti_le(draw: Draw) -> Draft:
    """Chia một số thành ba phần theo tỉ lệ, tìm một phần."""
    shares = draw.pick(TRIPLES)
    parts = sum(shares)
    one = draw.integer(3, 9) if parts > 9 else draw.integer(3, 20)
    total = one * parts
    place = draw.pick([index for index, share in enumerate(shares) if share > 1])
    unit, what, kind, takers, done = draw.pick(SHARES)
    taker = f"{kind} {takers[place]}"
    question = draw.template(
        "Ba {k} {n} {d} tất cả {w} {u}. Số {o} của ba {k} theo thứ tự tỉ lệ với {a}; {b}; {c}. "
        "Hỏi {t} {d} bao nhiêu {o}?",
        "Ba {k} {n} {d} tất cả {w} {u} theo tỉ lệ {a} : {b} : {c}. Hỏi {t} {d} bao nhiêu {o}?",
        "Hỏi {t} {d} bao nhiêu {o}, biết ba {k} {n} {d} tất cả {w} {u} và số {o} của ba {k} theo "
        "thứ tự tỉ lệ với {a}; {b}; {c}?",
    ).format(
        k=kind, n=", ".join(takers), d=done, w=total, u=unit + what, t=taker,
        o=SPOKEN.get(unit, unit) + what,
        a=shares[0], b=shares[1], c=shares[2],
    )  # fmt: skip
    values = [share * one for share in shares]
    answer = f"{values[place]} {unit}"
    solution = worked(
        ("Tổng số phần bằng nhau là", f"{' + '.join(map(str, shares))} = {parts} (phần)"),
        ("Một phần là", f"{total} : {parts} = {one} ({unit})"),
        (f"{shares[place]} phần là", f"{one} × {shares[place]} = {values[place]} ({unit})"),
        answer=answer,
    )
    wrong = (*values[:place], *values[place + 1 :], one, values[place] + one)
    slips = tuple(f"{value} {unit}" for value in wrong)
    return Draft(question, solution, answer, (*shares, total, place), slips)


@family(number=33, grade=5, kind="quantity", topic="ratio")
def khoang_cach_that(draw: Draw) -> Draft:
    """Độ dài thật khi biết tỉ lệ bản đồ và độ dài trên bản đồ."""
    scale, each, unit = draw.pick(SCALES)
    tenths = draw.integer(2, 30) * 10 if draw.pick((True, False)) else draw.integer(11, 99)
    length, value = Fraction(tenths, 10), Fraction(tenths * each, 10)
    question = draw.template(
        "Trên bản đồ tỉ lệ 1 : {s}, {t} dài {a} cm. Hỏi độ dài thật của {t} là bao nhiêu {u}?",
        "Một bản đồ có tỉ lệ 1 : {s}. Trên bản đồ đó, {t} đo được {a} cm. Tính độ dài thật theo "
        "đơn vị {u}.",
        "Tính độ dài thật (theo {u}) của {t}, biết trên bản đồ tỉ lệ 1 : {s} độ dài đó là {a} cm.",
    ).format(s=spaced(scale), t=_way(value, unit), a=decimal(length), u=SPOKEN[unit])
    answer = f"{decimal(value)} {unit}"
    solution = worked(
        ("1 cm trên bản đồ ứng với độ dài thật là", f"{spaced(scale)} cm = {each} {unit}"),
        ("Độ dài thật là", f"{each} × {decimal(length)} = {decimal(value)} ({unit})"),
        answer=answer,
    )
    slips = tuple(
        f"{decimal(n)} {unit}" for n in (value * 10, value / 10, length * scale, value + each)
    )
    return Draft(question, solution, answer, (scale, decimal(length)), slips)


@family(number=33, grade=5, kind="quantity", topic="ratio")
def khoang_cach_tren_ban_do(draw: Draw) -> Draft:
    """Độ dài trên bản đồ khi biết tỉ lệ bản đồ và độ dài thật."""
    scale, each, unit = draw.pick(SCALES)
    value = draw.integer(2, 30)
    real = value * each
    thing = _way(real, unit)
    question = draw.template(
        "{t} có độ dài thật là {a} {u}. Hỏi trên bản đồ tỉ lệ 1 : {s}, {v} dài bao nhiêu "
        "xăng-ti-mét?",
        "Một bản đồ có tỉ lệ 1 : {s}. Trên bản đồ đó, {v} dài bao nhiêu xăng-ti-mét, biết độ dài "
        "thật là {a} {u}?",
        "Tính độ dài (theo xăng-ti-mét) của {v} trên bản đồ tỉ lệ 1 : {s}, biết độ dài thật là {a} "
        "{u}.",
    ).format(s=spaced(scale), t=thing.capitalize(), v=thing, a=spaced(real), u=unit)
    answer = f"{value} cm"
    solution = worked(
        ("1 cm trên bản đồ ứng với độ dài thật là", f"{spaced(scale)} cm = {each} {unit}"),
        ("Độ dài trên bản đồ là", f"{spaced(real)} : {each} = {value} (cm)"),
        answer=answer,
    )
    wrong = (value * 10, real, value + 10, Fraction(value, 10))
    slips = tuple(f"{decimal(n)} cm" for n in wrong)
    return Draft(question, solution, answer, (scale, real), slips)


@family(number=33, grade=5, kind="ratio", topic="ratio")
def tim_ti_le_ban_do(draw: Draw) -> Draft:
    """Tỉ lệ bản đồ khi biết độ dài thật và độ dài trên bản đồ."""
    unit, factor, units = draw.pick(
        (("m", 100, (5, 10, 20, 30, 40, 50)), ("km", 100_000, (1, 2, 3, 4, 5, 10, 20)))
    )
    each, length = draw.pick(units), draw.integer(2, 20)
    real, scale = each * length, each * factor
    thing = _way(real, unit)
    question = draw.template(
        "{t} có độ dài thật là {a} {u}, trên bản đồ dài {b} cm. Tìm tỉ lệ của bản đồ đó.",
        "Trên một bản đồ, {v} dài {b} cm. Biết độ dài thật là {a} {u}, hỏi bản đồ có tỉ lệ là "
        "bao nhiêu?",
        "Độ dài {b} cm trên bản đồ ứng với độ dài thật {a} {u}. Bản đồ đó có tỉ lệ là bao nhiêu?",
    ).format(t=thing.capitalize(), v=thing, a=spaced(real), b=length, u=unit)
    answer = f"1 : {spaced(scale)}"
    solution = worked(
        (
            "1 cm trên bản đồ ứng với độ dài thật là",
            f"{spaced(real)} : {length} = {each} ({unit})",
        ),
        ("Đổi", f"{each} {unit} = {spaced(scale)} cm"),
        answer=answer,
    )
    slips = tuple(f"1 : {spaced(n)}" for n in (scale * 10, scale // 10, real * factor, each))
    return Draft(question, solution, answer, (real, unit, length), slips)
