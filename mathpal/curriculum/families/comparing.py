"""More and less, times as many, times fewer: one-step comparisons of grades 2 and 3."""

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import THINGS, names
from mathpal.curriculum.registry import Draft, Draw, family

# (what somebody does, thing, counting word)
DEEDS = (
    ("hái được", "quả cam", "quả"), ("nhặt được", "chiếc lá", "chiếc"),
    ("vẽ được", "bức tranh", "bức"), ("gấp được", "con hạc giấy", "con"),
    ("gấp được", "chiếc thuyền giấy", "chiếc"), ("đọc được", "trang sách", "trang"),
    ("làm được", "tấm thiệp", "tấm"), ("trồng được", "cây", "cây"), ("câu được", "con cá", "con"),
    ("hái được", "bông hoa", "bông"), ("xếp được", "ngôi sao", "ngôi"),
    ("nặn được", "cái bánh", "cái"), ("đếm được", "chiếc xe", "chiếc"),
    ("sưu tầm được", "con tem", "con"), ("nhặt được", "vỏ sò", "cái"),
    ("thu gom được", "vỏ chai", "cái"), ("tô được", "ô vuông", "ô"),
    ("giải được", "bài toán", "bài"), ("học được", "từ mới", "từ"),
    ("hái được", "quả bưởi", "quả"),
)  # fmt: skip
DOERS = (
    ("Mẹ", "chị"), ("Bố", "anh"), ("Ông", "bà"), ("Anh", "em"), ("Chị", "em"), ("Tổ Một", "tổ Hai"),
    ("Đội Xanh", "đội Đỏ"), ("Nhóm Một", "nhóm Hai"),
)  # fmt: skip

# (first thing, second thing, more, less, quantity, unit, smallest, largest)
MEASURES = (
    ("Anh", "em", "cao hơn", "thấp hơn", "Chiều cao của", "cm", 110, 150),
    ("Sợi dây đỏ", "sợi dây xanh", "dài hơn", "ngắn hơn", "Độ dài", "cm", 30, 95),
    ("Cây tre", "cây cau", "cao hơn", "thấp hơn", "Chiều cao", "dm", 40, 95),
    ("Bao gạo", "bao ngô", "nặng hơn", "nhẹ hơn", "Cân nặng", "kg", 25, 80),
    ("Con lợn", "con dê", "nặng hơn", "nhẹ hơn", "Cân nặng", "kg", 35, 90),
    ("Tấm vải hoa", "tấm vải trắng", "dài hơn", "ngắn hơn", "Độ dài", "m", 20, 90),
    ("Cuộn dây điện", "cuộn dây thừng", "dài hơn", "ngắn hơn", "Độ dài", "m", 20, 90),
    ("Đoạn đường đến chợ", "đoạn đường đến trường", "dài hơn", "ngắn hơn", "Độ dài", "m", 200, 400),
    ("Chiếc bàn", "chiếc tủ", "cao hơn", "thấp hơn", "Chiều cao", "cm", 60, 95),
    ("Bao đường", "bao muối", "nặng hơn", "nhẹ hơn", "Cân nặng", "kg", 20, 60),
    ("Thước gỗ", "thước nhựa", "dài hơn", "ngắn hơn", "Độ dài", "cm", 30, 90),
    ("Quả mít", "quả dưa", "nặng hơn", "nhẹ hơn", "Cân nặng", "kg", 16, 25),
)  # fmt: skip
TASKS = ("nhiều hơn", "ít hơn", "hơn bao nhiêu")


def _low(text: str) -> str:
    return text[0].lower() + text[1:]


