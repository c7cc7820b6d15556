"""Two movers (advanced): meeting head-on, catching up."""

from mathpal.curriculum.families.clock import clock
from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family

Pairs = tuple[tuple[tuple[str, range], tuple[str, range]], ...]

# (mover, speeds in km/giờ), from slow to fast
WALKER = ("người đi bộ", range(4, 7))
CYCLIST = ("người đi xe đạp", range(10, 19))
RIDER = ("xe máy", range(26, 46, 2))
LORRY = ("xe tải", range(36, 56, 2))
CAR = ("ô tô", range(46, 72, 2))
MEETING = (
    (CAR, RIDER), (CAR, LORRY), (RIDER, CYCLIST), (LORRY, RIDER), (CYCLIST, WALKER), (CAR, CYCLIST),
)  # fmt: skip
CHASES = (
    (RIDER, CYCLIST), (CAR, RIDER), (CYCLIST, WALKER), (CAR, LORRY), (LORRY, CYCLIST),
)  # fmt: skip


def _speeds(draw: Draw, pairs: Pairs) -> tuple[str, int, str, int]:
    """Return two movers with their speeds, the faster first."""
    (fast, fast_speeds), (slow, slow_speeds) = draw.pick(pairs)
    slower = draw.pick(slow_speeds)
    return fast, draw.pick([v for v in fast_speeds if v > slower + 1]), slow, slower


@family(number=51, grade=5, kind="quantity", topic="motion", stratum="advanced")
def nguoc_chieu_gap_nhau(draw: Draw) -> Draft:
    """Hai chuyển động ngược chiều cùng lúc gặp nhau."""
    fast, v, slow, w = _speeds(draw, MEETING)
    time, asked = draw.integer(2, 5), draw.pick(("thời gian", "quãng đường", "vận tốc"))
    total, distance = v + w, (v + w) * time
    if asked == "thời gian":
        question = draw.template(
            "Quãng đường AB dài {s} km. Cùng lúc, một {f} đi từ A với vận tốc {v} km/giờ, một {l} "
            "đi từ B ngược chiều với vận tốc {w} km/giờ. Hỏi sau mấy giờ thì gặp nhau?",
            "Một {f} đi từ A và một {l} đi từ B cùng lúc, ngược chiều nhau, vận tốc lần lượt là "
            "{v} km/giờ và {w} km/giờ. AB dài {s} km. Tính thời gian để gặp nhau.",
            "Hai nơi A và B cách nhau {s} km. Một {f} (vận tốc {v} km/giờ) và một {l} (vận tốc {w} "
            "km/giờ) đi cùng lúc từ hai nơi đó để gặp nhau. Hỏi đi mấy giờ thì gặp nhau?",
        )
        steps = [
            ("Tổng hai vận tốc là", f"{v} + {w} = {total} (km/giờ)"),
            ("Thời gian đi đến chỗ gặp nhau là", f"{distance} : {total} = {time} (giờ)"),
        ]
        answer, wrong = f"{time} giờ", [time + 2, time + 1, time * 2]
    elif asked == "quãng đường":
        question = draw.template(
            "Một {f} đi từ A với vận tốc {v} km/giờ và một {l} đi từ B với vận tốc {w} km/giờ. Cả "
            "hai đi cùng lúc, ngược chiều nhau và gặp nhau sau {t} giờ. Tính quãng đường AB.",
            "Cùng lúc, một {f} đi từ A đến B với vận tốc {v} km/giờ, một {l} đi từ B đến A với vận "
            "tốc {w} km/giờ. Sau {t} giờ thì gặp nhau. Hỏi quãng đường AB dài bao nhiêu ki-lô-mét?",
            "Sau {t} giờ đi ngược chiều cùng lúc từ A và B, một {f} có vận tốc {v} km/giờ gặp một "
            "{l} có vận tốc {w} km/giờ. Hỏi A cách B bao nhiêu ki-lô-mét?",
        )
        steps = [
            ("Tổng hai vận tốc là", f"{v} + {w} = {total} (km/giờ)"),
            ("Quãng đường là", f"{total} × {time} = {distance} (km)"),
        ]
        answer, wrong = f"{distance} km", [(v - w) * time, total + time, v * time, distance + total]
    else:
        question = draw.template(
            "Hai nơi A và B cách nhau {s} km. Một {f} đi từ A với vận tốc {v} km/giờ, cùng lúc một "
            "{l} đi từ B. Đi ngược chiều nhau thì sau {t} giờ gặp nhau. Tính vận tốc của {l}.",
            "Một {f} và một {l} đi cùng lúc, ngược chiều từ hai nơi cách nhau {s} km, sau {t} giờ "
            "thì gặp nhau. Vận tốc của {f} là {v} km/giờ. Tính vận tốc của {l}.",
            "Tính vận tốc của một {l} đi từ B, biết cùng lúc một {f} đi từ A ngược chiều với vận "
            "tốc {v} km/giờ, sau {t} giờ thì gặp nhau. Quãng đường AB dài {s} km.",
        )
        steps = [
            ("Tổng hai vận tốc là", f"{distance} : {time} = {total} (km/giờ)"),
            (f"Vận tốc của {slow} là", f"{total} - {v} = {w} (km/giờ)"),
        ]
        answer, wrong = f"{w} km/giờ", [total, total + v, v - w, w + 10]
    question = question.format(f=fast, l=slow, v=v, w=w, s=distance, t=time)
    unit = answer.split(" ")[1]
    solution = worked(*steps, answer=answer)
    slips = tuple(f"{n} {unit}" for n in wrong)
    return Draft(question, solution, answer, (asked, v, w, time), slips)


