"""Judges declared texts against golds of several parts: pairs, lists, sets, ratios, remainders.

Each part is compared as a single number; labels decide which part of the gold it belongs to.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from mathpal.answers.asking import NOTHING, Asked
from mathpal.answers.directions import opposed
from mathpal.answers.enumerations import (
    both_signs,
    has_expression,
    members,
    read_remainder,
    terms,
)
from mathpal.answers.headings import named_value, without_arguments
from mathpal.answers.labels import match_labels
from mathpal.answers.notation import plain_fractions
from mathpal.answers.quantities import closest, find_quantities
from mathpal.answers.records import Answer, Quantity
from mathpal.answers.scalars import Finding, compare
from mathpal.answers.words import EITHER, taken_back

_RATIO = re.compile(
    r"[0-9][0-9.,]{0,20}(?: [0-9]{3})*(?: ?: ?[0-9][0-9.,]{0,20}(?: [0-9]{3})*){1,5}"
)
_NO_REMAINDER = re.compile(r"(?:không|chưa)(?: có)?(?: số)? dư(?: là)? [0-9]", re.I)
# The division itself in "59 : 7 được thương là 8, số dư là 3".
_DIVISION = re.compile(
    r"(?:số )?[0-9][0-9 .]{0,20}(?::|chia(?: cho)?)(?: số)? ?[0-9][0-9 .]{0,20}"
    r"(?=(?:=|,? ?(?:được|có|ta có|thì|cho|bằng)(?!\w)))",
    re.I,
)
_CHAIN = re.compile(r"[<>]")
_GIVEN = re.compile(r"[0-9][0-9.,/ ]*")  # the numbers of a name are givens
_UNKNOWN = re.compile(r"(?<![^\W\d_])[a-zA-Z] ?[=∈]|nghiệm")
_APART = re.compile(r"[;,\n:]")
_SEVERITY = ("wrong", "wrong_unit", "wrong_form", "correct")


def _share_unit(parts: list[Quantity], gold: Sequence[Quantity]) -> list[Quantity]:
    """Give the last value's unit to the bare values before it, as in "30 và 20 cm"."""
    measured = all(q.dimension not in ("", "count") for q in gold)
    if not parts or not measured or parts[-1].dimension in ("", "count"):
        return parts
    last = parts[-1]
    return [
        q if q.dimension else q._replace(
            unit=last.unit, dimension=last.dimension, factor=last.factor
        )
        for q in parts
    ]  # fmt: skip


def _open(text: str, *, either: bool) -> Finding | None:
    """Return a finding if the text leaves its values open (alternatives, reservations), else None.

    Args:
        text: normalised declared text.
        either: whether "hoặc" and "hay" are allowed, because they join members.
    """
    if not either and EITHER.search(text):
        return Finding("multiple_answers", None, "alternatives are declared")
    at = 0
    found = find_quantities(text)
    for index, (_, start, end) in enumerate(found):
        stop = found[index + 1][1] if index + 1 < len(found) else len(text)
        last = index + 1 == len(found)
        # Keep the number without its sign, so that the text does not begin with an operator.
        behind = text[start:end].lstrip("-+ ") + (
            text[end:] if last else _APART.split(text[end:stop], 1)[0]
        )
        if taken_back(text[at:start], behind, rough=False, bounds=("nhất", "hơn")):
            return Finding("ambiguous", None, "a value is declared with a reservation")
        at = end
    return None


def judge_parts(text: str, gold: Answer) -> Finding:
    """Judge a declared text against a pair (ordered or labelled) or a list (ordered)."""
    signs = text
    value, fault = _values(text)
    if len(members(value, ordered=gold.kind == "list")) >= len(gold.parts):
        if fault:
            return fault
        text = value
    opened = _open(text if gold.kind == "pair" else _CHAIN.sub(";", text), either=False)
    if opened:
        return opened
    whole = all(q.value.denominator == 1 for q in gold.parts)
    given = _share_unit(members(text, ordered=gold.kind == "list", whole=whole), gold.parts)
    if not given:
        return Finding("no_answer", None, "the declared text holds no number")
    if len(given) != len(gold.parts):
        return Finding("wrong", None, f"{len(given)} values where {len(gold.parts)} are expected")
    places: list[int] | None = list(range(len(given)))
    if gold.kind == "pair":
        places = match_labels(given, gold.parts)
    if places is None:
        return Finding("wrong", None, "two values have the same name")
    if gold.kind == "list" and {"<", ">"} <= set(signs + gold.text):
        return Finding("wrong", None, "the signs point the other way")
    worst, why = "correct", "all parts agree"
    for quantity, place in zip(given, places, strict=True):
        target = gold.parts[place]
        read = closest(quantity, target.base)
        verdict, reason = compare(read, target)
        if verdict == "correct" and not target.reduced and read.shown != target.shown:
            verdict, reason = "wrong_form", f"expected {target.shown}"
        elif verdict == "correct" and target.reduced and not read.reduced:
            verdict, reason = "wrong_form", "a fraction can still be reduced"
        if _SEVERITY.index(verdict) < _SEVERITY.index(worst):
            worst, why = verdict, f"{target.label or f'part {place + 1}'}: {reason}"
    if worst == "correct" and has_expression(text, ordered=gold.kind == "list"):
        return Finding("wrong_form", None, "a calculation is not carried out")
    return Finding(worst, None, why)


