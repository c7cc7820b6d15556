"""The records of the answer checker: a gold, a quantity read from text, a grade.

Knows nothing of text; the other modules of the package fill these records.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mathpal.answers.claims import Claim

# The kinds of gold answers. The first seven are single numbers: value and unit are compared, but
# counting words are not ("12 bạn" equals "12 học sinh", "12 con" equals "12 cái"). The others:
# - ratio: "3 : 4";
# - pair: labelled or ordered values;
# - list: a chain of values in order;
# - remainder: "7 (dư 2)";
# - set: values in any order;
# - sign: <, > or =;
# - choice: a letter A to F;
# - yesno: có/đúng or không/sai; a number may follow ("không thể nhận được 105 đống");
# - text: words, compared after folding (weekday, colour, name, number in words; lăm and năm, mốt
#   and một, tư and bốn, nghìn and ngàn, linh and lẻ are the same); also what `writings` compares as
#   written: dates, several letters, Roman numerals, intervals, points, roots, π, letters;
# - pattern: digits and letters as under \overline ("52x4");
# - factors: powers and products ("2³ × 5", also as "2 × 2 × 2 × 5");
# - parts: "a) 12; b) Đúng", each part a gold of its own kind.
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
        value: the number in `unit`; a dot before three digits separates thousands, a comma does
            not.
        dotted: the other reading of such a dot or comma; None without one.
        unit: canonical measure unit, or the counting word, or "".
        dimension: "length", "area", …; "count" with a counting word; "" for a bare number.
        factor: multiply `value` by it to get the dimension's base unit.
        form: how it is written: "integer", "decimal", "fraction", "mixed" or "compound".
        reduced: False for a fraction that can still be reduced.
        shown: numerator/denominator as written; "" if it is not a fraction.
        label: the text that names it ("Số lớn"); "" if there is none.
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
        # The shortcut halves the time, because multiplying fractions is slow.
        return self.value if self.factor == 1 else self.value * self.factor


@dataclass(frozen=True, slots=True)
class Answer:
    """A gold answer with its type.

    Attributes:
        kind: one of `KINDS`.
        value: the number in `unit`; None for kinds that are not one number.
        unit: canonical measure unit or counting word; None if there is none.
        dimension: as in `Quantity`; None without a unit.
        parts: the members of a pair, list, set, ratio (terms) or remainder (quotient, remainder);
            for a single number, that one quantity.
        form: how the gold is written ("fraction", "decimal", …); "" for kinds without a form.
        tolerance: largest accepted difference in `unit`; 0 unless the gold calls itself rounded.
        text: the gold as given; for choice and yesno the canonical "B", "có" or "không"; for sign,
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
    """The checker's judgement of one response.

    Attributes:
        verdict: one of `VERDICTS`; only "correct" scores.
        extracted: the declared text that was judged; None if nothing was declared.
        value: the number read from it, in its own unit; None if it is not a single number.
        explanation: the reason in one clause, for the report.
        claims: what the response declares, concludes, corrects and doubts, in order; () unless an
            explanation was asked for.
    """

    verdict: str
    extracted: str | None
    value: Fraction | None
    explanation: str
    claims: tuple["Claim", ...] = ()
