"""Finds the quantities of a declared text that may be the answer to a question for one number.

Tells them from givens and context by their place and unit; compares no values with the gold's.
"""

import re
from typing import NamedTuple

from mathpal.answers.enumerations import is_expression
from mathpal.answers.headings import named_value
from mathpal.answers.quantities import find_quantities, split_label
from mathpal.answers.records import Quantity

_PARTS = re.compile(
    r"\s*[;\n|]\s*|, (?=\S)|,(?=[^\W\d_])"
    r"|\s+(?:hoặc|hay|or|và(?! [0-9]+ ?/| [0-9] (?:chục|đơn vị)))\s+(?:là )?|\s*\((?=hoặc |hay )"
)
_LABEL = re.compile(r"^\s*\(?[a-h1-9]\)\s*")
LOOSE = ("", "count")


class Candidate(NamedTuple):
    """A quantity of the declared text that may be the answer.

    Attributes:
        quantity: the quantity.
        leads: whether only a label stands before it in its part.
        before: the text before it in its part.
        behind: the declared text after it.
        expression: the side that is still to be calculated, or "".
        more: whether another amount follows directly: "6 hộp 4 cái bánh".
    """

    quantity: Quantity
    leads: bool
    before: str
    behind: str
    expression: str = ""
    more: bool = False


def candidates(text: str) -> list[Candidate]:
    """Return the quantities of a declared text that may be the answer."""
    named = named_value(text)
    found: list[Candidate] = []
    stop, value = 0, named.value
    for part in _PARTS.split(value):
        if not part:
            continue
        stop = value.find(part, stop) + len(part)
        rest = value[stop:] + named.rest
        found += _of_part(part, named.name if not found else "", rest)
    return found


def _of_part(part: str, heading: str, rest: str) -> list[Candidate]:
    label = _LABEL.match(part)
    body = part[label.end() :] if label else part
    _, side = split_label(body)
    read = find_quantities(side)
    if not read and side is not body:
        side, read = body, find_quantities(body)
    name = heading + body[: len(body) - len(side)]
    found: list[Candidate] = []
    for index, (quantity, start, end) in enumerate(read):
        before = side[:start]
        unfinished = index == 0 and len(side) > end - start and is_expression(side)
        leads = index == 0 and not before.strip(" :=($")
        more = index + 1 < len(read) and _follows(quantity, *read[index + 1][:2], side[end:])
        # Words read as a counting word may be a reservation: "12 trở lên".
        behind = (quantity.unit if quantity.dimension == "count" else "") + side[end:]
        expression = side if unfinished else ""
        found.append(Candidate(quantity, leads, name + before, behind + rest, expression, more))
        if unfinished:
            break
    return found


def _follows(one: Quantity, other: Quantity, start: int, behind: str) -> bool:
    """Return whether `other` is a second amount right after `one`, as in "6 hộp 4 cái bánh"."""
    if not (one.unit and other.unit) or not behind[:2].strip(" ")[:1].isdigit():
        return False
    named = one.unit.rsplit(" ", 1)[-1] in _NUMBERED or one.dimension == "percent"
    return not named and other.dimension in ("count", one.dimension) and behind.startswith(" ")


# After these words a number is a name: "12 bạn lớp 5", "3 quyển tập 2".
_NUMBERED = frozenset("lớp tổ đội thùng số bài tập khối loại hàng cột thứ kho nhà ca".split())


def same_kind(quantity: Quantity, gold: Quantity) -> bool:
    """Return whether two quantities have the same dimension; all counts are of one kind."""
    if gold.dimension in LOOSE:
        return quantity.dimension in LOOSE
    return quantity.dimension == gold.dimension


def relevant(
    found: list[Candidate], gold: Quantity, *, strong: bool, hedged: bool
) -> list[Candidate]:
    """Return the candidates that can be the answer; the others are context ("sau 2 giờ")."""
    like = [c for c in found if same_kind(c.quantity, gold)]
    if not like or hedged:
        return found
    if gold.dimension == "count":
        named = [c for c in like if c.quantity.unit == gold.unit]
        others = [c for c in like if c.leads or c.quantity.dimension == ""]
        like = [c for c in like if c in named or c in others] if strong and named else named or like
    if strong:
        return [c for c in found if c in like or c.leads]
    return like
