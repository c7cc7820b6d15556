"""Uniform motion (grade 5): speed, distance, time."""

from fractions import Fraction

from mathpal.curriculum.families.clock import clock
from mathpal.curriculum.families.durations import lasting
from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import SPOKEN
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal, spaced

# (who, speeds in km/giờ, longest ride in hours)
RIDERS = (
    ("người đi bộ", range(4, 7), 3), ("người đi xe đạp", range(10, 19), 5),
    ("người đi xe máy", range(24, 50, 2), 6), ("ô tô", range(40, 82, 2), 8),
    ("xe tải", range(36, 62, 2), 8), ("đoàn tàu hoả", range(40, 82, 4), 9),
    ("ca nô", range(18, 42, 2), 5),
)  # fmt: skip
# Movers whose speeds give easy products with tenths of an hour: (who, speeds, hours at most)
ROUND_RIDERS = (
    ("người đi bộ", (4, 5, 6), 2), ("người đi xe đạp", (10,), 4),
    ("người đi xe máy", (30, 40, 50), 4), ("ô tô", (40, 50, 60, 80), 4),
    ("xe tải", (40, 50), 4), ("ca nô", (20, 30), 3),
)  # fmt: skip
# (who, how it moves, speeds, time unit, speed unit)
SMALL_SPEEDS = (
    ("người chạy bộ", "chạy", range(3, 8), "giây", "m/giây"),
    ("con ngựa", "phi", range(10, 17), "giây", "m/giây"),
    ("con đà điểu", "chạy", range(14, 20), "giây", "m/giây"),
    ("người đi bộ", "đi", range(60, 91, 5), "phút", "m/phút"),
    ("người đi xe đạp", "đi", range(150, 301, 10), "phút", "m/phút"),
    ("con ốc sên", "bò", range(4, 13), "phút", "cm/phút"),
)  # fmt: skip
TENTHS = (6, 12, 18, 24, 30, 36, 42, 48, 54)  # minutes that are whole tenths of an hour
MINUTES = (*TENTHS, 15, 45)


@family(number=50, grade=5, kind="quantity", topic="motion")
def van_toc(draw: Draw) -> Draft:
    """Vận tốc, quãng đường, thời gian của chuyển động đều."""
    who, speeds, longest = draw.pick(RIDERS)
    speed, time = draw.pick(speeds), draw.integer(2, longest)
    return _uniform(draw, who, "đi", speed, time, "giờ", "km/giờ")


@family(number=50, grade=5, kind="quantity", topic="motion")
def van_toc_met(draw: Draw) -> Draft:
    """Vận tốc, quãng đường, thời gian với m/giây, m/phút."""
    who, moves, speeds, unit, per = draw.pick(SMALL_SPEEDS)
    speed = draw.pick(speeds)
    time = draw.integer(2, 9) if speed > 99 else draw.integer(6, 60 if speed < 10 else 9)
    if speed >= 10 and draw.pick((True, False)):
        time = draw.integer(2, 6) * 10
    return _uniform(draw, who, moves, speed, time, unit, per)


