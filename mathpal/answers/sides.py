"""Finds and evaluates the arithmetic left and right of an equals sign within prose.

Does not compare the sides; `agreement` does.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mathpal.answers.divisors import common_at_end
from mathpal.answers.expressions import evaluate
from mathpal.answers.leads import behind_label, ends_label
from mathpal.answers.tokens import Token, tokens
from mathpal.answers.values import Reading, Side, Unreadable

SIDE = 600  # characters read of a side
_PLAIN_WORDS = ("là", "được", "bằng", "có", "lại")
_SHARES = frozenset({"lần", "phần", "nửa", "của", "số", "tổng", "hiệu", "tích"})
_RELATIVES = 4  # attempts to find where an expression starts behind prose
_LIST = re.compile(r" ?[(\[] ?[0-9]{1,12} ?[,;]")


class Start(NamedTuple):
    """A place where the left side may begin.

    Attributes:
        given: its tokens from there.
        text: its text.
        weak: whether the surrounding prose makes an error doubtful.
        sure: whether an equation that holds from there is right.
    """

    given: Sequence[Token]
    text: str
    weak: bool
    sure: bool = True


class Right(NamedTuple):
    """A right side: its value, its text, the text behind it, and whether it surely ends there."""

    side: Side
    shown: str
    rest: str
    sure: bool = True


def _run(given: Sequence[Token]) -> int:
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


def _joins(given: Sequence[Token], index: int) -> bool:
    """Return whether the token is the "và" of "2 m và 5 cm"."""
    if given[index].text != "và" or index == 0 or index + 1 >= len(given):
        return False
    return given[index - 1].kind == "unit" and given[index + 1].kind == "number"


def left_starts(text: str, lead: str) -> list[Start]:
    """Return the places where the arithmetic at the end of a text may begin; none if unclear.

    Args:
        text: the text between two relation signs, or from the line's start.
        lead: the text of the line in front of it; empty at the line's start.
    """
    cut = text[-SIDE:]
    given = tokens(cut)
    start = _run(given)
    common = common_at_end(cut)
    if common is not None:
        starts = [Start([common.token], cut[common.token.start :], common.weak)]
        plain = [] if common.named or ";" in common.token.text else _starts(given, start, cut, lead)
        return starts + plain
    if start == 0 and len(text) > SIDE:
        return []
    return _starts(given, start, cut, lead)


def _starts(given: Sequence[Token], start: int, cut: str, lead: str) -> list[Start]:
    boundary = given[start - 1] if start else None
    if start == len(given) or (
        boundary and boundary.kind == "junk" and not ends_label(given, start)
    ):
        return []
    if boundary and boundary.kind == "open" and start > 1 and given[start - 2].kind == "operator":
        return []
    run, first = given[start:], given[start]
    places = range(start, len(given))
    weak = any(given[i].kind == "word" and not _joins(given, i) for i in places)
    weak |= _torn(given, start) or (first.text[0] == "0" and first.text.isdigit())
    if first.kind == "operator":
        return _signed(run, boundary, cut, weak, chained=bool(lead))
    if boundary and boundary.kind == "word":
        weak |= len(boundary.text) == 1 or len(run) <= 1
    starts = [Start(run, cut[first.start :], weak)]
    label = behind_label(run, boundary, lead)
    if label and (label[1] or len(run) > label[0] + 1):
        behind, sure = run[label[0] :], label[1]
        weak |= len(behind) <= 1
        starts.insert(0 if sure else 1, Start(behind, cut[behind[0].start :], weak, sure))
    return starts


def _signed(
    run: Sequence[Token], boundary: Token | None, cut: str, weak: bool, *, chained: bool
) -> list[Start]:
    """Return the starts of a side that begins with a sign: a label's colon, a minus, a bullet."""
    first, behind = run[0], run[1:]
    named = boundary is not None and boundary.kind in ("word", "junk", "close")
    if not behind:
        return []
    text = cut[behind[0].start :]
    if first.text == ":" and named:
        assert boundary is not None
        glued = first.start == boundary.end
        if len(boundary.text) == 1 and not (glued and boundary.text.isupper()):
            return []  # "x : 6 - 1 = 5" divides; in "A: 5 × 4 = 20" the "A:" is a name
        weak |= boundary.text not in _PLAIN_WORDS and not (glued and len(boundary.text) > 1)
        weak |= boundary.kind == "junk" or boundary.text.isupper()
        return [Start(behind, text, weak)]
    if first.text not in "+-" or named:
        return []
    starts = [Start(run, cut[first.start :], weak)]
    if boundary is None and not chained:  # "- 12 + 3": a bullet, or a negative number
        starts.append(Start(behind, text, weak, sure=behind[0].start > first.end))
    return starts


