"""Problems solved by supposing that all things are of one kind (giả thiết tạm).

For instance hens and dogs by their legs, or tickets of two prices.
"""

from typing import NamedTuple

from mathpal.curriculum.families.spoken import spoken
from mathpal.curriculum.layouts import worked
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.curriculum.writing import spaced


class Mixture(NamedTuple):
    """Two kinds of things that differ in an amount, as hens and dogs in their number of legs.

    Attributes:
        place: start of the sentence that tells how many there are, up to the number.
        less, more: the kind with the smaller amount, and the other.
        counter: counting word of both kinds.
        part: verb before the amount.
        unit: unit of the amount.
        each: amounts of one thing of the first and of the second kind; a pair is drawn.
        told: whether the question must state these amounts.
    """

    place: str
    less: str
    more: str
    counter: str
    part: str
    unit: str
    each: tuple[tuple[int, int], ...]
    told: bool


MIXTURES = (
    Mixture("Một trại có", "gà", "chó", "con", "có", "chân", ((2, 4),), False),
    Mixture("Trong sân có", "vịt", "lợn", "con", "có", "chân", ((2, 4),), False),
    Mixture("Trong chuồng có", "gà", "thỏ", "con", "có", "chân", ((2, 4),), False),
    Mixture("Trên đồng có", "ngỗng", "bò", "con", "có", "chân", ((2, 4),), False),
    Mixture("Trong bãi có", "xe máy", "ô tô", "xe", "có", "bánh", ((2, 4), (2, 6)), True),
    Mixture("Trong bến có", "xe ba bánh", "xe tải", "xe", "có", "bánh", ((3, 4), (3, 6)), True),
    Mixture("Một lớp có", "bàn nhỏ", "bàn to", "bàn", "có", "chỗ", ((2, 3), (2, 4), (4, 6)), True),
    Mixture("Ở bến có", "thuyền nhỏ", "thuyền to", "chiếc", "chở", "người",
            ((4, 6), (3, 5), (4, 7), (5, 8)), True),
    Mixture("Một cửa hàng có", "túi nhỏ", "túi to", "túi", "đựng", "kg đường",
            ((2, 5), (1, 3), (3, 5), (2, 6)), True),
    Mixture("Trong kho có", "can nhỏ", "can to", "can", "đựng", "l dầu",
            ((2, 5), (3, 5), (5, 8), (3, 7)), True),
    Mixture("Một lớp mua", "hộp sữa nhỏ", "hộp sữa to", "hộp", "giá", "nghìn đồng",
            ((4, 7), (5, 8), (5, 9), (4, 9)), True),
    Mixture("Một người mua", "vé trẻ em", "vé người lớn", "vé", "giá", "nghìn đồng",
            ((20, 30), (20, 50), (30, 50)), True),
    Mixture("Trong kho có", "bao nhỏ", "bao to", "bao", "nặng", "kg",
            ((5, 8), (4, 9), (3, 7), (2, 5)), True),
)  # fmt: skip


def _up(text: str) -> str:
    return text[0].upper() + text[1:]


def _amount(value: int, unit: str) -> str:
    """Return a value with its unit; thousands of đồng become full prices ("20 000 đồng")."""
    return f"{spaced(value * 1000)} đồng" if unit == "nghìn đồng" else f"{value} {unit}"


@family(number=42, grade=5, kind="pair", topic="word_problems", stratum="advanced")
def gia_thiet_tam(draw: Draw) -> Draft:
    """Bài toán giả thiết tạm."""
    mix = draw.pick(MIXTURES)
    low, high = draw.pick(mix.each)
    most = 20 if high < 10 else 9  # keeps the total of expensive tickets below a million
    few, many = draw.integer(3, most), draw.integer(3, most)  # number of `more`, number of `less`
    count, total = few + many, few * high + many * low
    kind = "con " if mix.counter == "con" else ""
    than = {"giá": "hơn", "nặng": "nặng hơn"}.get(mix.part, f"{mix.part} nhiều hơn")
    told = ", mỗi {a} {v} {p}, mỗi {b} {v} {q}" if mix.told else ""
    question = draw.template(
        "{l} {n} {C} gồm {a} và {b}{told}. Tất cả {z} {t}. Hỏi mỗi loại có bao nhiêu {c}?",
        "{l} tất cả {n} {C} gồm {a} và {b}{told}. Biết tổng cộng {z} {t}, tính số {c} mỗi loại.",
        "Tính số {k}{a} và số {k}{b}, biết {m} {n} {C} gồm hai loại đó{told} và tất cả {z} {t}.",
    )
    question = question.replace("{told}", told).format(
        l=mix.place, m=mix.place[0].lower() + mix.place[1:], n=count, c=mix.counter, a=mix.less,
        C="chiếc thuyền" if mix.counter == "chiếc" else mix.counter,
        b=mix.more, k=kind, v=mix.part, t=_amount(total, mix.unit), p=_amount(low, mix.unit),
        q=_amount(high, mix.unit), z="hết" if mix.part == "giá" else mix.part,
    )  # fmt: skip
    money = mix.unit == "nghìn đồng"
    scale, noun = (1000, "tiền") if money else (1, spoken(mix.unit))
    unit = "đồng" if money else mix.unit.split()[0]
    p, q, all_low, given, short, step = (
        spaced(x * scale) if money else str(x)
        for x in (low, high, count * low, total, total - count * low, high - low)
    )
    steps = (
        (f"Nếu tất cả là {mix.less} thì số {noun} là", f"{p} × {count} = {all_low} ({unit})"),
        (f"Số {noun} còn thiếu là", f"{given} - {all_low} = {short} ({unit})"),
        (
            f"Một {kind}{mix.more} {than} một {kind}{mix.less} số {noun} là",
            f"{q} - {p} = {step} ({unit})",
        ),
        (f"Số {kind}{mix.more} là", f"{short} : {step} = {few} ({mix.counter})"),
        (f"Số {kind}{mix.less} là", f"{count} - {few} = {many} ({mix.counter})"),
    )

    def both(first: int, second: int) -> str:
        return f"{_up(mix.less)}: {first} {mix.counter}; {mix.more}: {second} {mix.counter}"

    answer = both(many, few)
    slips = (both(few, many), both(many + 2, few - 2), both(many - 1, few + 1), both(many + 1, few))
    return Draft(question, worked(*steps, answer=answer), answer, (low, high, count, total), slips)
