"""Families on reading numbers aloud and writing them in digits."""

from mathpal.curriculum.families.places import PLACES, digits_of
from mathpal.curriculum.layouts import reasoned
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}


def in_words(number: int) -> str:
    """Return a number from 1 to 999 999 999 in words; a group of three zeros is left out.

    Example:
        >>> in_words(45307)
        'bốn mươi lăm nghìn ba trăm linh bảy'
    """
    read: list[str] = []
    for size, name in ((1_000_000, " triệu"), (1_000, " nghìn"), (1, "")):
        group = number // size % 1_000
        if group:
            read.append(_group_in_words(group, whole=bool(read)) + name)
    return " ".join(read)


def _group_in_words(group: int, *, whole: bool) -> str:
    """Return a group of three digits in words; `whole` reads the hundreds even if they are 0."""
    hundreds, tens, ones = group // 100, group // 10 % 10, group % 10
    read = [f"{_DIGITS[hundreds]} trăm"] if hundreds or whole else []
    if tens == 1:
        read.append("mười")
    elif tens:
        read.append(f"{_DIGITS[tens]} mươi")
    elif read and ones:
        read.append("linh")
    if ones == 5 and tens:
        read.append("lăm")
    elif ones:
        read.append(_AFTER_TENS.get(ones, _DIGITS[ones]) if tens > 1 else _DIGITS[ones])
    return " ".join(read)


def _and(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} và {items[-1]}"


def _written(draw: Draw, number: int) -> Draft:
    """Return a problem that gives a number in words, by places or as a sum, and asks for digits."""
    digits = digits_of(number)
    present = [(digit, i) for i, digit in reversed(list(enumerate(digits))) if digit]
    way = draw.pick(("words", "places", "sum") if len(present) > 1 else ("words", "places"))
    if way == "words":
        text = draw.template(
            "Viết số: {t}.",
            "Số “{t}” được viết bằng chữ số như thế nào?",
            "Bạn Lan đọc số “{t}”. Hãy viết số đó bằng chữ số.",
            "Viết số sau bằng chữ số: {t}.",
        )
        given = in_words(number)
        lines = _words_to_digits(number)
    elif way == "places":
        text = draw.template(
            "Số gồm {t} được viết là số nào?",
            "Viết số gồm {t}.",
            "Một số gồm {t}. Số đó là số nào?",
        )
        given = _and([f"{digit} {PLACES[i]}" for digit, i in present])
        lines = [_named(digits, ", ") + "."]
    else:
        text = draw.template(
            "Tổng {t} được viết thành số nào?",
            "Viết số thích hợp vào chỗ chấm: {t} = ...",
            "Viết tổng {t} thành một số.",
        )
        given = " + ".join(spaced(digit * 10**i) for digit, i in present)
        parts = [f"{spaced(digit * 10**i)} là {digit} {PLACES[i]}" for digit, i in present]
        lines = ["; ".join(parts) + ".", _named(digits, ", ") + ".", f"{given} = {spaced(number)}"]
    answer = spaced(number)
    slips = _misplaced(number)
    solution = reasoned(*lines, answer=answer, restated=True)
    return Draft(text.format(t=given), solution, answer, (way, number), slips)


def _named(digits: list[int], between: str) -> str:
    """ "Hàng trăm là 4, hàng chục là 0, hàng đơn vị là 7"."""
    named = [f"hàng {PLACES[i]} là {digits[i]}" for i in range(len(digits) - 1, -1, -1)]
    return between.join(named).capitalize()


def _words_to_digits(number: int) -> list[str]:
    if number < 1_000:
        return [_named(digits_of(number), ", ") + "."]
    lines, first = [], True
    for size, name in ((1_000_000, " triệu"), (1_000, " nghìn"), (1, "")):
        group = number // size % 1_000
        if number >= size:
            digits = str(group) if first else f"{group:03d}"
            words = _group_in_words(group, whole=not first) + name if group else "Còn lại"
            lines.append(f"{words.capitalize()}: viết {digits}.")
            first = False
    return lines


def _misplaced(number: int) -> tuple[str, ...]:
    """Return wrong numbers: with an extra 0, with a digit left out, with digits swapped."""
    text = str(number)
    wrong = (text[0] + "0" + text[1:], text[0] + text[2:], text[0] + text[2:] + text[1],
             text[:-2] + text[:-3:-1])  # fmt: skip
    return tuple(spaced(int(w)) for w in wrong)


