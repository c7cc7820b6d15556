"""Families on divisibility, primes, greatest common divisor and least common multiple."""

from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.registry import Draft, Draw, family

RULES = (2, 5, 3, 9)
PRIMES = tuple(n for n in range(2, 800) if all(n % d for d in range(2, n)))


def _factors(number: int) -> tuple[int, ...]:
    """Return the prime factors in ascending order, with repetition."""
    found = []
    for prime in PRIMES:
        while number % prime == 0:
            found.append(prime)
            number //= prime
    return tuple(found)


FACTORED = {n: _factors(n) for n in range(2, 800)}
# Numbers that a pupil can factorise by hand: three to six factors, none above 23.
PLEASANT = tuple(
    n for n, f in FACTORED.items() if 3 <= len(f) <= 6 and f[-1] <= 23 and len(set(f)) > 1
)
COMPOSITES = tuple(n for n in range(21, 200) if n not in PRIMES and n % 2 and n % 5)
HIGH_PRIMES = tuple(p for p in PRIMES if 10 < p < 200)


def _listed(values: list[int]) -> str:
    return "; ".join(map(str, values))


def _written(number: int) -> str:
    return f"{number} = {' × '.join(map(str, FACTORED[number]))}"


@family(number=63, grade=6, kind="set", topic="number_theory")
def dau_hieu_chia_het(draw: Draw) -> Draft:
    """Dấu hiệu chia hết cho 2, 3, 5, 9: chọn trong các số đã cho."""
    rule = draw.pick(RULES)
    fits, count = draw.integer(1, 3), 4
    high = 999 // rule - 1
    chosen = [rule * k for k in draw.distinct(range(12, high), fits)]
    misses = [
        rule * k + draw.integer(1, rule - 1) for k in draw.distinct(range(12, high), count - fits)
    ]
    numbers = draw.distinct([*chosen, *misses], count)
    question = draw.template(
        "Trong các số {n}, những số nào chia hết cho {r}?",
        "Cho các số: {n}. Hãy tìm tất cả các số chia hết cho {r}.",
        "Tìm các số chia hết cho {r} trong các số sau: {n}.",
        "Không làm phép chia, hãy cho biết số nào trong các số {n} chia hết cho {r}.",
    ).format(n=_listed(numbers), r=rule)
    right = [n for n in numbers if n % rule == 0]
    if rule in (2, 5):
        ends = "chữ số tận cùng là " + ("0, 2, 4, 6, 8" if rule == 2 else "0 hoặc 5")
        lines = [f"Số chia hết cho {rule} có {ends}."]
        lines += [f"Số {n} tận cùng là {n % 10}." for n in numbers]
    else:
        lines = [f"Số chia hết cho {rule} có tổng các chữ số chia hết cho {rule}."]
        for n in numbers:
            digits = list(map(int, str(n)))
            lines.append(f"Số {n}: {' + '.join(map(str, digits))} = {sum(digits)}")
    answer = _listed(right)
    wrong = [_listed(v) for v in ([n for n in numbers if n % rule], right[1:], numbers) if v]
    solution = reasoned(*lines, answer=answer)
    return Draft(question, solution, answer, (rule, *sorted(numbers)), tuple(wrong))


@family(number=63, grade=6, kind="integer", topic="number_theory")
def chu_so_thay_dau_sao(draw: Draw) -> Draft:
    """Tìm chữ số thích hợp ở dấu * để được số chia hết cho 9."""
    place, count = draw.integer(1, 2), draw.integer(3, 4)
    star = draw.integer(1, 8)
    digits = [draw.integer(1, 9) for _ in range(count - 2)]
    known = sum(digits)
    last = (-known - star) % 9
    digits.append(last or 9)
    known += digits[-1]
    shown = "".join(map(str, [*digits[:place], "*", *digits[place:]]))
    question = draw.template(
        "Tìm chữ số thích hợp thay vào dấu * để số {n} chia hết cho 9.",
        "Thay dấu * trong số {n} bằng chữ số nào để được một số chia hết cho 9?",
        "Điền chữ số vào dấu * để {n} là số chia hết cho 9. Chữ số đó là chữ số nào?",
    ).format(n=shown)
    answer = str(star)
    solution = reasoned(
        "Tổng các chữ số đã biết là:",
        f"{' + '.join(map(str, digits))} = {known}",
        f"Số lớn hơn {known} gần nhất chia hết cho 9 là {known + star}.",
        f"{known + star} - {known} = {star}",
        answer=answer,
    )
    slips = (str(9 - star), str((star + 3) % 10), str(known % 10))
    return Draft(question, solution, answer, (shown,), slips)


