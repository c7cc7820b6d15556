"""The records of the answer checker: a gold, one read quantity, a grade.

Knows nothing of text; the other modules of the package fill these in.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

# A number kind compares values with units; counting words are not compared ("12 bạn" is "12 học
# sinh", "12 con" is "12 cái"). The others:
# ratio "3 : 4"; pair labelled or ordered values; list a chain in order; remainder "7 (dư 2)";
# set in any order; sign <, > or =; choice A to F; yesno có/đúng or không/sai, a number may follow
# ("không thể nhận được 105 đống"); text words compared as folded text (weekday, colour, name,
# number in words: lăm/năm, mốt/một, tư/bốn, nghìn/ngàn, linh/lẻ are one); pattern digits and
# letters as under \overline ("52x4"); factors powers and products ("2³ × 5", "2 × 2 × 2 × 5" too);
# parts "a) 12; b) Đúng", each a gold of its own kind.
KINDS: tuple[str, ...] = (
    "integer", "decimal", "fraction", "mixed", "percent", "quantity", "time",
    "ratio", "pair", "list", "remainder", "set", "sign", "choice", "yesno",
    "text", "pattern", "factors", "parts",
)  # fmt: skip

VERDICTS: tuple[str, ...] = (
    "correct", "wrong", "wrong_unit", "wrong_form", "no_answer", "multiple_answers", "ambiguous",
)  # fmt: skip


class Quantity(NamedTuple):
    """One number with its unit, as read from text.

    Attributes:
        value: the number in `unit`; a dot before three digits is read as thousands.
        dotted: the other reading of such a dot (a decimal point); None where there is one reading.
        unit: canonical measure unit, or the counting word, or "".
        dimension: "length", "area", …; "count" with a counting word; "" for a bare number.
        factor: `value` times this is in the dimension's base unit.
        form: how it is written: "integer", "decimal", "fraction" or "mixed".
        reduced: False for a fraction that can still be reduced.
        shown: numerator/denominator as written; "" where it is no fraction.
        label: the text that names it ("Số lớn"); "" where there is none.
    """

    value: Fraction
    dotted: Fraction | None
    unit: str
    dimension: str
    factor: Fraction
    form: str
    reduced: bool
    shown: str
    label: str = ""

    @property
    def base(self) -> Fraction:
        """The value in the dimension's base unit."""
        return self.value if self.factor == 1 else self.value * self.factor  # half the time


@dataclass(frozen=True, slots=True)
class Answer:
    """A gold answer with its type.

    Attributes:
        kind: one of `KINDS`.
        value: the number in `unit`; None for kinds that are not one number.
        unit: canonical measure unit or counting word; None where there is none.
        dimension: as in `Quantity`; None where there is no unit.
        parts: the members of a pair, list, set, ratio (terms) or remainder (quotient, remainder);
            for a single number, the one quantity.
        form: how the gold is written ("fraction", "decimal", …); "" where that has no meaning.
        tolerance: largest accepted difference in `unit`; 0 unless the gold says it is rounded.
        text: the gold as given; for choice and yesno the canonical "B", "có" or "không", for
            pattern and factors the normalised text.
        members: the golds of the parts a), b), …; () for every other kind.
    """

    kind: str
    value: Fraction | None
    unit: str | None
    dimension: str | None
    parts: tuple[Quantity, ...]
    form: str
    tolerance: Fraction
    text: str
    members: tuple["Answer", ...] = ()


class Grade(NamedTuple):
    """What the checker says about one response.

    Attributes:
        verdict: one of `VERDICTS`; only "correct" scores.
        extracted: the declared text that was judged; None where nothing was declared.
        value: the number read from it, in its own unit; None where it is not one number.
        explanation: one clause for the report.
    """

    verdict: str
    extracted: str | None
    value: Fraction | None
    explanation: str
