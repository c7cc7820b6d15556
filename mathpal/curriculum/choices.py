"""Turns a problem into multiple choice: the right answer and up to three typical errors of pupils.

Knows drafts and golds; nothing of particular families.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from mathpal.answers import grade, parse_gold
from mathpal.curriculum.layouts import chosen
from mathpal.curriculum.registry import Draft, Draw
from mathpal.curriculum.writing import spaced
from mathpal.errors import DataError

LETTERS = "ABCD"
_WHOLE = re.compile(r"\d+(?: \d{3}(?!\d))*")
_SPACED = re.compile(r"\d \d{3}(?!\d)")
_CLOSED = {"sign": ("<", ">", "="), "yesno": ("có", "không")}


def as_choice(draft: Draft, kind: str, draw: Draw) -> Draft:
    """Return the problem with options A to D; its answer becomes the right option's letter.

    Comparison signs give three options and yes/no two, always in the same order.

    Args:
        draft: the problem; its `slips` become options before any other wrong answer.
        kind: kind of its gold.
        draw: decides the further wrong answers and the order of the options.
    """
    gold = parse_gold(draft.answer, kind=kind)
    wrong: list[str] = []
    for text in _CLOSED.get(kind) or (*draft.slips, *_near(draft, draw)):
        if len(wrong) == 3:
            break
        if text in wrong or not _parses(text, kind):
            continue
        others = [gold, *(parse_gold(one, kind=kind) for one in wrong)]
        if all(grade(f"Đáp số: {text}", other).verdict != "correct" for other in others):
            wrong.append(text)
    assert wrong, f"no distractor for {draft.answer!r}"
    options = draw.distinct([draft.answer, *wrong], len(wrong) + 1)
    if kind in _CLOSED:
        options.sort(key=_CLOSED[kind].index)
    letter = LETTERS[options.index(draft.answer)]
    listed = "\n".join(f"{name}. {text}" for name, text in zip(LETTERS, options, strict=False))
    return replace(
        draft,
        question=f"{draft.question}\n{listed}",
        solution=chosen(draft.solution, letter),
        answer=letter,
    )


def _parses(text: str, kind: str) -> bool:
    try:
        parse_gold(text, kind=kind)
    except DataError:
        return False
    return True


def _near(draft: Draft, draw: Draw) -> Iterator[str]:
    """Yield wrong answers: the right one with one of its numbers changed by a typical slip."""
    answer = draft.answer
    places = list(_WHOLE.finditer(answer))
    if not places:
        return
    # Print 1 450 if the problem itself spaces such numbers, else 1450.
    least = 1_000 if _SPACED.search(draft.question + draft.solution.text) else 10_000
    for change in draw.distinct(("carry", "zero", "swap", "one", "ten", "two"), 6):
        place = draw.pick(places)
        for other in _changed(int(place[0].replace(" ", "")), change):
            text = spaced(other) if other >= least else str(other)
            yield answer[: place.start()] + text + answer[place.end() :]


def _changed(value: int, change: str) -> tuple[int, ...]:
    """Return wrong numbers that one kind of slip makes of a value.

    "zero" adds or drops a zero at the end; the other changes act on the digits before the zeros.
    """
    zeros = len(str(value)) - len(str(value).rstrip("0")) if value else 0
    unit = 10**zeros
    head = value // unit
    digits = str(head)
    if change == "zero":
        return (value * 10, *((value // 10,) if zeros else ()))
    if change == "swap":
        return (int(digits[:-2] + digits[-1] + digits[-2]) * unit,) if head > 9 else ()
    step = {"carry": 10 if head > 9 else 1, "one": 1, "two": 2, "ten": 100 if head > 99 else 3}
    return ((head + step[change]) * unit, max(1, head - step[change]) * unit)
