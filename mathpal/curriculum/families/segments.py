"""Families on segments, midpoints and angles."""

from mathpal.curriculum.layouts import reasoned, worked
from mathpal.curriculum.registry import Draft, Draw, family

LINES = (("A", "M", "B"), ("C", "I", "D"), ("P", "O", "Q"), ("E", "K", "G"), ("H", "N", "T"))


@family(number=60, grade=3, kind="quantity", topic="geometry")
def trung_diem(draw: Draw) -> Draft:
    """Trung điểm của đoạn thẳng, điểm nằm giữa hai điểm."""
    (a, m, b), unit = draw.pick(LINES), draw.pick(("cm", "dm", "mm"))
    variant, part = draw.pick(("nửa", "cả", "giữa", "giữa")), draw.integer(2, 90)
    other = draw.integer(2, 60) if variant == "giữa" else part
    whole = part + other
    if variant == "nửa":
        text = draw.template(
            "{m} là trung điểm của đoạn thẳng {a}{b} dài {w} {u}. Tính độ dài đoạn thẳng {a}{m}.",
            "Đoạn thẳng {a}{b} dài {w} {u}, {m} là trung điểm của {a}{b}. Hỏi {a}{m} dài bao "
            "nhiêu?",
            "Cho đoạn thẳng {a}{b} dài {w} {u} và trung điểm {m} của nó. Tìm độ dài đoạn {a}{m}.",
        )
        step = (f"Độ dài đoạn thẳng {a}{m} là", f"{whole} : 2 = {part} ({unit})")
        value, slips = part, (2 * whole, whole - 2)
    elif variant == "cả":
        text = draw.template(
            "{m} là trung điểm của đoạn thẳng {a}{b}, {a}{m} dài {p} {u}. Tính độ dài đoạn thẳng "
            "{a}{b}.",
            "Biết {m} là trung điểm của {a}{b} và {a}{m} dài {p} {u}. Hỏi {a}{b} dài bao nhiêu?",
            "Đoạn thẳng {a}{b} có trung điểm {m}. Đoạn {a}{m} dài {p} {u}. Tìm độ dài {a}{b}.",
        )
        step = (f"Độ dài đoạn thẳng {a}{b} là", f"{part} × 2 = {whole} ({unit})")
        value, slips = whole, (4 * part, part + 2)
    else:
        text = draw.template(
            "Điểm {m} ở giữa hai điểm {a} và {b}. Đoạn {a}{b} dài {w} {u}, đoạn {a}{m} dài {p} "
            "{u}. Tính độ dài đoạn thẳng {m}{b}.",
            "Trên đoạn thẳng {a}{b} dài {w} {u} có điểm {m} sao cho {a}{m} dài {p} {u}. Hỏi {m}{b} "
            "dài bao nhiêu?",
            "Đoạn thẳng {a}{b} dài {w} {u}. Lấy điểm {m} trên {a}{b}, {a}{m} dài {p} {u}. Tìm độ "
            "dài đoạn {m}{b}.",
        )
        step = (f"Độ dài đoạn thẳng {m}{b} là", f"{whole} - {part} = {other} ({unit})")
        value, slips = other, (whole + part, other + 10)
    answer = f"{value} {unit}"
    question = text.format(a=a, m=m, b=b, w=whole, p=part, u=unit)
    wrong = tuple(f"{slip} {unit}" for slip in slips)
    parameters = (variant, part, other)
    return Draft(question, worked(step, answer=answer), answer, parameters, wrong)


