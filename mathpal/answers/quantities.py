"""Finds quantities in text: numbers with units, compounds ("7 giờ 25 phút") and labels.

Knows nothing of declarations or golds.
"""

import re
from fractions import Fraction

from mathpal.answers.notation import Number, next_number
from mathpal.answers.records import Quantity
from mathpal.answers.units import UNITS, Unit, unit_at

_ONE = Fraction(1)
_JOIN = re.compile(r",? (?:và )?|")
_HALF = re.compile(r" rưỡi(?!\w)")
# Parts of the day, which turn an hour into one of the 24-hour clock.
PART_OF_DAY = re.compile(r"(?<!\w)(?:buổi )?(rạng sáng|sáng|trưa|chiều|tối|đêm|khuya)(?!\w)", re.I)
_QUARTER_TO = re.compile(r" kém (?=[0-9])")
_HOUR = re.compile(r" (?:giờ )?(?=\w)")
_CLOCK = re.compile(r"(?<![0-9:.,/])([01]?[0-9]|2[0-4]) ?: ?([0-5][0-9])(?![0-9:.,])")
_MINUTES = re.compile(
    r" ?([0-9]{1,2}) ?(?:['\u2032\u2019](?!['\u2032\u2019])|phút|$)"
    r"(?: ?([0-9]{1,2}) ?(?:''|\u2032\u2032|\u2033|\"|giây))?"
)
_DECIMALS = {1000: "nghìn|ngàn", 100: "trăm", 10: "chục", 1: "đơn vị"}
_DECIMAL = re.compile(rf",? (?:và )?([0-9]{{1,3}}) ({'|'.join(_DECIMALS.values())})(?!\w)", re.I)
_DIGIT = re.compile(r" ([0-9])(?![0-9.,]?[0-9])")  # "5 chữ số 0" counts the digit 0
RAISED_ZERO = re.compile(r"(?<=[0-9])⁰(?![⁰¹²³⁴⁵⁶⁷⁸⁹])")  # "60^0" for 60°
_MAX_QUANTITIES = 24


def _make(number: Number, unit: Unit | None) -> Quantity:
    name, dimension, factor = (unit.name, unit.dimension, unit.factor) if unit else ("", "", _ONE)
    value, dotted, form = number.value, number.dotted, number.form
    if dimension == "money" and factor == 1 and dotted is not None and abs(dotted) > abs(value):
        value, dotted, form = dotted, None, "integer"  # nobody counts thousandths of a đồng
    return Quantity(value, dotted, name, dimension, factor, form, number.reduced, number.shown)


def _compound(text: str, first: Quantity, end: int) -> tuple[Quantity, int]:
    """Add the smaller units that follow directly: "3 m 25 cm", "7 giờ 25", "2 kg rưỡi"."""
    total, smallest = first.base, first.factor
    clock = first.dimension == "time"
    while True:
        if half := _HALF.match(text, end):
            total, end = total + smallest / 2, half.end()
            break
        minus = _QUARTER_TO.match(text, end) if clock else None
        joint = minus or _JOIN.match(text, end)
        at = joint.end() if joint else end
        if at >= len(text) or not text[at].isdigit():
            break
        number = next_number(text[at : at + 48])  # sliced, so that no "h" precedes 25 in "7h25"
        if number is None or number.start:
            break
        stop = at + number.end
        unit = unit_at(text, stop)
        if unit is None and clock and first.unit == "giờ" and 0 <= number.value < 60:
            factor = _ONE  # "9 giờ 24"
        elif unit and unit.dimension == first.dimension and unit.factor < smallest:
            factor, stop = unit.factor, unit.end
        else:
            break
        part = number.value * factor
        total, end, smallest = total - part if minus else total + part, stop, factor
    space = _HOUR.match(text, end) if first.unit == "giờ" else None
    if space and (part_of_day := PART_OF_DAY.match(text, space.end())):
        total, end = _of_day(total, part_of_day[1].lower()), part_of_day.end()
    if total == first.base:
        return first, end
    return first._replace(value=total / first.factor, dotted=None, form="compound"), end


def _of_day(minutes: Fraction, part: str) -> Fraction:
    """Return the minutes since midnight of a time with its part of the day."""
    if part in ("đêm", "khuya", "tối"):
        return minutes + 720 if 360 <= minutes < 780 else minutes  # "12 giờ đêm" is midnight
    late = part == "chiều" or (part == "trưa" and minutes < 600)
    return minutes + 720 if late and minutes < 720 else minutes