@family(number=51, grade=5, kind="quantity", topic="motion", stratum="advanced")
def cho_gap_nhau(draw: Draw) -> Draft:
    """Chỗ gặp nhau cách A bao xa khi đi ngược chiều."""
    fast, v, slow, w = _speeds(draw, MEETING)
    time = draw.integer(2, 5)
    total, distance = v + w, (v + w) * time
    question = draw.template(
        "Quãng đường AB dài {s} km. Cùng lúc, một {f} đi từ A với vận tốc {v} km/giờ, một {l} đi "
        "từ B ngược chiều với vận tốc {w} km/giờ. Hỏi chỗ gặp nhau cách A bao nhiêu ki-lô-mét?",
        "Một {f} đi từ A, vận tốc {v} km/giờ, cùng lúc với một {l} đi từ B, vận tốc {w} km/giờ. AB "
        "dài {s} km. Khi gặp nhau, {f} đã đi được bao nhiêu ki-lô-mét?",
        "Từ A và B cách nhau {s} km, một {f} đi từ A ({v} km/giờ) và một {l} đi từ B ({w} km/giờ) "
        "cùng lúc, ngược chiều. Tính khoảng cách từ A đến chỗ gặp nhau.",
    ).format(f=fast, l=slow, v=v, w=w, s=distance)
    answer = f"{v * time} km"
    solution = worked(
        ("Tổng hai vận tốc là", f"{v} + {w} = {total} (km/giờ)"),
        ("Thời gian đi đến chỗ gặp nhau là", f"{distance} : {total} = {time} (giờ)"),
        (f"Quãng đường {fast} đi được là", f"{v} × {time} = {v * time} (km)"),
        answer=answer,
    )
    slips = tuple(f"{n} km" for n in (w * time, (v - w) * time, distance // 2, v * time + v))
    return Draft(question, solution, answer, (v, w, time), slips)


@family(number=51, grade=5, kind="time", topic="motion", stratum="advanced")
def gap_nhau_luc_may_gio(draw: Draw) -> Draft:
    """Giờ gặp nhau khi một xe đi trước."""
    fast, v, slow, w = _speeds(draw, MEETING)
    before, time, start = draw.integer(1, 2), draw.integer(1, 3), draw.integer(24, 36) * 15
    total, ahead = v + w, w * before
    distance, end = ahead + total * time, start + (before + time) * 60
    question = draw.template(
        "AB dài {s} km. Lúc {h}, một {l} đi từ A đến B với vận tốc {w} km/giờ. Sau {b} giờ, một "
        "{f} đi từ B đến A với vận tốc {v} km/giờ. Hỏi {f} gặp {l} lúc mấy giờ?",
        "Lúc {h}, một {l} đi từ A với vận tốc {w} km/giờ. {b} giờ sau, một {f} đi từ B ngược chiều "
        "với vận tốc {v} km/giờ. Biết AB dài {s} km. Tính thời điểm gặp nhau.",
        "A cách B {s} km. Một {l} đi từ A lúc {h}, mỗi giờ đi {w} km. Sau đó {b} giờ, một {f} đi "
        "từ B ngược chiều, mỗi giờ đi {v} km. Hỏi {f} gặp {l} lúc mấy giờ?",
    ).format(f=fast, l=slow, v=v, w=w, s=distance, b=before, h=clock(start))
    answer = clock(end)
    steps = [(f"Quãng đường {slow} đi trước là", f"{w} × {before} = {ahead} (km)")]
    left = "Quãng đường còn lại là"
    if before == 1:
        steps, left = [], f"Sau 1 giờ {slow} đi được {w} km, quãng đường còn lại là"
    solution = worked(
        *steps,
        (left, f"{distance} - {ahead} = {distance - ahead} (km)"),
        ("Tổng hai vận tốc là", f"{v} + {w} = {total} (km/giờ)"),
        ("Thời gian đi đến chỗ gặp nhau là", f"{distance - ahead} : {total} = {time} (giờ)"),
        (f"Thời gian {slow} đi là", f"{before} + {time} = {before + time} (giờ)"),
        ("Thời điểm gặp nhau là", f"{clock(start)} + {before + time} giờ = {answer}"),
        answer=answer,
    )
    slips = (clock(start + time * 60), clock(end + 60), clock(end + 15), f"{before + time} giờ")
    return Draft(question, solution, answer, (v, w, before, time, start), slips)


@family(number=52, grade=5, kind="quantity", topic="motion", stratum="advanced")
def cung_chieu_duoi_kip(draw: Draw) -> Draft:
    """Hai chuyển động cùng chiều đi cùng lúc, đuổi kịp nhau."""
    fast, v, slow, w = _speeds(draw, CHASES)
    gap = v - w
    time = draw.integer(2, 5 if gap < 20 else 3)
    apart, far = gap * time, draw.pick((True, False))
    question = (
        draw.template(
            "Một {f} đuổi theo một {l} đi cùng chiều ở phía trước, cách {s} km. Mỗi giờ {f} đi {v} "
            "km, {l} đi {w} km. Hỏi {f} đi bao nhiêu ki-lô-mét thì đuổi kịp?",
            "Từ A, một {f} đuổi theo một {l} đi cùng chiều ở phía trước, cách A {s} km. Vận "
            "tốc của {f} là {v} km/giờ, của {l} là {w} km/giờ. Chỗ đuổi kịp cách A bao nhiêu "
            "ki-lô-mét?",
            "Một {f} đi với vận tốc {v} km/giờ đuổi theo một {l} đi cùng chiều ở phía trước, "
            "cách {s} km, với vận tốc {w} km/giờ. Tính quãng đường {f} đi đến khi đuổi kịp.",
        )
        if far
        else draw.template(
            "Một {f} đuổi theo một {l} đi cùng chiều ở phía trước, cách {s} km. Mỗi giờ {f} đi {v} "
            "km, {l} đi {w} km. Hỏi sau mấy giờ thì đuổi kịp?",
            "Một {f} đi với vận tốc {v} km/giờ đuổi theo một {l} đi cùng chiều ở phía trước, "
            "cách {s} km, với vận tốc {w} km/giờ. Tính thời gian để đuổi kịp.",
            "Hai nơi A và B cách nhau {s} km. Cùng lúc, một {f} đi từ A ({v} km/giờ), một {l} đi "
            "từ B ({w} km/giờ), cùng chiều từ A đến B. Sau mấy giờ {f} đuổi kịp {l}?",
        )
    ).format(f=fast, l=slow, v=v, w=w, s=apart)
    steps = [
        ("Hiệu hai vận tốc là", f"{v} - {w} = {gap} (km/giờ)"),
        ("Thời gian đuổi kịp là", f"{apart} : {gap} = {time} (giờ)"),
    ]
    if far:
        steps.append((f"Quãng đường {fast} đi là", f"{v} × {time} = {v * time} (km)"))
        answer, wrong = f"{v * time} km", [w * time, apart, (v + w) * time, v * time + v]
    else:
        answer, wrong = f"{time} giờ", [time + 1, time * 2, time + 3]
    unit = answer.split(" ")[1]
    solution, slips = worked(*steps, answer=answer), tuple(f"{n} {unit}" for n in wrong)
    return Draft(question, solution, answer, (unit, v, w, time), slips)


def _late_starts() -> list[tuple[str, int, str, int, int, int]]:
    """Return (fast, its speed, slow, its speed, hours of lead, hours of chase), all whole."""
    found = []
    for (fast, fast_speeds), (slow, slow_speeds) in CHASES:
        for v in fast_speeds:
            for w in slow_speeds:
                for lead in (1, 2, 3):
                    if v > w and w * lead % (v - w) == 0 and w * lead // (v - w) <= 4:
                        found.append((fast, v, slow, w, lead, w * lead // (v - w)))
    return found


LATE_STARTS = _late_starts()


@family(number=52, grade=5, kind="time", topic="motion", stratum="advanced")
def duoi_kip_luc_may_gio(draw: Draw) -> Draft:
    """Đi sau mấy giờ, đuổi kịp lúc mấy giờ."""
    fast, v, slow, w, lead, time = draw.pick(LATE_STARTS)
    start = draw.integer(20, 32) * 15
    gap, ahead, end = v - w, w * lead, start + (lead + time) * 60
    question = draw.template(
        "Lúc {h}, một {l} đi từ A với vận tốc {w} km/giờ. Sau {b} giờ, một {f} cũng đi từ A đuổi "
        "theo với vận tốc {v} km/giờ. Hỏi {f} đuổi kịp {l} lúc mấy giờ?",
        "Một {l} đi từ A lúc {h}, mỗi giờ đi được {w} km. {b} giờ sau, một {f} đi từ A cùng chiều, "
        "mỗi giờ đi được {v} km. Tính thời điểm {f} đuổi kịp {l}.",
        "Một {f} có vận tốc {v} km/giờ đi sau một {l} {b} giờ. Cả hai đi từ A, cùng chiều; {l} đi "
        "lúc {h} với vận tốc {w} km/giờ. Hỏi {f} đuổi kịp {l} lúc mấy giờ?",
    ).format(f=fast, l=slow, v=v, w=w, b=lead, h=clock(start))
    answer = clock(end)
    solution = worked(
        (f"Quãng đường {slow} đi trước là", f"{w} × {lead} = {ahead} (km)"),
        ("Hiệu hai vận tốc là", f"{v} - {w} = {gap} (km/giờ)"),
        ("Thời gian đuổi kịp là", f"{ahead} : {gap} = {time} (giờ)"),
        (f"Thời gian {slow} đi là", f"{lead} + {time} = {lead + time} (giờ)"),
        ("Thời điểm đuổi kịp là", f"{clock(start)} + {lead + time} giờ = {answer}"),
        answer=answer,
    )
    slips = (clock(start + time * 60), clock(end + 60), clock(end + 15), f"{lead + time} giờ")
    return Draft(question, solution, answer, (v, w, lead, start), slips)
