"""Problems solved by calculating backwards from the end (tính ngược từ cuối)."""

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import names
from mathpal.curriculum.registry import Draft, Draw, family

# How the question words each operation, and which operation undoes it.
TOLD = {"+": "cộng với {b}", "-": "trừ đi {b}", "×": "nhân với {b}", ":": "chia cho {b}"}
UNDONE = {"+": "-", "-": "+", "×": ":", ":": "×"}
PATTERNS = (
    ("×", "+"), ("×", "-"), (":", "+"), (":", "-"), ("+", "×"), ("-", "×"), ("+", ":"),
    ("×", "+", ":"), ("+", "×", "-"), ("-", "×", "+"), ("×", "-", "+"), (":", "+", "×"),
    ("+", ":", "-"),
)  # fmt: skip

# (owner, counting word, thing, verb for giving some away)
STOCKS = (
    ("Một người", "quả", "trứng", "bán"), ("Bác Hải", "quả", "cam", "bán"),
    ("Một cửa hàng", "quyển", "vở", "bán"), ("Cô giáo", "cái", "bút", "tặng"),
    ("Mẹ", "cái", "bánh", "cho"), ("Bà", "quả", "na", "bán"),
    ("Một cửa hàng", "con", "cá", "bán"), ("Bác thợ", "viên", "gạch", "dùng"),
    ("Chị Mai", "bông", "hoa", "bán"), ("Một kho", "bao", "gạo", "bán"),
)  # fmt: skip


def _changes(draw: Draw, pattern: tuple[str, ...]) -> list[tuple[str, int, int, int]]:
    """Return the changes in order: (sign, operand, before, after), all whole and positive."""
    divisor = draw.integer(2, 5)
    value = divisor * draw.integer(2, 12) if pattern[0] == ":" else draw.integer(3, 20)
    changes = []
    for place, sign in enumerate(pattern):
        if sign == "×":
            operand = draw.integer(2, 6)
            after = value * operand
        elif sign == ":":
            operand, after = divisor, value // divisor
        elif sign == "-":
            operand = draw.integer(1, max(1, min(15, value - 2)))  # leaves 2 or more
            after = value - operand
        else:
            operand = draw.integer(2, 15)
            if pattern[place + 1 : place + 2] == (":",):
                operand += -(value + operand) % divisor
            after = value + operand
        changes.append((sign, operand, value, after))
        value = after
    return changes