@family(number=63, grade=6, kind="set", topic="number_theory")
def cac_chu_so_thich_hop(draw: Draw) -> Draft:
    """Tìm tất cả các chữ số thay vào dấu * để được số chia hết cho 3."""
    digits = [draw.integer(1, 9), draw.integer(0, 9), draw.integer(1, 9)]
    place = draw.integer(1, 3)
    shown = "".join(map(str, [*digits[:place], "*", *digits[place:]]))
    known = sum(digits)
    first = -known % 3
    stars = list(range(first, 10, 3))
    question = draw.template(
        "Tìm tất cả các chữ số có thể thay vào dấu * để số {n} chia hết cho 3.",
        "Những chữ số nào thay được vào dấu * để {n} là số chia hết cho 3?",
        "Số {n} chia hết cho 3. Tìm tất cả các giá trị có thể có của chữ số *.",
    ).format(n=shown)
    answer = _listed(stars)
    solution = reasoned(
        f"{' + '.join(map(str, digits))} = {known}",
        f"Chữ số * nhỏ nhất để tổng chia hết cho 3 là {first}.",
        f"{known} + {first} = {known + first}",
        "Mỗi chữ số sau hơn chữ số liền trước 3 đơn vị.",
        answer=answer,
    )
    slips = (_listed(stars[1:]), _listed(stars[:-1]), _listed([(s + 1) % 10 for s in stars]))
    return Draft(question, solution, answer, (shown,), slips)


@family(number=64, grade=6, kind="set", topic="number_theory")
def so_nguyen_to(draw: Draw) -> Draft:
    """Chọn các số nguyên tố trong các số đã cho."""
    fits = draw.integer(1, 3)
    right = draw.distinct(HIGH_PRIMES, fits)
    numbers = draw.distinct([*right, *draw.distinct(COMPOSITES, 4 - fits)], 4)
    question = draw.template(
        "Trong các số {n}, những số nào là số nguyên tố?",
        "Cho các số: {n}. Tìm tất cả các số nguyên tố trong các số đó.",
        "Hãy chỉ ra các số nguyên tố trong các số sau: {n}.",
    ).format(n=_listed(numbers))
    right = [n for n in numbers if n in PRIMES]
    lines = []
    for n in numbers:
        if n in right:
            lines.append(f"{n} chỉ có hai ước là 1 và {n}.")
        else:
            lines.append(f"{n} = {FACTORED[n][0]} × {n // FACTORED[n][0]}, là hợp số.")
    answer = _listed(right)
    others = [n for n in numbers if n not in right]
    wrong = [_listed(v) for v in ([*right, others[0]], right[1:], others, numbers) if v]
    solution = reasoned(*lines, answer=answer)
    return Draft(question, solution, answer, tuple(sorted(numbers)), tuple(wrong))


@family(number=64, grade=6, kind="integer", topic="number_theory")
def uoc_nguyen_to_lon_nhat(draw: Draw) -> Draft:
    """Phân tích ra thừa số nguyên tố, ước nguyên tố lớn nhất."""
    number = draw.pick(PLEASANT)
    factors = FACTORED[number]
    question = draw.template(
        "Phân tích số {n} ra thừa số nguyên tố rồi cho biết ước nguyên tố lớn nhất của {n}.",
        "Tìm ước nguyên tố lớn nhất của {n}.",
        "Số nguyên tố lớn nhất mà {n} chia hết cho nó là số nào?",
    ).format(n=number)
    lines, rest = [], number
    for prime in factors[:-1]:
        lines.append(f"{rest} : {prime} = {rest // prime}")
        rest //= prime
    answer = str(factors[-1])
    solution = reasoned(*lines, _written(number), answer=answer)
    slips = (str(number // factors[0]), str(factors[0]), str(factors[-1] * factors[0]))
    return Draft(question, solution, answer, (number,), slips)
