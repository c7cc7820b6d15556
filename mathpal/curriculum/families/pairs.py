"""Finding two numbers from their sum, difference or ratio: tổng–hiệu, tổng–tỉ, hiệu–tỉ."""

from math import gcd
from typing import NamedTuple

from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, Solution, family


class Pair(NamedTuple):
    """Two amounts that a story adds up or compares.

    Attributes:
        place: clause that states the sum {t}.
        one, other: names of the two amounts.
        labels: names of the two amounts in the answer.
        unit: unit of both amounts.
        sum_only: for tổng–hiệu: smallest and largest value of the smaller amount, and the largest
            difference.
        scene: for hiệu–tỉ, which states no sum: the opening words of the question.
    """

    place: str
    one: str
    other: str
    labels: tuple[str, str]
    unit: str
    sum_only: tuple[int, int, int]
    scene: str = ""


NUMBERS = ("số lớn", "số bé")
PAIRS = (
    Pair("Một câu lạc bộ có {t} bạn nam và nữ", "số bạn nam", "số bạn nữ",
         ("Nam", "nữ"), "bạn", (12, 40, 15), "Trong một câu lạc bộ, "),
    Pair("Một vườn có {t} cây cam và chanh", "số cây cam", "số cây chanh",
         ("Cam", "chanh"), "cây", (10, 50, 30), "Trong một vườn cây, "),
    Pair("Một trại có {t} con gà và vịt", "số con gà", "số con vịt",
         ("Gà", "vịt"), "con", (10, 50, 30), "Trong một trại nuôi gà và vịt, "),
    Pair("Hai thùng có tất cả {t} l dầu", "số dầu thùng thứ nhất", "số dầu thùng thứ hai",
         ("Thùng thứ nhất", "thùng thứ hai"), "l", (8, 40, 24), "Có hai thùng dầu, "),
    Pair("Hai bao có tất cả {t} kg gạo", "số gạo bao thứ nhất", "số gạo bao thứ hai",
         ("Bao thứ nhất", "bao thứ hai"), "kg", (8, 40, 24), "Có hai bao gạo, "),
    Pair("Một giá sách có {t} quyển truyện và thơ", "số quyển truyện", "số quyển thơ",
         ("Truyện", "thơ"), "quyển", (10, 50, 30), "Trên một giá sách, "),
    Pair("Nửa chu vi một hình chữ nhật là {t} m", "chiều dài", "chiều rộng",
         ("Chiều dài", "chiều rộng"), "m", (5, 40, 20), "Một hình chữ nhật có "),
    Pair("Một sợi dây dài {t} m được cắt thành hai đoạn", "độ dài đoạn thứ nhất",
         "độ dài đoạn thứ hai",
         ("Đoạn thứ nhất", "đoạn thứ hai"), "m", (5, 40, 20),
         "Một sợi dây được cắt thành hai đoạn, "),
    Pair("Trong hộp có {t} viên bi xanh và bi đỏ", "số bi xanh", "số bi đỏ",
         ("Bi xanh", "bi đỏ"), "viên", (8, 40, 20), "Trong một hộp bi, "),
    Pair("Trong bãi có {t} xe máy và xe đạp", "số xe máy", "số xe đạp",
         ("Xe máy", "xe đạp"), "xe", (10, 50, 30), "Trong một bãi xe, "),
    Pair("Hai đội trồng được tất cả {t} cây", "số cây đội Một", "số cây đội Hai",
         ("Đội Một", "đội Hai"), "cây", (10, 50, 30), "Hai đội cùng trồng cây, "),
    Pair("Một cửa hàng có {t} m vải hoa và vải trắng", "số vải hoa", "số vải trắng",
         ("Vải hoa", "vải trắng"), "m", (10, 50, 30), "Trong một cửa hàng vải, "),
)  # fmt: skip
AGES = (
    Pair("Tổng số tuổi của mẹ và con là {t} tuổi", "tuổi mẹ", "tuổi con",
         ("Mẹ", "con"), "tuổi", (4, 15, 8)),
    Pair("Tổng số tuổi của bố và con là {t} tuổi", "tuổi bố", "tuổi con",
         ("Bố", "con"), "tuổi", (4, 15, 8)),
    Pair("Tổng số tuổi của anh và em là {t} tuổi", "tuổi anh", "tuổi em",
         ("Anh", "em"), "tuổi", (4, 15, 8)),
)  # fmt: skip

