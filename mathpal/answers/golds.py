"""Reads a gold answer strictly into a typed record.

A gold that cannot be read raises an error, so that no response is scored against it.
"""

import re
from fractions import Fraction

from mathpal.answers.enumerations import (
    BARE_COMMA,
    both_signs,
    has_expression,
    is_expression,
    members,
    read_remainder,
    terms,
)
from mathpal.answers.factors import is_factorisation, read_factors
from mathpal.answers.headings import without_arguments
from mathpal.answers.kinds import EMPTY, LETTER, WHETHER, infer_kind, labelled_parts, quantity_kind
from mathpal.answers.notation import next_number, normalise, plain_fractions
from mathpal.answers.numerals import plain_parts, plain_powers
from mathpal.answers.quantities import find_quantities, labelled, read_clock, split_label
from mathpal.answers.records import KINDS, Answer, Quantity
from mathpal.answers.refusals import refusal
from mathpal.answers.sentences import bracketed_labels, trim
from mathpal.answers.textual import folded, read_pattern
from mathpal.answers.words import ROUGH, SIGN
from mathpal.answers.writings import read_writing
from mathpal.answers.yesno import yes_or_no
from mathpal.errors import DataError

_HEDGED = re.compile(r"có thể (?:là|bằng)|có lẽ|hình như|(?:không|chưa) chắc", re.I)
# "507 đọc là năm trăm linh bảy": what follows is the answer.
_READ_AS = re.compile(r"^[0-9 ]{1,20} (?:được )?(?:đọc|viết) là:? (?=[^\W\d])")
# An angle in the old typing, "60^0": nobody's answer is a number to the power of 0.
_RAISED_DEGREE = re.compile(
    r"(?<=^[0-9])⁰|(?<=^-[0-9])⁰|(?<=^[0-9]{2})⁰|(?<=^-[0-9]{2})⁰|(?<=^[0-9]{3})⁰"
)
# Signs without which a number would be another value: "√7" is not 7, "x ≥ 5" is not 5.
_UNREAD = re.compile(
    r"[√∛π∞±≤≥≠\u222a∫^]|(?:[0-9)]|(?<![^\W\d_])[a-ln-z])[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]|\\[a-z]+|(?<![^\W\d_])(?:log|ln|sin|cos|tan)(?!\w)"
)
_LONGEST = 1_000  # characters of a gold
_NUMBER_KINDS = {"integer", "decimal", "fraction", "mixed", "percent", "quantity", "time"}


def _fault(text: str, kind: str | None, why: str) -> DataError:
    wanted = f" of kind {kind!r}" if kind else ""
    return DataError(
        f"cannot read the gold answer {text[:80]!r}{wanted}: {why}. Expected something like"
        " '70 km', '3/4', '12,5 %', 'Số lớn: 30; số bé: 20', '7 (dư 2)', 'B'; fix the row or"
        " drop it."
    )


def _half_left(text: str) -> bool:
    """Return whether a "rưỡi" (half) stands outside the quantities that were read."""
    at, left = 0, ""
    for _, start, end in find_quantities(text):
        at, left = end, left + text[at:start]
    return "rưỡi" in (left + text[at:]).lower()


def _bare(value: Fraction) -> Quantity:
    return Quantity(value, None, "", "", Fraction(1), "integer", True, "")


def _rounding(text: str, quantity: Quantity) -> Fraction:
    """Return half a unit of the last decimal place if the gold calls itself rounded, else 0."""
    if not ROUGH.search(text):
        return Fraction(0)
    shown = re.search(r"[0-9],([0-9]+)|[0-9]\.([0-9]{1,2})(?![0-9])", text)
    places = len(shown[1] or shown[2]) if shown else 0
    return Fraction(1, 2 * 10**places)


def _single(text: str, kind: str, given: str) -> Answer:
    """Read a gold that is one number with or without a unit."""
    source = read_clock(text) if kind == "time" else text
    name = source.rfind("=")
    source_tail = source[name + 1 :] if name >= 0 else source
    if sign := _UNREAD.search(source_tail):
        raise _fault(given, kind or None, f"its {sign[0]!r} is not read here")
    quantity = labelled(source_tail if find_quantities(source_tail) else source)
    if quantity is None:
        raise _fault(given, kind or None, "there is no number in it")
    _, value_side = split_label(source_tail)
    if _HEDGED.search(text):
        raise _fault(given, kind or None, "it is a guess, not a statement")
    if is_expression(value_side):
        raise _fault(given, kind or None, "it is an expression, not a value")
    if len(find_quantities(value_side)) > 1:
        raise _fault(given, kind or None, "it holds more than one value")
    dotted = quantity.dotted
    if dotted is not None and abs(dotted) < abs(quantity.value) and kind in ("decimal", "percent"):
        quantity = quantity._replace(value=dotted, form="decimal")
    quantity = quantity._replace(dotted=None, label="")
    kind = kind or quantity_kind(quantity)
    why = _mismatch(kind, quantity)
    if why:
        raise _fault(given, kind, why)
    return Answer(
        kind, quantity.value, quantity.unit or None, quantity.dimension or None, (quantity,),
        quantity.form, _rounding(text, quantity), given,
    )  # fmt: skip


def _mismatch(kind: str, quantity: Quantity) -> str:
    if kind == "integer" and quantity.value.denominator != 1:
        return "it is not a whole number"
    if kind == "decimal" and quantity.form in ("fraction", "mixed"):
        return "it is written as a fraction"
    if kind == "percent" and quantity.dimension != "percent":
        return "the % sign is missing"
    if kind == "time" and quantity.dimension not in ("time", "months"):
        return "it has no unit of time"
    if kind == "quantity" and not quantity.dimension:
        return "it has no unit"
    return ""


