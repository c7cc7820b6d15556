"""Word problems solved in one to three steps: comparison, average, unit method, ratios."""

from math import gcd

from mathpal.curriculum.phrasing import GOODS, THINGS, names, worked
from mathpal.curriculum.registry import Draft, Draw, family

# Tỉ số of the smaller to the larger number, in lowest terms.
RATIOS = [(a, b) for b in range(2, 9) for a in range(1, b) if gcd(a, b) == 1]


@family(number=11, grade=2, kind="quantity")
def hon_kem(draw: Draw) -> Draft:
    """Nhiều hơn, ít hơn một số đơn vị."""
    first, second = names(draw, 2)
    thing, unit = draw.pick(THINGS)
    a, b = draw.integer(15, 80), draw.integer(2, 14)
    more = draw.pick((True, False))
    word, sign, value = ("nhiều hơn", "+", a + b) if more else ("ít hơn", "-", a - b)
    question = draw.template(
        "{p} có {a} {t}. {q} có {w} {p} {b} {t}. Hỏi {q} có bao nhiêu {t}?",
        "{p} có {a} {t}, {q} có {w} {p} {b} {t}. Tính số {t} của {q}.",
    ).format(p=first, q=second, a=a, b=b, t=thing, w=word)
    answer = f"{value} {thing}"
    solution = worked(
        (f"Số {thing} {second} có là", f"{a} {sign} {b} = {value} ({unit})"), answer=answer
    )
    return Draft(question, solution, answer, (a, sign, b))


@family(number=11, grade=3, kind="quantity")
def gap_giam(draw: Draw) -> Draft:
    """Gấp lên, giảm đi một số lần."""
    first, second = names(draw, 2)
    thing, unit = draw.pick(THINGS)
    times = draw.integer(2, 9)
    small = draw.integer(2, 15)
    if draw.pick((True, False)):
        a, value, sign = small, small * times, "×"
        word = f"gấp {times} lần số {thing} của {first}"
    else:
        a, value, sign = small * times, small, ":"
        word = f"bằng số {thing} của {first} giảm đi {times} lần"
    question = draw.template(
        "{p} có {a} {t}. Số {t} của {q} {w}. Hỏi {q} có bao nhiêu {t}?",
        "{p} có {a} {t}, số {t} của {q} {w}. Tính số {t} của {q}.",
    ).format(p=first, q=second, a=a, t=thing, w=word)
    answer = f"{value} {thing}"
    solution = worked(
        (f"Số {thing} {second} có là", f"{a} {sign} {times} = {value} ({unit})"), answer=answer
    )
    return Draft(question, solution, answer, (a, sign, times))


@family(number=12, grade=3, kind="quantity")
def hai_buoc_tinh(draw: Draw) -> Draft:
    """Bài toán giải bằng hai bước tính."""
    seller, good, unit = draw.pick(GOODS)
    a, times = draw.integer(5, 40), draw.integer(2, 5)
    second = a * times
    total = a + second
    question = draw.template(
        "Ngày thứ nhất một {s} bán được {a} {u} {g}. Ngày thứ hai bán được gấp {k} lần ngày "
        "thứ nhất. Hỏi cả hai ngày {s} đó bán được bao nhiêu {u} {g}?",
        "Một {s} buổi sáng bán {a} {u} {g}, buổi chiều bán gấp {k} lần buổi sáng. "
        "Hỏi cả ngày {s} bán được bao nhiêu {u} {g}?",
    )
    parts = ("Ngày thứ hai", "Cả hai ngày") if draw.template_id == 0 else ("Buổi chiều", "Cả ngày")
    answer = f"{total} {unit}"
    solution = worked(
        (f"{parts[0]} bán được là", f"{a} × {times} = {second} ({unit})"),
        (f"{parts[1]} bán được là", f"{a} + {second} = {total} ({unit})"),
        answer=answer,
    )
    return Draft(
        question.format(s=seller, a=a, u=unit, g=good, k=times), solution, answer, (a, times)
    )


