"""Days, weeks, months, years and centuries (grades 1 to 4)."""

from mathpal.curriculum.layouts import equalities, reasoned, worked
from mathpal.curriculum.registry import Draft, Draw, family

# Days of each month except February and December.
LONG_MONTHS = {1: 31, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30}
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
# (larger unit, smaller unit, how many smaller in one larger)
TIMES = (
    ("tuần", "ngày", 7), ("giờ", "phút", 60), ("phút", "giây", 60), ("ngày", "giờ", 24),
    ("năm", "tháng", 12), ("thế kỉ", "năm", 100),
)  # fmt: skip
# (event, its most days, months in which it begins)
PERIODS = (
    ("Đợt trồng cây", 34, tuple(LONG_MONTHS)), ("Hội sách", 20, tuple(LONG_MONTHS)),
    ("Kì nghỉ của lớp", 20, (6, 7)), ("Đợt tham quan", 12, tuple(LONG_MONTHS)),
    ("Trại hè", 34, (6, 7)), ("Đợt tập bơi", 34, tuple(LONG_MONTHS)),
    ("Hội làng", 12, tuple(LONG_MONTHS)), ("Đợt thi vẽ", 20, tuple(LONG_MONTHS)),
    ("Cuộc thi cờ", 12, tuple(LONG_MONTHS)),
)  # fmt: skip


@family(number=48, grade=1, kind="integer", topic="measure")
def ngay_tuan_sau(draw: Draw) -> Draft:
    """Ngày trong tuần này, tuần sau, tuần trước."""
    weekday, asked = draw.pick(WEEKDAYS), draw.pick(("sau", "trước", "tới", "qua"))
    day, span = draw.integer(8, 24), draw.integer(1, 6)
    week = weekday[0].upper() + weekday[1:]
    if asked in ("sau", "trước"):
        day, span = draw.integer(*((1, 21) if asked == "sau" else (8, 30))), 7
        question = draw.template(
            "Hôm nay là {w}, ngày {d}. Hỏi {w} tuần {s} là ngày mấy?",
            "{W} tuần này là ngày {d}. {W} tuần {s} là ngày mấy?",
            "Tờ lịch hôm nay ghi {w}, ngày {d}. Hỏi {w} tuần {s} là ngày bao nhiêu?",
        )
    elif asked == "tới":
        question = draw.template(
            "Hôm nay là ngày {d}. Hỏi {n} ngày nữa là ngày mấy?",
            "Tờ lịch hôm nay ghi ngày {d}. Sau {n} ngày nữa, tờ lịch ghi ngày mấy?",
            "Hôm nay là ngày {d}. Còn {n} ngày nữa đến sinh nhật bé. Hỏi sinh nhật bé là ngày mấy?",
        )
    else:
        question = draw.template(
            "Hôm nay là ngày {d}. Hỏi cách đây {n} ngày là ngày mấy?",
            "Tờ lịch hôm nay ghi ngày {d}. Trước đó {n} ngày, tờ lịch ghi ngày mấy?",
            "Hôm nay là ngày {d}. Sinh nhật bé đã qua {n} ngày. Hỏi sinh nhật bé là ngày mấy?",
        )
    forward = asked in ("sau", "tới")
    value = day + span if forward else day - span
    question = question.format(w=weekday, W=week, d=day, n=span, s=asked)
    answer = str(value)
    solution = equalities(f"{day} {'+' if forward else '-'} {span} = {value}", answer=answer)
    slips = tuple(str(n) for n in (value + 1, value - 1, value + 2) if n > 0)
    return Draft(question, solution, answer, (asked, day, span), slips)