@family(number=44, grade=5, kind="integer", topic="word_problems", stratum="advanced")
def tinh_nguoc(draw: Draw) -> Draft:
    """Tìm số ban đầu bằng cách tính ngược từ cuối."""
    changes = _changes(draw, draw.pick(PATTERNS))
    (person,) = names(draw, 1)
    told = [TOLD[sign].format(b=operand) for sign, operand, _, _ in changes]
    question = draw.template(
        "Tìm một số, biết rằng lấy số đó {x} thì được {r}.",
        "{p} nghĩ ra một số. Lấy số đó {x} thì được {r}. Hỏi {p} nghĩ ra số nào?",
        "Lấy một số {x}, kết quả là {r}. Tìm số đó.",
    ).format(p=person, x=", rồi ".join(told), r=changes[-1][3])
    steps = [
        (f"Số trước khi {tale} là", f"{after} {UNDONE[sign]} {operand} = {before}")
        for (sign, operand, before, after), tale in zip(changes[:0:-1], told[:0:-1], strict=True)
    ]
    sign, operand, first, after = changes[0]
    steps.append(("Số cần tìm là", f"{after} {UNDONE[sign]} {operand} = {first}"))
    forward = changes[-1][3]
    for sign, operand, _, _ in changes:  # a typical slip: repeating the changes, not undoing them
        forward = {"+": forward + operand, "-": forward - operand, "×": forward * operand,
                   ":": forward // operand}[sign]  # fmt: skip
    answer = str(first)
    slips = tuple(str(x) for x in (forward, first + operand, after, first + 1) if x > 0)
    parameters = (*(f"{sign}{operand}" for sign, operand, _, _ in changes), changes[-1][3])
    return Draft(question, worked(*steps, answer=answer), answer, parameters, slips)


@family(number=44, grade=5, kind="quantity", topic="word_problems", stratum="advanced")
def tinh_nguoc_loi_van(draw: Draw) -> Draft:
    """Bài toán có lời văn tính ngược từ cuối."""
    who, unit, bare, verb = draw.pick(STOCKS)
    thing = f"{unit} {bare}"
    if unit == "bao":  # sacks are counted, not the rice in them
        bare = thing
    task = draw.pick(("nửa trước", "nửa sau", "hai lần nửa", "một phần ba"))
    rest, a, b = draw.integer(4, 24), draw.integer(2, 16), 0
    once = f"lần sau {verb} {a} {thing}"
    if task == "nửa trước":
        clauses = (f"lần đầu {verb} 1/2 số {bare}", once)
        middle, whole = rest + a, (rest + a) * 2
        last = [("Số {t} lúc đầu là", f"{middle} × 2 = {whole}")]
    elif task == "một phần ba":
        rest += (rest + a) % 2
        clauses = (f"lần đầu {verb} 1/3 số {bare}", once)
        middle, whole = rest + a, (rest + a) // 2 * 3
        last = [("1/3 số {t} lúc đầu là", f"{middle} : 2 = {middle // 2}"),
                ("Số {t} lúc đầu là", f"{middle // 2} × 3 = {whole}")]  # fmt: skip
    elif task == "nửa sau":
        clauses = (f"lần đầu {verb} {a} {thing}", f"lần sau {verb} 1/2 số {bare} còn lại")
        middle, whole = rest * 2, rest * 2 + a
        last = [("Số {t} lúc đầu là", f"{middle} + {a} = {whole}")]
    else:
        a, b = draw.integer(1, 6), draw.integer(1, 6)
        clauses = (f"lần đầu {verb} 1/2 số {bare} và {a} {thing} nữa",
                   f"lần sau {verb} 1/2 số {bare} còn lại và {b} {thing} nữa")  # fmt: skip
        middle, whole = (rest + b) * 2, ((rest + b) * 2 + a) * 2
        last = [("1/2 số {t} lúc đầu là", f"{middle} + {a} = {middle + a}"),
                ("Số {t} lúc đầu là", f"{middle + a} × 2 = {whole}")]  # fmt: skip
    back = {"nửa sau": f"{rest} × 2 = {middle}"}.get(task, f"{rest} + {a} = {middle}")
    first = [("Số {t} còn lại sau lần đầu là", back)]
    if task == "hai lần nửa":
        first = [("1/2 số {t} còn lại sau lần đầu là", f"{rest} + {b} = {rest + b}"),
                 ("Số {t} còn lại sau lần đầu là", f"{rest + b} × 2 = {middle}")]  # fmt: skip
    question = draw.template(
        "{S} có một số {n}. {C}, {d} thì còn lại {r} {t}. Hỏi lúc đầu có bao nhiêu {t}?",
        "{S} có một số {n}, {c}, {d}. Cuối cùng còn lại {r} {t}. Tính số {n} lúc đầu.",
        "Tính số {n} lúc đầu của {s}, biết {c}, {d} thì còn lại {r} {t}.",
    ).format(
        S=who, s=who[0].lower() + who[1:], t=thing, n=bare, c=clauses[0], d=clauses[1], r=rest,
        C=clauses[0][0].upper() + clauses[0][1:],
    )  # fmt: skip
    answer = f"{whole} {thing}"
    steps = [(s.format(t=bare), f"{e} ({unit})") for s, e in (*first, *last)]
    slips = tuple(f"{x} {thing}" for x in (rest * 2 + a, middle, rest + a + b, whole + 2))
    return Draft(question, worked(*steps, answer=answer), answer, (task, rest, a, b), slips)
