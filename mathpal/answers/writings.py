"""Judges golds that are compared as written: dates, regions, expressions, listings, numerals.

Each kind of writing is one row of a table: how a gold is read, and how a response is judged. A
gold that no row reads is words, which `textual` judges.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from mathpal.answers.dates import Date, find_dates, read_date, same_date
from mathpal.answers.equations import Equation, find_equation, read_equation
from mathpal.answers.exact import Exact, is_exact, read_exact
from mathpal.answers.listings import (
    find_addends,
    find_letters,
    find_names,
    read_addends,
    read_letters,
    read_names,
)
from mathpal.answers.notation import next_number, normalise
from mathpal.answers.regions import Region, find_region, read_region
from mathpal.answers.scalars import Finding
from mathpal.answers.units import UNITS
from mathpal.answers.words import EITHER, taken_back

_ROMAN = re.compile(r"(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$")
_NUMERAL = re.compile(r"(?<![\w'’])[IVXLCDM]{1,12}(?![\w'’])")
_COPULA = re.compile(r"(?<!\w)(?:là|bằng)(?!\w):?|[=:]")
_ENDS = re.compile(r"[,;.]\s| (?:vì|do|bởi|nên)(?!\w)|[≈~]")


def _open(text: str, value_at: int, *, either: bool = False) -> Finding | None:
    """Return a finding if alternatives or reservations leave the writing open."""
    if not either and EITHER.search(text):
        return Finding("multiple_answers", None, "alternatives are declared")
    if taken_back(
        text[:value_at], text[-30:].lstrip("<>≤≥≠=-+ "), rough=False, bounds=("hơn", "nhất")
    ):
        return Finding("ambiguous", None, "it is declared with a reservation")
    return None


def _said(same: bool, what: str) -> Finding:
    return Finding(
        "correct" if same else "wrong", None, f"the {what} {'agree' if same else 'differ'}"
    )


def _absent(text: str, what: str) -> Finding:
    return Finding("wrong" if next_number(text) else "no_answer", None, f"no {what} is declared")


def _judge_date(text: str, wanted: Date, _ordered: bool) -> Finding:
    dates = find_dates(text)
    if not dates:
        return _absent(text, "date")
    if len({(date.day, date.month) for date in dates}) > 1 and len(_COPULA.findall(text)) == 0:
        return Finding("multiple_answers", None, "several dates are declared")
    return _open(text, 0) or _said(same_date(dates[-1], wanted), "dates")


def _judge_region(text: str, wanted: Region, _ordered: bool) -> Finding:
    given = find_region(text.replace("\n", ";"), wanted)
    if given is None:
        return _absent(text, "region or point")
    same = sorted(map(repr, given.pieces)) == sorted(map(repr, wanted.pieces))
    named = not (given.name and wanted.name) or given.name == wanted.name
    text = text.replace("±", "")
    return _open(text, 0, either=len(wanted.pieces) > 1) or _said(same and named, "values")


def _judge_exact(text: str, wanted: Exact, _ordered: bool) -> Finding:
    sides = [text, *(text[m.end() :] for m in _COPULA.finditer(text))]
    for side in reversed(sides):
        body = _ENDS.split(side.strip(" $"), 1)[0]
        given = read_exact(body)
        if given is None or not given.terms:
            continue
        return _open(text, text.rfind(side)) or _compare_exact(given, wanted)
    return _absent(text, "such expression")


def _compare_exact(given: Exact, wanted: Exact) -> Finding:
    one, other = UNITS.get(given.unit.lower()), UNITS.get(wanted.unit.lower())
    factors = (one[2], other[2]) if one and other and one[1] == other[1] else (1, 1)
    same = {m: v * factors[0] for m, v in given.terms} == {
        m: v * factors[1] for m, v in wanted.terms
    }
    units = given.unit.lower() == wanted.unit.lower() or factors != (1, 1)
    if not same:
        return Finding("wrong", None, "the value differs")
    if not units:
        return Finding("wrong_unit", None, f"the unit {wanted.unit or 'of the gold'} is expected")
    factored = wanted.bracketed and not wanted.plain
    if (wanted.plain and not given.plain) or (factored and not given.bracketed):
        return Finding("wrong_form", None, "the expression has another form")
    return Finding("correct", None, "the expressions are equal")


def _listing(
    find: Callable[[str], tuple[object, ...]], what: str
) -> Callable[[str, tuple[object, ...], bool], Finding]:
    """Return the judge of a listing: a set, or a sequence where the question asks for one."""

    def judge(text: str, wanted: tuple[object, ...], ordered: bool) -> Finding:
        given = find(text)
        if not given:
            return _absent(text, what)
        same = given == wanted if ordered else frozenset(given) == frozenset(wanted)
        return _open(text, 0) or _said(same and len(given) == len(wanted), what)

    return judge


def _judge_addends(text: str, wanted: tuple[object, ...], _ordered: bool) -> Finding:
    given = find_addends(text)
    if not given:
        return Finding("wrong_form", None, "the sum of the gold is expected")
    return _open(text, 0) or _said(given == wanted, "addends")


def _judge_equation(text: str, wanted: Equation, _ordered: bool) -> Finding:
    given = find_equation(text)
    if given is None:
        return _absent(text, "equation")
    return _open(text, 0) or _said(given == wanted, "equations")


def _read_roman(text: str) -> str | None:
    plain = text.strip(" .")
    single = len(plain) == 1 and plain not in "IVXLM"
    return plain if plain and not single and _ROMAN.match(plain) else None


def _judge_roman(text: str, wanted: str, _ordered: bool) -> Finding:
    copulas = list(_COPULA.finditer(text))
    found = _NUMERAL.findall(text[copulas[-1].end() :] if copulas else text)
    found = found or _NUMERAL.findall(text)
    if not found:
        return _absent(text, "Roman numeral")
    if len(set(found)) > 1:
        return Finding("multiple_answers", None, "several numerals are declared")
    return _open(text, text.rfind(found[0])) or _said(found[0] == wanted, "numerals")


def _read_exact_gold(text: str) -> Exact | None:
    return read_exact(text[text.rfind("=") + 1 :]) if is_exact(text) else None


class _Writing(NamedTuple):
    name: str
    read: Callable[[str], Any]
    judge: Callable[[str, Any, bool], Finding]


_WRITINGS = (
    _Writing("date", read_date, _judge_date),
    _Writing("letters", read_letters, _listing(find_letters, "letters")),
    _Writing("names", read_names, _listing(find_names, "names")),
    _Writing("addends", read_addends, _judge_addends),
    _Writing("equation", read_equation, _judge_equation),
    _Writing("roman", _read_roman, _judge_roman),
    _Writing("region", read_region, _judge_region),
    _Writing("exact", _read_exact_gold, _judge_exact),
)


@lru_cache(maxsize=4096)
def read_writing(gold: str) -> tuple[_Writing, Any] | None:
    """Return the kind of writing that a gold is, with what it states; None if it is words."""
    plain = normalise(gold).strip()
    for writing in _WRITINGS:
        read = writing.read(plain)
        if read is not None:
            return writing, read
    return None


def judge_writing(text: str, gold: str, *, ordered: bool = False) -> Finding | None:
    """Judge a declared text against a gold that is compared as written; None if it is words.

    Args:
        text: normalised declared text.
        gold: the gold as given.
        ordered: whether the question asks for an order, "từ bé đến lớn".
    """
    read = read_writing(gold)
    return None if read is None else read[0].judge(text, read[1], ordered)


def wants_letters(gold: str) -> bool:
    """Return whether a gold is several option letters, "A; D"."""
    read = read_writing(gold)
    return read is not None and read[0].name == "letters"
