"""More and less, times as many, times fewer: one-step comparisons of grades 2 and 3."""

from typing import NamedTuple

from mathpal.curriculum.families.spoken import spoken
from mathpal.curriculum.layouts import worked
from mathpal.curriculum.phrasing import THINGS, names
from mathpal.curriculum.registry import Draft, Draw, family

# Deeds: (verb, thing, counting word). HARVEST fits adults and children, PLAY children only, and
# SLOW children with small numbers only.
HARVEST = (
    ("hái được", "quả cam", "quả"), ("hái được", "bông hoa", "bông"),
    ("hái được", "quả bưởi", "quả"), ("trồng được", "cây", "cây"),
    ("nặn được", "cái bánh", "cái"), ("gấp được", "con hạc giấy", "con"),
)  # fmt: skip
PLAY = (
    ("nhặt được", "chiếc lá", "chiếc"), ("gấp được", "chiếc thuyền giấy", "chiếc"),
    ("đọc được", "trang sách", "trang"), ("làm được", "tấm thiệp", "tấm"),
    ("xếp được", "ngôi sao", "ngôi"), ("đếm được", "chiếc xe", "chiếc"),
    ("nhặt được", "vỏ sò", "cái"), ("thu gom được", "vỏ chai", "cái"),
)  # fmt: skip
SLOW = (
    ("vẽ được", "bức tranh", "bức"), ("câu được", "con cá", "con"),
    ("sưu tầm được", "con tem", "con"), ("tô được", "ô vuông", "ô"),
    ("giải được", "bài toán", "bài"), ("học được", "từ mới", "từ"),
)  # fmt: skip
ADULTS = (("Mẹ", "chị"), ("Bố", "anh"), ("Ông", "bà"))
CHILDREN = (
    ("Anh", "em"), ("Chị", "em"), ("Tổ Một", "tổ Hai"), ("Đội Xanh", "đội Đỏ"),
    ("Nhóm Một", "nhóm Hai"),
)  # fmt: skip

# (first thing, second thing, more, less, quantity, unit, smallest, largest)
MEASURES = (
    ("Bạn Nam", "bạn Bình", "cao hơn", "thấp hơn", "Chiều cao của", "cm", 110, 150),
    ("Sợi dây đỏ", "sợi dây xanh", "dài hơn", "ngắn hơn", "Độ dài", "cm", 30, 95),
    ("Cây tre", "cây cau", "cao hơn", "thấp hơn", "Chiều cao", "dm", 40, 95),
    ("Bao gạo", "bao ngô", "nặng hơn", "nhẹ hơn", "Cân nặng", "kg", 25, 80),
    ("Con lợn", "con dê", "nặng hơn", "nhẹ hơn", "Cân nặng", "kg", 35, 90),
    ("Tấm vải hoa", "tấm vải trắng", "dài hơn", "ngắn hơn", "Độ dài", "m", 20, 90),
    ("Cuộn dây điện", "cuộn dây thừng", "dài hơn", "ngắn hơn", "Độ dài", "m", 20, 90),
    ("Đoạn đường đến chợ", "đoạn đường đến trường", "dài hơn", "ngắn hơn", "Độ dài", "m", 200, 400),
    ("Chiếc bàn", "chiếc tủ", "cao hơn", "thấp hơn", "Chiều cao", "cm", 60, 95),
    ("Bao đường", "bao muối", "nặng hơn", "nhẹ hơn", "Cân nặng", "kg", 20, 60),
    ("Thước gỗ", "thước nhựa", "dài hơn", "ngắn hơn", "Độ dài", "cm", 30, 90),
    ("Bao khoai", "bao sắn", "nặng hơn", "nhẹ hơn", "Cân nặng", "kg", 20, 40),
)  # fmt: skip
TASKS = ("nhiều hơn", "ít hơn", "hơn bao nhiêu")


class Story(NamedTuple):
    """Two persons or groups who have or do something.

    Attributes:
        first, second: each name as at the start of a sentence, and as inside one.
        verb, thing, unit: the verb, the counted thing and its counting word.
        slow: whether only small numbers are plausible.
    """

    first: tuple[str, str]
    second: tuple[str, str]
    verb: str
    thing: str
    unit: str
    slow: bool


def _low(text: str) -> str:
    return text[0].lower() + text[1:]


def _up(text: str) -> str:
    return text[0].upper() + text[1:]


