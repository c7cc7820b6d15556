"""Boats on running water (advanced)."""

from fractions import Fraction

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import decimal

# (boat, speeds on still water in km/giờ)
BOATS = (
    ("thuyền nhỏ", range(6, 13)), ("thuyền máy", range(9, 20)), ("ca nô", range(16, 41)),
    ("tàu thuỷ", range(20, 41)),
)  # fmt: skip


@family(number=53, grade=5, kind="quantity", topic="motion", stratum="advanced")
def van_toc_dong_nuoc(draw: Draw) -> Draft:
    """Vận tốc xuôi dòng, ngược dòng, vận tốc của dòng nước."""
    boat, speeds = draw.pick(BOATS)
    own, flow = draw.pick(speeds), draw.integer(1, 5)
    down, up, asked = own + flow, own - flow, draw.pick(("xuôi", "ngược", "nước", "thuyền"))
    if asked in ("xuôi", "ngược"):
        question = draw.template(
            "Vận tốc của một {b} khi nước lặng là {o} km/giờ, vận tốc dòng nước là {f} km/giờ. "
            "Tính vận tốc của {b} khi {k} dòng.",
            "Khi nước lặng, một {b} đi được {o} km/giờ. Dòng nước chảy với vận tốc {f} km/giờ. Hỏi "
            "{b} {k} dòng với vận tốc bao nhiêu km/giờ?",
            "Một {b} đi {k} dòng, vận tốc dòng nước là {f} km/giờ. Biết vận tốc của {b} khi nước "
            "lặng là {o} km/giờ. Tính vận tốc {k} dòng.",
        )
        sign, value = ("+", down) if asked == "xuôi" else ("-", up)
        line = f"{own} {sign} {flow} = {value} (km/giờ)"
        steps = [(f"Vận tốc {asked} dòng là", line)]
        wrong = (up if asked == "xuôi" else down, value + flow, own)
    else:
        question = draw.template(
            "Một {b} xuôi dòng với vận tốc {d} km/giờ và ngược dòng với vận tốc {u} km/giờ. Tính "
            "vận tốc {k}.",
            "Vận tốc xuôi dòng của một {b} là {d} km/giờ, vận tốc ngược dòng là {u} km/giờ. Hỏi "
            "vận tốc {k} là bao nhiêu km/giờ?",
            "Biết một {b} đi xuôi dòng được {d} km/giờ, đi ngược dòng được {u} km/giờ. Tìm vận tốc "
            "{k}.",
        )
        sign, double, value = ("-", 2 * flow, flow) if asked == "nước" else ("+", 2 * own, own)
        name = "dòng nước" if asked == "nước" else boat
        steps = [
            (f"Hai lần vận tốc {name} là", f"{down} {sign} {up} = {double} (km/giờ)"),
            (f"Vận tốc {name} là", f"{double} : 2 = {value} (km/giờ)"),
        ]
        wrong = (double, own if asked == "nước" else flow, value + 2)
    kind = {"nước": "dòng nước", "thuyền": f"của {boat} khi nước lặng"}.get(asked, asked)
    question = question.format(b=boat, o=own, f=flow, k=kind, d=down, u=up)
    answer = f"{value} km/giờ"
    solution = worked(*steps, answer=answer)
    slips = tuple(f"{n} km/giờ" for n in wrong)
    return Draft(question, solution, answer, (asked, own, flow), slips)


