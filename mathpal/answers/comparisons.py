"""Judging declared texts against comparison signs and against yes or no."""

import re

from mathpal.answers.asking import Asked, squeeze
from mathpal.answers.notation import normalise
from mathpal.answers.records import Answer
from mathpal.answers.scalars import Finding
from mathpal.answers.words import EITHER, SIGN, no_sign, signs, taken_back
from mathpal.answers.yesno import yes_or_no

_FLIP = {"<": ">", ">": "<", "=": "="}


def _sides(text: str) -> tuple[str, str] | None:
    """Return the two sides of a text's only comparison; None if there is not exactly one."""
    pieces = SIGN.split(text)
    if len(pieces) != 2:
        return None
    left = re.split(r"(?:là|vậy|có|số|:) (?=\S)", pieces[0])[-1]
    sides = squeeze(left), squeeze(pieces[1])
    return sides if all(sides) else None


def judge_sign(text: str, gold: Answer, asks: Asked) -> Finding:
    """Judge a declared text against <, > or =; "b < a" counts as "a > b"."""
    wanted = SIGN.findall(gold.text if SIGN.search(gold.text) else normalise(gold.text))[0]
    if EITHER.search(text):
        return Finding("multiple_answers", None, "alternatives are declared")
    found = signs(text)
    if not found:
        return Finding("no_answer", None, "no comparison sign is declared")
    if len(found) > 1:
        return Finding("multiple_answers", None, "different signs are declared")
    sign, given = found[0], _sides(text)
    expected = _sides(normalise(gold.text)) or asks.sides
    if given and expected and given == expected[::-1] and given != expected:
        sign = _FLIP[sign]
    if no_sign(text) or taken_back("", text.lstrip(" <>"), rough=False):
        return Finding("ambiguous", None, "the sign is declared with a reservation")
    if sign == wanted:
        return Finding("correct", None, "the sign agrees")
    return Finding("wrong", None, f"the sign is {sign}, expected {wanted}")


def judge_yesno(text: str, gold: Answer, asks: Asked) -> Finding:
    """Judge a declared text against yes or no."""
    said = yes_or_no(text, asks.claim)
    if said is None:
        return Finding("ambiguous" if text else "no_answer", None, "neither yes nor no")
    return Finding("correct" if said == gold.text else "wrong", None, f"it says {said}")
