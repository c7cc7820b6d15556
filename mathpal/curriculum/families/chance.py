"""Families on chance: certain or not, counting outcomes, experimental probability."""

from fractions import Fraction
from math import gcd

from mathpal.curriculum.layouts import reasoned, worked
from mathpal.curriculum.phrasing import NAMES
from mathpal.curriculum.registry import Draft, Draw, family

# (counted thing, its counting word, holder)
BALLS = (
    ("viên bi", "viên", "túi"), ("quả bóng", "quả", "hộp"), ("cái bút", "cái", "hộp"),
    ("viên kẹo", "viên", "lọ"), ("tấm thẻ", "tấm", "hộp"), ("cái khuy", "cái", "túi"),
    ("que tính", "que", "hộp"), ("bông hoa giấy", "bông", "giỏ"), ("cái kẹp", "cái", "túi"),
    ("tờ giấy", "tờ", "hộp"), ("cái nơ", "cái", "túi"), ("viên phấn", "viên", "hộp"),
)  # fmt: skip
COLOURS = ("đỏ", "xanh", "vàng", "trắng", "tím", "hồng", "nâu", "cam")
# (name of the event, how the question words the number of dots, faces that count)
EVENTS = (
    ("số chẵn", "là số chẵn", (2, 4, 6)), ("số lẻ", "là số lẻ", (1, 3, 5)),
    ("số lớn hơn 4", "lớn hơn 4", (5, 6)), ("số bé hơn 3", "bé hơn 3", (1, 2)),
    ("6", "là 6", (6,)), ("1", "là 1", (1,)), ("3", "là 3", (3,)),
    ("số lớn hơn 3", "lớn hơn 3", (4, 5, 6)), ("số chia hết cho 3", "chia hết cho 3", (3, 6)),
)  # fmt: skip
TRIALS = (
    10,
    12,
    15,
    16,
    18,
    20,
    24,
    25,
    28,
    30,
    32,
    36,
    40,
    42,
    45,
    48,
    50,
    54,
    56,
    60,
    64,
    70,
    72,
    75,
    80,
    90,
    100,
)
SHARES = tuple(
    (hits, tries) for tries in TRIALS for hits in range(2, tries)
    if gcd(hits, tries) > 1 and tries // gcd(hits, tries) <= 20 and 0.25 < hits / tries < 0.75
)  # fmt: skip


def _near(hits: int, tries: int) -> tuple[str, ...]:
    """Return wrong fractions: those of pupils who mix up hits, misses and tries."""
    pairs = ((tries - hits, tries), (hits, tries - hits), (tries, hits), (hits, tries + hits))
    wrong = [Fraction(*pair) for pair in pairs]
    return tuple(f"{v.numerator}/{v.denominator}" for v in wrong if v.denominator > 1)


@family(number=69, grade=3, kind="yesno", topic="statistics")
def chac_chan_hay_co_the(draw: Draw) -> Draft:
    """Khả năng xảy ra: có chắc chắn hay không."""
    thing, word, box = draw.pick(BALLS)
    one, other = draw.distinct(COLOURS, 2)
    a, b, sure = draw.integer(2, 15), draw.integer(2, 12), draw.pick((True, False))
    taken = draw.integer(b + 1, b + a - 1) if sure else draw.integer(2, b)
    question = draw.template(
        "Trong {x} có {a} {t} màu {c} và {b} {t} màu {d}. Không nhìn vào {x}, {p} lấy ra {k} {w}. "
        "Có chắc chắn {p} lấy được {t} màu {c} không?",
        "Một {x} đựng {a} {t} màu {c}, {b} {t} màu {d}. {p} nhắm mắt lấy ra {k} {w}. Hỏi có chắc "
        "chắn trong đó có {t} màu {c} không?",
        "{p} lấy ra {k} {t} bất kì từ {x} có {b} {w} màu {d} và {a} {w} màu {c}. {p} có chắc chắn "
        "lấy được ít nhất một {w} màu {c} không?",
    ).format(x=box, a=a, b=b, t=thing, c=one, d=other, k=taken, w=word, p=draw.pick(NAMES))
    answer = "có" if sure else "không"
    if sure:
        reason = f"Chỉ có {b} {thing} màu {other} mà lấy ra {taken} {word}, {taken} > {b}."
        end = f"Chắc chắn có {thing} màu {one}."
    else:
        reason = f"Có {b} {thing} màu {other} nên có thể cả {taken} {word} đều màu {other}."
        end = f"Có thể lấy được {thing} màu {one}, cũng có thể không."
    solution = reasoned(reason, end, answer=answer)
    return Draft(question, solution, answer, (a, b, taken))


