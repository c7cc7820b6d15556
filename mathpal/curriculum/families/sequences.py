"""Families on Roman numerals, on evenly spaced sequences and on numbering pages."""

from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced

_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """Return a number from 1 to 39 in Roman numerals.

    Example:
        >>> roman(19)
        'XIX'
    """
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def _roman_parts(number: int) -> str:
    """Return the parts of a Roman numeral: "X là 10, IX là 9, XIX là 19"; one clause up to ten."""
    if number <= 10 or number == 20:
        return f"{roman(number)} là {number}."
    parts = f"X là 10, {roman(number - 10)} là {number - 10}"
    return f"{parts}, {roman(number)} là {number}."


@family(number=13, grade=3, kind="integer", topic="numbers")
def so_la_ma(draw: Draw) -> Draft:
    """Đọc và tính với số La Mã đến XX."""
    a, way = draw.integer(1, 20), draw.pick(("read", "plus", "minus", "less"))
    lines = [_roman_parts(a)]
    if way == "read":
        text = draw.template(
            "Số La Mã {r} là số tự nhiên nào?",
            "Viết số La Mã {r} dưới dạng số tự nhiên.",
            "Số La Mã {r} có giá trị bằng bao nhiêu?",
        )
        b, value = 0, a
    elif way == "plus":
        text = draw.template(
            "Tính {r} + {s}, kết quả viết bằng số tự nhiên.",
            "Tổng của hai số La Mã {r} và {s} bằng bao nhiêu (viết bằng số tự nhiên)?",
            "Cộng hai số La Mã {r} và {s} rồi viết kết quả bằng số tự nhiên.",
        )
        b = draw.integer(1, 20)
        value = a + b
        lines += [_roman_parts(b), f"{a} + {b} = {value}"]
    elif way == "minus":
        text = draw.template(
            "Tính {s} - {r}, kết quả viết bằng số tự nhiên.",
            "Số La Mã {s} lớn hơn số La Mã {r} bao nhiêu đơn vị?",
            "Hiệu của hai số La Mã {s} và {r} bằng bao nhiêu (viết bằng số tự nhiên)?",
        )
        a = min(a, 19)
        b = draw.integer(a + 1, 20)
        value = b - a
        lines = [_roman_parts(b), _roman_parts(a), f"{b} - {a} = {value}"]
    else:
        text = draw.template(
            "Số La Mã {r} bé hơn {b} bao nhiêu đơn vị?",
            "Số {b} lớn hơn số La Mã {r} bao nhiêu đơn vị?",
            "Cần thêm bao nhiêu đơn vị vào số La Mã {r} để được {b}?",
        )
        b = draw.integer(a + 1, 40)
        value = b - a
        lines.append(f"{b} - {a} = {value}")
    question = text.format(r=roman(a), s=roman(min(b, 20)), b=b)
    slips = tuple(str(value + d) for d in (2, -2, 1, 10) if value + d > 0)
    return Draft(question, reasoned(*lines, answer=str(value)), str(value), (way, a, b), slips)


@family(number=14, grade=2, kind="integer", topic="numbers")
def quy_luat_day_so(draw: Draw) -> Draft:
    """Số tiếp theo của dãy số cách đều."""
    step, rising = draw.integer(2, 10), draw.pick((True, False))
    start = draw.integer(1, 50) if rising else draw.integer(5 * step, 5 * step + 45)
    change = step if rising else -step
    shown = [start + change * i for i in range(4)]
    value = shown[-1] + change
    sign = "+" if rising else "-"
    question = draw.template(
        "Viết số tiếp theo của dãy số: {n}; ...",
        "Cho dãy số {n}; ... Số tiếp theo là số nào?",
        "Tìm số thích hợp viết vào chỗ chấm: {n}; ...",
        "Dãy số {n} viết theo quy luật. Số tiếp theo trong dãy là số nào?",
    ).format(n="; ".join(map(str, shown)))
    solution = reasoned(
        f"{max(shown[:2])} - {min(shown[:2])} = {step}",
        f"Mỗi số {'hơn' if rising else 'kém'} số đứng trước {step} đơn vị.",
        f"{shown[-1]} {sign} {step} = {value}",
        answer=str(value),
    )
    slips = (str(shown[-1] + (1 if rising else -1)), str(value + 1), str(shown[-1] - change))
    return Draft(question, solution, str(value), (change, start), slips)