def _story(draw: Draw) -> Story:
    if draw.pick((True, False)):
        first, second = names(draw, 2)
        thing, unit = draw.pick(THINGS)
        return Story((first, first), (second, second), "có", thing, unit, slow=False)
    deed = draw.pick((*HARVEST, *PLAY, *SLOW))
    first, second = draw.pick((*ADULTS, *CHILDREN) if deed in HARVEST else CHILDREN)
    return Story((first, _low(first)), (_up(second), second), *deed, slow=deed in SLOW)


def _told(text: str, story: Story, **holes: object) -> str:
    """Fill in a question: P, p are the first, Q, q the second, v the verb, t the thing."""
    whose = dict(zip("PpQq", (*story.first, *story.second), strict=True))
    return text.format(**whose, v=story.verb, t=story.thing, **holes)


@family(number=11, grade=2, kind="quantity", topic="word_problems")
def hon_kem(draw: Draw) -> Draft:
    """Nhiều hơn, ít hơn một số đơn vị."""
    task, story = draw.pick(TASKS), _story(draw)
    a, b = draw.integer(15, 30 if story.slow else 80), draw.integer(2, 14)
    if task == "hơn bao nhiêu":
        sentence = "{Q} {v} nhiều hơn {p} số {t} là"
        if draw.pick((True, True, False)):
            text = draw.template(
                "{P} {v} {a} {t}, {q} {v} {c} {t}. Hỏi {q} {v} nhiều hơn {p} bao nhiêu {t}?",
                "{P} {v} {a} {t} và {q} {v} {c} {t}. Tính xem {q} {v} nhiều hơn {p} bao nhiêu {t}.",
                "Biết {q} {v} {c} {t}, {p} {v} {a} {t}. Hỏi {q} {v} hơn {p} bao nhiêu {t}?",
            )
        else:
            sentence = "{P} {v} ít hơn {q} số {t} là"
            text = draw.template(
                "{Q} {v} {c} {t} còn {p} {v} {a} {t}. Hỏi {p} {v} ít hơn {q} bao nhiêu {t}?",
                "{P} {v} {a} {t}, {q} {v} {c} {t}. Hỏi {p} {v} ít hơn {q} bao nhiêu {t}?",
                "Biết {p} {v} {a} {t} và {q} {v} {c} {t}. Tính xem {p} {v} ít hơn {q} bao "
                "nhiêu {t}.",
            )
        equation, value = f"{a + b} - {a}", b
    else:
        sentence = "Số {t} {q} {v} là"
        text = draw.template(
            "{P} {v} {a} {t}. {Q} {v} {w} {p} {b} {t}. Hỏi {q} {v} bao nhiêu {t}?",
            "{P} {v} {a} {t}, {q} {v} {w} {p} {b} {t}. Tính số {t} {q} {v}.",
            "{Q} {v} {w} {p} {b} {t}. Biết {p} {v} {a} {t}, hỏi {q} {v} bao nhiêu {t}?",
        )
        sign, value = ("+", a + b) if task == "nhiều hơn" else ("-", a - b)
        equation = f"{a} {sign} {b}"
    question = _told(text, story, a=a, b=b, c=a + b, w=task)
    answer = f"{value} {story.thing}"
    step = (_told(sentence, story), f"{equation} = {value} ({story.unit})")
    wrong = {"nhiều hơn": a - b, "ít hơn": a + b, "hơn bao nhiêu": 2 * a + b}[task]
    slips = tuple(f"{n} {story.thing}" for n in (wrong, value + 10, value + 1))
    return Draft(question, worked(step, answer=answer), answer, (task, a, b), slips)


@family(number=11, grade=2, kind="quantity", topic="word_problems")
def hon_kem_do_luong(draw: Draw) -> Draft:
    """Cao hơn, thấp hơn, dài hơn, ngắn hơn, nặng hơn, nhẹ hơn."""
    first, second, more, less, measure, unit, low, high = draw.pick(MEASURES)
    a, b, up = draw.integer(low, high), draw.integer(2, 14), draw.pick((True, False))
    adjective = more.split()[0]
    text = draw.template(
        "{P} {v} {a} {u}. {Q} {w} {p} {b} {u}. Hỏi {q} {v} bao nhiêu {U}?",
        "{P} {v} {a} {u}, {q} {w} {p} {b} {u}. Hỏi {q} {v} bao nhiêu {U}?",
        "{Q} {w} {p} {b} {u}. Biết {p} {v} {a} {u}, hỏi {q} {v} bao nhiêu {U}?",
    )
    question = text.format(
        P=first, p=_low(first), q=second, Q=_up(second), a=a, b=b, u=unit, U=spoken(unit),
        v=adjective, w=more if up else less,
    )  # fmt: skip
    sign, value, other = ("+", a + b, a - b) if up else ("-", a - b, a + b)
    answer = f"{value} {unit}"
    solution = worked(
        (f"{measure} {second} là", f"{a} {sign} {b} = {value} ({unit})"), answer=answer
    )
    slips = tuple(f"{n} {unit}" for n in (other, value + 10, value + 1))
    return Draft(question, solution, answer, (a, sign, b, unit), slips)


