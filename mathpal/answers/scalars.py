"""Judges a declared text against a gold that is one number, with or without a unit."""

import re
from fractions import Fraction
from typing import NamedTuple

from mathpal.answers.asking import Asked
from mathpal.answers.enumerations import is_expression
from mathpal.answers.notation import next_number, normalise
from mathpal.answers.quantities import (
    PART_OF_DAY,
    closest,
    find_quantities,
    in_unit,
    read_clock,
    split_label,
)
from mathpal.answers.records import Answer, Quantity
from mathpal.answers.words import EITHER, ranges, taken_back

_PARTS = re.compile(
    r"\s*[;\n|]\s*|, (?=\S)|,(?=[^\W\d_])"
    r"|\s+(?:hoặc|hay|or|và(?! [0-9]+ ?/))\s+(?:là )?|\s*\((?=hoặc |hay )"
)
_LABEL = re.compile(r"^\s*\(?[a-h1-9]\)\s*")
_LOOSE = ("", "count")


class Finding(NamedTuple):
    """A verdict on one declared text, with the quantity that was judged."""

    verdict: str
    quantity: Quantity | None
    explanation: str


class _Candidate(NamedTuple):
    """A quantity of the declared text that may be the answer."""

    quantity: Quantity
    leads: bool  # whether only a label stands before it in its part
    before: str  # the text before it in its part
    behind: str  # the declared text after it
    expression: bool  # whether a calculation is still to be carried out


def _candidates(text: str) -> list[_Candidate]:
    found: list[_Candidate] = []
    stop = 0
    for part in _PARTS.split(text):
        if not part:
            continue
        stop = text.find(part, stop) + len(part)
        label = _LABEL.match(part)
        body = part[label.end() :] if label else part
        _, side = split_label(body)
        read = find_quantities(side)
        if not read and side is not body:
            side, read = body, find_quantities(body)
        name = body[: len(body) - len(side)]
        for index, (quantity, start, end) in enumerate(read):
            before = side[:start]
            unfinished = index == 0 and len(side) > end - start and is_expression(side)
            leads = index == 0 and not before.strip(" :=($")
            # Words read as a counting word may be a reservation: "12 trở lên".
            behind = (quantity.unit if quantity.dimension == "count" else "") + side[end:]
            found.append(
                _Candidate(quantity, leads, name + before, behind + text[stop:], unfinished)
            )
            if unfinished:
                break
    return found


def _same_kind(quantity: Quantity, gold: Quantity) -> bool:
    if gold.dimension in _LOOSE:
        return quantity.dimension in _LOOSE
    return quantity.dimension == gold.dimension


def _relevant(
    found: list[_Candidate], gold: Quantity, *, strong: bool, hedged: bool
) -> list[_Candidate]:
    """Return the candidates that can be the answer; the others are context ("sau 2 giờ")."""
    like = [c for c in found if _same_kind(c.quantity, gold)]
    if not like:
        return found
    if hedged:
        return found
    if gold.dimension == "count":
        named = [c for c in like if c.quantity.unit == gold.unit]
        others = [c for c in like if c.leads or c.quantity.dimension == ""]
        like = [c for c in like if c in named or c in others] if strong and named else named or like
    if strong:
        return [c for c in found if c in like or c.leads]
    return like


def judge_number(text: str, gold: Answer, asked: Asked, *, strong: bool) -> Finding:
    """Judge a declared text against a gold that is one number.

    Args:
        text: normalised declared text.
        gold: the gold answer.
        asked: the question's demands.
        strong: whether the text followed "Đáp số" or another strong marker. After "Vậy" the
            sentence may hold other numbers, and only those of the gold's dimension count.
    """
    target = gold.parts[0]
    if gold.kind == "time":
        text = read_clock(text)
    unit = asked.blank_unit
    counted = target.dimension == "count" and target.unit.split(" ")[0] == asked.named_unit
    if counted or not target.dimension:  # "mấy tá", "bao nhiêu %": a bare number is in that unit
        unit = unit or asked.named_unit
    target = in_unit(target, unit)
    found = _candidates(text)
    if not found:
        return Finding("no_answer", None, "the declared text holds no number")
    hedged = EITHER.search(text) is not None
    relevant = _relevant(found, target, strong=strong, hedged=hedged)
    read = [c._replace(quantity=closest(in_unit(c.quantity, unit), target.base)) for c in relevant]
    first = next((c for c in read if _same_kind(c.quantity, target)), read[0])
    if any(_differs(first.quantity, other.quantity) for other in read):
        verdict = "multiple_answers" if strong or hedged else "ambiguous"
        return Finding(verdict, first.quantity, "several different values are declared")
    if any(c.expression for c in read):
        return Finding("wrong_form", None, "the calculation is not carried out")
    rough = asked.rounded or gold.tolerance > 0
    bounds = asked.bounds | ({"hơn", "nhất"} & set(gold.text.lower().split()))
    if taken_back(first.before, first.behind, rough=rough, bounds=bounds) or any(
        not _differs(first.quantity, end) for r in ranges(text) for end, _, _ in find_quantities(r)
    ):
        return Finding("ambiguous", first.quantity, "the value is declared with a reservation")
    verdict, why = compare(first.quantity, target, gold.tolerance)
    if verdict == "wrong" and _half_a_day(first.quantity, target, gold.text, text):
        return Finding("ambiguous", first.quantity, "morning or afternoon is not said")
    if verdict == "correct" and asked.blank_unit and not _in_asked_unit(first.quantity, asked):
        return Finding("wrong_unit", first.quantity, f"the answer is asked in {asked.blank_unit}")
    if verdict == "correct":
        verdict, why = _judge_form(first.quantity, target, asked)
    return Finding(verdict, first.quantity, why)