@family(number=60, grade=6, kind="quantity", topic="geometry")
def doan_thang(draw: Draw) -> Draft:
    """Độ dài đoạn thẳng trên tia, trung điểm của đoạn thẳng."""
    near, gap = draw.integer(2, 20), 2 * draw.integer(1, 12)
    if draw.pick((True, False)):
        far = near + gap
        question = draw.template(
            "Trên tia Ox lấy hai điểm A và B sao cho OA = {a} cm, OB = {b} cm. Gọi M là trung điểm "
            "của đoạn thẳng AB. Tính độ dài OM.",
            "Trên tia Ox, lấy điểm A cách O {a} cm và điểm B cách O {b} cm. M là trung điểm của "
            "AB. Hỏi đoạn thẳng OM dài bao nhiêu?",
            "Cho hai điểm A, B thuộc tia Ox với OA = {a} cm và OB = {b} cm. Tìm độ dài OM, biết M "
            "là trung điểm của AB.",
        ).format(a=near, b=far)
        half = gap // 2
        answer = f"{near + half} cm"
        solution = worked(
            ("Độ dài đoạn thẳng AB là", f"{far} - {near} = {gap} (cm)"),
            ("Độ dài đoạn thẳng AM là", f"{gap} : 2 = {half} (cm)"),
            ("Độ dài đoạn thẳng OM là", f"{near} + {half} = {near + half} (cm)"),
            answer=answer,
        )
        slips = (f"{half} cm", f"{gap} cm", f"{near + gap + half} cm")
        return Draft(question, solution, answer, ("tia", near, far), slips)
    whole, half = near + gap, gap // 2
    question = draw.template(
        "Cho đoạn thẳng AB = {w} cm, điểm C nằm giữa A và B với AC = {g} cm. Gọi M là trung điểm "
        "của AC. Tính độ dài MB.",
        "Điểm C thuộc đoạn thẳng AB dài {w} cm, AC dài {g} cm. M là trung điểm của AC. Hỏi MB dài "
        "bao nhiêu?",
        "Trên đoạn thẳng AB dài {w} cm lấy điểm C sao cho AC = {g} cm, rồi lấy trung điểm M của "
        "AC. Tìm độ dài đoạn thẳng MB.",
    ).format(w=whole, g=gap)
    answer = f"{whole - half} cm"
    solution = worked(
        ("Độ dài đoạn thẳng AM là", f"{gap} : 2 = {half} (cm)"),
        ("Độ dài đoạn thẳng MB là", f"{whole} - {half} = {whole - half} (cm)"),
        answer=answer,
    )
    slips = (f"{near} cm", f"{half} cm", f"{whole + half} cm")
    return Draft(question, solution, answer, ("giữa", whole, gap), slips)


# The programme of 2018 adds up angles only from grade 7 on, hence "advanced".
@family(number=60, grade=6, kind="quantity", topic="geometry", stratum="advanced")
def so_do_goc(draw: Draw) -> Draft:
    """Số đo góc: tia nằm trong góc, góc bẹt, góc vuông."""
    variant = draw.pick(("trong", "trong", "bẹt", "vuông"))
    whole = {"bẹt": 180, "vuông": 90}.get(variant) or draw.integer(50, 170)
    part = draw.integer(10, whole - 10)
    if variant == "trong":
        text = draw.template(
            "Tia Oz nằm trong góc xOy. Biết số đo góc xOy là {w}°, số đo góc xOz là {p}°. Tính số "
            "đo góc zOy.",
            "Cho góc xOy bằng {w}°. Vẽ tia Oz nằm trong góc đó sao cho góc xOz bằng {p}°. Hỏi góc "
            "zOy bằng bao nhiêu độ?",
            "Tia Oz chia góc xOy thành hai góc xOz và zOy. Góc xOy có số đo {w}°, góc xOz có số đo "
            "{p}°. Tìm số đo góc zOy.",
        )
    else:
        text = draw.template(
            "Cho góc {n} xOy và tia Oz nằm trong góc đó. Biết số đo góc xOz là {p}°. Tính số đo "
            "góc zOy.",
            "Góc xOy là góc {n}. Tia Oz nằm trong góc xOy và góc xOz bằng {p}°. Hỏi góc zOy bằng "
            "bao nhiêu độ?",
            "Tia Oz chia góc {n} xOy thành hai góc, trong đó góc xOz có số đo {p}°. Tìm số đo góc "
            "zOy.",
        )
    lines = [f"Góc {variant} có số đo {whole}°."] if variant != "trong" else []
    lines += [
        "Tia Oz nằm trong góc xOy nên số đo góc zOy là:",
        f"{whole}° - {part}° = {whole - part}°",
    ]
    answer = f"{whole - part}°"
    slips = (
        f"{whole + part}°",
        f"{abs(180 - part - (whole == 180) * 90)}°",
        f"{whole - part + 10}°",
    )
    question = text.format(w=whole, p=part, n=variant)
    return Draft(question, reasoned(*lines, answer=answer), answer, (variant, whole, part), slips)
