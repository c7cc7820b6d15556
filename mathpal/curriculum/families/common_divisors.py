"""Families on the greatest common divisor and the least common multiple."""

from math import gcd

from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.phrasing import names
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced


def _factors(number: int) -> list[int]:
    """Return the prime factors in ascending order, with repetition."""
    found, divisor = [], 2
    while number > 1:
        while number % divisor == 0:
            found.append(divisor)
            number //= divisor
        divisor += 1
    return found


FACTORED = {n: _factors(n) for n in range(2, 181)}
PAIRS = tuple(
    (a, b) for a in range(12, 181) for b in range(a + 1, 181)
    if gcd(a, b) > 3 and b % a and max(FACTORED[a] + FACTORED[b]) <= 13
    and max(len(FACTORED[a]), len(FACTORED[b])) < 6
)  # fmt: skip
SMALL_PAIRS = tuple(
    (a, b) for a in range(4, 60) for b in range(a + 1, 61)
    if gcd(a, b) > 1 and b % a and a * b // gcd(a, b) <= 240
)  # fmt: skip
DAY_PAIRS = tuple(
    (a, b) for a, b in SMALL_PAIRS if 20 <= a * b // gcd(a, b) <= 120 and 3 < a < b < 31
)
# (one thing, another thing, preposition before the share, the share)
GIFTS = (
    ("quyển vở", "cái bút", "thành", "phần thưởng"), ("cái kẹo", "cái bánh", "thành", "túi quà"),
    ("quả cam", "quả táo", "vào", "đĩa"), ("bông hồng", "bông cúc", "thành", "bó hoa"),
    ("học sinh nam", "học sinh nữ", "thành", "tổ"), ("hộp sữa", "gói bánh", "thành", "suất quà"),
)  # fmt: skip


def _written(number: int) -> str:
    return f"{number} = {' × '.join(map(str, FACTORED[number]))}"


def _product(factors: list[int]) -> str:
    """Return a product with its value, or a single factor alone."""
    value = 1
    for factor in factors:
        value *= factor
    shown = " × ".join(map(str, factors))
    return f"{shown} = {value}" if len(factors) > 1 else shown


def _divisor_lines(a: int, b: int) -> tuple[str, str, str]:
    """Return the lines that find the greatest common divisor."""
    common, rest = [], list(FACTORED[b])
    for prime in FACTORED[a]:
        if prime in rest:
            rest.remove(prime)
            common.append(prime)
    lines = [_written(n) if len(FACTORED[n]) > 1 else f"{n} là số nguyên tố." for n in (a, b)]
    return lines[0], lines[1], f"ƯCLN({a}, {b}) = {_product(common)}"


def _multiple_lines(a: int, b: int) -> tuple[str, str, str]:
    """Return the lines that find the least common multiple: b times the factors it lacks of a."""
    lacking, rest = [], list(FACTORED[b])
    for prime in FACTORED[a]:
        if prime in rest:
            rest.remove(prime)
        else:
            lacking.append(prime)
    lacks = a // gcd(a, b)
    shown = f"({' × '.join(map(str, FACTORED[b]))}) × {' × '.join(map(str, lacking))}"
    return _written(a), _written(b), f"BCNN({a}, {b}) = {shown} = {b} × {lacks} = {b * lacks}"


