"""Families on division with a remainder, in calculations and in stories."""

from collections.abc import Iterator

from mathpal.curriculum.chains import written_out
from mathpal.curriculum.layouts import equalities, reasoned, worked
from mathpal.curriculum.phrasing import SPOKEN
from mathpal.curriculum.registry import Draft, Draw, family

# (verb, things, sentence about one share of {d} things, name of a share)
SHARES = (
    ("xếp", "quả trứng", "mỗi hộp xếp {d} quả trứng", "hộp"),
    ("may", "m vải", "mỗi bộ quần áo may hết {d} m vải", "bộ quần áo"),
    ("cắm", "bông hoa", "mỗi lọ cắm {d} bông hoa", "lọ"),
    ("chia", "cái kẹo", "mỗi túi có {d} cái kẹo", "túi"),
    ("xếp", "quyển sách", "mỗi ngăn xếp {d} quyển sách", "ngăn"),
    ("bày", "quả cam", "mỗi đĩa bày {d} quả cam", "đĩa"),
    ("đóng", "cái bánh", "mỗi gói đóng {d} cái bánh", "gói"),
    ("rót", "l mật ong", "mỗi can rót {d} l mật ong", "can"),
    ("buộc", "que tính", "mỗi bó buộc {d} que tính", "bó"),
    ("trồng", "cây rau", "mỗi luống trồng {d} cây rau", "luống"),
    ("đóng", "kg gạo", "mỗi bao đóng {d} kg gạo", "bao"),
    ("cắt", "dm ruy băng", "mỗi đoạn dài {d} dm", "đoạn"),
)

# (people, vehicle or place, verb for how many it holds)
CROWDS = (
    ("khách du lịch", "thuyền", "chở được"), ("học sinh", "xe", "chở được"),
    ("cổ động viên", "ca nô", "chở được"), ("học sinh", "bàn", "ngồi được"),
    ("đại biểu", "hàng ghế", "ngồi được"), ("trại viên", "lều", "ở được"),
    ("công nhân", "chuyến xe", "chở được"), ("bạn nhỏ", "xe điện", "ngồi được"),
)  # fmt: skip


def _between_multiples(number: int, divisor: int, quotient: int) -> list[str]:
    """Return the steps that place the number between two consecutive multiples of the divisor."""
    low, high = divisor * quotient, divisor * (quotient + 1)
    lines = [f"{divisor} × {quotient} = {low}", f"{divisor} × {quotient + 1} = {high}"]
    relation = f"{low} < {number} < {high}" if low < number else f"{number} bé hơn {high}"
    return [*lines, f"{relation} nên thương là {quotient}.", f"{number} - {low} = {number - low}"]