def _uniform(draw: Draw, who: str, moves: str, speed: int, time: int, unit: str, per: str) -> Draft:
    """Return a problem that asks for speed, time or distance; all three are whole numbers."""
    distance, length, asked = speed * time, per.split("/")[0], draw.pick(("s", "v", "t"))
    if asked == "s":
        question = draw.template(
            "Một {w} {d} với vận tốc {v} {p} trong {t} {u}. Tính quãng đường {d} được.",
            "Tính quãng đường một {w} {d} được trong {t} {u} với vận tốc {v} {p}.",
            "Vận tốc của một {w} là {v} {p}. Hỏi sau {t} {u}, {w} đó {d} được bao nhiêu {l}?",
        )
        answer, sentence = f"{spaced(distance)} {length}", f"Quãng đường {moves} được là"
        line, wrong = f"{speed} × {time}", (speed + time, distance + speed, distance * 10)
    elif asked == "v":
        question = draw.template(
            "Một {w} {d} quãng đường {s} {k} trong {t} {u}. Tính vận tốc của {w} đó.",
            "Tính vận tốc của một {w}, biết trong {t} {u} {d} được quãng đường {s} {k}.",
            "Sau {t} {u}, một {w} {d} được {s} {k}. Hỏi vận tốc của {w} đó là bao nhiêu {p}?",
        )
        answer, sentence = f"{speed} {per}", "Vận tốc là"
        line, wrong = f"{spaced(distance)} : {time}", (distance - time, speed + time, speed * 10)
    else:
        question = draw.template(
            "Một {w} {d} quãng đường {s} {k} với vận tốc {v} {p}. Tính thời gian {d}.",
            "Tính thời gian một {w} {d} hết quãng đường {s} {k} với vận tốc {v} {p}.",
            "Vận tốc của một {w} là {v} {p}. Hỏi {d} hết quãng đường {s} {k} cần bao nhiêu {u}?",
        )
        answer, sentence = f"{time} {unit}", f"Thời gian {moves} là"
        line, wrong = f"{spaced(distance)} : {speed}", (distance - speed, time + 2, time * 10)
    question = question.format(
        w=who,
        d=moves,
        v=speed,
        t=time,
        s=spaced(distance),
        p=per,
        u=unit,
        k=length,
        l=SPOKEN[length],
    )
    name = answer.split(" ")[-1]
    equation = f"{line} = {answer.removesuffix(' ' + name)} ({name})"
    slips = tuple(f"{spaced(n)} {name}" for n in wrong)
    solution = worked((sentence, equation), answer=answer)
    return Draft(question, solution, answer, (asked, speed, time, per), slips)


@family(number=50, grade=5, kind="quantity", topic="motion")
def van_toc_gio_phut(draw: Draw) -> Draft:
    """Vận tốc, quãng đường, thời gian khi thời gian có cả giờ và phút."""
    who, speeds, longest = draw.pick(ROUND_RIDERS)
    asked = draw.pick(("s", "v", "t"))
    speed, hours = draw.pick(speeds), draw.integer(0, longest)
    minutes = draw.pick(TENTHS if asked == "v" else MINUTES)
    time = hours + Fraction(minutes, 60)
    shown, value = lasting(hours, minutes, "giờ", "phút"), decimal(time)
    distance = decimal(speed * time)
    change = ("Đổi", f"{shown} = {value} giờ")
    mistaken = speed * (hours + Fraction(minutes, 100))
    if asked == "s":
        question = draw.template(
            "Một {w} đi với vận tốc {v} km/giờ trong {t}. Tính quãng đường đi được.",
            "Tính quãng đường một {w} đi được trong {t} với vận tốc {v} km/giờ.",
            "Vận tốc của một {w} là {v} km/giờ. Hỏi sau {t}, {w} đó đi được bao nhiêu ki-lô-mét?",
        )
        answer = f"{distance} km"
        steps = [change, ("Quãng đường đi được là", f"{speed} × {value} = {distance} (km)")]
        slips = tuple(f"{decimal(n)} km" for n in (mistaken, speed * (time + 1), speed * time * 10))
    elif asked == "v":
        question = draw.template(
            "Một {w} đi quãng đường {s} km trong {t}. Tính vận tốc của {w} đó.",
            "Tính vận tốc của một {w}, biết trong {t} đi được quãng đường {s} km.",
            "Sau {t}, một {w} đi được {s} km. Hỏi vận tốc của {w} đó là bao nhiêu km/giờ?",
        )
        answer = f"{speed} km/giờ"
        steps = [change, ("Vận tốc là", f"{distance} : {value} = {speed} (km/giờ)")]
        slips = tuple(f"{n} km/giờ" for n in (speed + 5, speed * 10, speed + hours * 10 + 2))
    else:
        question = draw.template(
            "Một {w} đi quãng đường {s} km với vận tốc {v} km/giờ. Tính thời gian đi theo giờ và "
            "phút.",
            "Vận tốc của một {w} là {v} km/giờ. Hỏi đi hết quãng đường {s} km thì cần bao nhiêu "
            "giờ, bao nhiêu phút?",
            "Một {w} đi {s} km, mỗi giờ đi được {v} km. Hỏi thời gian đi là bao lâu?",
        )
        answer = shown
        steps = [
            ("Thời gian đi là", f"{distance} : {speed} = {value} (giờ)"),
            ("Đổi", f"{value} giờ = {shown}"),
        ]
        tail = int(value.split(",")[1])
        slips = tuple(
            lasting(h, m, "giờ", "phút") for h, m in ((hours, tail), (hours + 1, minutes))
        )
    question = question.format(w=who, v=speed, t=shown, s=distance)
    solution = worked(*steps, answer=answer)
    return Draft(question, solution, answer, (asked, speed, hours, minutes), slips)