def _series(first: int, step: int) -> str:
    return "; ".join(str(first + step * i) for i in range(4))


@family(number=14, grade=5, kind="integer", topic="numbers", stratum="advanced")
def day_so_hang_thu_n(draw: Draw) -> Draft:
    """Tìm số hạng thứ n của dãy số cách đều."""
    first, step = draw.integer(1, 20), draw.integer(2, 9)
    place = draw.pick((draw.integer(10, 50), draw.pick((101, 51, 61, 81, 31))))
    gaps = place - 1
    value = first + gaps * step
    question = draw.template(
        "Cho dãy số cách đều: {s}; ... Tìm số hạng thứ {n} của dãy.",
        "Số hạng thứ {n} của dãy số {s}; ... là số nào?",
        "Dãy số {s}; ... viết theo quy luật cách đều. Số thứ {n} của dãy là số nào?",
    ).format(s=_series(first, step), n=place)
    solution = reasoned(
        f"Mỗi số hơn số đứng trước {step} đơn vị.",
        f"Số lần thêm {step} đơn vị: {place} - 1 = {gaps}",
        f"{gaps} × {step} = {gaps * step}",
        f"{first} + {gaps * step} = {value}",
        answer=str(value),
    )
    slips = (str(value + step), str(value - step), str(gaps * step), str(place * step))
    return Draft(question, solution, str(value), (first, step, place), slips)


@family(number=14, grade=5, kind="quantity", topic="numbers", stratum="advanced")
def day_so_so_cac_so_hang(draw: Draw) -> Draft:
    """Tìm số số hạng của dãy số cách đều."""
    first, step, gaps = draw.integer(1, 30), draw.integer(2, 9), draw.integer(9, 60)
    last, count = first + step * gaps, gaps + 1
    question = draw.template(
        "Dãy số {s}; ...; {l} có bao nhiêu số hạng?",
        "Cho dãy số cách đều: {s}; ...; {l}. Tính số số hạng của dãy.",
        "Hỏi dãy số cách đều {s}; ...; {l} gồm tất cả bao nhiêu số hạng?",
    ).format(s=_series(first, step), l=last)
    answer = f"{count} số hạng"
    solution = reasoned(
        f"Mỗi số hơn số đứng trước {step} đơn vị.",
        f"{last} - {first} = {last - first}",
        f"Số khoảng cách: {last - first} : {step} = {gaps}",
        f"Số số hạng: {gaps} + 1 = {count}",
        answer=answer,
    )
    slips = tuple(f"{n} số hạng" for n in (gaps, gaps - 1, count + 1, last - first))
    return Draft(question, solution, answer, (first, step, last), slips)


@family(number=14, grade=5, kind="integer", topic="numbers", stratum="advanced")
def day_so_tong(draw: Draw) -> Draft:
    """Tính tổng của dãy số cách đều."""
    first, step = draw.integer(1, 15), draw.integer(1, 6)
    pairs = draw.pick((draw.integer(3, 10), 15, 20, 25, 30, 50) if step < 3 else
                      (draw.integer(3, 10), 10, 20))  # fmt: skip
    count = 2 * pairs
    last = first + step * (count - 1)
    both, total = first + last, pairs * (first + last)
    shown = " + ".join(str(first + step * i) for i in range(3))
    question = draw.template(
        "Tính tổng: {s} + ... + {l}",
        "Tính nhanh tổng của dãy số cách đều: {s} + ... + {l}",
        "Tổng {s} + ... + {l} bằng bao nhiêu?",
    ).format(s=shown, l=last)
    working = [f"{last} - {first} = {last - first}"]
    working += [f"{last - first} : {step} = {count - 1}"] if step > 1 else []
    solution = reasoned(
        *working,
        f"Tổng có: {count - 1} + 1 = {count} (số)",
        f"Tổng của số bé nhất và số lớn nhất: {first} + {last} = {both}",
        f"Số nhóm có hai số: {count} : 2 = {pairs}",
        f"{both} × {pairs} = {spaced(total)}",
        answer=spaced(total),
    )
    slips = (spaced(total * 2), spaced(both * (count - 1)), spaced(total - both))
    return Draft(question, solution, spaced(total), (first, step, count), slips)