# Ratios (tỉ số) of the smaller to the larger number in lowest terms; divisors keep to one digit.
RATIOS = [(a, b) for b in range(2, 10) for a in range(1, b) if gcd(a, b) == 1]
SUM_RATIOS = [(a, b) for a, b in RATIOS if a + b < 10]
DIFFERENCE_RATIOS = [(a, b) for a, b in RATIOS if b - a > 1]
LARGEST = 120  # of the sum, or of the larger number if the difference is given


def _up(text: str) -> str:
    return text[0].upper() + text[1:]


def _ratio(a: int, b: int, large: str, small: str) -> str:
    return f"{large} gấp {b} lần {small}" if a == 1 else f"{small} bằng {a}/{b} {large}"


def _both(pair: Pair | None, large: int, small: int) -> str:
    if pair is None:
        return f"Số lớn: {large}; số bé: {small}"
    return f"{pair.labels[0]}: {large} {pair.unit}; {pair.labels[1]}: {small} {pair.unit}"


def _bracket(pair: Pair | None) -> str:
    return f" ({pair.unit})" if pair else ""


def _sum_and_difference(pair: Pair | None, total: int, gap: int) -> tuple[Solution, str]:
    large, small = (total + gap) // 2, (total - gap) // 2
    answer, unit = _both(pair, large, small), _bracket(pair)
    one, other = (pair.one, pair.other) if pair else NUMBERS
    solution = worked(
        (f"Hai lần {one} là", f"{total} + {gap} = {total + gap}{unit}"),
        (f"{_up(one)} là", f"{total + gap} : 2 = {large}{unit}"),
        (f"{_up(other)} là", f"{large} - {gap} = {small}{unit}"),
        answer=answer,
    )
    return solution, answer


def _parts(pair: Pair | None, known: int, a: int, b: int, sign: str) -> tuple[Solution, str]:
    """Return solution and answer of tổng–tỉ (sign "+") or hiệu–tỉ (sign "-")."""
    parts = b + a if sign == "+" else b - a
    part = known // parts
    answer, unit = _both(pair, part * b, part * a), _bracket(pair)
    one, other = (pair.one, pair.other) if pair else NUMBERS
    first = (
        f"{'Tổng' if sign == '+' else 'Hiệu'} số phần bằng nhau là",
        f"{b} {sign} {a} = {parts} (phần)",
    )
    large = (f"{_up(one)} là", f"{part} × {b} = {part * b}{unit}")
    if a == 1:  # the smaller number is itself one part
        small = (f"{_up(other)} (một phần) là", f"{known} : {parts} = {part}{unit}")
        return worked(first, small, large, answer=answer), answer
    solution = worked(
        first,
        ("Một phần là", f"{known} : {parts} = {part}{unit}"),
        large,
        (f"{_up(other)} là", f"{part} × {a} = {part * a}{unit}"),
        answer=answer,
    )
    return solution, answer


@family(number=35, grade=4, kind="pair", topic="word_problems")
def tong_hieu(draw: Draw) -> Draft:
    """Tìm hai số khi biết tổng và hiệu."""
    small, gap = draw.integer(5, 50), draw.integer(2, 30)
    large = small + gap
    total = small + large
    question = draw.template(
        "Tổng của hai số là {t}, hiệu của hai số là {d}. Tìm hai số đó.",
        "Tìm hai số biết tổng của chúng bằng {t} và hiệu của chúng bằng {d}.",
        "Hai số có tổng là {t}. Số lớn hơn số bé {d} đơn vị. Tìm hai số đó.",
        "Số bé kém số lớn {d} đơn vị, tổng của hai số bằng {t}. Hỏi mỗi số bằng bao nhiêu?",
    ).format(t=total, d=gap)
    solution, answer = _sum_and_difference(None, total, gap)
    slips = (_both(None, small, large), _both(None, total - gap, gap),
             _both(None, large + gap, large), _both(None, total, gap))  # fmt: skip
    return Draft(question, solution, answer, (total, gap), slips)


@family(number=35, grade=4, kind="pair", topic="word_problems")
def tong_hieu_loi_van(draw: Draw) -> Draft:
    """Bài toán có lời văn về tổng và hiệu."""
    pair = draw.pick((*PAIRS, *AGES))
    low, high, most = pair.sum_only
    small, gap = draw.integer(low, high), draw.integer(2, most)
    if pair.labels[1] == "con":
        gap = draw.integer(21, 33)
    large = small + gap
    total = small + large
    question = draw.template(
        "{S}. {X} hơn {y} {d} {u}. Tính {x} và {y}.",
        "{S}, biết {x} hơn {y} {d} {u}. Hỏi {x} và {y} là bao nhiêu?",
        "{S}. {Y} kém {x} {d} {u}. Tìm {x} và {y}.",
    ).format(
        S=pair.place.format(t=total), X=_up(pair.one), x=pair.one, y=pair.other, Y=_up(pair.other),
        d=gap, u=pair.unit,
    )  # fmt: skip
    solution, answer = _sum_and_difference(pair, total, gap)
    slips = (_both(pair, small, large), _both(pair, large + gap, large), _both(pair, total, gap))
    return Draft(question, solution, answer, (total, gap), slips)


