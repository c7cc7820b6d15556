"""Reads and compares equations of lines and curves: "2x - y + 3 = 0", "x² + y² = 25".

An equation is compared up to a factor and the place of its terms. Compares no solutions.
"""

import re
from fractions import Fraction

from mathpal.answers.exact import Monomial, read_exact

Equation = frozenset[tuple[Monomial, Fraction]]

_LEFT = re.compile(r"(?=.*[xyz])(?=.*[-+×*/²³(0-9])[-+×*/()0-9., xyz²³√]{2,80}$")
_NAME = re.compile(r"^[^=]*?(?:(?<!\w)là|:)\s+|^\s*\(?[A-Zd]\d?\)?\s*:\s*")
_PAIR = re.compile(r"\([xyz]\s*[;,]|(?<!\w)[xyz] ?=[^=]*(?<!\w)[xyz] ?=")


def read_equation(text: str) -> Equation | None:
    """Return a text that is one equation in x, y, z and no "y = …", in normal form, or None."""
    sides = _NAME.sub("", text.strip(" .;,$")).split("=")
    if len(sides) != 2 or not _LEFT.match(sides[0].strip()) or _PAIR.search(text):
        return None
    return _moved(sides)


def _moved(sides: list[str]) -> Equation | None:
    """Return left minus right, divided by the coefficient of the first monomial."""
    left, right = read_exact(sides[0]), read_exact(sides[1])
    if left is None or right is None or left.unit or right.unit:
        return None
    terms = dict(left.terms)
    for monomial, value in right.terms:
        terms[monomial] = terms.get(monomial, Fraction(0)) - value
    terms = {monomial: value for monomial, value in terms.items() if value}
    if not any(monomial for monomial in terms):
        return None
    lead = terms[max(terms)]
    return frozenset((monomial, value / lead) for monomial, value in terms.items())


def find_equation(text: str) -> Equation | None:
    """Return the last equation of a declared text, "y = 2x + 3" included."""
    for part in reversed(re.split(r"[;\n]|(?<!\w)(?:là|hay)(?!\w)|(?<=\D):", text)):
        sides = part.strip(" .,$").split("=")
        if len(sides) == 2 and (read := _moved(sides)):
            return read
    return None