@family(number=15, grade=5, kind="quantity", topic="numbers", stratum="advanced")
def danh_so_trang(draw: Draw) -> Draft:
    """Đếm số chữ số dùng để đánh số trang sách."""
    pages = draw.pick((draw.integer(30, 99), draw.integer(100, 400), draw.integer(100, 400)))
    question = draw.template(
        "Một quyển sách có {n} trang, đánh số từ 1 đến {n}. Hỏi phải dùng bao nhiêu chữ số để "
        "đánh số trang?",
        "Để đánh số trang một quyển sách dày {n} trang, bắt đầu từ trang 1, cần dùng bao nhiêu "
        "chữ số?",
        "Bạn Minh đánh số trang một cuốn sổ từ trang 1 đến trang {n}. Hỏi bạn Minh đã viết tất "
        "cả bao nhiêu chữ số?",
    ).format(n=pages)
    twos = min(pages, 99) - 9
    lines = ["Từ trang 1 đến trang 9 có 9 chữ số.",
             f"Số trang có hai chữ số: {min(pages, 99)} - 9 = {twos}",
             f"Số chữ số của các trang đó: {twos} × 2 = {twos * 2}"]  # fmt: skip
    total, parts = 9 + twos * 2, f"9 + {twos * 2}"
    if pages > 99:
        threes = pages - 99
        lines += [f"Số trang có ba chữ số: {pages} - 99 = {threes}",
                  f"Số chữ số của các trang đó: {threes} × 3 = {threes * 3}"]  # fmt: skip
        total, parts = total + threes * 3, f"{parts} + {threes * 3}"
    lines.append(f"Có tất cả: {parts} = {spaced(total)} (chữ số)")
    answer = f"{spaced(total)} chữ số"
    wrong = (total - 2, total + 3, pages * (2 if pages < 100 else 3), pages)
    slips = tuple(f"{spaced(n)} chữ số" for n in wrong)
    return Draft(question, reasoned(*lines, answer=answer), answer, (pages,), slips)


@family(number=15, grade=5, kind="quantity", topic="numbers", stratum="advanced")
def tim_so_trang(draw: Draw) -> Draft:
    """Tìm số trang khi biết số chữ số đã dùng."""
    pages = draw.pick((draw.integer(30, 98), draw.integer(101, 400), draw.integer(101, 400)))
    if pages < 100:
        left = 2 * (pages - 9)
        used = 9 + left
        lines = ["Từ trang 1 đến trang 9 cần 9 chữ số.", f"Số chữ số còn lại: {used} - 9 = {left}",
                 f"Số trang có hai chữ số: {left} : 2 = {pages - 9}",
                 f"Có tất cả: 9 + {pages - 9} = {pages} (trang)"]  # fmt: skip
    else:
        left = 3 * (pages - 99)
        used = 189 + left
        lines = ["Từ trang 1 đến trang 9 cần 9 chữ số.", "Từ trang 10 đến trang 99: 90 × 2 = 180",
                 f"Số chữ số còn lại: {spaced(used)} - 9 - 180 = {left}",
                 f"Số trang có ba chữ số: {left} : 3 = {pages - 99}",
                 f"Có tất cả: 99 + {pages - 99} = {pages} (trang)"]  # fmt: skip
    question = draw.template(
        "Để đánh số trang một quyển sách, bắt đầu từ trang 1, người ta dùng hết {u} chữ số. Hỏi "
        "quyển sách có bao nhiêu trang?",
        "Người ta dùng {u} chữ số để đánh số trang một quyển truyện từ trang 1. Tính số trang của "
        "quyển truyện.",
        "Đánh số trang một quyển sách từ trang 1 đến hết cần {u} chữ số. Quyển sách đó dày bao "
        "nhiêu trang?",
    ).format(u=spaced(used))
    wrong = (pages - (9 if pages < 100 else 99), pages + 1, pages - 1,
             used // (2 if pages < 100 else 3))  # fmt: skip
    answer, slips = f"{pages} trang", tuple(f"{n} trang" for n in wrong)
    return Draft(question, reasoned(*lines, answer=answer), answer, (used,), slips)