@family(number=34, grade=4, kind="quantity")
def trung_binh_cong(draw: Draw) -> Draft:
    """Tìm số trung bình cộng."""
    seller, good, unit = draw.pick(GOODS)
    mean = draw.integer(12, 50)
    shift, turn = draw.integer(1, 10), draw.integer(1, 10)
    values = (mean - shift, mean + turn, mean + shift - turn)
    total = sum(values)
    question = draw.template(
        "Ba ngày một {s} bán được lần lượt {a} {u}, {b} {u} và {c} {u} {g}. Hỏi trung bình mỗi "
        "ngày {s} đó bán được bao nhiêu {u} {g}?",
        "Một {s} bán {g}: ngày đầu {a} {u}, ngày thứ hai {b} {u}, ngày thứ ba {c} {u}. "
        "Trung bình mỗi ngày bán được bao nhiêu {u} {g}?",
    ).format(s=seller, g=good, u=unit, a=values[0], b=values[1], c=values[2])
    answer = f"{mean} {unit}"
    first = values[0] + values[1]
    solution = worked(
        ("Hai ngày đầu bán được là", f"{values[0]} + {values[1]} = {first} ({unit})"),
        ("Cả ba ngày bán được là", f"{first} + {values[2]} = {total} ({unit})"),
        ("Trung bình mỗi ngày bán được là", f"{total} : 3 = {mean} ({unit})"),
        answer=answer,
    )
    return Draft(question, solution, answer, values)


@family(number=35, grade=4, kind="pair")
def tong_hieu(draw: Draw) -> Draft:
    """Tìm hai số khi biết tổng và hiệu."""
    small, difference = draw.integer(5, 50), draw.integer(2, 30)
    large = small + difference
    total = small + large
    question = draw.template(
        "Tổng của hai số là {t}, hiệu của hai số là {d}. Tìm hai số đó.",
        "Tìm hai số biết tổng của chúng bằng {t} và hiệu của chúng bằng {d}.",
    ).format(t=total, d=difference)
    answer = f"Số lớn: {large}; số bé: {small}"
    solution = worked(
        ("Hai lần số lớn là", f"{total} + {difference} = {total + difference}"),
        ("Số lớn là", f"{total + difference} : 2 = {large}"),
        ("Số bé là", f"{large} - {difference} = {small}"),
        answer=answer,
    )
    return Draft(question, solution, answer, (total, difference))


@family(number=39, grade=4, kind="quantity")
def rut_ve_don_vi(draw: Draw) -> Draft:
    """Bài toán liên quan đến rút về đơn vị."""
    good, unit, holder = draw.pick(
        (("gạo", "kg", "bao"), ("dầu", "l", "can"), ("đường", "kg", "túi"), ("vải", "m", "cuộn"))
    )
    one, count, asked = draw.integer(2, 15), draw.integer(2, 9), draw.integer(2, 9)
    if asked == count:
        asked = count + 1
    whole, value = one * count, one * asked
    question = draw.template(
        "{n} {h} {g} như nhau có {w} {u} {g}. Hỏi {m} {h} như thế có bao nhiêu {u} {g}?",
        "Có {w} {u} {g} chia đều vào {n} {h}. Hỏi {m} {h} như thế có bao nhiêu {u} {g}?",
    ).format(n=count, h=holder, g=good, w=whole, u=unit, m=asked)
    answer = f"{value} {unit}"
    solution = worked(
        (f"Một {holder} có là", f"{whole} : {count} = {one} ({unit})"),
        (f"{asked} {holder} có là", f"{one} × {asked} = {value} ({unit})"),
        answer=answer,
    )
    return Draft(question, solution, answer, (whole, count, asked))


@family(number=23, grade=4, kind="quantity")
def phan_so_cua_mot_so(draw: Draw) -> Draft:
    """Tìm phân số của một số."""
    seller, good, unit = draw.pick(GOODS)
    denominator = draw.integer(2, 9)
    numerator = draw.pick([n for n in range(1, denominator) if gcd(n, denominator) == 1])
    part = draw.integer(2, 15)
    whole, value = part * denominator, part * numerator
    question = draw.template(
        "Một {s} có {w} {u} {g}, đã bán {a}/{b} số {g} đó. Hỏi đã bán bao nhiêu {u} {g}?",
        "Tìm {a}/{b} của {w} {u}.",
    ).format(s=seller, w=whole, u=unit, g=good, a=numerator, b=denominator)
    answer = f"{value} {unit}"
    solution = worked(
        (f"Một phần {denominator} của {whole} là", f"{whole} : {denominator} = {part} ({unit})"),
        (f"{numerator} phần như thế là", f"{part} × {numerator} = {value} ({unit})"),
        answer=answer,
    )
    return Draft(question, solution, answer, (numerator, denominator, whole))


