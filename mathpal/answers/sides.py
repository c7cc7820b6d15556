"""Finds and evaluates the arithmetic left and right of an equals sign within prose.

Does not compare the sides; `agreement` does.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mathpal.answers.expressions import evaluate
from mathpal.answers.tokens import Token, tokens
from mathpal.answers.values import Reading, Side, Unreadable

SIDE = 600  # characters read of a side
_PLAIN_WORDS = ("là", "được", "bằng", "có", "lại")
_SHARES = frozenset({"lần", "phần", "nửa", "của", "số", "tổng", "hiệu", "tích"})
_RELATIVES = 4  # attempts to find where an expression starts behind prose


class Half(NamedTuple):
    """One side before evaluation.

    Attributes:
        starts: its tokens from each place where the arithmetic may begin.
        weak: whether the surrounding prose makes the reading doubtful.
        text: its text.
    """

    starts: tuple[list[Token], ...]
    weak: bool
    text: str
    rest: str = ""


def _run(given: list[Token]) -> int:
    """Return the index where the last run of arithmetic in `given` begins."""
    start, depth = len(given), 0
    while start > 0:
        token = given[start - 1]
        if _joins(given, start - 1):
            start -= 1
            continue
        if token.kind == "word":
            first = start - 1
            while first > 0 and given[first - 1].kind == "word" and start - first < 3:
                first -= 1
            counted = first > 0 and given[first - 1].kind in ("number", "close", "power")
            goes_on = start == len(given) or given[start].text in ("+", "-", "×")
            if not (counted and goes_on):
                break
            start = first
            continue
        if token.kind in ("mark", "junk"):
            break
        depth += (token.kind == "close") - (token.kind == "open")
        if depth < 0:
            break
        start -= 1
    while depth > 0:  # "a) 3 + 4": a bracket that was never opened ends a label
        level = 0
        for index in range(start, len(given)):
            level += (given[index].kind == "open") - (given[index].kind == "close")
            if level < 0:
                start = index + 1
                break
        else:
            break
        depth -= 1
    return start


def _joins(given: list[Token], index: int) -> bool:
    """Return whether the token is the "và" of "2 m và 5 cm"."""
    if given[index].text != "và" or index == 0 or index + 1 >= len(given):
        return False
    return given[index - 1].kind == "unit" and given[index + 1].kind == "number"


def left_half(text: str) -> Half | None:
    """Return the arithmetic at the end of a text, or None."""
    cut = text[-SIDE:]
    given = list(tokens(cut))
    start = _run(given)
    if start == 0 and len(text) > SIDE:
        return None
    boundary = given[start - 1] if start else None
    weak = any(given[i].kind == "word" and not _joins(given, i) for i in range(start, len(given)))
    if start == len(given) or (boundary and boundary.kind == "junk"
                               and not _label_colon(given, start)):  # fmt: skip
        return None
    if boundary and boundary.kind == "open" and start > 1 and given[start - 2].kind == "operator":
        return None
    first = given[start]
    starts = [given[start:]]
    weak |= _torn(given, start) or (first.text[0] == "0" and first.text.isdigit())
    if first.kind == "operator":
        named = boundary is not None and boundary.kind in ("word", "junk", "close")
        if first.text == ":" and named:
            assert boundary is not None
            glued = first.start == boundary.end
            if len(boundary.text) == 1 and not (glued and boundary.text.isupper()):
                return None  # "x : 6 - 1 = 5" divides; in "A: 5 × 4 = 20" the "A:" is a name
            weak |= boundary.text not in _PLAIN_WORDS and not (glued and len(boundary.text) > 1)
            weak |= boundary.kind == "junk" or boundary.text.isupper()
            starts = [given[start + 1 :]]
        elif first.text in "+-" and boundary is None:
            starts.append(given[start + 1 :])
        elif first.text not in "+-" or named:
            return None
    elif boundary and boundary.kind == "word":
        weak |= len(boundary.text) == 1 or len(starts[0]) <= 1
        if (len(starts[0]) > 2 and first.kind == "number" and starts[0][1].text == ":"
                and _label_colon(given, start + 1)):  # fmt: skip
            starts.append(starts[0][2:])  # "Hình 1: 5 × 4"
            weak = True
    if not starts[0]:
        return None
    return Half(tuple(starts), weak, cut[starts[0][0].start :])


def _torn(given: list[Token], start: int) -> bool:
    """Return whether the boundary may cut a number or bracket: "184 : 0, 0025", "{n + 1}{2}"."""
    if start < 1:
        return False
    boundary, first = given[start - 1], given[start]
    if boundary.kind == "close":
        return boundary.text != ")" or first.start == boundary.end
    if boundary.text != "," or start < 3 or first.kind != "number":
        return False
    return given[start - 2].kind == "number" and given[start - 3].kind in ("operator", "open")


def _label_colon(given: list[Token], index: int) -> bool:
    """Return whether the token is a colon without a space before it, as after a name."""
    token = given[index] if 0 < index < len(given) else None
    return token is not None and token.text == ":" and token.start == given[index - 1].end


def left_sides(half: Half, reading: Reading) -> Iterator[Side]:
    """Yield the values of a left side, one for every place where it may begin."""
    for start in half.starts:
        given, weak = start, half.weak
        for _ in range(_RELATIVES):
            try:
                side = evaluate(given, reading)
            except Unreadable:
                break
            rest = given[side.end :]
            if all(token.kind == "word" for token in rest):
                side.weak |= weak or bool(rest)
                yield side
                break
            if rest[0].text == "và" and len(rest) > 1:
                given = rest[1:]
                continue
            if rest[0].kind not in ("number", "open"):
                break
            given, weak = rest, True  # two numbers side by side: the side begins at the later one


def right_side(text: str, reading: Reading) -> tuple[Side, str, str] | None:
    """Return the value at the start of a text, its text and the rest; None if none is certain."""
    cut = text[:SIDE]
    given = list(tokens(cut))
    try:
        side = evaluate(given, reading)
    except Unreadable:
        return None
    end = given[side.end - 1].end
    if side.end == len(given):
        return (side, cut[:end], "") if len(text) <= SIDE else None
    following = given[side.end]
    if following.kind in ("junk", "operator", "power", "number"):
        return None
    if following.kind == "open" and following.start == end:
        return None
    side.weak |= following.kind == "unit"
    after = given[side.end + 1 : side.end + 2]
    side.weak |= (
        following.text == "," and bool(after) and after[0].kind == "number" and (side.operators > 0)
    )
    if following.kind == "word":
        share = side.value.raw.denominator != 1 or side.percent
        side.weak |= share or following.text.lower() in _SHARES
    return side, cut[:end], cut[end:]


def readings(text: str) -> Iterator[Reading]:
    """Yield the ways to read the ambiguous signs of a text, the usual one first."""
    yield Reading()
    for dot in (1, 2) if "." in text else ():
        yield Reading(dot)
    if ("/" in text and ":" in text) or text.count("/") > 1:
        yield Reading(0, False)
