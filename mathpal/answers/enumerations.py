"""Reads texts of several values: enumerations, ratios, quotients with remainder, calculations.

Reads golds and responses alike; judges nothing.
"""

import re
from fractions import Fraction

from mathpal.answers.expressions import evaluate
from mathpal.answers.notation import next_number
from mathpal.answers.quantities import LEADING_LABEL, find_quantities, labelled, split_label
from mathpal.answers.records import Quantity
from mathpal.answers.tokens import tokens
from mathpal.answers.values import Unreadable

REMAINDER = re.compile(r"(?<!\w)(?:(?:số |còn )?dư|(?:còn )?thừa(?: ra)?)(?!\w)", re.I)
_APART = re.compile(
    r"\s*[;\n→]\s*|, (?=\S)|,(?=[^\W\d_])"
    r"|\s+(?:và(?! [0-9] (?:chục|đơn vị)(?!\w))|còn|hoặc|hay|and|or)\s+"
    r"|\s+(?=\(?[b-h]\) )"
)
_ORDERED = re.compile(r"\s*[<>;\n→]\s*|, (?=\S)|\s+(?:và|rồi đến)\s+")
BARE_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9])")
_BOTH = re.compile(r"(?<![0-9] )(?<![0-9])± ?([0-9][0-9.,/ ]{0,20}(?<=[0-9]))")
_EXPRESSION = re.compile(
    r"[-+×*] ?\( ?[-+]? ?[0-9]|[0-9)\w²³%] ?[+×*] ?[\w(]|[0-9)] ?[-x] ?[0-9(]|[0-9)] ?: ?[0-9(]"
)


def split_items(text: str, *, ordered: bool = False) -> list[str]:
    """Split an enumeration into its members.

    The separators are ";", a line end, ", ", "và", "còn", "hoặc" and "hay". In an ordered list they
    are ";", a line end, ", ", "và", "rồi đến", "<" and ">".
    """
    return [item for item in (_ORDERED if ordered else _APART).split(text.strip("{}() ")) if item]


def members(text: str, *, ordered: bool = False, whole: bool = False) -> list[Quantity]:
    """Return the labelled quantities of an enumeration.

    Args:
        text: the enumeration.
        ordered: also split at "<" and ">".
        whole: whether the members are known to be whole numbers, so that "3,6,9" has three.
    """
    inner = text[text.find("{") :] if "{" in text else text
    items = split_items(inner, ordered=ordered)
    if whole and len(items) == 1 and len(BARE_COMMA.findall(inner)) >= 1:
        items = BARE_COMMA.split(inner.strip("{}() "))
    return [quantity for item in items if (quantity := labelled(item)) is not None]


def both_signs(text: str) -> str:
    """Return the text with "±8" as "8; -8"."""
    return _BOTH.sub(r"\1; -\1", text) if "±" in text else text


def is_expression(text: str) -> bool:
    """Return whether a text still contains a calculation, as "12 + 3" does."""
    return _EXPRESSION.search(text) is not None


def calculated(text: str) -> Fraction | None:
    """Return the value of a calculation with brackets, as "-(-45)"; None if it has none."""
    if "(" not in text:
        return None
    try:
        side = evaluate(list(tokens(text.strip(" .=:"))))
    except Unreadable:
        return None
    return side.value.raw


def has_expression(text: str, *, ordered: bool = False) -> bool:
    """Return whether a member of an enumeration is still a calculation, labels aside."""
    items = (LEADING_LABEL.sub("", i) for i in split_items(text, ordered=ordered))
    return any(is_expression(split_label(item)[1]) for item in items)


def terms(text: str) -> list[Fraction]:
    """Return the numbers of a ratio "2 : 3 : 5"; none if one of them cannot be read."""
    read: list[Fraction] = []
    for piece in text.split(":"):
        number = next_number(piece)
        if number is None:
            return []
        read.append(number.value)
    return read


def read_remainder(text: str) -> tuple[Quantity, Quantity] | None:
    """Return quotient and remainder of "7 (dư 2)" or "dư 2, thương 7"; None if one is missing."""
    mark = REMAINDER.search(text)
    if mark is None:
        return None
    after = find_quantities(text[mark.end() :])
    before = find_quantities(text[: mark.start()][text[: mark.start()].rfind("=") + 1 :])
    if not after:
        return None
    quotient = before[-1:] or after[1:2]
    extra = len(before) + len(after) > 2
    return None if extra or not quotient else (quotient[0][0], after[0][0])