def _half_a_day(quantity: Quantity, target: Quantity, gold: str, text: str) -> bool:
    """Return whether only the part of the day is missing: "2 giờ" for "2 giờ chiều"."""
    if quantity.dimension != "time" or abs(quantity.base - target.base) != 720:
        return False
    return bool(PART_OF_DAY.search(normalise(gold))) and not PART_OF_DAY.search(text)


def _in_asked_unit(quantity: Quantity, asked: Asked) -> bool:
    return quantity.unit == asked.blank_unit or quantity.dimension in _LOOSE


def _differs(one: Quantity, other: Quantity) -> bool:
    loose = (one.dimension in _LOOSE) + (other.dimension in _LOOSE)
    if loose == 1:
        return one.value != other.value
    return (not loose and one.dimension != other.dimension) or one.base != other.base


def compare(
    quantity: Quantity, target: Quantity, tolerance: Fraction = Fraction(0)
) -> tuple[str, str]:
    """Compare value and unit of one quantity with the gold's; return verdict and explanation.

    Args:
        quantity: the declared quantity.
        target: the gold's quantity.
        tolerance: largest accepted difference, in the target's unit.
    """
    if quantity.dimension == target.dimension:
        close = quantity.base == target.base or (
            tolerance > 0 and abs(quantity.base - target.base) <= tolerance * target.factor
        )
        return ("correct", "value and unit agree") if close else ("wrong", "the value differs")
    equal = quantity.value == target.value or (
        tolerance > 0 and abs(quantity.value - target.value) <= tolerance
    )
    if quantity.dimension in _LOOSE and target.dimension in _LOOSE:
        if abs(quantity.base - target.base) <= tolerance * target.factor:
            return "correct", "the value agrees"
        why = f"one is counted by the {quantity.unit or target.unit}"
        return ("wrong_unit", why) if equal else ("wrong", "the value differs")
    if equal:
        missing = quantity.dimension in _LOOSE
        given = "no measure unit" if missing else f"the unit {quantity.unit}"
        wanted = target.unit if target.dimension not in _LOOSE else "no measure unit"
        return "wrong_unit", f"given with {given}, expected {wanted}"
    percent = {quantity.dimension, target.dimension}
    if "percent" in percent and percent & set(_LOOSE):
        hundred = quantity.value * (1 if quantity.dimension == "percent" else 100)
        wanted_hundred = target.value * (1 if target.dimension == "percent" else 100)
        if hundred == wanted_hundred:
            return "wrong_form", "a percentage and a plain number are different answers"
    return "wrong", "the value differs"


def _judge_form(quantity: Quantity, target: Quantity, asked: Asked) -> tuple[str, str]:
    form, whole = quantity.form, quantity.value.denominator == 1
    if asked.form == "same" and target.shown and quantity.shown != target.shown:
        return "wrong_form", f"expected {target.shown}"
    if target.reduced and not quantity.reduced:
        return "wrong_form", "the fraction can still be reduced"
    wrong = {
        "reduced": target.form == "fraction" and form not in ("fraction", "integer"),
        "fraction": target.form == "fraction" and form != "fraction" and not whole,
        "decimal": target.form == "decimal" and form != "decimal",
        "mixed": target.form == "mixed" and form != "mixed",
    }.get(asked.form, False)
    if wrong:
        return "wrong_form", f"the question asks for the form {asked.form!r}"
    return "correct", "value, unit and form agree"


def holds_number(text: str) -> bool:
    """Return whether a text contains a number."""
    return next_number(text) is not None