@family(number=11, grade=3, kind="quantity", topic="word_problems")
def gap_giam(draw: Draw) -> Draft:
    """Gấp lên, giảm đi một số lần."""
    story, more = _story(draw), draw.pick((True, False))
    times, small = draw.integer(2, 9), draw.integer(2, 9 if story.slow else 24)
    if more:
        a, sign, value, other = small, "×", small * times, small + times
        text = draw.template(
            "{P} {v} {a} {t}. {Q} {v} số {t} gấp {k} lần số {t} {p} {v}. Hỏi {q} {v} bao nhiêu "
            "{t}?",
            "{P} {v} {a} {t}, số {t} {q} {v} gấp {k} lần số {t} {p} {v}. Tính số {t} {q} {v}.",
            "Số {t} {q} {v} gấp {k} lần số {t} {p} {v}. Biết {p} {v} {a} {t}, hỏi {q} {v} bao "
            "nhiêu {t}?",
        )
    else:
        a, sign, value, other = small * times, ":", small, small * times - times
        text = draw.template(
            "{P} {v} {a} {t}. Số {t} {q} {v} bằng số {t} {p} {v} giảm đi {k} lần. Hỏi {q} {v} bao "
            "nhiêu {t}?",
            "{P} {v} {a} {t}, gấp {k} lần số {t} {q} {v}. Hỏi {q} {v} bao nhiêu {t}?",
            "{P} {v} {a} {t}, số {t} {q} {v} bằng 1/{k} số {t} {p} {v}. Tính số {t} {q} {v}.",
        )
    question = _told(text, story, a=a, k=times)
    answer = f"{value} {story.thing}"
    step = (_told("Số {t} {q} {v} là", story), f"{a} {sign} {times} = {value} ({story.unit})")
    slips = tuple(f"{n} {story.thing}" for n in (other, value + 10, value + times))
    return Draft(question, worked(step, answer=answer), answer, (a, sign, times), slips)


@family(number=11, grade=3, kind="quantity", topic="word_problems")
def gap_may_lan(draw: Draw) -> Draft:
    """So sánh số lớn gấp mấy lần số bé."""
    story = _story(draw)
    small, times = draw.integer(2, 9), draw.integer(2, 6 if story.slow else 14)
    large, two_steps = small * times, draw.pick((True, False))
    if two_steps:
        text = draw.template(
            "{P} {v} {a} {t}. {Q} {v} nhiều hơn {p} {d} {t}. Hỏi số {t} {q} {v} gấp mấy lần số {t} "
            "{p} {v}?",
            "{P} {v} {a} {t}, {q} {v} nhiều hơn {p} {d} {t}. Tính xem số {t} {q} {v} gấp mấy lần "
            "số {t} {p} {v}.",
            "{Q} {v} nhiều hơn {p} {d} {t}. Biết {p} {v} {a} {t}, hỏi số {t} {q} {v} gấp mấy lần "
            "số {t} {p} {v}?",
        )
    else:
        text = draw.template(
            "{P} {v} {a} {t}, {q} {v} {c} {t}. Hỏi số {t} {q} {v} gấp mấy lần số {t} {p} {v}?",
            "Biết {q} {v} {c} {t} còn {p} {v} {a} {t}. Số {t} {q} {v} gấp mấy lần số {t} {p} {v}?",
            "Tính xem số {t} {q} {v} gấp mấy lần số {t} {p} {v}, biết {p} {v} {a} {t} và {q} {v} "
            "{c} {t}.",
        )
    question = _told(text, story, a=small, c=large, d=large - small)
    answer = f"{times} lần"
    more = (
        _told("Số {t} {q} {v} là", story),
        f"{small} + {large - small} = {large} ({story.unit})",
    )
    ratio = (
        _told("Số {t} {q} {v} gấp số {t} {p} {v} số lần là", story),
        f"{large} : {small} = {times} (lần)",
    )
    solution = worked(*((more, ratio) if two_steps else (ratio,)), answer=answer)
    slips = (f"{large - small} lần", f"{times + 1} lần", f"{times - 1} lần")
    return Draft(question, solution, answer, (two_steps, small, large), slips)