def _quotient_by_trial(number: int, divisor: int) -> Iterator[str]:
    """Yield the steps that find a quotient of one digit by a divisor of two digits.

    The divisor is rounded to tens, the quotient estimated and then corrected by one at a time, as
    grade 4 teaches it. The last step is the product with the right quotient.
    """
    times = min(number // ((divisor + 5) // 10 * 10), 9) or 1
    yield f"{number} : {divisor} được khoảng {times}."
    while True:
        product = divisor * times
        yield written_out(f"{divisor} × {times} = {product}")
        if product > number:
            times -= 1
            yield f"{product} > {number} nên thử {times}."
        elif number - product >= divisor:
            times += 1
            yield written_out(f"{number} - {product} = {number - product}")
            yield f"Số dư {number - product} chưa bé hơn {divisor} nên thử {times}."
        else:
            return


def long_division(number: int, divisor: int) -> list[str]:
    """Return the steps of a written division, one digit of the quotient after the other."""
    lines: list[str] = []
    rest, begun = 0, False
    for digit in str(number):
        rest = 10 * rest + int(digit)
        if not begun and rest < divisor:
            continue
        if begun:
            lines.append(f"Hạ {digit}, được {rest}.")
        times = rest // divisor
        product = times * divisor
        if divisor > 9:
            lines += _quotient_by_trial(rest, divisor) if times else ()
            lines.append(f"{rest} : {divisor} được {times}.")
        else:
            lines.append(f"{rest} : {divisor} được {times}, {divisor} × {times} = {product}")
        lines.append(f"{rest} - {product} = {rest - product}")
        rest, begun = rest - product, True
    return lines


def _division_text(draw: Draw) -> str:
    return draw.template(
        "Phép chia {n} : {d} có thương là mấy và số dư là mấy?",
        "Tìm thương và số dư của phép chia {n} : {d}.",
        "Đặt tính rồi tính, viết cả thương và số dư: {n} : {d}",
        "Thực hiện phép chia có dư {n} : {d} rồi viết thương và số dư.",
    )


def _with_remainder(draw: Draw, number: int, divisor: int, steps: list[str]) -> Draft:
    quotient, rest = divmod(number, divisor)
    answer = f"{quotient} (dư {rest})"
    solution = equalities(*steps, f"{number} : {divisor} = {answer}", answer=answer)
    slips = (f"{quotient - 1} (dư {rest + divisor})", f"{rest} (dư {quotient})",
             f"{quotient} (dư {divisor - rest})", f"{quotient + 1} (dư {rest})")  # fmt: skip
    question = _division_text(draw).format(n=number, d=divisor)
    return Draft(question, solution, answer, (number, divisor), slips)


@family(number=7, grade=3, kind="remainder", topic="numbers")
def chia_co_du(draw: Draw) -> Draft:
    """Phép chia có dư trong các bảng chia."""
    divisor, quotient = draw.integer(2, 9), draw.integer(1, 10)
    number = divisor * quotient + draw.integer(1, divisor - 1)
    return _with_remainder(draw, number, divisor, _between_multiples(number, divisor, quotient))


@family(number=7, grade=4, kind="remainder", topic="numbers")
def chia_co_du_lon(draw: Draw) -> Draft:
    """Phép chia có dư với số chia có một, hai chữ số."""
    if draw.pick((True, False)):
        divisor, quotient = draw.integer(11, 49), draw.integer(2, 9)
        number = divisor * quotient + draw.integer(1, divisor - 1)
        return _with_remainder(draw, number, divisor, long_division(number, divisor))
    divisor, tens, ones = draw.integer(3, 9), draw.integer(1, 9), draw.integer(1, 9)
    number = divisor * (10 * tens + ones) + draw.integer(1, divisor - 1)
    return _with_remainder(draw, number, divisor, long_division(number, divisor))


@family(number=7, grade=3, kind="pair", topic="numbers")
def chia_nhieu_nhat(draw: Draw) -> Draft:
    """Bài toán chia có dư: được nhiều nhất bao nhiêu phần, còn thừa bao nhiêu."""
    verb, thing, share, box = draw.pick(SHARES)
    divisor = draw.integer(2, 4) if verb == "may" else draw.integer(3, 9)
    quotient, rest = draw.integer(3, 10), draw.integer(1, divisor - 1)
    number = divisor * quotient + rest
    unit, _, stuff = thing.partition(" ")
    question = draw.template(
        "Có {n} {t}, {s}. Hỏi {v} được nhiều nhất bao nhiêu {b} và còn thừa bao nhiêu {w}?",
        "Người ta có {n} {t}, {s}. Hỏi {v} được nhiều nhất mấy {b} và còn thừa mấy {w}?",
        "Với {n} {t}, {s} thì {v} được nhiều nhất bao nhiêu {b} và còn thừa bao nhiêu {w}?",
        "Cô Hoa có {n} {t}. Biết {s}, hỏi cô Hoa {v} được nhiều nhất bao nhiêu {b} và còn thừa "
        "bao nhiêu {w}?",
    ).format(
        n=number,
        t=thing,
        s=share.format(d=divisor),
        v=verb,
        b=box,
        w=f"{SPOKEN.get(unit, unit)} {stuff}",
    )
    answer = f"{quotient} {box}, thừa {rest} {thing}"
    solution = reasoned(
        f"{divisor} × {quotient} = {divisor * quotient}",
        f"{number} - {divisor * quotient} = {rest}",
        f"{number} : {divisor} = {quotient} (dư {rest})",
        answer=answer,
    )
    slips = (f"{quotient + 1} {box}, thừa {rest} {thing}", f"{rest} {box}, thừa {quotient} {thing}",
             f"{quotient} {box}, thừa {divisor - rest} {thing}",
             f"{quotient - 1} {box}, thừa {rest} {thing}")  # fmt: skip
    return Draft(question, solution, answer, (number, divisor), slips)


@family(number=7, grade=3, kind="quantity", topic="numbers")
def chia_can_it_nhat(draw: Draw) -> Draft:
    """Bài toán chia có dư: cần ít nhất bao nhiêu."""
    people, place, holds = draw.pick(CROWDS)
    divisor, quotient = draw.integer(3, 9), draw.integer(3, 10)
    rest = draw.integer(1, divisor - 1)
    number = divisor * quotient + rest
    question = draw.template(
        "Có {n} {p}. Mỗi {c} {h} nhiều nhất {d} người. Hỏi cần ít nhất bao nhiêu {c} cho tất cả "
        "{n} người?",
        "Mỗi {c} {h} nhiều nhất {d} người. Hỏi {n} {p} cần ít nhất bao nhiêu {c}?",
        "Một đoàn có {n} {p}, mỗi {c} {h} nhiều nhất {d} người. Tính số {c} ít nhất mà đoàn cần.",
    ).format(n=number, p=people, c=place, h=holds, d=divisor)
    value = quotient + 1
    answer = f"{value} {place}"
    solution = worked(
        ("Thực hiện phép chia, ta có", f"{number} : {divisor} = {quotient} (dư {rest})"),
        (f"Còn thừa {rest} người nên cần thêm 1 {place}, số {place} cần ít nhất là",
         f"{quotient} + 1 = {value} ({place})"),
        answer=answer,
    )  # fmt: skip
    slips = (f"{quotient} {place}", f"{value + 1} {place}", f"{quotient + rest} {place}")
    return Draft(question, solution, answer, (number, divisor), slips)


@family(number=7, grade=4, kind="integer", topic="numbers")
def tim_so_bi_chia(draw: Draw) -> Draft:
    """Tìm số bị chia khi biết số chia, thương và số dư."""
    divisor, quotient = draw.integer(3, 9), draw.integer(6, 45)
    largest = draw.pick((True, False))
    if largest:
        rest = divisor - 1
        text = draw.template(
            "Tìm số bị chia biết số chia là {d}, thương là {q} và số dư là số dư lớn nhất có thể.",
            "Một phép chia có dư có số chia là {d}, thương là {q}, số dư lớn nhất có thể. Tìm số "
            "bị chia.",
            "Một số chia cho {d} được thương là {q} và số dư lớn nhất có thể có. Số đó là số nào?",
        )
        steps = [f"Số dư lớn nhất: {divisor} - 1 = {rest}"]
    else:
        rest = draw.integer(1, divisor - 1)
        text = draw.template(
            "Tìm số bị chia biết số chia là {d}, thương là {q} và số dư là {r}.",
            "Một số chia cho {d} được thương là {q} và dư {r}. Số đó là số nào?",
            "Trong một phép chia có dư, số chia là {d}, thương là {q}, số dư là {r}. Số bị chia "
            "là số nào?",
        )
        steps = []
    product = divisor * quotient
    value = product + rest
    steps += [f"{quotient} × {divisor} = {product}", f"{product} + {rest} = {value}"]
    solution = equalities(*steps, answer=str(value))
    slips = (str(product), str(product - rest), str(product + divisor), str(value + divisor))
    question = text.format(d=divisor, q=quotient, r=rest)
    return Draft(question, solution, str(value), (largest, divisor, quotient, rest), slips)