@family(number=69, grade=4, kind="quantity", topic="statistics")
def dem_so_lan_xuat_hien(draw: Draw) -> Draft:
    """Kiểm đếm số lần một sự kiện xuất hiện."""
    event, said, faces = draw.pick(EVENTS)
    results = [draw.integer(1, 6) for _ in range(draw.integer(7, 12))]
    hits = [n for n in results if n in faces]
    if not hits:
        hits = [faces[0]]
        results[0] = faces[0]
    question = draw.template(
        "{p} gieo xúc xắc {n} lần, số chấm lần lượt là: {r}. Hỏi có bao nhiêu lần xuất hiện "
        "mặt có số chấm {e}?",
        "Gieo một con xúc xắc {n} lần được các số chấm: {r}. Mặt có số chấm {e} xuất hiện bao "
        "nhiêu lần?",
        "Kết quả {n} lần gieo xúc xắc của {p} là: {r}. Tính số lần xuất hiện mặt có số chấm {e}.",
    ).format(
        p=draw.pick(NAMES),
        n=len(results),
        r="; ".join(f"lần {turn}: {result}" for turn, result in enumerate(results, 1)),
        e=said,
    )
    answer, count, tally = f"{len(hits)} lần", 0, []
    for turn, result in enumerate(results, 1):
        count += result in faces
        tally.append(f"lần {turn}: {result}{f' ({count})' if result in faces else ''}")
    solution = reasoned(
        f"Đánh số các lần có số chấm {said}:",
        "; ".join(tally) + ".",
        f"Có tất cả {count} lần.",
        answer=answer,
    )
    slips = (f"{len(results) - count} lần", f"{count + 1} lần", f"{max(1, count - 1)} lần")
    return Draft(question, solution, answer, (event, *results), slips)


@family(number=69, grade=5, kind="fraction", topic="statistics")
def ti_so_so_lan(draw: Draw) -> Draft:
    """Tỉ số của số lần xảy ra một sự kiện và tổng số lần thực hiện."""
    hits, tries = draw.pick(SHARES)
    coin, misses = draw.pick((True, False)), tries - hits
    if coin:
        text = draw.template(
            "{p} tung một đồng xu, có {a} lần mặt ngửa và {b} lần mặt sấp. Viết tỉ số của số lần "
            "mặt ngửa và tổng số lần tung dưới dạng phân số tối giản.",
            "Khi tung đồng xu nhiều lần, {p} được {a} lần mặt ngửa, {b} lần mặt sấp. Tìm tỉ số "
            "(phân số tối giản) của số lần mặt ngửa và tổng số lần tung.",
            "Mặt ngửa của đồng xu xuất hiện {a} lần, mặt sấp xuất hiện {b} lần. Hỏi tỉ số của số "
            "lần mặt ngửa và tổng số lần tung là phân số tối giản nào?",
        )
        event = "mặt ngửa"
    else:
        text = draw.template(
            "{p} lấy bóng trong hộp rồi trả lại, có {a} lần được bóng đỏ và {b} lần được bóng "
            "xanh. Viết tỉ số của số lần được bóng đỏ và tổng số lần lấy dưới dạng phân số tối "
            "giản.",
            "Sau nhiều lần lấy bóng, {p} được bóng đỏ {a} lần, bóng xanh {b} lần. Tìm tỉ số (phân "
            "số tối giản) của số lần được bóng đỏ và tổng số lần lấy bóng.",
            "Số lần {p} được bóng đỏ là {a}, số lần được bóng xanh là {b}. Hỏi tỉ số của số lần "
            "được bóng đỏ và tổng số lần lấy bóng là phân số tối giản nào?",
        )
        event = "bóng đỏ"
    common = gcd(hits, tries)
    answer = f"{hits // common}/{tries // common}"
    solution = worked(
        ("Tổng số lần là", f"{hits} + {misses} = {tries} (lần)"),
        (
            f"Tỉ số của số lần {event} và tổng số lần là",
            f"{hits} : {tries} = {hits}/{tries} = {answer}",
        ),
        answer=answer,
    )
    question = text.format(p=draw.pick(NAMES), a=hits, b=misses)
    return Draft(question, solution, answer, (coin, hits, misses), _near(hits, tries))