@family(number=36, grade=5, kind="pair", topic="word_problems")
def tong_ti(draw: Draw) -> Draft:
    """Tìm hai số khi biết tổng và tỉ số."""
    a, b = draw.pick(SUM_RATIOS)
    part = draw.integer(2, LARGEST // (a + b))
    total = part * (a + b)
    question = draw.template(
        "Tổng của hai số là {t}. Biết {r}. Tìm hai số đó.",
        "Tìm hai số có tổng bằng {t}, biết {r}.",
        "Hai số có tổng là {t}, trong đó {r}. Hỏi mỗi số bằng bao nhiêu?",
    ).format(t=total, r=_ratio(a, b, *NUMBERS))
    solution, answer = _parts(None, total, a, b, "+")
    slips = (_both(None, part * a, part * b), _both(None, total - part, part),
             _both(None, part * b + b, part * a + a))  # fmt: skip
    return Draft(question, solution, answer, (total, a, b), slips)


@family(number=36, grade=5, kind="pair", topic="word_problems")
def tong_ti_loi_van(draw: Draw) -> Draft:
    """Bài toán có lời văn về tổng và tỉ số."""
    pair, (a, b) = draw.pick(PAIRS), draw.pick(SUM_RATIOS)
    part = draw.integer(3, LARGEST // (a + b))
    total = part * (a + b)
    question = draw.template(
        "{S}. Biết {r}. Tính {x} và {y}.",
        "{S}, trong đó {r}. Hỏi {x} và {y} là bao nhiêu?",
        "{S}. Tìm {x} và {y}, biết {r}.",
    ).format(
        S=pair.place.format(t=total), x=pair.one, y=pair.other, r=_ratio(a, b, pair.one, pair.other)
    )
    solution, answer = _parts(pair, total, a, b, "+")
    slips = (_both(pair, part * a, part * b), _both(pair, total - part, part),
             _both(pair, part * b + b, part * a + a))  # fmt: skip
    return Draft(question, solution, answer, (total, a, b), slips)


@family(number=37, grade=5, kind="pair", topic="word_problems")
def hieu_ti(draw: Draw) -> Draft:
    """Tìm hai số khi biết hiệu và tỉ số."""
    a, b = draw.pick(DIFFERENCE_RATIOS)
    part = draw.integer(2, LARGEST // b)
    gap = part * (b - a)
    question = draw.template(
        "Hiệu của hai số là {d}. Biết {r}. Tìm hai số đó.",
        "Tìm hai số có hiệu bằng {d}, biết {r}.",
        "Số lớn hơn số bé {d} đơn vị và {r}. Hỏi mỗi số bằng bao nhiêu?",
    ).format(d=gap, r=_ratio(a, b, *NUMBERS))
    solution, answer = _parts(None, gap, a, b, "-")
    slips = (_both(None, part * a, part * b), _both(None, part * b, gap),
             _both(None, part * b + b, part * a + a))  # fmt: skip
    return Draft(question, solution, answer, (gap, a, b), slips)


@family(number=37, grade=5, kind="pair", topic="word_problems")
def hieu_ti_loi_van(draw: Draw) -> Draft:
    """Bài toán có lời văn về hiệu và tỉ số."""
    pair, (a, b) = draw.pick(PAIRS), draw.pick(DIFFERENCE_RATIOS)
    part = draw.integer(2, LARGEST // b)
    gap = part * (b - a)
    question = draw.template(
        "{s}{x} hơn {y} {d} {u}. Biết {r}. Tính {x} và {y}.",
        "{s}{x} hơn {y} {d} {u} và {r}. Tìm {x} và {y}.",
        "{s}{y} kém {x} {d} {u}. Biết {r}. Hỏi {x} và {y} là bao nhiêu?",
    ).format(
        s=pair.scene, x=pair.one, y=pair.other, d=gap, u=pair.unit,
        r=_ratio(a, b, pair.one, pair.other),
    )  # fmt: skip
    solution, answer = _parts(pair, gap, a, b, "-")
    slips = (_both(pair, part * a, part * b), _both(pair, part * b, gap),
             _both(pair, part * b + b, part * a + a))  # fmt: skip
    return Draft(question, solution, answer, (gap, a, b), slips)