@family(number=36, grade=5, kind="pair")
def tong_ti(draw: Draw) -> Draft:
    """Tìm hai số khi biết tổng và tỉ số."""
    small_parts, large_parts = draw.pick(RATIOS)
    parts = small_parts + large_parts
    part = draw.integer(2, 100 // parts)
    total, small, large = part * parts, part * small_parts, part * large_parts
    question = draw.template(
        "Tổng của hai số là {t}. Tỉ số của số bé và số lớn là {a}/{b}. Tìm hai số đó.",
        "Tìm hai số có tổng bằng {t}, biết số bé bằng {a}/{b} số lớn.",
    ).format(t=total, a=small_parts, b=large_parts)
    answer = f"Số lớn: {large}; số bé: {small}"
    solution = worked(
        ("Tổng số phần bằng nhau là", f"{small_parts} + {large_parts} = {parts} (phần)"),
        ("Một phần là", f"{total} : {parts} = {part}"),
        ("Số lớn là", f"{part} × {large_parts} = {large}"),
        ("Số bé là", f"{total} - {large} = {small}"),
        answer=answer,
    )
    return Draft(question, solution, answer, (total, small_parts, large_parts))


@family(number=37, grade=5, kind="pair")
def hieu_ti(draw: Draw) -> Draft:
    """Tìm hai số khi biết hiệu và tỉ số."""
    small_parts, large_parts = draw.pick([(a, b) for a, b in RATIOS if b - a > 1])
    gap = large_parts - small_parts
    part = draw.integer(2, 100 // large_parts)
    difference, small, large = part * gap, part * small_parts, part * large_parts
    question = draw.template(
        "Hiệu của hai số là {d}. Tỉ số của số bé và số lớn là {a}/{b}. Tìm hai số đó.",
        "Tìm hai số có hiệu bằng {d}, biết số bé bằng {a}/{b} số lớn.",
    ).format(d=difference, a=small_parts, b=large_parts)
    answer = f"Số lớn: {large}; số bé: {small}"
    solution = worked(
        ("Hiệu số phần bằng nhau là", f"{large_parts} - {small_parts} = {gap} (phần)"),
        ("Một phần là", f"{difference} : {gap} = {part}"),
        ("Số lớn là", f"{part} × {large_parts} = {large}"),
        ("Số bé là", f"{large} - {difference} = {small}"),
        answer=answer,
    )
    return Draft(question, solution, answer, (difference, small_parts, large_parts))


@family(number=40, grade=5, kind="quantity")
def ti_le_nghich(draw: Draw) -> Draft:
    """Bài toán tỉ lệ nghịch: người và ngày."""
    days, workers, times = draw.integer(2, 6), draw.integer(2, 14), draw.integer(2, 4)
    effort = days * times * workers
    question = draw.template(
        "{w} người làm xong một công việc trong {d} ngày. Hỏi {n} người làm xong công việc đó "
        "trong bao nhiêu ngày? (Mức làm của mỗi người như nhau)",
        "Một đội {w} công nhân sửa xong đoạn đường trong {d} ngày. Hỏi {n} công nhân sửa xong "
        "đoạn đường đó trong bao nhiêu ngày? (Mức làm của mỗi người như nhau)",
    ).format(w=workers, d=days * times, n=workers * times)
    answer = f"{days} ngày"
    solution = worked(
        ("Một người làm xong trong số ngày là", f"{workers} × {days * times} = {effort} (ngày)"),
        (
            f"{workers * times} người làm xong trong số ngày là",
            f"{effort} : {workers * times} = {days} (ngày)",
        ),
        answer=answer,
    )
    return Draft(question, solution, answer, (workers, days * times, workers * times))


@family(number=30, grade=5, kind="quantity")
def gia_tri_phan_tram(draw: Draw) -> Draft:
    """Tìm giá trị phần trăm của một số."""
    percent = draw.pick((5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90))
    whole = draw.integer(2, 18) * 100
    place, noun = draw.pick(
        (("Một trường tiểu học", "học sinh"), ("Một khu vườn", "cây"), ("Một kho", "bao gạo"))
    )
    subject = {"học sinh": "học sinh nữ", "cây": "cây cam", "bao gạo": "bao gạo nếp"}[noun]
    one = whole // 100
    value = one * percent
    question = draw.template(
        "{p} có {w} {n}, trong đó số {s} chiếm {k}%. Hỏi có bao nhiêu {s}?",
        "{p} có {w} {n}. Số {s} bằng {k}% tổng số {n}. Tính số {s}.",
    ).format(p=place, w=whole, n=noun, s=subject, k=percent)
    answer = f"{value} {subject}"
    solution = worked(
        (f"1% của {whole} là", f"{whole} : 100 = {one}"),
        (f"Số {subject} là", f"{one} × {percent} = {value} ({noun})"),
        answer=answer,
    )
    return Draft(question, solution, answer, (percent, whole))