def _values(text: str) -> tuple[str, Finding | None]:
    """Return the value side of a declared text, and a finding if its name is a reservation."""
    named = named_value(without_arguments(plain_fractions(both_signs(text))))
    name = _GIVEN.sub("", named.name)
    if taken_back(name + " ", "", rough=False, bounds=("nhất", "hơn")):
        return named.value, Finding("ambiguous", None, "it is declared with a reservation")
    return named.value, None


def _joins(text: str, gold: Answer, asks: Asked) -> bool:
    """Return whether "hoặc" joins the members of a solution set and does not offer a choice."""
    if text.count("{") > 1:
        return False
    roots = _UNKNOWN.search(text) or "{" in gold.text or "±" in gold.text or asks.unknown
    return bool(roots or EITHER.search(gold.text) or (";" in gold.text and asks == NOTHING))


def judge_set(text: str, gold: Answer, asks: Asked = NOTHING) -> Finding:
    """Judge a declared text against a set: no member missing, none added.

    The order counts only if the question asks for one ("từ bé đến lớn").

    Args:
        text: normalised declared text.
        gold: the gold answer.
        asks: the question's demands.
    """
    if asks.ordered and len(gold.parts) > 1:
        return judge_parts(text, replace(gold, kind="list"))
    if opposed(text, gold.text):
        return Finding("wrong", None, "the direction is the opposite")
    either = _joins(text, gold, asks)
    if len(_CHAIN.findall(text)) > 1 and len(set(_CHAIN.findall(text))) == 1:
        text = _CHAIN.sub(";", text)
    text, fault = _values(text)
    if fault:
        return fault
    opened = _open(text, either=either)
    if opened:
        return opened
    if not gold.parts:
        empty = re.search(r"∅|rỗng|không có", text) is not None and not find_quantities(text)
        return Finding("correct" if empty else "wrong", None, "the empty set is expected")
    whole = all(q.value.denominator == 1 for q in gold.parts)
    given = _share_unit(members(text, whole=whole), gold.parts)
    if not given:
        return Finding("no_answer", None, "the declared text holds no number")
    shown = len(asks.series)  # the answer may repeat the whole series of the question
    if shown and [q.value for q in given[:shown]] == list(asks.series):
        given = given[shown:] or given
    missing = list(gold.parts)
    worst, why = "correct", "all members agree"
    for quantity in given:
        verdicts = [(compare(closest(quantity, t.base), t), t) for t in gold.parts]
        (verdict, reason), target = max(verdicts, key=lambda v: _SEVERITY.index(v[0][0]))
        if verdict != "wrong" and target in missing:
            missing.remove(target)
        if _SEVERITY.index(verdict) < _SEVERITY.index(worst):
            worst, why = verdict, reason
    if missing and worst != "wrong":
        return Finding("wrong", None, f"{len(missing)} members are missing")
    if worst == "correct" and has_expression(text):
        return Finding("wrong_form", None, "a calculation is not carried out")
    return Finding(worst, None, why)


def judge_remainder(text: str, gold: Answer) -> Finding:
    """Judge a declared text against a quotient with remainder; "dư" marks the remainder."""
    text = _DIVISION.sub(" ", text)
    opened = _open(text, either=False)
    if opened:
        return opened
    if _NO_REMAINDER.search(text):
        return Finding("ambiguous", None, "a remainder is both denied and stated")
    quotient, rest = (q.value for q in gold.parts)
    worst, why = "correct", "quotient and remainder agree"
    read = read_remainder(text)
    if read is None:
        numbers = find_quantities(text[text.rfind("=") + 1 :])
        if not numbers:
            return Finding("no_answer", None, "the declared text holds no number")
        exact = rest == 0 and len(numbers) == 1 and numbers[0][0].value == quotient
        return Finding("correct" if exact else "wrong", None, "the remainder is expected")
    for name, given, target in zip(("quotient", "remainder"), read, gold.parts, strict=True):
        verdict, reason = compare(closest(given, target.base), target)
        if _SEVERITY.index(verdict) < _SEVERITY.index(worst):
            worst, why = verdict, f"{name}: {reason}"
    return Finding(worst, None, why)


def judge_ratio(text: str, gold: Answer, *, reduced: bool) -> Finding:
    """Judge a declared text against a ratio: proportional terms, or the quotient of two terms.

    Args:
        text: normalised declared text.
        gold: the gold answer.
        reduced: whether the question asks for lowest terms.
    """
    opened = _open(text, either=False)
    if opened:
        return opened
    side = text[text.rfind("=") + 1 :]
    written = _RATIO.findall(side)
    expected = [q.value for q in gold.parts]
    if written:
        read = [terms(w) for w in written]
        if any(r != read[0] for r in read):
            return Finding("multiple_answers", None, "several ratios are declared")
        given = read[0]
    else:
        numbers = find_quantities(side)
        if not numbers:
            return Finding("no_answer", None, "the declared text holds no ratio")
        if any(q.value != numbers[0][0].value for q, _, _ in numbers):
            return Finding("multiple_answers", None, "several values are declared")
        if numbers[0][0].dimension not in ("", "count"):
            return Finding("wrong_unit", numbers[0][0], "a ratio has no unit")
        value = numbers[0][0].value
        given = [Fraction(value.numerator), Fraction(value.denominator)]
    if len(given) != len(expected) or 0 in given:
        return Finding("wrong", None, "the number of terms differs")
    if any(g * expected[0] != e * given[0] for g, e in zip(given, expected, strict=True)):
        return Finding("wrong", None, "the ratio differs")
    if reduced and written and given != expected:
        return Finding("wrong_form", None, "the ratio can still be reduced")
    return Finding("correct", None, "the ratio agrees")
