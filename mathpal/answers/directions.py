"""Recognises the direction of a value: tăng or giảm, lãi or lỗ, thừa or thiếu, Bắc or Nam.

A direction is part of a gold's value. Knows the pairs of opposites as data; judges no numbers.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from mathpal.answers.words import EITHER

# Each row: an axis, the words of its one side, the words of the other.
_AXES = (
    ("change", "tăng|gấp|thêm|increased?", "giảm|bớt|hạ|decreased?"),
    ("profit", "lãi|lời|profit", "lỗ|loss"),
    ("excess", "thừa", "thiếu|hụt"),
    ("height", "(?:đi |bay |bơi |leo |dâng |nổi )?lên", "(?:đi |bay |bơi )?xuống|lặn|tụt"),
    ("result", "thắng", "thua"),
    ("order", "trước(?! khi| hết| tiên)", "sau(?! khi| đó)"),
    ("early", "sớm|nhanh", "muộn|trễ|chậm"),
    ("steps", "tiến", "lùi"),
    ("bound", "ít nhất|tối thiểu", "nhiều nhất|tối đa"),
    ("growth", "đồng biến", "nghịch biến"),
    ("warmth", "nóng|ấm", "lạnh"),
    ("hand", "(?:bên|tay|rẽ|phía|sang) phải", "(?:bên|tay|rẽ|phía|sang) trái"),
    ("north", "(?:phía|hướng|chính) bắc", "(?:phía|hướng|chính) nam"),
    ("east", "(?:phía|hướng|chính) đông", "(?:phía|hướng|chính) tây"),
    ("surface", "trên mực nước biển|trên mặt nước", "dưới mực nước biển|dưới mặt nước"),
    ("sex", "nam(?! châm)", "nữ"),
    (
        "difference",
        "(?:nhiều |lớn |to |cao |dài |nặng |rộng |xa |già |đắt )?hơn",
        "(?:ít|bé|nhỏ|thấp|ngắn|nhẹ|hẹp|gần|trẻ|rẻ) hơn|kém",
    ),
)
_WORDS = tuple(
    (axis, re.compile(rf"(?<!\w)(?:(?P<other>{other})|(?P<one>{one}))(?!\w)", re.I))
    for axis, one, other in _AXES
)
_COMPARED = next((one, other) for axis, one, other in _AXES if axis == "difference")
_RELATION = re.compile(
    rf"(\w+) (?:là )?(?:(?P<other>{_COMPARED[1]})|(?P<one>{_COMPARED[0]}))"
    r" (\w+)(?: \w+)? (?=[0-9])",
    re.I,
)
# Axes on which a question fixes the direction: "lãi bao nhiêu" is not answered by a loss.
_ASKED = ("change", "profit", "excess", "result")
_MANY = re.compile(r"(?:bao nhiêu|mấy)(?!\w)", re.I)
_DENIED = re.compile(r"(?<!\w)(?:không|chưa|chẳng)(?: (?:bị|được|hề|có|phải))?\s*$", re.I)
_NEAR = 40  # characters behind a value in which its direction may stand
_LEFT = 24  # characters before "bao nhiêu" in which its direction stands


class Direction(NamedTuple):
    """One direction word: its axis, side (1 or -1), place, and whether it is denied."""

    axis: str
    side: int
    start: int
    end: int
    denied: bool = False


def directions(text: str) -> list[Direction]:
    """Return the direction words of a normalised text in order."""
    found = [
        Direction(
            axis,
            1 if m["one"] else -1,
            m.start(),
            m.end(),
            bool(_DENIED.search(text[: m.start()][-20:])),
        )
        for axis, pattern in _WORDS
        for m in pattern.finditer(text)
    ]
    return sorted(found, key=lambda d: d.start)


def asked_directions(question: str) -> frozenset[tuple[str, int]]:
    """Return the (axis, side) of the direction words right before "bao nhiêu" in a question."""
    found: set[tuple[str, int]] = set()
    for many in _MANY.finditer(question):
        before = question[max(0, many.start() - _LEFT) : many.start()]
        found |= {(d.axis, d.side) for d in directions(before) if d.axis in _ASKED}
    return frozenset(found)


@lru_cache(maxsize=4096)
def _wanted(gold: str, asked: frozenset[tuple[str, int]]) -> dict[str, int]:
    """Return the side of each axis that the gold names, or else the question alone."""
    wanted = {axis: side for axis, side in asked if (axis, -side) not in asked}
    named = {(d.axis, d.side) for d in directions(gold) if not d.denied}
    return wanted | {axis: side for axis, side in named if (axis, -side) not in named}


def opposed(text: str, gold: str) -> bool:
    """Return whether a text names only the side that a gold does not, "nghịch biến" for "đồng"."""
    wanted = {(d.axis, d.side) for d in directions(gold)}
    given = {(d.axis, d.side) for d in directions(text)} if wanted else set()
    return any(
        (axis, -side) in given and (axis, side) not in given and (axis, -side) not in wanted
        for axis, side in wanted
    )


def _related(text: str) -> tuple[str, int, str] | None:
    """Return who is compared with whom: ("nữ", 1, "nam") for "nữ nhiều hơn nam 4 bạn"."""
    match = _RELATION.search(text)
    return (match[1].lower(), 1 if match["one"] else -1, match[4].lower()) if match else None


def _other_relation(text: str, gold: str) -> bool | None:
    """Return whether two comparisons of the same two differ; None if there are no such two."""
    given, wanted = _related(text), _related(gold)
    if not given or not wanted or {given[0], given[2]} != {wanted[0], wanted[2]}:
        return None
    return (given[1] == wanted[1]) != (given[0] == wanted[0])


def judge_direction(
    before: str, behind: str, gold: str, asked: frozenset[tuple[str, int]], whole: str
) -> tuple[str, str]:
    """Compare the direction of a value with the gold's; return verdict and explanation.

    A direction that the gold names must not be contradicted; it may be missing unless the question
    leaves it open ("tăng hay giảm bao nhiêu").

    Args:
        before: the text before the value in its clause.
        behind: the text after it.
        gold: the normalised gold.
        asked: what `asked_directions` found in the question.
        whole: the whole declared text, which may offer both directions.

    Returns:
        ("", "") if nothing contradicts.
    """
    wanted = _wanted(gold, asked)
    if not wanted:
        return "", ""
    other = _other_relation(whole, gold)
    if other is not None:
        return ("wrong", "the comparison is the opposite") if other else ("", "")
    left, right = directions(before), directions(behind[:_NEAR])
    either = EITHER.search(whole) is not None
    for axis, side in wanted.items():
        given = [d for d in left if d.axis == axis][-1:] or [d for d in right if d.axis == axis][:1]
        if either and len({d.side for d in directions(whole) if d.axis == axis}) > 1:
            return "multiple_answers", "both directions are declared"
        if not given:
            if {(axis, 1), (axis, -1)} <= asked:
                return "ambiguous", "the direction is missing"
            continue
        if given[0].denied:
            return "ambiguous", "the direction is denied"
        apart = before[given[0].end :].strip() if given[0] in left else "-"
        if given[0].side != side and not (axis == "difference" and apart):
            return "wrong", "the direction is the opposite"
    return "", ""
