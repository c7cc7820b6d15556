"""Clock times and time spans (grades 1 to 4)."""

from mathpal.curriculum.layouts import equalities, worked
from mathpal.curriculum.phrasing import NAMES
from mathpal.curriculum.registry import Draft, Draw, family

DOINGS = (
    "học bài", "đọc sách", "tập thể dục", "vẽ tranh", "tập đàn", "tưới cây", "nặn tượng",
    "đá bóng", "giúp mẹ nấu cơm", "gặp gỡ bạn bè", "tập múa", "đi xe buýt", "trông em",
)  # fmt: skip
# (the faster, the slower)
FAST_AND_SLOW = (
    ("thuyền đi xuôi dòng", "thuyền đi ngược dòng"),
    ("ô tô đi đường cao tốc", "ô tô đi đường làng"),
    ("tàu nhanh đi đến nơi", "tàu chở hàng đi đến nơi"),
    ("hai ô tô đi đến chỗ gặp nhau", "hai xe máy đi đến chỗ gặp nhau"),
    ("vòi to chảy đầy bể", "vòi nhỏ chảy đầy bể"),
    ("vận động viên chạy hết quãng đường", "người đi bộ đi hết quãng đường"),
    ("hai người thợ làm xong việc", "một người thợ làm xong việc"),
    ("ca nô đi xuôi dòng", "ca nô đi ngược dòng"),
    ("tàu thuỷ đi đến nơi", "thuyền buồm đi đến nơi"),
    ("ô tô đi đến điểm hẹn", "xe tải đi đến điểm hẹn"),
    ("máy cày cày xong thửa ruộng", "con trâu cày xong thửa ruộng"),
)  # fmt: skip

# Wordings that ask for a full hour: without a person, and with a person who is out.
HOURS = {
    "sau": (
        "Bây giờ là {a} giờ. Hỏi {s} giờ nữa là mấy giờ?",
        "Đồng hồ chỉ {a} giờ. Sau {s} giờ nữa, đồng hồ chỉ mấy giờ?",
        "Lúc này là {a} giờ. Thêm {s} giờ nữa thì là mấy giờ?",
    ),
    "trước": (
        "Bây giờ là {b} giờ. Hỏi cách đây {s} giờ là mấy giờ?",
        "Đồng hồ chỉ {b} giờ. Trước đó {s} giờ, đồng hồ chỉ mấy giờ?",
        "Lúc này là {b} giờ. Lùi lại {s} giờ thì là mấy giờ?",
    ),
    "lâu": (
        "Từ {a} giờ đến {b} giờ là bao lâu?",
        "Kim giờ đi từ số {a} đến số {b} hết mấy giờ?",
        "Bây giờ là {a} giờ. Hỏi còn mấy giờ nữa thì đến {b} giờ?",
    ),
}
OUTINGS = {
    "sau": (
        "Lúc {a} giờ, {p} ra khỏi nhà. {s} giờ sau {p} về. Hỏi {p} về lúc mấy giờ?",
        "{p} đến nhà bà lúc {a} giờ và chơi ở đó {s} giờ. Hỏi {p} về lúc mấy giờ?",
        "{p} bắt đầu đi lúc {a} giờ. Đi {s} giờ thì đến nơi. Hỏi {p} đến nơi lúc mấy giờ?",
    ),
    "trước": (
        "{p} về nhà lúc {b} giờ. {p} đã đi chơi {s} giờ. Hỏi {p} đi từ lúc mấy giờ?",
        "Lúc {b} giờ, {p} học xong. {p} đã học {s} giờ. Hỏi {p} bắt đầu học lúc mấy giờ?",
        "{p} đi xe {s} giờ thì đến nơi lúc {b} giờ. Hỏi {p} bắt đầu đi lúc mấy giờ?",
    ),
    "lâu": (
        "{p} đi chơi từ {a} giờ đến {b} giờ. Hỏi {p} đi chơi trong mấy giờ?",
        "{p} ra khỏi nhà lúc {a} giờ và về nhà lúc {b} giờ. Hỏi {p} đi trong mấy giờ?",
        "Lớp của {p} thăm vườn thú từ {a} giờ đến {b} giờ. Hỏi lớp thăm vườn thú trong mấy giờ?",
    ),
}
# The same from morning to afternoon or evening; "điện tử" (digital) asks for hours 13 to 21.
HALF_DAYS = {
    "lâu": (
        "Từ {a} giờ sáng đến {b} giờ {c} cùng ngày có bao nhiêu giờ?",
        "Tính số giờ từ {a} giờ sáng đến {b} giờ {c} cùng ngày.",
        "Bây giờ là {a} giờ sáng. Hỏi còn bao nhiêu giờ nữa thì đến {b} giờ {c}?",
    ),
    "đến": (
        "Bây giờ là {a} giờ sáng. Hỏi sau {s} giờ nữa, đồng hồ điện tử chỉ mấy giờ?",
        "Đồng hồ điện tử đang chỉ {a} giờ. Thêm {s} giờ nữa thì đồng hồ đó chỉ mấy giờ?",
        "Lúc này là {a} giờ sáng. Hỏi {s} giờ sau, đồng hồ điện tử chỉ mấy giờ?",
    ),
    "đi": (
        "Bây giờ là {b} giờ {c}. Hỏi cách đây {s} giờ là mấy giờ sáng?",
        "Đồng hồ chỉ {b} giờ {c}. Hỏi trước đó {s} giờ là mấy giờ sáng?",
        "Lúc này là {b} giờ {c}. Lùi lại {s} giờ thì là mấy giờ sáng?",
    ),
}
WORKDAYS = {
    "lâu": (
        "{P} đi từ {a} giờ sáng đến {b} giờ {c} thì về. Hỏi {p} đi trong bao nhiêu giờ?",
        "{P} ra khỏi nhà lúc {a} giờ sáng, trở về lúc {b} giờ {c} cùng ngày. Hỏi {p} đi bao nhiêu "
        "giờ?",
        "{P} bắt đầu làm việc lúc {a} giờ sáng, đến {b} giờ {c} thì xong. Tính số giờ từ lúc {p} "
        "bắt đầu đến lúc xong.",
    ),
    "đến": (
        "{P} ra khỏi nhà lúc {a} giờ sáng. Sau {s} giờ, {p} trở về. Hỏi khi {p} về, đồng hồ điện "
        "tử chỉ mấy giờ?",
        "{P} bắt đầu đi lúc {a} giờ sáng và đi trong {s} giờ. Hỏi khi {p} đến nơi, đồng hồ điện tử "
        "chỉ mấy giờ?",
        "{P} làm việc từ {a} giờ sáng, {s} giờ sau thì xong. Hỏi lúc {p} làm xong, đồng hồ điện tử "
        "chỉ mấy giờ?",
    ),
    "đi": (
        "{P} về nhà lúc {b} giờ {c}, sau {s} giờ đi làm. Hỏi {p} ra khỏi nhà lúc mấy giờ sáng?",
        "{P} đi {s} giờ thì đến nơi lúc {b} giờ {c}. Hỏi {p} bắt đầu đi lúc mấy giờ sáng?",
        "{P} làm xong việc lúc {b} giờ {c}, sau {s} giờ làm việc. Hỏi {p} bắt đầu làm lúc mấy giờ "
        "sáng?",
    ),
}