@family(number=48, grade=3, kind="text", topic="measure")
def thu_trong_tuan(draw: Draw) -> Draft:
    """Sau hoặc trước một số ngày là thứ mấy."""
    today, days, forward = draw.integer(0, 6), draw.integer(2, 30), draw.pick((True, False))
    if forward:
        question = draw.template(
            "Hôm nay là {w}. Hỏi {n} ngày nữa là thứ mấy?",
            "Nếu hôm nay là {w} thì sau {n} ngày nữa là thứ mấy trong tuần?",
            "Bé có hẹn đi chơi sau {n} ngày nữa. Hôm nay là {w}. Hỏi bé đi chơi vào thứ mấy?",
        )
    else:
        question = draw.template(
            "Hôm nay là {w}. Hỏi cách đây {n} ngày là thứ mấy?",
            "Nếu hôm nay là {w} thì cách đây {n} ngày là thứ mấy trong tuần?",
            "Hôm nay là {w}, Hội sách đã mở cửa cách đây {n} ngày. Hỏi Hội sách mở vào thứ mấy?",
        )
    question = question.format(w=WEEKDAYS[today], n=days)
    weeks, rest = divmod(days, 7)
    step, word = (1, "thêm") if forward else (-1, "lùi")
    passed = [WEEKDAYS[(today + step * k) % 7] for k in range(1, rest + 1)]
    answer = passed[-1] if passed else WEEKDAYS[today]
    lines = []
    if weeks:
        left = f" (dư {rest})" if rest else ""
        lines.append(f"{days} : 7 = {weeks}{left}")
        lines.append(f"{weeks} tuần {'sau' if forward else 'trước'} cũng là {WEEKDAYS[today]}.")
    if rest:
        lines.append(f"Đếm {word} {rest} ngày: {', '.join(passed)}.")
    number = WEEKDAYS.index(answer)
    slips = tuple(WEEKDAYS[(number + k) % 7] for k in (1, -1, 2))
    solution = reasoned(*lines, answer=answer)
    return Draft(question, solution, answer, (WEEKDAYS[today], days, word), slips)


@family(number=48, grade=3, kind="time", topic="measure")
def so_ngay_cua_dot(draw: Draw) -> Draft:
    """Số ngày từ một ngày của tháng này đến một ngày của tháng sau."""
    period, most, months = draw.pick(PERIODS)
    month, first = draw.pick(months), draw.integer(1, min(15, most - 1))
    end = draw.integer(1, min(19, most - first))
    length = LONG_MONTHS[month]
    start = length - first + 1
    question = draw.template(
        "{P} diễn ra từ ngày {a} tháng {m} đến hết ngày {b} tháng {n}. Biết tháng {m} có {l} ngày, "
        "hỏi {p} kéo dài bao nhiêu ngày?",
        "{P} diễn ra từ ngày {a} tháng {m} đến hết ngày {b} tháng {n} cùng năm. Tháng {m} có {l} "
        "ngày. Tính số ngày của {p}.",
        "Tháng {m} có {l} ngày. {P} bắt đầu từ ngày {a} tháng {m} và kết thúc vào cuối ngày {b} "
        "tháng {n}. Hỏi {p} có bao nhiêu ngày?",
    ).format(
        P=period, p=period[0].lower() + period[1:], a=start, b=end, m=month, n=month + 1, l=length
    )
    answer = f"{first + end} ngày"
    solution = worked(
        (
            f"Từ ngày {start} đến hết tháng {month} có số ngày là",
            f"{length} - {start} + 1 = {first} (ngày)",
        ),
        ("Tổng số ngày là", f"{first} + {end} = {first + end} (ngày)"),
        answer=answer,
    )
    slips = tuple(f"{n} ngày" for n in (first + end - 1, first + end + 1, start + end))
    return Draft(question, solution, answer, (month, start, end), slips)


