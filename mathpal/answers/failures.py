"""Names why a wrong answer is wrong: cut off, layout, unit, arithmetic or plan.

A pure function of what the checker found; grades nothing and checks no step itself. Each wrong
answer has one kind, the first in this order that holds:

- truncated: it ends at the token limit and declares nothing. Cannot tell a long solution from one
  that repeats itself; an answer cut within its declared number is judged as it stands.
- layout: it declares nothing, and its last result is right or none can be read; or it declares
  several answers or a doubted one. Cannot tell which of several is meant, nor a solution in another
  layout from none at all.
- unit: the declared number is right; its unit, name, direction or form is not. Cannot tell a right
  number from one that is equal by chance; a wrong conversion and several values in the wrong order
  have other numbers, so they are no matter of units.
- arithmetic: `check_steps` calls a step invalid. Cannot tell whether the answer depends on that
  step, nor whether the plan would have been right.
- plan: the rest. Cannot tell a wrong plan from a slip in a step that cannot be read, from an answer
  without steps, or from a result that was copied wrongly.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from mathpal.answers.records import Answer, Grade
    from mathpal.answers.steps import Step

Failure = Literal["truncated", "layout", "unit", "arithmetic", "plan"]

FAILURES: tuple[Failure, ...] = get_args(Failure)

MEANINGS: Mapping[Failure, str] = {
    "truncated": "cut off at the token limit before an answer was declared",
    "layout": "no answer, several or a doubted one can be read; the mathematics may be right",
    "unit": "the number is right; its unit, name, direction or form is not",
    "arithmetic": "a step of the working is false",
    "plan": "no step is known to be false, but the answer is another one",
}

_RIGHT_NUMBER = ("correct", "wrong_unit", "wrong_form")
_NOT_ONE_ANSWER = ("multiple_answers", "ambiguous")


def failure(
    grade: "Grade",
    steps: Sequence["Step"],
    *,
    gold: "Answer",
    finished: bool,
    lenient: "Grade | None" = None,
) -> Failure | None:
    """Return the kind of a wrong answer; None for a right one.

    Args:
        grade: the strict grade of the response.
        steps: what `check_steps` found in it; a right answer needs none.
        gold: the gold answer.
        finished: False if the response was cut off at the token limit.
        lenient: its grade free of layout. Without one, an answer that declares nothing is a matter
            of layout, even if its last result is wrong.

    Example:
        >>> from mathpal.answers import check_steps, grade, parse_gold
        >>> gold, text = parse_gold("70 km"), "35 × 2 = 80 (km)\\nĐáp số: 80 km"
        >>> failure(grade(text, gold), check_steps(text), gold=gold, finished=True)
        'arithmetic'
    """
    if grade.verdict == "correct":
        return None
    if grade.verdict == "no_answer":
        if not finished:
            return "truncated"
        if lenient is None or lenient.verdict != "wrong" or _has_right_number(lenient, gold):
            return "layout"
    elif grade.verdict in _NOT_ONE_ANSWER:
        return "layout"
    elif _has_right_number(grade, gold):
        return "unit"
    return "arithmetic" if any(step.verdict == "invalid" for step in steps) else "plan"


def _has_right_number(grade: "Grade", gold: "Answer") -> bool:
    """Return whether the judged number is the gold's: "36 cm" for 36 m is wrong, 36 is not."""
    same = grade.value is not None and grade.value == gold.value
    return grade.verdict in _RIGHT_NUMBER or same