@family(number=65, grade=6, kind="integer", topic="number_theory")
def uoc_chung_lon_nhat(draw: Draw) -> Draft:
    """Ước chung lớn nhất của hai số."""
    a, b = draw.pick(PAIRS)
    greatest = gcd(a, b)
    first, second = draw.distinct((a, b), 2)
    question = draw.template(
        "Tìm ước chung lớn nhất của {a} và {b}.",
        "Tìm ƯCLN({a}, {b}).",
        "Số tự nhiên lớn nhất mà cả {a} và {b} đều chia hết cho nó là số nào?",
        "Tìm số tự nhiên x lớn nhất, biết {a} và {b} đều chia hết cho x.",
    ).format(a=first, b=second)
    answer = str(greatest)
    solution = reasoned(*_divisor_lines(a, b), answer=answer)
    slips = (spaced(a * b // greatest), str(greatest // _factors(greatest)[0]), str(greatest * 2))
    return Draft(question, solution, answer, (a, b), slips)


@family(number=65, grade=6, kind="quantity", topic="number_theory")
def chia_thanh_phan_nhu_nhau(draw: Draw) -> Draft:
    """Bài toán có lời văn về ước chung lớn nhất."""
    a, b = draw.pick(PAIRS)
    greatest = gcd(a, b)
    if draw.pick((True, True, False)):
        variant, (one, other, into, part) = "chia", draw.pick(GIFTS)
        text = draw.template(
            "Người ta muốn chia {a} {x} và {b} {y} {i} các {z} như nhau. Hỏi có thể chia được "
            "nhiều nhất bao nhiêu {z}?",
            "Có {b} {y} và {a} {x}. Chia đều số {x} và số {y} vào các {z}. Số {z} nhiều nhất có "
            "thể là bao nhiêu?",
            "Cần chia {a} {x} và {b} {y} {i} một số {z} sao cho các {z} giống hệt nhau. Tính số "
            "{z} nhiều nhất chia được.",
        ).format(a="{a}", b="{b}", x=one, y=other, i=into, z=part)
        line, answer = (
            f"Số {part} nhiều nhất là ước chung lớn nhất của {a} và {b}.",
            f"{greatest} {part}",
        )
        end = f" {part}"
    else:
        variant = "cắt"
        text = draw.template(
            "Một tấm bìa hình chữ nhật dài {b} cm, rộng {a} cm được cắt hết thành các hình vuông "
            "bằng nhau. Tính cạnh lớn nhất của mỗi hình vuông.",
            "Người ta cắt tấm vải hình chữ nhật {b} cm và {a} cm thành các mảnh hình vuông như "
            "nhau, không thừa. Hỏi cạnh hình vuông dài nhất là bao nhiêu?",
            "Lan có tờ giấy hình chữ nhật, hai cạnh dài {a} cm và {b} cm. Lan cắt hết tờ giấy "
            "thành các hình vuông bằng nhau lớn nhất. Tìm cạnh hình vuông.",
        )
        line, answer = f"Cạnh lớn nhất là ước chung lớn nhất của {a} và {b}.", f"{greatest} cm"
        end = " cm"
    solution = reasoned(line, *_divisor_lines(a, b), answer=answer)
    least = _factors(greatest)[0]
    slips = tuple(f"{v}{end}" for v in (greatest // least, greatest * 2, b - a))
    return Draft(text.format(a=a, b=b), solution, answer, (variant, a, b), slips)


@family(number=66, grade=6, kind="integer", topic="number_theory")
def boi_chung_nho_nhat(draw: Draw) -> Draft:
    """Bội chung nhỏ nhất của hai số."""
    a, b = draw.pick(SMALL_PAIRS)
    least = a * b // gcd(a, b)
    first, second = draw.distinct((a, b), 2)
    question = draw.template(
        "Tìm bội chung nhỏ nhất của {a} và {b}.",
        "Tìm BCNN({a}, {b}).",
        "Số tự nhiên khác 0 nhỏ nhất chia hết cho cả {a} và {b} là số nào?",
        "Tìm số tự nhiên x khác 0 nhỏ nhất, biết x chia hết cho {a} và {b}.",
    ).format(a=first, b=second)
    answer = str(least)
    slips = (spaced(a * b), str(gcd(a, b)), str(least * 2))
    solution = reasoned(*_multiple_lines(a, b), answer=answer)
    return Draft(question, solution, answer, (a, b), slips)


@family(number=66, grade=6, kind="quantity", topic="number_theory")
def lan_sau_gap_lai(draw: Draw) -> Draft:
    """Bài toán có lời văn về bội chung nhỏ nhất: lần sau lại gặp nhau."""
    days = draw.pick((True, False))
    a, b = draw.pick(DAY_PAIRS if days else SMALL_PAIRS)
    least = a * b // gcd(a, b)
    x, y = names(draw, 2)
    if days:
        unit = "ngày"
        text = draw.template(
            "{x} cứ {a} ngày lại trực nhật một lần, {y} cứ {b} ngày một lần. Hôm nay hai bạn cùng "
            "trực. Hỏi sau ít nhất bao nhiêu ngày hai bạn lại cùng trực?",
            "Hôm nay {x} và {y} cùng đến thư viện. {x} cứ {a} ngày đến một lần, {y} cứ {b} ngày "
            "đến một lần. Sau ít nhất bao nhiêu ngày nữa hai bạn lại cùng đến?",
            "Cứ {a} ngày {x} đi bơi một lần, cứ {b} ngày {y} đi bơi một lần. Hôm nay cả hai cùng "
            "đi bơi. Tính số ngày ít nhất để họ lại cùng đi bơi.",
        )
    else:
        unit = "phút"
        text = draw.template(
            "Tại một bến xe, cứ {a} phút có một xe tuyến A rời bến, cứ {b} phút có một xe tuyến B "
            "rời bến. Hai xe vừa cùng rời bến. Hỏi sau ít nhất bao nhiêu phút lại có hai xe cùng "
            "rời bến?",
            "Hai bóng đèn cùng sáng một lúc. Đèn thứ nhất cứ {a} phút sáng một lần, đèn thứ hai cứ "
            "{b} phút sáng một lần. Sau ít nhất bao nhiêu phút hai đèn lại cùng sáng?",
            "Chuông thứ nhất cứ {a} phút reo một lần, chuông thứ hai cứ {b} phút reo một lần. Hai "
            "chuông vừa cùng reo. Hỏi ít nhất bao nhiêu phút nữa chúng lại cùng reo?",
        )
    answer = f"{least} {unit}"
    solution = reasoned(
        f"Số {unit} ít nhất là bội chung nhỏ nhất của {a} và {b}.",
        *_multiple_lines(a, b),
        answer=answer,
    )
    slips = tuple(f"{spaced(v)} {unit}" for v in (a * b, a + b, least * 2))
    return Draft(text.format(x=x, y=y, a=a, b=b), solution, answer, (unit, a, b), slips)


@family(number=66, grade=6, kind="quantity", topic="number_theory")
def xep_hang_vua_du(draw: Draw) -> Draft:
    """Tìm số học sinh trong một khoảng khi xếp hàng vừa đủ."""
    a, b = draw.pick(DAY_PAIRS)
    least = a * b // gcd(a, b)
    k = draw.integer(max(2, 100 // least + 1), 9)
    total = least * k
    low = total // 10 * 10 - (10 if total % 10 == 0 else 0)
    high = min(low + 50, (total + least - 1) // 10 * 10)
    if low <= total - least:
        low, high = total - 5, total + 5
    question = draw.template(
        "Số học sinh của một trường khi xếp hàng {a} hoặc hàng {b} đều vừa đủ. Biết số học sinh "
        "trong khoảng từ {l} đến {h}. Tính số học sinh của trường.",
        "Một trường có từ {l} đến {h} học sinh. Khi xếp hàng {a} hay hàng {b} đều không thừa bạn "
        "nào. Hỏi trường có bao nhiêu học sinh?",
        "Học sinh của trường xếp mỗi hàng {a} bạn hoặc mỗi hàng {b} bạn đều vừa đủ. Tìm số học "
        "sinh, biết số đó ở trong khoảng từ {l} đến {h}.",
    ).format(a=a, b=b, l=spaced(low), h=spaced(high))
    answer = f"{spaced(total)} học sinh"
    solution = reasoned(
        f"Số học sinh chia hết cho cả {a} và {b}.",
        *_multiple_lines(a, b),
        f"{least} × {k} = {spaced(total)} ở trong khoảng từ {spaced(low)} đến {spaced(high)}.",
        answer=answer,
    )
    slips = tuple(f"{spaced(v)} học sinh" for v in (total - least, total + least, least))
    return Draft(question, solution, answer, (a, b, k), slips)