@family(number=11, grade=2, kind="quantity", topic="word_problems")
def hon_kem(draw: Draw) -> Draft:
    """Nhiều hơn, ít hơn một số đơn vị."""
    task = draw.pick(TASKS)
    a, b = draw.integer(15, 80), draw.integer(2, 14)
    story = draw.pick(("owned", "deed"))
    if story == "owned":
        first, second = names(draw, 2)
        (thing, unit), verb = draw.pick(THINGS), "có"
        other, low = second, first
    else:
        (first, second), (verb, thing, unit) = draw.pick(DOERS), draw.pick(DEEDS)
        other, low = second[0].upper() + second[1:], _low(first)
    if task == "hơn bao nhiêu":
        text = draw.template(
            "{P} {v} {a} {t}, {q} {v} {c} {t}. Hỏi {q} {v} nhiều hơn {p} bao nhiêu {t}?",
            "{P} {v} {a} {t} và {q} {v} {c} {t}. Tính số {t} {q} {v} nhiều hơn {p}.",
            "{Q} {v} {c} {t} còn {p} {v} {a} {t}. Hỏi {p} {v} ít hơn {q} bao nhiêu {t}?",
        )
        sentence, equation, value = f"Số {thing} hơn kém nhau là", f"{a + b} - {a}", b
    else:
        text = draw.template(
            "{P} {v} {a} {t}. {Q} {v} {w} {p} {b} {t}. Hỏi {q} {v} bao nhiêu {t}?",
            "{P} {v} {a} {t}, {q} {v} {w} {p} {b} {t}. Tính số {t} của {q}.",
            "{Q} {v} {w} {p} {b} {t}. Biết {p} {v} {a} {t}, hỏi {q} {v} bao nhiêu {t}?",
        )
        sign, value = ("+", a + b) if task == "nhiều hơn" else ("-", a - b)
        sentence, equation = f"Số {thing} {second} {verb} là", f"{a} {sign} {b}"
    question = text.format(
        P=first, p=low, q=second, Q=other, a=a, b=b, c=a + b, t=thing, v=verb, w=task
    )
    answer = f"{value} {thing}"
    solution = worked((sentence, f"{equation} = {value} ({unit})"), answer=answer)
    wrong = {"nhiều hơn": a - b, "ít hơn": a + b, "hơn bao nhiêu": 2 * a + b}[task]
    slips = tuple(f"{n} {thing}" for n in (wrong, value + 10, value + 1))
    return Draft(question, solution, answer, (task, a, b), slips)


@family(number=11, grade=2, kind="quantity", topic="word_problems")
def hon_kem_do_luong(draw: Draw) -> Draft:
    """Cao hơn, thấp hơn, dài hơn, ngắn hơn, nặng hơn, nhẹ hơn."""
    first, second, more, less, measure, unit, low, high = draw.pick(MEASURES)
    a, b, up = draw.integer(low, high), draw.integer(2, 14), draw.pick((True, False))
    adjective = more.split()[0]
    text = draw.template(
        "{P} {v} {a} {u}. {Q} {w} {p} {b} {u}. Hỏi {q} {v} bao nhiêu {u}?",
        "{P} {v} {a} {u}, {q} {w} {p} {b} {u}. Hỏi {q} {v} bao nhiêu {u}?",
        "{Q} {w} {p} {b} {u}. Biết {p} {v} {a} {u}, hỏi {q} {v} bao nhiêu {u}?",
    )
    question = text.format(
        P=first, p=_low(first), q=second, Q=second[0].upper() + second[1:], a=a, b=b, u=unit,
        v=adjective, w=more if up else less,
    )  # fmt: skip
    sign, value, other = ("+", a + b, a - b) if up else ("-", a - b, a + b)
    answer = f"{value} {unit}"
    solution = worked(
        (f"{measure} {second} là", f"{a} {sign} {b} = {value} ({unit})"), answer=answer
    )
    slips = tuple(f"{n} {unit}" for n in (other, value + 10, value + 1))
    return Draft(question, solution, answer, (a, sign, b, unit), slips)