def _several(text: str, kind: str, given: str) -> Answer:
    parts = () if EMPTY.match(text) else tuple(members(text, ordered=kind == "list"))
    if kind == "set" and text.startswith("{") and BARE_COMMA.search(text) and len(parts) <= 1:
        parts = tuple(members(text, whole=True))
    if kind in ("pair", "list") and len(parts) < 2:
        raise _fault(given, kind, "it needs two values or more, separated by ';'")
    if has_expression(text, ordered=kind == "list"):
        raise _fault(given, kind, "it holds an expression, not only values")
    if kind == "set" and not parts and not EMPTY.match(text):
        raise _fault(given, kind, "no member can be read")
    return Answer(kind, None, None, None, parts, "", Fraction(0), given)


def _ratio(text: str, given: str) -> Answer:
    values = terms(text[text.rfind("=") + 1 :]) if ":" in text else []
    if not values:
        single = labelled(text)
        if single is None or single.dimension:
            raise _fault(given, "ratio", "it is neither 'a : b' nor a number")
        values = [Fraction(single.value.numerator), Fraction(single.value.denominator)]
    if not all(values):
        raise _fault(given, "ratio", "a term is 0")
    value = values[0] / values[1] if len(values) == 2 else None
    parts = tuple(_bare(v) for v in values)
    return Answer("ratio", value, None, None, parts, "", Fraction(0), given)


def _word(text: str, kind: str, given: str) -> Answer:
    """Read a gold of the kinds choice, sign and yesno."""
    canonical = given
    if kind == "choice":
        letter = LETTER.match(text)
        if letter is None:
            raise _fault(given, kind, "it is not one of the letters A to F")
        canonical = (letter[1] or letter[2]).upper()
    elif kind == "sign":
        if len(SIGN.findall(text)) != 1:
            raise _fault(given, kind, "it needs exactly one of <, >, =")
        canonical = text
    elif kind == "yesno":
        verdict = yes_or_no(text)
        if verdict is None or (next_number(text) and not WHETHER.match(text)):
            raise _fault(given, kind, "it must say có/đúng or không/sai, without a number")
        canonical = verdict
    return Answer(kind, None, None, None, (), "", Fraction(0), canonical)


def _worded(text: str, kind: str, given: str) -> Answer:
    """Read a gold of the kinds text, pattern, factors and parts."""
    golds: tuple[Answer, ...] = ()
    canonical = given
    if kind == "text" and not folded(text):
        raise _fault(given, kind, "there is no word in it")
    if kind == "pattern":
        pattern = read_pattern(text)
        if pattern is None:
            raise _fault(given, kind, "it needs one pattern of digits and letters, like '52x4'")
        canonical = pattern
    elif kind == "factors":
        if not read_factors(text):
            raise _fault(given, kind, "it is not a product of powers, like '2³ × 5'")
        canonical = text
    elif kind == "parts":
        texts = labelled_parts(text)
        if len(texts) < 2:
            raise _fault(given, kind, "it needs parts labelled a), b), …")
        golds = tuple(parse_gold(part) for part in texts)
    return Answer(kind, None, None, None, (), "", Fraction(0), canonical, golds)


def parse_gold(text: str, kind: str | None = None) -> Answer:
    """Read a gold answer.

    Args:
        text: the gold as written after "Đáp số:".
        kind: one of `KINDS`; None infers it. Without a kind, an unlabelled enumeration is a set,
            and a dot before three digits separates thousands.

    Raises:
        DataError: the kind is unknown, or the text is not a single clear answer.

    Example:
        >>> parse_gold("36 m").unit
        'm'
    """
    if kind is not None and kind not in KINDS:
        raise DataError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
    if len(text) > _LONGEST:
        raise _fault(text, kind, f"it has {len(text)} characters, at most {_LONGEST} are allowed")
    whole = normalise(text).replace("\n", "; ").strip()
    if _READ_AS.match(whole):
        text = whole = _READ_AS.sub("", whole)
    if why := refusal(text) or refusal(whole):
        raise _fault(text, kind, why)
    if kind in (None, "text") and read_writing(whole):
        return Answer("text", None, None, None, (), "", Fraction(0), text)
    plain = both_signs(without_arguments(trim(bracketed_labels(whole))))
    plain = _RAISED_DEGREE.sub("°", plain_fractions(plain))
    if kind is None and not is_factorisation(plain):
        plain = plain_parts(plain_powers(plain))
    if "rưỡi" in plain.lower() and _half_left(plain):
        raise _fault(text, kind, "'rưỡi' (half) does not follow a measure unit")
    if not plain:
        raise _fault(text, kind, "it is empty")
    if kind is None and "\\overline" in text and read_pattern(plain):
        kind = "pattern"
    kind = kind or infer_kind(plain)
    if kind in ("text", "pattern", "factors", "parts"):
        return _worded(plain, kind, text)
    if kind in ("choice", "sign", "yesno"):
        return _word(plain, kind, text)
    if kind in ("pair", "list", "set"):
        return _several(plain, kind, text)
    if kind == "ratio":
        return _ratio(plain, text)
    if kind == "remainder":
        read = read_remainder(plain)
        if read is None:
            raise _fault(text, kind, "it needs a quotient and a remainder")
        return Answer(kind, None, None, None, read, "", Fraction(0), text)
    assert not kind or kind in _NUMBER_KINDS
    return _single(plain, kind, text)
