"""Checks the equations and comparisons of a worked solution one by one.

Evaluates both sides of every relation sign exactly. Anything that cannot be read with certainty is
"unchecked", because a false alarm is worse than a missed error.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from mathpal.answers.agreement import agrees
from mathpal.answers.sides import SIDE, Right, left_sides, left_starts, right_sides
from mathpal.answers.tokens import readings, tokens
from mathpal.answers.values import Side
from mathpal.answers.working import GLUED, prepare

_LONGEST = 20_000  # characters read of a solution
_MAX_STEPS = 400
_SHOWN = 60  # characters shown of a side that cannot be read
_RELATION = re.compile(r"[=≈<>≤≥]")
_LEADS = ("=", "≈", "<", ">", "≤", "≥")
_REMAINDER = re.compile(r"[^=\d]{0,30}?(?<![^\W\d_])(?:dư|[rR](?= ?[0-9]))[^=\d()]{0,12}")
_NUMBER = re.compile(r"[0-9][0-9 .,]{0,20}")
_REFUSED = re.compile(
    r"vô l[íý]|(?<!\w)(?:sai|mâu thuẫn|không thỏa|không thoả)(?!\w)|(?<=[(\[])loại(?!\w)"
    r"|(?<!\w)loại(?= ?(?:[)\].,;!:]|$|vì|do|bỏ))",
    re.I,
)
_SENTENCE = re.compile(r"[.;!] ")
_CLOCK = re.compile(r"(?<![0-9])[0-2]?[0-9]:[0-5][0-9](?![0-9])")


class Step(NamedTuple):
    """One equation or comparison of a solution.

    Attributes:
        text: the equation as read, "35 × 2 = 70 (m)".
        verdict: "valid", "invalid" or "unchecked".
        explanation: the reason in one clause, for the report.
    """

    text: str
    verdict: str
    explanation: str


def _chains(text: str) -> Iterator[str]:
    """Yield the lines of a text; lines that continue an equation are joined."""
    held: list[str] = []
    for line in text.split("\n"):
        bare = line.strip(" $")
        if not bare:
            continue
        if held and not (bare.startswith(_LEADS) or held[-1].endswith(_LEADS)):
            yield " ".join(held)
            held = []
        held.append(bare)
    if held:
        yield " ".join(held)


def _remainder(left: Side, right: Side, rest: str, mark: re.Match[str]) -> tuple[str, str]:
    number = _NUMBER.match(rest, mark.end())
    given = tokens(number[0]) if number else ()
    value = given[0].values[0] if given and given[0].kind == "number" else None
    if left.quotient is None or value is None or right.operators:
        return "unchecked", "there is no quotient to check the remainder against"
    dividend, divisor = left.quotient
    if dividend == divisor * right.value.raw + value and 0 <= value < divisor:
        return "valid", "quotient and remainder agree"
    return "invalid", f"{dividend} is not {divisor} × {right.value.raw} + {value}"


def _shown(side: Side) -> str:
    value = side.value.raw
    if value.denominator > 10**6 or abs(value.numerator) > 10**18:
        return f"about {float(value):.6g}" if abs(value) < 10**18 else "out of range"
    return str(value)


class _Found(NamedTuple):
    """A verdict in one reading of an equation."""

    text: str
    verdict: str
    why: str


def _found(left: Side, right: Right, relation: str, text: str) -> _Found:
    """Judge one reading of both sides."""
    mark = _REMAINDER.match(right.rest)
    if mark:
        text = f"{text}{right.rest[: mark.end() + 12]}"
        verdict, why = _remainder(left, right.side, right.rest, mark)
    else:
        verdict = agrees(left, right.side, relation)
        why = "both sides agree"
        if verdict != "valid":
            why = f"the left side is {_shown(left)}, the right side {_shown(right.side)}"
    if verdict == "invalid":
        around = right.shown[-20:] + _SENTENCE.split(right.rest[:40], maxsplit=1)[0]
        doubtful = left.weak or right.side.weak or _REFUSED.search(around)
        if doubtful or _CLOCK.search(right.shown):
            return _Found(text, "unchecked", "the surrounding words make the reading uncertain")
    return _Found(text, verdict, why)


@lru_cache(maxsize=64)  # a model that loops repeats its equation
def _judge(before: str, relation: str, behind: str, lead: str) -> Step:
    plain = f"{before[-_SHOWN:].strip()} {relation} {behind[:_SHOWN].strip()}"
    starts = left_starts(before, lead)
    both = max((start.text for start in starts), key=len, default="") + behind[:SIDE]
    if not starts or (relation != "=" and GLUED in both):
        # "134,2x7 < 134,267" asks for the digit x
        return Step(plain, "unchecked", "the left side is not arithmetic")
    first: _Found | None = None
    given = tokens(behind[:SIDE])
    for reading in readings(both):
        for right in right_sides(given, behind, reading):
            for start in starts:
                text = f"{start.text.strip()} {relation} {right.shown.strip()}"
                for left in left_sides(start, reading):
                    found = _found(left, right, relation, text)
                    if found.verdict == "valid":
                        if reading.sure and start.sure and right.sure:
                            return Step(*found)
                        found = _Found(text, "unchecked", "it holds in an unusual reading only")
                    if first is None or found.verdict == "unchecked":
                        first = found
    if first is None:
        return Step(plain, "unchecked", "a side is not arithmetic")
    return Step(*first)


def check_steps(response: str) -> list[Step]:
    """Check every equation and comparison of a worked solution exactly.

    A chain a = b = c gives two steps. Valid are also remainders ("= 4 (dư 3)"), correctly rounded
    quotients, "8 : 1000 × 100 = 0,8%", units that convert ("1/4 (giờ) = 15 phút") and units that
    only the result has ("35 × 2 = 70 (m)"). Letters, ellipses and prose leave a step unchecked.

    Args:
        response: the solution; its first 20,000 characters and 400 steps are read.

    Returns:
        The steps in order; an empty list if there is no equation or comparison.

    Example:
        >>> [step.verdict for step in check_steps("35 × 2 = 70 (m)\\nx + 2 = 5\\n3 + 4 = 8")]
        ['valid', 'unchecked', 'invalid']
    """
    steps: list[Step] = []
    for line in _chains(prepare(response[:_LONGEST])):
        marks = list(_RELATION.finditer(line))
        for index, mark in enumerate(marks):
            start = marks[index - 1].end() if index else 0
            end = marks[index + 1].start() if index + 1 < len(marks) else len(line)
            if start == mark.start() or end == mark.end():
                continue
            before, behind = line[start : mark.start()], line[mark.end() : end]
            if not before.strip() or not behind.strip():
                continue
            lead = line[max(0, start - _SHOWN) : start]
            step = _judge(before[-SIDE - 1 :], mark[0], behind[: SIDE + 1], lead)
            steps.append(step._replace(text=step.text.replace(GLUED, "×")))
            if len(steps) == _MAX_STEPS:
                return steps
    return steps
