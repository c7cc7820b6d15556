"""Families that compare fractions with each other and with 1, and put them in order."""

from math import gcd, lcm

from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.registry import Draft, Draw, family

NUMERATORS = {b: [a for a in range(1, b) if gcd(a, b) == 1] for b in range(2, 31)}
DENOMINATORS = [
    (b, d) for b in range(2, 13) for d in range(2, 13) if b != d and lcm(b, d) <= 60
]  # fmt: skip
# (common denominator, its divisors above 1)
DIVISORS = [(m, [d for d in range(2, m + 1) if m % d == 0]) for m in (8, 12, 18, 20, 24, 30)]


def _sign(left: int, right: int) -> str:
    return "<" if left < right else ">" if left > right else "="


def _words(left: int, right: int) -> str:
    return {"<": "bé hơn", ">": "lớn hơn", "=": "bằng"}[_sign(left, right)]


@family(number=19, grade=4, kind="sign", topic="fractions")
def so_sanh_phan_so(draw: Draw) -> Draft:
    """So sánh hai phân số cùng mẫu số, cùng tử số, so sánh phân số với 1."""
    variant = draw.pick(("mẫu số", "tử số", "1"))
    if variant == "mẫu số":
        b = draw.integer(4, 30)
        a, c = draw.distinct(range(1, b + 4), 2)
        left, right, sign = f"{a}/{b}", f"{c}/{b}", _sign(a, c)
        reasons = [
            f"Hai phân số có cùng mẫu số {b}.",
            f"Tử số {a} {_words(a, c)} tử số {c}.",
        ]
    elif variant == "tử số":
        a = draw.integer(1, 20)
        b, d = draw.distinct(range(2, 31), 2)
        left, right, sign = f"{a}/{b}", f"{a}/{d}", _sign(d, b)
        reasons = [
            f"Hai phân số có cùng tử số {a}.",
            f"Mẫu số {b} {_words(b, d)} mẫu số {d}.",
            "Mẫu số bé hơn thì phân số lớn hơn.",
        ]
    else:
        b = draw.integer(7, 40)
        a = b + draw.integer(-6, 6)
        left, right, sign = f"{a}/{b}", "1", _sign(a, b)
        reasons = [
            f"Tử số {a} {_words(a, b)} mẫu số {b}.",
            f"Phân số {left} {_words(a, b)} 1.",
        ]
    question = draw.template(
        "Điền dấu >, <, = thích hợp: {x} ... {y}",
        "So sánh {x} và {y}.",
        "Dấu nào (>, <, =) đứng giữa {x} và {y}?",
        "Chọn dấu thích hợp (>, <, =) để điền vào chỗ chấm: {x} ... {y}",
    ).format(x=left, y=right)
    solution = reasoned(*reasons, answer=f"{left} {sign} {right}")
    return Draft(question, solution, sign, (left, right))


@family(number=19, grade=5, kind="sign", topic="fractions")
def so_sanh_phan_so_khac_mau(draw: Draw) -> Draft:
    """So sánh hai phân số khác mẫu số."""
    b, d = draw.pick(DENOMINATORS)
    common = lcm(b, d)
    a, c = draw.integer(1, b - 1), draw.integer(1, d - 1)
    if d % b == 0 and draw.integer(1, 3) == 1:
        c = a * (d // b)
    left, right = a * (common // b), c * (common // d)
    question = draw.template(
        "So sánh hai phân số {a}/{b} và {c}/{d}.",
        "Điền dấu >, <, = thích hợp: {a}/{b} ... {c}/{d}",
        "Quy đồng mẫu số rồi so sánh hai phân số {a}/{b} và {c}/{d}.",
        "Dấu nào (>, <, =) đứng giữa {a}/{b} và {c}/{d}?",
    ).format(a=a, b=b, c=c, d=d)
    sign = _sign(left, right)
    changed = [
        f"{top}/{bottom} = {made}/{common}"
        for top, bottom, made in ((a, b, left), (c, d, right))
        if bottom != common
    ]
    solution = reasoned(
        f"Mẫu số chung là {common}.",
        *changed,
        f"Tử số {left} {_words(left, right)} tử số {right}.",
        answer=f"{a}/{b} {sign} {c}/{d}",
    )
    return Draft(question, solution, sign, (a, b, c, d))


@family(number=19, grade=5, kind="list", topic="fractions")
def sap_xep_phan_so(draw: Draw) -> Draft:
    """Sắp xếp ba phân số theo thứ tự."""
    common, divisors = draw.pick(DIVISORS)
    rising = draw.pick((True, False))
    # Fractions in lowest terms with different denominators cannot be equal.
    given = [(draw.pick(NUMERATORS[d]), d) for d in draw.distinct(divisors, 3)]
    texts = [f"{a}/{b}" for a, b in given]
    tops = {text: a * (common // b) for text, (a, b) in zip(texts, given, strict=True)}
    ordered = sorted(texts, key=tops.__getitem__, reverse=not rising)
    question = (
        draw.template(
            "Viết các phân số {x} theo thứ tự từ bé đến lớn.",
            "Sắp xếp các phân số sau theo thứ tự từ bé đến lớn: {x}",
            "Cho ba phân số {x}. Hãy viết chúng theo thứ tự từ bé đến lớn.",
        )
        if rising
        else draw.template(
            "Viết các phân số {x} theo thứ tự từ lớn đến bé.",
            "Sắp xếp các phân số sau theo thứ tự từ lớn đến bé: {x}",
            "Cho ba phân số {x}. Hãy viết chúng theo thứ tự từ lớn đến bé.",
        )
    ).format(x="; ".join(texts))
    answer = "; ".join(ordered)
    changed = [
        f"{text} = {tops[text]}/{common}"
        for text in texts
        if not text.endswith(f"/{common}")
    ]  # fmt: skip
    order = "; ".join(str(tops[text]) for text in ordered)
    solution = reasoned(
        f"Mẫu số chung là {common}.",
        *changed,
        f"Tử số là {order}.",
        answer=answer,
    )
    slips = (
        "; ".join(reversed(ordered)),
        "; ".join(sorted(texts, key=lambda text: int(text.split("/")[1]))),
        "; ".join(sorted(texts, key=lambda text: int(text.split("/")[0]))),
        f"{ordered[1]}; {ordered[0]}; {ordered[2]}",
        f"{ordered[0]}; {ordered[2]}; {ordered[1]}",
    )
    return Draft(question, solution, answer, (rising, *texts), slips)
