"""Check whether a row's gold is readable, and whether its own solution agrees with it."""

import re
from collections.abc import Iterator
from fractions import Fraction

from mathpal.answers import Answer, Quantity, check_steps, grade, normalise, parse_gold
from mathpal.answers.asking import asked
from mathpal.answers.quantities import find_quantities
from mathpal.data.audit.entries import Entry
from mathpal.data.audit.findings import Finding
from mathpal.errors import DataError

_NUMBERS = ("integer", "decimal", "fraction", "mixed", "percent", "quantity", "pair", "list")
_SHORT = 60  # characters of a solution that is an answer only
_WEAK = re.compile(r"(?<!\w)(?:vậy|kết quả)(?!\w)", re.I)
_FINAL = re.compile(r"đáp số|đáp án|\\boxed|đ/?s\s*:|(?<!\w)(?:chọn|khoanh)(?!\w)", re.I)
_STRONG = re.compile(r"đáp số|đáp án|\\boxed|đ/?s\s*:", re.I)


def gold_findings(entry: Entry) -> Iterator[Finding]:
    """Yield the findings on a row's answer and on its solution's steps."""
    if not entry.solution:  # plain text
        return
    yield from _step_findings(entry.solution)
    if displaced(entry.question, entry.solution):
        yield Finding("displaced", "equations in the question, none in the solution")
    if entry.gold is None:
        yield Finding("no_gold", "no answer is declared")
        return
    try:
        gold = parse_gold(entry.gold, kind=entry.problem.kind if entry.problem else None)
    except DataError as error:
        yield Finding("unparsable_gold", str(error))
        return
    if goes_on(entry.solution):
        yield Finding("early_answer", f"{entry.gold}, and more lines with numbers after it")
    if gold.kind == "choice":
        yield Finding("letter", gold.text)
        if len(asked(entry.question).options) < 2:
            yield Finding("options_missing", f"the gold is {gold.text}")
    judged = grade(entry.solution, gold, question=entry.question)
    if judged.verdict != "correct":
        yield Finding("contradicts", f"{judged.verdict}: {judged.explanation}")
    elif not reached(entry.solution, gold):
        yield Finding("not_reached", f"{entry.gold} stands nowhere in the working")


def _step_findings(solution: str) -> Iterator[Finding]:
    for step in check_steps(solution):
        if step.verdict == "invalid":
            yield Finding("step_invalid", f"{step.text}: {step.explanation}")


def displaced(question: str, solution: str) -> bool:
    """Whether the question holds the working.

    That is: two valid equations in the question, and none in a solution of one short line.
    """
    if "\n" in solution or len(solution) > _SHORT or "=" in solution or question.count("=") < 2:
        return False
    return sum(step.verdict == "valid" for step in check_steps(question)) >= 2


def goes_on(solution: str) -> bool:
    """Whether a line with numbers follows the last "Vậy", without a clearer declaration.

    The declared answer is then one of several, or a step.
    """
    text = normalise(solution)
    marks = list(_WEAK.finditer(text))
    if not marks or _FINAL.search(text):
        return False
    after = text[marks[-1].end() :].splitlines()[1:]
    return any(sign.isdigit() for line in after for sign in line)


def reached(solution: str, gold: Answer) -> bool:
    """Whether the gold's numbers occur in the solution before its declaration.

    An answer after "Đáp số" that the working never mentions belongs to another problem, or is a
    slip. True if this cannot be judged: golds that are no numbers, times, solutions without a
    clear declaration, and solutions without numbers before it.
    """
    text = normalise(solution)
    marks = list(_STRONG.finditer(text))
    if gold.kind not in _NUMBERS or not gold.parts or not marks:
        return True
    named: set[Fraction] = set()
    for line in text[: marks[-1].start()].splitlines():
        for number, _, _ in find_quantities(line):
            named |= _values(number)
    return not named or all(
        _values(part) & named or {part.value.numerator, part.value.denominator} <= named | {1}
        for part in gold.parts
    )


def _values(number: Quantity) -> set[Fraction]:
    """Every possible value of a written number."""
    return {number.value, number.base} | ({number.dotted} if number.dotted is not None else set())
