"""Judges a declared text against a gold that is one number, with or without a unit."""

import re
from fractions import Fraction
from typing import NamedTuple

from mathpal.answers.asking import Asked
from mathpal.answers.candidates import LOOSE, Candidate, candidates, relevant, same_kind
from mathpal.answers.directions import judge_direction
from mathpal.answers.enumerations import calculated, is_expression
from mathpal.answers.forms import judge_form
from mathpal.answers.headings import without_arguments, without_restated
from mathpal.answers.notation import english_commas, english_words, next_number, normalise
from mathpal.answers.numerals import plain_value
from mathpal.answers.quantities import (
    PART_OF_DAY,
    RAISED_ZERO,
    closest,
    find_quantities,
    in_unit,
    read_clock,
)
from mathpal.answers.records import Answer, Quantity
from mathpal.answers.words import EITHER, ranges, taken_back

# "2x = 5", "x² = 5": the value of another expression than the letter that is sought.
_OF_ANOTHER = re.compile(r"(?<![\w)])(?:[2-9][0-9]* ?[a-z]|[a-z] ?(?:[²³]|\^ ?[0-9]))(?= ?=[^=]*$)")
_CALCULATED = re.compile(r"tính|giá trị|bằng bao nhiêu", re.I)
_WORKING = 3_000  # last characters of a response that are searched for the unit of a value


class Finding(NamedTuple):
    """A verdict on one declared text, with the quantity that was judged."""

    verdict: str
    quantity: Quantity | None
    explanation: str


def judge_number(
    text: str,
    gold: Answer,
    asked: Asked,
    *,
    strong: bool,
    lenient: bool = False,
    working: str = "",
) -> Finding:
    """Judge a declared text against a gold that is one number.

    Args:
        text: normalised declared text.
        gold: the gold answer.
        asked: the question's demands.
        strong: whether the text followed "Đáp số" or another strong marker. After "Vậy" the
            sentence may hold other numbers, and only those of the gold's dimension count.
        lenient: whether a bare number is enough if the question names its unit.
        working: the response's text, for the unit of a bare number and the habit of commas.
    """
    text = _plain(without_restated(text, asked.text), gold)
    target = gold.parts[0]
    unit = asked.blank_unit
    counted = target.dimension == "count" and target.unit.split(" ")[0] == asked.named_unit
    if counted or not target.dimension:  # "mấy tá", "bao nhiêu %": a bare number is in that unit
        unit = unit or asked.named_unit
    target = in_unit(target, unit)
    found = candidates(text)
    if not found:
        return Finding("no_answer", None, "the declared text holds no number")
    hedged = EITHER.search(text) is not None
    read = relevant(found, target, strong=strong, hedged=hedged)
    if unit or any(c.quantity.dotted is not None for c in read):
        read = _as_asked(read, unit, target, text, working)
    first = next((c for c in read if same_kind(c.quantity, target)), read[0])
    if _OF_ANOTHER.search(text) and not _CALCULATED.search(asked.wanted):
        return Finding("ambiguous", first.quantity, "it is the value of another expression")
    fault = _left_open(read, first, text, gold, asked, strong=strong or hedged)
    if fault:
        return fault
    quantity = _equal_side(text, first.quantity, target)
    verdict, why = compare(quantity, target, gold.tolerance)
    if (
        verdict == "wrong_unit"
        and _unit_is_asked(quantity, target, asked)
        and (lenient or _carries(working, quantity, target))
    ):
        verdict, why = "correct", f"the question names the unit {target.unit}"
    if verdict == "wrong" and _half_a_day(quantity, target, gold.text, text):
        return Finding("ambiguous", quantity, "morning or afternoon is not said")
    if verdict == "correct" and asked.blank_unit and not _in_asked_unit(quantity, asked):
        return Finding("wrong_unit", quantity, f"the answer is asked in {asked.blank_unit}")
    if verdict == "correct":
        verdict, why = judge_form(quantity, target, asked)
    if verdict == "correct":
        turned = judge_direction(first.before, first.behind, gold.text, asked.directions, text)
        verdict, why = turned if turned[0] else (verdict, why)
    return Finding(verdict, quantity, why)


def _plain(text: str, gold: Answer) -> str:
    """Return a declared text without givens in brackets, its fractions and clock times plain."""
    scaled, shares = not gold.dimension, gold.parts[0].value.denominator > 1
    text = without_arguments(plain_value(text, scaled=scaled, shares=shares))
    if gold.kind == "time":
        text = read_clock(text)
    if "⁰" in text and gold.dimension in ("angle", "temperature"):
        text = RAISED_ZERO.sub("°", text)
    return text


def _as_asked(
    found: list[Candidate], unit: str, target: Quantity, text: str, working: str
) -> list[Candidate]:
    """Return the candidates with bare numbers in the asked unit and doubtful marks decided."""
    english, worded = english_commas(working + text), english_words(working)

    def read(quantity: Quantity) -> Quantity:
        return closest(in_unit(quantity, unit), target.base, english=english, worded=worded)

    return [c._replace(quantity=read(c.quantity)) for c in found]