@family(number=11, grade=3, kind="quantity", topic="word_problems")
def gap_giam(draw: Draw) -> Draft:
    """Gấp lên, giảm đi một số lần."""
    times, small, more = draw.integer(2, 9), draw.integer(2, 24), draw.pick((True, False))
    if draw.pick((True, False)):
        first, second = names(draw, 2)
        (thing, unit), verb = draw.pick(THINGS), "có"
    else:
        (first, second), (verb, thing, unit) = draw.pick(DOERS), draw.pick(DEEDS)
    if more:
        a, sign, value, other = small, "×", small * times, small + times
        text = draw.template(
            "{P} {v} {a} {t}. {Q} {v} gấp {k} lần {p}. Hỏi {q} {v} bao nhiêu {t}?",
            "{P} {v} {a} {t}, số {t} {q} {v} gấp {k} lần số {t} của {p}. Tính số {t} của {q}.",
            "Số {t} {q} {v} gấp {k} lần số {t} {p} {v}. Biết {p} {v} {a} {t}, hỏi {q} {v} bao "
            "nhiêu {t}?",
        )
    else:
        a, sign, value, other = small * times, ":", small, small * times - times
        text = draw.template(
            "{P} {v} {a} {t}. Số {t} {q} {v} bằng số {t} của {p} giảm đi {k} lần. Hỏi {q} {v} bao "
            "nhiêu {t}?",
            "{P} {v} {a} {t}, gấp {k} lần số {t} của {q}. Hỏi {q} {v} bao nhiêu {t}?",
            "{P} {v} {a} {t}, số {t} của {q} bằng 1/{k} số {t} của {p}. Tính số {t} của {q}.",
        )
    is_name = verb == "có"
    question = text.format(
        P=first, p=first if is_name else _low(first), q=second, a=a, t=thing, k=times, v=verb,
        Q=second[0].upper() + second[1:],
    )  # fmt: skip
    answer = f"{value} {thing}"
    solution = worked(
        (f"Số {thing} {second} {verb} là", f"{a} {sign} {times} = {value} ({unit})"), answer=answer
    )
    slips = tuple(f"{n} {thing}" for n in (other, value + 10, value + times))
    return Draft(question, solution, answer, (a, sign, times), slips)


@family(number=11, grade=3, kind="quantity", topic="word_problems")
def gap_may_lan(draw: Draw) -> Draft:
    """So sánh số lớn gấp mấy lần số bé."""
    small, times = draw.integer(2, 9), draw.integer(2, 14)
    if draw.pick((True, False)):
        first, second = names(draw, 2)
        (thing, unit), verb = draw.pick(THINGS), "có"
        low = first
    else:
        (first, second), (verb, thing, unit) = draw.pick(DOERS), draw.pick(DEEDS)
        low = _low(first)
    large, two_steps = small * times, draw.pick((True, False))
    if two_steps:
        text = draw.template(
            "{P} {v} {a} {t}. {Q} {v} nhiều hơn {p} {d} {t}. Hỏi số {t} của {q} gấp mấy lần số {t} "
            "của {p}?",
            "{P} {v} {a} {t}, {q} {v} nhiều hơn {p} {d} {t}. Số {t} của {q} gấp mấy lần số {t} của "
            "{p}?",
            "{Q} {v} nhiều hơn {p} {d} {t}. Biết {p} {v} {a} {t}, hỏi {q} {v} số {t} gấp mấy lần "
            "{p}?",
        )
    else:
        text = draw.template(
            "{P} {v} {a} {t}, {q} {v} {c} {t}. Hỏi số {t} của {q} gấp mấy lần số {t} của {p}?",
            "{Q} {v} {c} {t} còn {p} {v} {a} {t}. Số {t} của {q} gấp mấy lần số {t} của {p}?",
            "{P} {v} {a} {t} và {q} {v} {c} {t}. Hỏi {q} {v} số {t} gấp {p} mấy lần?",
        )
    question = text.format(
        P=first, p=low, q=second, Q=second[0].upper() + second[1:], a=small, c=large,
        d=large - small, t=thing, v=verb,
    )  # fmt: skip
    answer = f"{times} lần"
    more = (f"Số {thing} {second} {verb} là", f"{small} + {large - small} = {large} ({unit})")
    ratio = (
        f"Số {thing} của {second} gấp số {thing} của {low} số lần là",
        f"{large} : {small} = {times} (lần)",
    )
    solution = worked(*((more, ratio) if two_steps else (ratio,)), answer=answer)
    slips = (f"{large - small} lần", f"{times + 1} lần", f"{times - 1} lần")
    return Draft(question, solution, answer, (two_steps, small, large), slips)