@family(number=50, grade=5, kind="time", topic="motion")
def gio_den_noi(draw: Draw) -> Draft:
    """Tìm giờ đến nơi khi biết giờ đi, quãng đường và vận tốc."""
    who, speeds, longest = draw.pick(ROUND_RIDERS)
    speed, hours = draw.pick(speeds), draw.integer(1, longest)
    minutes, start = draw.pick((0, 15, 30, 45)), draw.integer(24, 56) * 15
    time = hours + Fraction(minutes, 60)
    shown, value, distance = lasting(hours, minutes, "giờ", "phút"), decimal(time), speed * time
    question = draw.template(
        "Lúc {h}, một {w} đi từ A đến B với vận tốc {v} km/giờ. Quãng đường AB dài {s} km. Hỏi "
        "{w} đó đến B lúc mấy giờ?",
        "Quãng đường AB dài {s} km. Một {w} đi từ A lúc {h} với vận tốc {v} km/giờ. Tính thời "
        "điểm {w} đó đến B.",
        "Một {w} bắt đầu đi lúc {h}, mỗi giờ đi được {v} km. Hỏi đi được {s} km thì lúc đó là mấy "
        "giờ?",
    ).format(w=who, h=clock(start), v=speed, s=decimal(distance))
    end = start + hours * 60 + minutes
    answer, raw = clock(end), lasting(start // 60 + hours, start % 60 + minutes, "giờ", "phút")
    steps = [("Thời gian đi là", f"{decimal(distance)} : {speed} = {value} (giờ)")]
    if minutes:
        steps.append(("Đổi", f"{value} giờ = {shown}"))
    steps.append(("Thời điểm đến nơi là", f"{clock(start)} + {shown} = {raw}"))
    if raw != answer:
        steps.append(("Đổi", f"{raw} = {answer}"))
    slips = (clock(end + 60), clock(start - hours * 60 - minutes), clock(end - minutes + 5), shown)
    solution = worked(*steps, answer=answer)
    return Draft(question, solution, answer, (speed, hours, minutes, start), slips)


@family(number=50, grade=5, kind="quantity", topic="motion")
def van_toc_gio_di_gio_den(draw: Draw) -> Draft:
    """Tính vận tốc khi biết giờ đi, giờ đến và quãng đường."""
    who, speeds, longest = draw.pick(ROUND_RIDERS)
    speed, start = draw.pick(speeds), draw.integer(24, 56) * 15
    hours, minutes = draw.integer(1, longest), draw.pick((*TENTHS, 30, 30))
    time, end = hours + Fraction(minutes, 60), start + hours * 60 + minutes
    shown, distance = lasting(hours, minutes, "giờ", "phút"), decimal(speed * time)
    question = draw.template(
        "Một {w} đi từ A lúc {a} và đến B lúc {b}. Quãng đường AB dài {s} km. Tính vận tốc của "
        "{w} đó.",
        "Quãng đường AB dài {s} km. Lúc {a}, một {w} đi từ A và đến B lúc {b}. Hỏi {w} đó đi với "
        "vận tốc bao nhiêu km/giờ?",
        "Từ {a} đến {b}, một {w} đi được {s} km. Tính vận tốc của {w} đó.",
    ).format(w=who, a=clock(start), b=clock(end), s=distance)
    answer = f"{speed} km/giờ"
    steps = (
        ("Thời gian đi là", f"{clock(end)} - {clock(start)} = {shown}"),
        ("Đổi", f"{shown} = {decimal(time)} giờ"),
        ("Vận tốc là", f"{distance} : {decimal(time)} = {speed} (km/giờ)"),
    )
    slips = tuple(f"{n} km/giờ" for n in (speed + 5, speed * 10, speed + 2 * hours))
    solution = worked(*steps, answer=answer)
    return Draft(question, solution, answer, (speed, hours, minutes, start), slips)