def find_quantities(text: str) -> list[tuple[Quantity, int, int]]:
    """Return all quantities of a normalised text, each with its start and end.

    A number followed directly by letters that are no unit ("25x", "5A") is not a quantity. At most
    24 quantities are read.
    """
    found: list[tuple[Quantity, int, int]] = []
    position = 0
    while len(found) < _MAX_QUANTITIES:
        number = next_number(text, position)
        if number is None:
            break
        unit = unit_at(text, number.end)
        position = number.end
        if unit is None:
            glued = position < len(text) and (text[position].isalpha() or text[position] == "_")
            if glued:
                continue
            found.append((_make(number, None), number.start, position))
            continue
        quantity, position = _make(number, unit), unit.end
        if unit.name == "chữ số" and (digit := _DIGIT.match(text, position)):
            quantity, position = quantity._replace(unit=f"chữ số {digit[1]}"), digit.end()
        if unit.dimension == "angle" and (minutes := _MINUTES.match(text, position)):
            part = Fraction(int(minutes[1]), 60) + Fraction(int(minutes[2] or 0), 3600)
            value = quantity.value - part if quantity.value < 0 else quantity.value + part
            quantity, position = quantity._replace(value=value, form="compound"), minutes.end()
        elif unit.dimension not in ("count", "percent"):
            quantity, position = _compound(text, quantity, position)
        elif (
            unit.factor > 1
            and unit.factor in _DECIMALS
            and (decimal := _decimals(text, position, unit.factor))
        ):
            total, position = decimal
            quantity = _make(number._replace(value=quantity.base + total), None)
        elif unit.factor != 1 and (half := _HALF.match(text, position)):
            value = quantity.value + Fraction(1, 2)  # "2 tá rưỡi"
            quantity, position = quantity._replace(value=value, dotted=None), half.end()
        found.append((quantity, number.start, position))
    return found


def _decimals(text: str, position: int, factor: Fraction) -> tuple[int, int] | None:
    """Read the smaller places after "6 chục": "3 đơn vị"; return their value and end, or None."""
    total = 0
    while match := _DECIMAL.match(text, position):
        size = next(n for n, names in _DECIMALS.items() if match[2].lower() in names.split("|"))
        if size >= factor:
            break
        total, position, factor = total + int(match[1]) * size, match.end(), Fraction(size)
    return (total, position) if total else None


def read_clock(text: str) -> str:
    """Return the text with "9:24" as "9 giờ 24 phút"; for golds of the kind time only."""
    return _CLOCK.sub(r"\1 giờ \2 phút", text)


# Separators between a name and its value. A colon between two numbers is not one, so that "3 : 4"
# stays whole. The caller takes the last separator with a number after it.
_COPULA = re.compile(
    r"(?:(?<!\w)(?:là|bằng|còn)(?!\w)|(?<![0-9] )(?<![0-9]):|(?<=[0-9]):(?= )|[=≈∈])"
)
# Names that contain a number themselves: "Thùng 1 có 20 lít".
_NUMBERED = re.compile(
    r"[^\W\d][^0-9;:=]{0,40}[0-9]{1,3} (?:[^\W\d]+ ){0,2}?(?:có|được|chứa|đựng|dài|rộng|cao|nặng)"
    r" (?=[0-9])"
)
LEADING_LABEL = re.compile(r"^\s*(?:\(?[a-hA-H1-9]\)|[-•+](?=\s+[^\W\d]))\s*")


def split_label(item: str) -> tuple[str, str]:
    """Split one item into its name and its value side: "Số lớn là 30" → ("Số lớn", " 30").

    The value side starts after the last "=", else after the last "là", "bằng" or ":" followed by a
    number. Without any of these the whole item is the value side.
    """
    equal = item.rfind("=")
    if equal >= 0 and next_number(item, equal + 1) is not None:
        return item[: item.find("=")], item[equal + 1 :]
    last = None
    for match in _COPULA.finditer(item):
        if next_number(item, match.end()) is None:
            break
        last = match
    if last is not None:
        return item[: last.start()], item[last.end() :]
    return "", item


def labelled(item: str) -> Quantity | None:
    """Return the first quantity of a short item, labelled with the text that names it, or None.

    Example:
        >>> labelled("An: 12 viên bi").label
        'An'
    """
    mark = LEADING_LABEL.match(item)
    ordinal = mark[0].strip(" ()-•+") if mark else ""
    body = item[mark.end() :] if mark else item
    name, value = split_label(body)
    if not name and (numbered := _NUMBERED.match(body.lstrip())):
        name, value = numbered[0], body.lstrip()[numbered.end() :]
    found = find_quantities(value)
    if not found:
        return None
    quantity, start, _ = found[0]
    label = " ".join(f"{ordinal} {name} {value[:start]}".split())
    if not label and quantity.dimension == "count":
        label = quantity.unit
    return quantity._replace(label=label.strip(" :=-(${"))


def in_unit(quantity: Quantity, unit: str) -> Quantity:
    """Give a bare number the named measure unit; return any other quantity unchanged."""
    if quantity.dimension or not unit:
        return quantity
    known = UNITS.get(unit.lower().replace(" ", ""))
    if known is None:
        return quantity
    return quantity._replace(unit=known[0], dimension=known[1], factor=known[2])


def closest(
    quantity: Quantity, target: Fraction, *, english: bool = False, worded: bool = False
) -> Quantity:
    """Return the quantity with its ambiguous dot or comma read as the gold suggests.

    Args:
        quantity: a quantity as read from text.
        target: the gold in the dimension's base unit. If it is whole in this quantity's own unit,
            a dot separates thousands; otherwise it is a decimal point. A comma before "00"
            separates thousands if that is the gold's value.
        english: whether the text separates thousands by commas.
        worded: whether the text declares in English, so that any comma may.
    """
    other = quantity.dotted
    if other is None:
        return quantity
    if abs(other) > abs(quantity.value):
        thousands = english or ((worded or other % 100 == 0) and other * quantity.factor == target)
        return (
            quantity._replace(value=other, dotted=None, form="integer") if thousands else quantity
        )
    if (target / quantity.factor).denominator == 1:
        return quantity
    return quantity._replace(value=other, dotted=None, form="decimal")