def clock(minutes: int) -> str:
    """Return the time of day for minutes since midnight: "9 giờ", "9 giờ 30 phút"."""
    hour, rest = divmod(minutes, 60)
    return f"{hour} giờ {rest} phút" if rest else f"{hour} giờ"


@family(number=48, grade=1, kind="time", topic="measure")
def gio_dung(draw: Draw) -> Draft:
    """Giờ đúng: mấy giờ nữa, trước đó mấy giờ, từ mấy giờ đến mấy giờ."""
    person = draw.pick(NAMES)
    story, asked = draw.pick((True, False)), draw.pick(("sau", "trước", "lâu"))
    early = draw.integer(7 if story else 1, 11)
    late = draw.integer(early + 1, min(12, early + 4) if story else 12)
    span = late - early
    value, line = {
        "sau": (late, f"{early} + {span} = {late} (giờ)"),
        "trước": (early, f"{late} - {span} = {early} (giờ)"),
        "lâu": (span, f"{late} - {early} = {span} (giờ)"),
    }[asked]
    question = draw.template(*(OUTINGS if story else HOURS)[asked])
    question = question.format(a=early, b=late, s=span, p=person)
    answer = f"{value} giờ"
    slips = tuple(f"{n} giờ" for n in (value + 1, abs(value - 1) or value + 2, value % 12 + 2))
    return Draft(question, equalities(line, answer=answer), answer, (asked, early, late), slips)


@family(number=48, grade=2, kind="time", topic="measure")
def qua_buoi_trua(draw: Draw) -> Draft:
    """Từ buổi sáng sang buổi chiều, buổi tối: giờ đến 24."""
    person = draw.pick(("Mẹ", "Bố", "Cô Lan", "Chú Nam", "Bác Tư", "Chị Hoa", "Anh Bình", "Ông"))
    story, asked = draw.pick((True, False)), draw.pick(("lâu", "đến", "đi"))
    early = draw.integer(5, 11)
    late = draw.integer(1, min(9, early - 2) if story else 9)  # a person is out 10 hours at most
    span, part = late + 12 - early, "chiều" if late < 6 else "tối"
    if asked == "lâu":
        value, lines = span, [f"{late} + 12 = {late + 12}", f"{late + 12} - {early} = {span} (giờ)"]
    elif asked == "đến":
        value, lines = late + 12, [f"{early} + {span} = {late + 12} (giờ)"]
    else:
        value = early
        lines = [f"{late} + 12 = {late + 12}", f"{late + 12} - {span} = {early} (giờ)"]
    question = draw.template(*(WORKDAYS if story else HALF_DAYS)[asked])
    question = question.format(
        P=person, p=person[0].lower() + person[1:], a=early, b=late, c=part, s=span
    )
    answer = f"{value} giờ"
    wrong = (abs(early - late) or 12, value + 2, value - 1, value + 12)
    slips = tuple(f"{n} giờ" for n in wrong if 0 < n < 25)
    return Draft(question, equalities(*lines, answer=answer), answer, (asked, early, late), slips)