@family(number=1, grade=1, kind="integer", topic="numbers")
def doc_so_hai_chu_so(draw: Draw) -> Draft:
    """Đọc, viết số có hai chữ số."""
    tens, ones = draw.integer(1, 9), draw.integer(0, 9)
    number = 10 * tens + ones
    way = draw.pick(("words", "places", "turned"))
    if way == "words":
        question = draw.template(
            "Viết số: {w}.",
            "Số “{w}” được viết bằng chữ số như thế nào?",
            "Cô giáo đọc số “{w}”. Em viết số nào?",
        ).format(w=in_words(number))
    elif way == "places":
        question = draw.template(
            "Số gồm {a} chục và {b} đơn vị là số nào?",
            "Viết số có {a} chục và {b} đơn vị.",
            "Số nào có chữ số hàng chục là {a}, chữ số hàng đơn vị là {b}?",
        ).format(a=tens, b=ones)
    else:
        question = draw.template(
            "Số gồm {b} đơn vị và {a} chục là số nào?",
            "Viết số có {b} đơn vị và {a} chục.",
            "Số nào có chữ số hàng đơn vị là {b}, chữ số hàng chục là {a}?",
        ).format(a=tens, b=ones)
    solution = reasoned(
        f"Chữ số hàng chục là {tens}.", f"Chữ số hàng đơn vị là {ones}.", answer=str(number)
    )
    slips = (f"{ones}{tens}" if ones else f"{tens}", f"{tens}0{ones}", str(tens + ones))
    return Draft(question, solution, str(number), (way, number), slips)


@family(number=1, grade=2, kind="integer", topic="numbers")
def doc_so_ba_chu_so(draw: Draw) -> Draft:
    """Đọc, viết số có ba chữ số."""
    return _written(draw, draw.integer(101, 999))


@family(number=1, grade=3, kind="integer", topic="numbers")
def doc_so_nam_chu_so(draw: Draw) -> Draft:
    """Đọc, viết số có bốn, năm chữ số."""
    return _written(draw, draw.integer(*draw.pick(((1_001, 9_999), (10_001, 99_999)))))


@family(number=1, grade=4, kind="integer", topic="numbers")
def doc_so_hang_trieu(draw: Draw) -> Draft:
    """Đọc, viết số đến hàng triệu."""
    thousands = draw.integer(100, 999)
    ones = draw.pick((0, draw.integer(1, 999), draw.integer(1, 999), draw.integer(1, 999)))
    millions = draw.pick((0, draw.integer(1, 9)))
    return _written(draw, millions * 1_000_000 + thousands * 1_000 + ones)


def _read_aloud(draw: Draw, number: int) -> Draft:
    """Return a problem that gives a number in digits and asks for its words."""
    text = draw.template(
        "Viết cách đọc số {n}.",
        "Số {n} đọc như thế nào?",
        "Đọc số {n} (viết bằng chữ).",
        "Bạn Nam cần đọc số {n}. Hãy viết bằng chữ cách đọc số đó.",
    )
    answer = in_words(number)
    if number < 1_000:
        lines = [_named(digits_of(number), ", ") + "."]
    else:
        lines = [
            f"{number // size % 1_000}{name}: {in_words(number // size % 1_000)}{name}."
            for size, name in ((1_000_000, " triệu"), (1_000, " nghìn"))
            if number >= size
        ]
        rest = number % 1_000
        lines += [f"{rest:03d}: {_group_in_words(rest, whole=True)}."] if rest else []
    digits = str(number)
    wrong = {digits[:-2] + digits[:-3:-1], digits[1] + digits[0] + digits[2:],
             digits[:-1] + str((int(digits[-1]) + 1) % 10), digits[:-1] + "0",
             digits[:-2] + "1" + digits[-1], str(int(digits[0]) % 9 + 1) + digits[1:]}  # fmt: skip
    wrong = {w for w in wrong if w[0] != "0" and w != digits}
    slips = tuple(in_words(int(w)) for w in sorted(wrong))
    solution = reasoned(*lines, answer=answer)
    return Draft(text.format(n=spaced(number)), solution, answer, (number,), slips)


@family(number=1, grade=2, kind="text", topic="numbers")
def doc_so_bang_chu(draw: Draw) -> Draft:
    """Viết cách đọc số có ba chữ số."""
    return _read_aloud(draw, draw.integer(101, 999))


@family(number=1, grade=4, kind="text", topic="numbers")
def doc_so_lon_bang_chu(draw: Draw) -> Draft:
    """Viết cách đọc số có năm, sáu chữ số."""
    return _read_aloud(draw, draw.integer(*draw.pick(((10_000, 99_999), (100_000, 999_999)))))
