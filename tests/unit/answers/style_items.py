"""Curriculum problems taken apart, so that any style can tell their answer, right or changed.

Knows shapes of answers and typical slips; nothing of styles (see `style_tables`) and grading.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from mathpal.answers import Answer, parse_gold
from mathpal.curriculum import FAMILIES, Draw, problem

# Families whose last equation gives the answer, by the shape of that answer.
FAMILIES_OF: dict[str, tuple[str, ...]] = {
    "quantity": (
        "bai_toan_so_thap_phan", "ba_buoc_tinh", "chu_vi_hinh_chu_nhat", "tien_viet_nam",
        "trung_binh_cong", "giam_gia", "dien_tich_tam_giac", "van_toc_gio_phut",
        "the_tich_hinh_hop", "don_gia", "tinh_khoi_luong", "doan_duong_con_lai",
        "dien_tich_hinh_tron", "cat_doan_day",
    ),
    "count": ("hai_buoc_tinh", "them_bot", "gap_giam", "hon_kem", "rut_ve_don_vi", "trong_cay"),
    "number": (
        "cong_tru_so_lon", "chia_hai_chu_so", "thu_tu_phep_tinh", "cong_tru_trong_1000",
        "chia_so_thap_phan", "day_so_hang_thu_n", "tinh_nguoc", "tim_so_tu_trung_binh",
    ),
    "negative": ("cong_tru_so_nguyen",),
    "fraction": (
        "cong_tru_phan_so_khac_mau", "xac_suat_thuc_nghiem", "cong_tru_phan_so_mau_chia_het",
    ),
    "percent": ("ti_so_phan_tram", "canh_tang_phan_tram"),
    "time": ("tru_so_do_thoi_gian", "cong_so_do_thoi_gian", "gio_den_noi"),
    "pair": ("tong_hieu", "tong_hieu_loi_van", "hieu_ti_loi_van", "gia_thiet_tam", "tinh_tuoi"),
    "list": ("sap_xep", "sap_xep_so_lon", "sap_xep_thap_phan", "sap_xep_phan_so"),
    "choice": ("tien_viet_nam", "chu_vi_hinh_chu_nhat", "trung_binh_cong", "chia_so_thap_phan",
               "hai_buoc_tinh", "dien_tich_tam_giac", "cong_tru_phan_so_khac_mau"),
}  # fmt: skip

OTHER_UNITS = {
    "kg": "g", "g": "kg", "yến": "kg", "tạ": "kg", "tấn": "tạ", "km": "m", "m": "cm", "dm": "m",
    "cm": "m", "mm": "cm", "m²": "dm²", "dm²": "cm²", "cm²": "m²", "ha": "m²", "m³": "dm³",
    "dm³": "cm³", "cm³": "dm³", "l": "ml", "lít": "ml", "giờ": "phút", "phút": "giờ",
    "đồng": "nghìn đồng", "nghìn đồng": "đồng", "km/giờ": "m/phút", "m/phút": "km/giờ",
}  # fmt: skip
OPPOSITES = {
    "giảm": "tăng", "tăng": "giảm", "lỗ": "lãi", "lãi": "lỗ", "thiếu": "thừa", "thừa": "thiếu",
}  # fmt: skip

NUMBER = r"-?\d+(?: \d{3}(?!\d))*(?:,\d+)?(?:/\d+)?"
TIME = r"\d+ (?:giờ|phút|ngày)(?: \d+ (?:phút|giây|giờ))?"
_VALUE = re.compile(rf"(?:(?P<label>[^\d:;]+): )?(?P<number>{NUMBER}) ?(?P<unit>.*)")
_LAST = re.compile(rf"(?P<left>.+) = (?P<number>{NUMBER}) ?[%°]?(?: \((?P<counted>[^()]+)\))?\.?")
_LAST_TIME = re.compile(rf"(?P<left>.+) = (?P<number>{TIME})(?P<counted>)")


class Part(NamedTuple):
    """One value of an answer: "Số lớn: 30 cm", "giảm 12%"."""

    number: str
    unit: str = ""
    label: str = ""
    direction: str = ""

    @property
    def text(self) -> str:
        """The value without its label."""
        glue = "" if self.unit in ("", "%", "°") else " "
        return f"{self.direction} {self.number}{glue}{self.unit}".strip()


class Told(NamedTuple):
    """What an answer tells.

    Attributes:
        shape: a key of `FAMILIES_OF`, or "directed".
        question: the problem's text, options included.
        gold: the right answer.
        lead: words before the value ("số tiền còn lại là").
        working: the equations before the last one.
        left: the left side of the last equation; "" if no equation gives the value.
        counted: the unit behind the last equation.
        parts: the values told.
        letter: the option told; "" if there are no options.
        options: letter and text of each option.
    """

    shape: str
    question: str
    gold: Answer
    lead: str
    working: tuple[str, ...]
    left: str
    counted: str
    parts: tuple[Part, ...]
    letter: str = ""
    options: tuple[tuple[str, str], ...] = ()


def _part(text: str, shape: str) -> Part | None:
    if shape == "time":
        return Part(text) if re.fullmatch(TIME, text) else None
    match = _VALUE.fullmatch(text)
    return Part(match["number"], match["unit"], match["label"] or "") if match else None


def _lead(solution: str) -> str:
    """Return the sentence before the last equation ("số tiền còn lại là")."""
    lines = solution.split("\n")
    sentence = next(
        (line for line in reversed(lines[1:-1]) if line.endswith(" là:")), "kết quả là:"
    )
    return sentence[:1].lower() + sentence[1:-1]


@cache
def told(shape: str, index: int) -> Told:
    """Return the index-th problem of a shape with its right answer."""
    if shape == "directed":
        return _directed(index)
    families = FAMILIES_OF[shape]
    for attempt in range(200):
        made = _taken_apart(shape, families[index % len(families)], index + 1000 * attempt)
        if made is not None:
            return made
    raise AssertionError(f"no {shape} at {index}")


def _taken_apart(shape: str, family: str, index: int) -> Told | None:
    base = problem("styles", "train", family, index)
    assert base.answer is not None
    kind = FAMILIES[family].kind
    texts = base.answer.split("; ") if shape in ("pair", "list") else [base.answer]
    parts = tuple(part for text in texts if (part := _part(text, shape)) is not None)
    if len(parts) != len(texts):
        return None
    working, left, counted = base.steps, "", parts[0].unit
    if shape not in ("pair", "list"):
        last = (_LAST_TIME if shape == "time" else _LAST).fullmatch(base.steps[-1])
        if last is None or last["number"] != parts[0].number:
            return None
        working = tuple(step for step in base.steps[:-1] if not re.search(r"[^\W\d_]:", step))
        left = last["left"]
        counted = (last["counted"] or counted) if shape == "count" else counted
    if shape == "negative" and not parts[0].number.startswith("-"):
        return None
    if shape == "count" and parts[0].unit in OTHER_UNITS:
        return None
    lead = _lead(base.solution) if left else "kết quả là"
    made = Told(
        shape, base.question, parse_gold(base.answer, kind), lead, working, left, counted, parts
    )
    return _with_options(made, family, index) if shape == "choice" else made


def _with_options(made: Told, family: str, index: int) -> Told:
    asked = problem("styles", "train", family, index, multiple_choice=True)
    assert asked.answer is not None
    options = tuple(re.findall(r"^([A-D])\. (.+)$", asked.question, re.M))
    return made._replace(
        question=asked.question,
        gold=parse_gold(asked.answer, "choice"),
        letter=asked.answer,
        options=options,
    )


def _directed(index: int) -> Told:
    """A problem whose answer is a direction and an amount, which no family asks for."""
    draw = Draw("styles", "directed", index)
    amount, base = draw.integer(2, 40), draw.integer(3, 30) * 100
    up = draw.pick((True, False))
    change = base * amount // 100
    new = base + change if up else base - change
    high, low = max(base, new), min(base, new)
    price, count = 1000 * base, draw.integer(11, 40)
    gap = draw.integer(2, 9)
    rows = (
        ("tăng" if up else "giảm", str(amount), "%", "số học sinh của trường",
         f"Năm ngoái trường có {base} học sinh, năm nay có {new} học sinh. Hỏi số học sinh của "
         "trường tăng hay giảm bao nhiêu phần trăm?",
         (f"{high} - {low} = {change} (học sinh)",), f"{change} : {base} × 100"),
        ("lãi" if up else "lỗ", f"{amount * 1000:,}".replace(",", " "), "đồng", "cửa hàng",
         f"Cửa hàng mua vào một món hàng giá {price} đồng và bán ra với giá "
         f"{price + (1000 if up else -1000) * amount} đồng. Hỏi cửa hàng lãi hay lỗ bao nhiêu?",
         (), f"{price + 1000 * amount} - {price}" if up else f"{price} - {price - 1000 * amount}"),
        ("thừa" if up else "thiếu", str(gap), "quyển vở", "cô giáo",
         f"Cô giáo có {4 * count + (gap if up else -gap)} quyển vở, chia cho {count} bạn, mỗi bạn "
         "4 quyển. Hỏi cô giáo thừa hay thiếu bao nhiêu quyển vở?",
         (f"4 × {count} = {4 * count} (quyển)",),
         f"{4 * count + gap} - {4 * count}" if up else f"{4 * count} - {4 * count - gap}"),
    )  # fmt: skip
    direction, number, unit, lead, question, working, left = rows[index % len(rows)]
    part = Part(number, unit, direction=direction)
    return Told("directed", question, parse_gold(part.text), lead, working, left, unit, (part,))


def digit_changed(number: str, place: int, shift: int) -> str:
    """Return the number with one digit changed; it never becomes 0, so the value is another."""
    places = [m.start() for m in re.finditer(r"\d", number)]
    at = places[place % len(places)]
    old, by = int(number[at]), shift % 8 + 1
    new = (old - 1 + by) % 9 + 1 if old else by
    return f"{number[:at]}{new}{number[at + 1 :]}"


def _with_part(one: Told, at: int, **new: str) -> Told:
    part = one.parts[at]._replace(**new)
    return one._replace(
        parts=(*one.parts[:at], part, *one.parts[at + 1 :]), counted=new.get("unit", one.counted)
    )


def another_value(one: Told, seed: int) -> Told | None:
    """A digit of the value, or another option with its text."""
    if one.options:
        others = [option for option in one.options if option[0] != one.letter]
        letter, text = others[seed % len(others)]
        part = _part(text, one.shape)
        assert part is not None, text
        return one._replace(letter=letter, parts=(part,))
    at = seed % len(one.parts)
    return _with_part(one, at, number=digit_changed(one.parts[at].number, seed // 7, seed))


def another_unit(one: Told, seed: int) -> Told | None:
    """kg becomes g, in the working and in the answer."""
    unit = OTHER_UNITS.get(one.parts[0].unit)
    return (
        _with_part(one, 0, unit=unit) if unit and len(one.parts) == 1 and not one.letter else None
    )


def another_sign(one: Told, seed: int) -> Told | None:
    """The minus is dropped, or put before a number that has none."""
    if one.shape not in ("negative", "number"):
        return None
    number = one.parts[0].number
    return _with_part(one, 0, number=number[1:] if number[0] == "-" else f"-{number}")


def opposite_direction(one: Told, seed: int) -> Told | None:
    """giảm becomes tăng."""
    direction = OPPOSITES.get(one.parts[0].direction)
    return _with_part(one, 0, direction=direction) if direction else None


def dropped_part(one: Told, seed: int) -> Told | None:
    """One of several values is missing."""
    at = seed % len(one.parts)
    parts = one.parts[:at] + one.parts[at + 1 :]
    return one._replace(parts=parts) if parts else None


def exchanged_parts(one: Told, seed: int) -> Told | None:
    """Two values change places; of a list, the order is reversed."""
    numbers = [part.number for part in reversed(one.parts)]
    parts = tuple(part._replace(number=n) for part, n in zip(one.parts, numbers, strict=True))
    return one._replace(parts=parts) if parts != one.parts else None


def letter_of_another(one: Told, seed: int) -> Told | None:
    """The text of the right option beside another letter."""
    other = another_value(one, seed) if one.letter else None
    return one._replace(letter=other.letter) if other else None


Change = Callable[[Told, int], Told | None]
CHANGES: dict[str, Change] = {
    "value": another_value,
    "unit": another_unit,
    "sign": another_sign,
    "direction": opposite_direction,
    "part dropped": dropped_part,
    "parts exchanged": exchanged_parts,
    "letter": letter_of_another,
}