@family(number=48, grade=3, kind="time", topic="measure")
def khoang_thoi_gian(draw: Draw) -> Draft:
    """Khoảng thời gian giữa hai thời điểm trong cùng một giờ hoặc hai giờ liền nhau."""
    person, activity = draw.pick(NAMES), draw.pick(DOINGS)
    hour, start, length = draw.integer(6, 20), draw.integer(1, 11) * 5, draw.integer(2, 11) * 5
    total = start + length
    question = draw.template(
        "{p} bắt đầu {v} lúc {a} và kết thúc lúc {b}. Hỏi {p} {v} trong bao nhiêu phút?",
        "{p} {v} từ {a} đến {b}. Tính số phút {p} {v}.",
        "Lúc {a}, {p} bắt đầu {v}. Đến {b} thì {p} xong. Hỏi {p} {v} bao nhiêu phút?",
    ).format(p=person, v=activity, a=clock(hour * 60 + start), b=clock(hour * 60 + total))
    answer = f"{length} phút"
    if total < 60:
        steps = [(f"Thời gian {person} {activity} là", f"{total} - {start} = {length} (phút)")]
    else:
        first = 60 - start
        steps = [
            (f"Từ {hour} giờ {start} phút đến {hour + 1} giờ có", f"60 - {start} = {first} (phút)"),
        ]
        if total > 60:
            line = f"{first} + {total - 60} = {length} (phút)"
            steps.append((f"Thời gian {person} {activity} là", line))
    wrong = (abs(start - total % 60), 100 - length, length + 10, length + 5)
    slips = tuple(f"{n} phút" for n in wrong if n > 0)
    return Draft(question, worked(*steps, answer=answer), answer, (hour, start, length), slips)


@family(number=48, grade=3, kind="time", topic="measure")
def thoi_diem_xong(draw: Draw) -> Draft:
    """Thời điểm kết thúc khi biết thời điểm bắt đầu và số phút."""
    person, activity = draw.pick(NAMES), draw.pick(DOINGS)
    hour, start, length = draw.integer(6, 20), draw.integer(1, 11) * 5, draw.integer(2, 11) * 5
    total = start + length
    question = draw.template(
        "{p} bắt đầu {v} lúc {a}. {p} {v} trong {n} phút. Hỏi {p} xong lúc mấy giờ?",
        "Bây giờ là {a}. {p} {v} thêm {n} phút nữa thì xong. Hỏi lúc đó là mấy giờ, mấy phút?",
        "Lúc {a}, {p} bắt đầu {v}. Sau {n} phút thì xong. Hỏi khi đó là mấy giờ?",
    ).format(p=person, v=activity, a=clock(hour * 60 + start), n=length)
    answer = clock(hour * 60 + total)
    lines = [f"{start} + {length} = {total} (phút)"]
    if total >= 60:
        lines.append(f"{total} phút = {clock(total)}")
        lines.append(f"{hour} + 1 = {hour + 1} (giờ)")
    slips = (
        clock(hour * 60 + total % 60) if total >= 60 else clock((hour + 1) * 60 + total),
        clock(hour * 60 + abs(length - start)),
        clock(hour * 60 + total + 10),
    )
    solution = equalities(*lines, answer=answer)
    return Draft(question, solution, answer, (hour, start, length), slips)


@family(number=48, grade=4, kind="time", topic="measure")
def so_sanh_thoi_gian(draw: Draw) -> Draft:
    """Bài toán dài hơn, ngắn hơn về thời gian, đổi giờ ra phút."""
    more = draw.pick((True, False))
    first, second = draw.pick(FAST_AND_SLOW)[:: 1 if more else -1]
    hours, rest, gap = draw.integer(1, 3), draw.integer(1, 11) * 5, draw.integer(2, 11) * 5
    total = hours * 60 + rest
    value, sign, word = (total + gap, "+", "dài") if more else (total - gap, "-", "ngắn")
    question = draw.template(
        "Thời gian {f} là {h} giờ {r} phút. Thời gian {s} {w} hơn thời gian {f} {g} phút. Hỏi thời "
        "gian {s} là bao nhiêu phút?",
        "Thời gian {f} là {h} giờ {r} phút, còn thời gian {s} {w} hơn thời gian đó {g} phút. Tính "
        "thời gian {s} theo đơn vị phút.",
        "Biết {f} hết {h} giờ {r} phút và thời gian {s} {w} hơn thời gian đó {g} phút. Hỏi {s} hết "
        "bao nhiêu phút?",
    ).format(f=first, s=second, h=hours, r=rest, w=word, g=gap)
    answer = f"{value} phút"
    solution = worked(
        ("Đổi", f"{hours} giờ {rest} phút = {total} phút"),
        (f"Thời gian {second} là", f"{total} {sign} {gap} = {value} (phút)"),
        answer=answer,
    )
    wrong = (total - gap if more else total + gap, hours * 100 + rest + gap, value + 60)
    return Draft(question, solution, answer, (total, sign, gap), tuple(f"{n} phút" for n in wrong))