def _torn(given: Sequence[Token], start: int) -> bool:
    """Return whether the boundary may cut a number or bracket: "184 : 0, 0025", "{n + 1}{2}"."""
    if start < 1:
        return False
    boundary, first = given[start - 1], given[start]
    if boundary.kind == "close":
        return boundary.text != ")" or first.start == boundary.end
    if boundary.text == "." and start > 1 and given[start - 2].kind in ("close", "power"):
        return all(token.kind in ("number", "power") for token in given[start:])  # "(a + b). 3"
    if boundary.text != "," or start < 3 or first.kind != "number":
        return False
    return given[start - 2].kind == "number" and given[start - 3].kind in ("operator", "open")


def left_sides(start: Start, reading: Reading) -> Iterator[Side]:
    """Yield the values of a left side, one for every expression that may be its beginning."""
    given, weak = start.given, start.weak
    for _ in range(_RELATIVES):
        try:
            side = evaluate(given, reading)
        except Unreadable:
            return
        rest = given[side.end :]
        if all(token.kind == "word" for token in rest):
            side.weak |= weak or bool(rest)
            yield side
            return
        if rest[0].text == "và" and len(rest) > 1:
            given = rest[1:]
            continue
        if rest[0].kind not in ("number", "open"):
            return
        given, weak = rest, True  # two numbers side by side: the side begins at the later one


def right_sides(given: Sequence[Token], text: str, reading: Reading) -> Iterator[Right]:
    """Yield the readings of the value at the start of a text; none if none is certain.

    Args:
        given: tokens of the first `SIDE` characters of the text.
        text: the text behind a relation sign.
        reading: how ambiguous signs are read.
    """
    whole = _right(given, text, reading)
    if whole is not None:
        yield whole
    for index, token in enumerate(given[:-1]):
        if token.text == ":" and ends_label(given, index) and given[index + 1].start > token.end:
            # "3 + 4 = 7: đúng"; in "12 = 12: 3" the colon may divide
            before = _right(given[:index], text[: token.start], reading)
            if before is not None:
                rest = text[token.start : SIDE]
                yield before._replace(rest=rest, sure=given[index + 1].kind == "word")
            return


def _right(given: Sequence[Token], text: str, reading: Reading) -> Right | None:
    cut = text[:SIDE]
    try:
        side = evaluate(given, reading)
    except Unreadable:
        return None
    side.weak |= _LIST.match(cut) is not None
    end = given[side.end - 1].end
    if side.end == len(given):
        return Right(side, cut[:end], "") if len(text) <= SIDE else None
    following = given[side.end]
    if following.kind in ("junk", "operator", "power", "number"):
        return None
    if following.kind == "open" and following.start == end:
        return None
    side.weak |= following.kind == "unit"
    after = given[side.end + 1] if side.end + 1 < len(given) else None
    if after is not None and after.kind == "number":
        side.weak |= following.text == "," and side.operators > 0
        side.weak |= following.text == "." and given[side.end - 1].kind == "power"  # "2². 5²"
    if following.kind == "word":
        share = side.value.raw.denominator != 1 or side.percent
        side.weak |= share or following.text.lower() in _SHARES
    return Right(side, cut[:end], cut[end:])