@family(number=48, grade=4, kind="time", topic="measure")
def doi_thoi_gian(draw: Draw) -> Draft:
    """Đổi số đo thời gian: tuần, ngày, giờ, phút, giây, năm, tháng, thế kỉ."""
    large, small, rate = draw.pick(TIMES)
    a, b = draw.integer(2, 9), draw.integer(1, rate - 1)
    value, way = a * rate + b, draw.pick(("ra đơn vị bé", "ra đơn vị bé", "ra hai đơn vị"))
    if way == "ra đơn vị bé":
        question = draw.template(
            "Viết số thích hợp vào chỗ chấm: {a} {x} {b} {y} = ... {y}",
            "Đổi {a} {x} {b} {y} ra {y}.",
            "{a} {x} {b} {y} bằng bao nhiêu {y}?",
        ).format(a=a, x=large, b=b, y=small)
        answer = f"{value} {small}"
        lines = [
            f"1 {large} = {rate} {small}",
            f"{rate} × {a} = {a * rate} ({small})",
            f"{a * rate} + {b} = {value} ({small})",
        ]
        wrong = (a * 10 + b, a * 100 + b, a + b, value + rate)
        slips = [f"{n} {small}" for n in wrong]
    else:
        question = draw.template(
            "Viết số thích hợp vào chỗ chấm: {v} {y} = ... {x} ... {y}",
            "Đổi {v} {y} ra {x} và {y}.",
            "{v} {y} gồm bao nhiêu {x} và bao nhiêu {y}?",
        ).format(v=value, x=large, y=small)
        answer = f"{a} {large} {b} {small}"
        lines = [
            f"1 {large} = {rate} {small}",
            f"{rate} × {a} = {rate * a}",
            f"{value} - {rate * a} = {b}",
            f"{value} : {rate} = {a} (dư {b})",
        ]
        slips = [f"{b} {large} {a} {small}", f"{a + 1} {large} {b} {small}"]
    solution = equalities(*lines, answer=answer)
    return Draft(question, solution, answer, (large, small, a, b, way), tuple(slips))


@family(number=48, grade=4, kind="integer", topic="measure")
def the_ki(draw: Draw) -> Draft:
    """Một năm thuộc thế kỉ thứ mấy."""
    built = draw.pick((True, False))
    year = draw.integer(900, 1850 if built else 2020)
    thing = draw.pick(("ngôi đền", "ngôi chùa", "cây cầu đá", "toà thành", "ngôi đình", "tháp cổ"))
    if built:
        text = draw.template(
            "Một {t} được xây xong vào năm {y}. Hỏi năm đó thuộc thế kỉ thứ mấy? (Viết bằng số tự "
            "nhiên)",
            "Năm {y}, người ta xây xong một {t}. Hỏi {t} đó được xây xong vào thế kỉ thứ mấy? "
            "(Viết bằng số tự nhiên)",
            "Một {t} có từ năm {y}. Năm đó thuộc thế kỉ thứ mấy? (Viết bằng số tự nhiên)",
        )
    else:
        text = draw.template(
            "Năm {y} thuộc thế kỉ thứ mấy? (Viết bằng số tự nhiên)",
            "Hãy cho biết năm {y} thuộc thế kỉ thứ mấy. (Viết bằng số tự nhiên)",
            "Một sự kiện diễn ra vào năm {y}. Năm đó thuộc thế kỉ thứ mấy? (Viết bằng số tự nhiên)",
        )
    question = text.format(y=year, t=thing)
    hundreds, rest = divmod(year, 100)
    century = hundreds + (rest > 0)
    lines = [f"{year} : 100 = {hundreds}" + (f" (dư {rest})" if rest else "")]
    if rest:
        lines.append(f"{hundreds} + 1 = {century}")
    answer = str(century)
    slips = (str(hundreds if rest else hundreds + 1), str(century + 1), str(century - 2))
    return Draft(question, equalities(*lines, answer=answer), answer, (year,), slips)


@family(number=48, grade=4, kind="quantity", topic="measure")
def ki_niem(draw: Draw) -> Draft:
    """Số năm từ khi xây xong một công trình."""
    thing = draw.pick(("Trường học", "Cây cầu", "Nhà máy", "Thư viện", "Nhà hát", "Bệnh viện"))
    built = draw.integer(1880, 1999)
    age = draw.integer(2, (2025 - built) // 5) * 5
    now = built + age
    question = draw.template(
        "Năm {b}, người ta xây xong một {s}. Tính số năm từ đó đến năm {n}.",
        "{t} của huyện được xây xong năm {b}. Hỏi đến năm {n}, {s} đó đã xây xong được bao "
        "nhiêu năm?",
        "Từ khi {s} được xây xong vào năm {b} đến năm {n} là bao nhiêu năm?",
    ).format(t=thing, s=thing[0].lower() + thing[1:], b=built, n=now)
    answer = f"{age} năm"
    solution = worked(
        (
            f"Đến năm {now}, {thing.lower()} đó đã xây xong được số năm là",
            f"{now} - {built} = {age} (năm)",
        ),
        answer=answer,
    )
    wrong = (age + 1, age + 10, age + 100)
    return Draft(question, solution, answer, (built, age), tuple(f"{n} năm" for n in wrong))