def _left_open(
    read: list[Candidate], first: Candidate, text: str, gold: Answer, asked: Asked, *, strong: bool
) -> Finding | None:
    """Return a finding if the text states several values, none, or one with a reservation."""
    if any(_differs(first.quantity, other.quantity) for other in read):
        verdict = "multiple_answers" if strong else "ambiguous"
        return Finding(verdict, first.quantity, "several different values are declared")
    unfinished = next((c for c in read if c.expression), None)
    if unfinished:
        value = calculated(unfinished.expression)
        other = value is not None and value != gold.parts[0].value
        verdict = "wrong" if other else "wrong_form"
        return Finding(verdict, None, "the calculation is not carried out")
    if first.more:
        return Finding("wrong", first.quantity, "another amount is added")
    rough = asked.rounded or gold.tolerance > 0
    words = set(gold.text.lower().split())
    bounds = asked.bounds | ({"hơn", "nhất"} & words) | ({"hơn"} if "kém" in words else set())
    bounds |= {"nhất"} if "tối" in words else set()
    if taken_back(first.before, first.behind, rough=rough, bounds=bounds) or any(
        not _differs(first.quantity, end) for r in ranges(text) for end, _, _ in find_quantities(r)
    ):
        return Finding("ambiguous", first.quantity, "the value is declared with a reservation")
    return None


def _equal_side(text: str, quantity: Quantity, target: Quantity) -> Quantity:
    """Return the side of "P = 0,125 = 12,5%" that is written as the gold is, if all are equal."""
    if same_kind(quantity, target) or text.count("=") < 2:
        return quantity
    for side in text.split("=")[1:]:
        found = find_quantities(side)
        if len(found) == 1 and same_kind(found[0][0], target) and not is_expression(side):
            other = closest(found[0][0], target.base)
            one, two = (
                q.base / 100 if q.dimension == "percent" else q.base for q in (quantity, other)
            )
            if one == two:
                return other
    return quantity


def _unit_is_asked(quantity: Quantity, target: Quantity, asked: Asked) -> bool:
    """Return whether a bare number is the gold's in the unit that the question names."""
    given = in_unit(quantity, asked.named_unit)
    return (
        quantity.dimension == ""
        and bool(given.dimension)
        and compare(given, target)[0] == "correct"
    )


def _carries(working: str, quantity: Quantity, target: Quantity) -> bool:
    """Return whether the working states the value with the gold's unit: "35 × 2 = 70 (km)"."""
    return any(
        q.dimension == target.dimension and q.base == target.base and q.value == quantity.value
        for line in working[-_WORKING:].split("\n")
        if any(character.isdigit() for character in line)
        for q, _, _ in find_quantities(normalise(line))
    )


def _half_a_day(quantity: Quantity, target: Quantity, gold: str, text: str) -> bool:
    """Return whether only the part of the day is missing: "2 giờ" for "2 giờ chiều"."""
    if quantity.dimension != "time" or abs(quantity.base - target.base) != 720:
        return False
    return bool(PART_OF_DAY.search(normalise(gold))) and not PART_OF_DAY.search(text)


def _in_asked_unit(quantity: Quantity, asked: Asked) -> bool:
    return quantity.unit == asked.blank_unit or quantity.dimension in LOOSE


def _differs(one: Quantity, other: Quantity) -> bool:
    loose = (one.dimension in LOOSE) + (other.dimension in LOOSE)
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
        per, wanted_per = quantity.unit.partition("/")[2], target.unit.partition("/")[2]
        if target.dimension == "money" and per and wanted_per and per != wanted_per:
            return "wrong", f"it is the price per {per}, expected per {wanted_per}"
        close = quantity.base == target.base or (
            tolerance > 0 and abs(quantity.base - target.base) <= tolerance * target.factor
        )
        return ("correct", "value and unit agree") if close else ("wrong", "the value differs")
    equal = quantity.value == target.value or (
        tolerance > 0 and abs(quantity.value - target.value) <= tolerance
    )
    if quantity.dimension in LOOSE and target.dimension in LOOSE:
        if abs(quantity.base - target.base) <= tolerance * target.factor:
            return "correct", "the value agrees"
        why = f"one is counted by the {quantity.unit or target.unit}"
        return ("wrong_unit", why) if equal else ("wrong", "the value differs")
    if equal:
        missing = quantity.dimension in LOOSE
        given = "no measure unit" if missing else f"the unit {quantity.unit}"
        wanted = target.unit if target.dimension not in LOOSE else "no measure unit"
        return "wrong_unit", f"given with {given}, expected {wanted}"
    percent = {quantity.dimension, target.dimension}
    if "percent" in percent and percent & set(LOOSE):
        hundred = quantity.value * (1 if quantity.dimension == "percent" else 100)
        wanted_hundred = target.value * (1 if target.dimension == "percent" else 100)
        if hundred == wanted_hundred:
            return "wrong_form", "a percentage and a plain number are different answers"
    return "wrong", "the value differs"


def holds_number(text: str) -> bool:
    """Return whether a text contains a number."""
    return next_number(text) is not None