def _trips() -> list[tuple[int, int, int, int]]:
    """Return (own speed, speed of the current, hours downstream, hours upstream), all whole."""
    found = []
    for own in range(8, 41):
        for flow in range(1, min(7, own // 3 + 1)):
            for down in range(1, 9):
                up, rest = divmod((own + flow) * down, own - flow)
                if not rest and up <= 10:
                    found.append((own, flow, down, up))
    return found


TRIPS = _trips()


@family(number=53, grade=5, kind="quantity", topic="motion", stratum="advanced")
def di_xuoi_ve_nguoc(draw: Draw) -> Draft:
    """Xuôi dòng từ A đến B rồi ngược dòng về A."""
    own, flow, there, back = draw.pick(TRIPS)
    boat = draw.pick([name for name, speeds in BOATS if own in speeds])
    down, up, both = own + flow, own - flow, draw.pick((True, False))
    distance = down * there
    steps = [("Vận tốc xuôi dòng là", f"{own} + {flow} = {down} (km/giờ)")]
    if both:
        question = draw.template(
            "Khúc sông AB dài {s} km. Một {b} có vận tốc {o} km/giờ khi nước lặng, xuôi dòng từ A "
            "đến B rồi ngược dòng về A. Vận tốc dòng nước là {f} km/giờ. Tính thời gian cả đi và "
            "về.",
            "Một {b} đi xuôi dòng {s} km rồi quay về chỗ cũ. Biết vận tốc khi nước lặng là {o} "
            "km/giờ, vận tốc dòng nước là {f} km/giờ. Hỏi cả đi và về hết mấy giờ?",
            "Dòng sông chảy từ A đến B với vận tốc {f} km/giờ, AB dài {s} km. Một {b} đi từ A đến "
            "B rồi về A, vận tốc khi nước lặng là {o} km/giờ. Tính tổng thời gian đi.",
        )
        steps.append(("Thời gian đi xuôi dòng là", f"{distance} : {down} = {there} (giờ)"))
        value, wrong = there + back, (2 * there, 2 * back, there + back + 1)
    else:
        question = draw.template(
            "Một {b} đi xuôi dòng từ A đến B hết {t} giờ. Vận tốc của {b} khi nước lặng là {o} "
            "km/giờ, vận tốc dòng nước là {f} km/giờ. Hỏi {b} đi ngược dòng từ B về A hết mấy giờ?",
            "Vận tốc của một {b} khi nước lặng là {o} km/giờ, của dòng nước là {f} km/giờ. Xuôi "
            "dòng từ A đến B mất {t} giờ. Tính thời gian {b} ngược dòng từ B về A.",
            "Dòng sông chảy với vận tốc {f} km/giờ. Một {b} có vận tốc {o} km/giờ khi nước lặng, "
            "xuôi dòng {t} giờ thì đến nơi. Khi về ngược dòng, {b} đi mấy giờ?",
        )
        steps.append(("Quãng đường là", f"{down} × {there} = {distance} (km)"))
        value, wrong = back, (there, back + 1, there + back)
    question = question.format(b=boat, t=there, o=own, f=flow, s=distance)
    steps += [
        ("Vận tốc ngược dòng là", f"{own} - {flow} = {up} (km/giờ)"),
        ("Thời gian đi ngược dòng là", f"{distance} : {up} = {back} (giờ)"),
    ]
    if both:
        steps.append(("Tổng thời gian đi là", f"{there} + {back} = {value} (giờ)"))
    answer = f"{value} giờ"
    solution, slips = worked(*steps, answer=answer), tuple(f"{n} giờ" for n in wrong)
    return Draft(question, solution, answer, (both, own, flow, there, back), slips)


@family(number=53, grade=5, kind="quantity", topic="motion", stratum="advanced")
def tim_dong_nuoc(draw: Draw) -> Draft:
    """Tìm vận tốc dòng nước khi biết thời gian xuôi dòng và ngược dòng."""
    own, flow, there, back = draw.pick(TRIPS)
    boat = draw.pick([name for name, speeds in BOATS if own in speeds])
    down, up, asked = own + flow, own - flow, draw.pick(("dòng nước", boat))
    distance = down * there
    question = draw.template(
        "Khúc sông AB dài {s} km. Một {b} xuôi dòng từ A đến B hết {t} giờ, ngược dòng từ B về A "
        "hết {n} giờ. Tính vận tốc {k}.",
        "Một {b} đi xuôi dòng {s} km trong {t} giờ, đi ngược dòng cũng quãng đường đó trong {n} "
        "giờ. Hỏi vận tốc {k} là bao nhiêu km/giờ?",
        "Đi từ A đến B xuôi dòng, một {b} mất {t} giờ; đi về ngược dòng mất {n} giờ. Biết AB dài "
        "{s} km, tìm vận tốc {k}.",
    )
    water = asked == "dòng nước"
    shown = asked if water else f"của {boat} khi nước lặng"
    sign, double, value = ("-", 2 * flow, flow) if water else ("+", 2 * own, own)
    answer = f"{value} km/giờ"
    solution = worked(
        ("Vận tốc xuôi dòng là", f"{distance} : {there} = {down} (km/giờ)"),
        ("Vận tốc ngược dòng là", f"{distance} : {back} = {up} (km/giờ)"),
        (f"Hai lần vận tốc {asked} là", f"{down} {sign} {up} = {double} (km/giờ)"),
        (f"Vận tốc {asked} là", f"{double} : 2 = {value} (km/giờ)"),
        answer=answer,
    )
    slips = tuple(f"{n} km/giờ" for n in (double, own if water else flow, value + 1))
    question = question.format(b=boat, t=there, n=back, s=distance, k=shown)
    return Draft(question, solution, answer, (water, own, flow, there, back), slips)


@family(number=53, grade=5, kind="quantity", topic="motion", stratum="advanced")
def quang_duong_song(draw: Draw) -> Draft:
    """Quãng đường đi được khi xuôi dòng, ngược dòng."""
    boat, speeds = draw.pick(BOATS)
    own, flow, way = draw.pick(speeds), draw.integer(1, 5), draw.pick(("xuôi", "ngược"))
    value = own + flow if way == "xuôi" else own - flow
    hours, minutes = draw.integer(1, 5), draw.pick((0, 30)) if value % 10 == 0 else 0
    shown = f"{hours} giờ 30 phút" if minutes else f"{hours} giờ"
    time = Fraction(hours * 60 + minutes, 60)
    question = draw.template(
        "Một {b} có vận tốc khi nước lặng là {o} km/giờ, đi {k} dòng trong {t}. Vận tốc dòng nước "
        "là {f} km/giờ. Tính quãng đường {b} đi được.",
        "Vận tốc dòng nước là {f} km/giờ, vận tốc của một {b} khi nước lặng là {o} km/giờ. Hỏi đi "
        "{k} dòng {t}, {b} đi được bao nhiêu ki-lô-mét?",
        "Một {b} đi {k} dòng từ A đến B hết {t}. Biết vận tốc của {b} khi nước lặng là {o} km/giờ "
        "và của dòng nước là {f} km/giờ. Tính quãng đường AB.",
    ).format(b=boat, o=own, f=flow, k=way, t=shown)
    answer = f"{decimal(value * time)} km"
    sign, wrong = ("+", own - flow) if way == "xuôi" else ("-", own + flow)
    steps = [(f"Vận tốc {way} dòng là", f"{own} {sign} {flow} = {value} (km/giờ)")]
    if minutes:
        steps.append(("Đổi", f"{shown} = {decimal(time)} giờ"))
    line = f"{value} × {decimal(time)} = {decimal(value * time)} (km)"
    solution = worked(*steps, ("Quãng đường đi được là", line), answer=answer)
    slips = tuple(f"{decimal(n)} km" for n in (wrong * time, own * time, value * (time + 1)))
    return Draft(question, solution, answer, (way, own, flow, hours, minutes), slips)