@family(number=69, grade=6, kind="fraction", topic="statistics")
def xac_suat_thuc_nghiem(draw: Draw) -> Draft:
    """Xác suất thực nghiệm."""
    hits, tries = draw.pick(SHARES)
    variant, person = draw.pick(("xu", "xúc xắc", "bắn")), draw.pick(NAMES)
    if variant == "xu":
        text = draw.template(
            "{p} tung một đồng xu {n} lần, có {a} lần xuất hiện mặt sấp. Tính xác suất thực nghiệm "
            "của sự kiện xuất hiện mặt sấp (phân số tối giản).",
            "Trong {n} lần tung đồng xu, mặt sấp xuất hiện {a} lần. Viết xác suất thực nghiệm xuất "
            "hiện mặt sấp dưới dạng phân số tối giản.",
            "Tung đồng xu {n} lần liên tiếp thì được {a} lần mặt sấp. Xác suất thực nghiệm được "
            "mặt sấp là phân số tối giản nào?",
        )
        counted = "Số lần mặt sấp"
    elif variant == "xúc xắc":
        text = draw.template(
            "{p} gieo một con xúc xắc {n} lần, có {a} lần được số chấm chẵn. Tính xác suất thực "
            "nghiệm của sự kiện được số chấm chẵn (phân số tối giản).",
            "Trong {n} lần gieo xúc xắc, {a} lần số chấm là số chẵn. Viết xác suất thực nghiệm "
            "được số chấm chẵn dưới dạng phân số tối giản.",
            "Gieo xúc xắc {n} lần liên tiếp thì được số chấm chẵn {a} lần. Xác suất thực nghiệm "
            "được số chấm chẵn là phân số tối giản nào?",
        )
        counted = "Số lần được số chẵn"
    else:
        text = draw.template(
            "{p} ném bóng vào rổ {n} lần thì có {a} lần bóng vào rổ. Tính xác suất thực nghiệm của "
            "sự kiện bóng vào rổ (phân số tối giản).",
            "Trong {n} lần ném bóng, {p} ném vào rổ {a} lần. Viết xác suất thực nghiệm ném vào rổ "
            "dưới dạng phân số tối giản.",
            "{p} ném bóng {n} lần liên tiếp, bóng vào rổ {a} lần. Xác suất thực nghiệm ném vào rổ "
            "là phân số tối giản nào?",
        )
        counted = "Số lần bóng vào rổ"
    common = gcd(hits, tries)
    answer = f"{hits // common}/{tries // common}"
    solution = reasoned(
        f"{counted} là {hits} trong tổng số {tries} lần.",
        "Xác suất thực nghiệm bằng:",
        f"{hits}/{tries} = {answer}",
        answer=answer,
    )
    question = text.format(p=person, n=tries, a=hits)
    return Draft(question, solution, answer, (variant, hits, tries), _near(hits, tries))


@family(number=69, grade=5, kind="quantity", topic="statistics", stratum="advanced")
def lay_de_chac_chan(draw: Draw) -> Draft:
    """Lấy ra ít nhất bao nhiêu để chắc chắn có."""
    thing, word, box = draw.pick(BALLS)
    colours = draw.distinct(COLOURS, 3)
    a, b, c = draw.integer(4, 20), draw.integer(3, 20), draw.integer(3, 20)
    need = draw.integer(1, min(a - 1, 4))
    worst = b + c
    question = draw.template(
        "Trong {x} có {a} {t} màu {p}, {b} {t} màu {q} và {c} {t} màu {r}. Không nhìn vào {x}, "
        "phải lấy ra ít nhất bao nhiêu {t} để chắc chắn có ít nhất {m} {w} màu "
        "{p}?",
        "Một {x} đựng {a} {t} màu {p}, {b} {t} màu {q}, {c} {t} màu {r}. Hỏi cần lấy ra ít nhất "
        "bao nhiêu {t} mà không nhìn để chắc chắn có ít nhất {m} {w} màu {p}?",
        "Một {x} có {b} {t} màu {q}, {c} {t} màu {r} và {a} {t} màu {p}. Không nhìn vào {x}, tìm "
        "số {t} ít nhất phải lấy để chắc chắn có ít nhất {m} {w} màu {p}.",
    ).format(
        x=box, a=a, b=b, c=c, t=thing, w=word, m=need, p=colours[0], q=colours[1], r=colours[2]
    )
    answer = f"{worst + need} {thing}"
    solution = worked(
        (f"Số {thing} không phải màu {colours[0]} là", f"{b} + {c} = {worst} ({word})"),
        (f"Số {thing} ít nhất phải lấy là", f"{worst} + {need} = {worst + need} ({word})"),
        answer=answer,
    )
    slips = (f"{worst} {thing}", f"{max(b, c) + need} {thing}", f"{need + 2} {thing}")
    return Draft(question, solution, answer, (a, b, c, need), slips)
