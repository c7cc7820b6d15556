"""Reads how a declaration begins: the letter of an option, or a boxed number with its unit behind.

Knows neither phrases nor golds.
"""

import re

from mathpal.answers.sentences import EDGES
from mathpal.answers.units import unit_at

_LETTER = re.compile(r"[(\[{\"' *]{0,3}([A-F])(?![\w'’])(?! ?[=<>+×]| : )(?! - (?!\d|[^\W\d]{2}))")
BARE_LETTER = re.compile(r"[(\[{\"' *]{0,3}([a-fA-F])[\s.)}*\]\"']{0,4}$")


def unit_behind(raw: str, inside: str) -> str:
    """Return the measure unit behind a boxed number: " kg" of "\\boxed{14} kg", else ""."""
    if not inside[-1:].isdigit():
        return ""
    behind = raw[raw.find(inside) + len(inside) :].lstrip("}$ ")
    unit = unit_at(" " + behind[:30], 0)
    return "" if unit is None or unit.dimension == "count" else f" {unit.name}"


def leading_letter(rest: str, *, bare: bool) -> tuple[str, str]:
    """Return the option letter at the start of a body, and the body without it.

    "B. 12 cm" declares the letter and its text; "A = 5" declares no letter. A small letter counts
    only if `bare` allows it and it stands alone.
    """
    match = _LETTER.match(rest)
    if match is None:
        alone = BARE_LETTER.match(rest.split("\n", 1)[0]) if bare else None
        return (alone[1].upper() if alone else ""), rest
    option = rest[match.end() :].lstrip(" *")
    has_text = option[:1] in {".", ")", ":", "-"} and option[1:].strip(EDGES)
    return match[1], option[1:] if has_text else rest
