"""Grades a response against a typed gold.

Judges the last declaration of the response by the gold's kind. Never raises, whatever the response
holds; a hedged answer never scores.
"""

import re

from mathpal.answers.asking import Asked, asked
from mathpal.answers.comparisons import judge_sign, judge_yesno
from mathpal.answers.consistency import contradicted, retracted
from mathpal.answers.extraction import (
    Declaration,
    last_equation,
    strong_declarations,
    tail_of,
    weak_declarations,
)
from mathpal.answers.factors import judge_factors
from mathpal.answers.kinds import labelled_parts
from mathpal.answers.letters import contradicts_letter, judge_letter
from mathpal.answers.notation import normalise
from mathpal.answers.records import Answer, Grade
from mathpal.answers.scalars import Finding, holds_number, judge_number
from mathpal.answers.sentences import trim
from mathpal.answers.structured import judge_parts, judge_ratio, judge_remainder, judge_set
from mathpal.answers.textual import judge_pattern, judge_text, read_pattern
from mathpal.answers.words import signs

_BEHIND = 400  # characters after a declaration that are searched for a retraction


def _judge(declaration: Declaration, gold: Answer, asks: Asked) -> Finding:
    kind = gold.kind
    if declaration.hedged:
        return Finding("ambiguous", None, "it is declared with a reservation")
    if kind == "choice":
        return judge_letter(declaration, gold, asks, _judge)
    if contradicts_letter(declaration, asks, _judge):
        return Finding("ambiguous", None, "the letter and the value beside it are of two options")
    text = declaration.text
    if declaration.letter and asks.options and not holds_number(text):
        text = dict(asks.options).get(declaration.letter, text)
    if kind == "sign":
        return judge_sign(text, gold, asks)
    if kind == "yesno":
        return judge_yesno(text, gold, asks)
    if kind == "text":
        return judge_text(text, gold.text)
    if kind == "pattern":
        return judge_pattern(text, gold.text)
    if kind == "factors":
        return judge_factors(text, gold.text)
    if kind == "parts":
        return _judge_members(declaration, gold, asks)
    if kind in ("pair", "list"):
        return judge_parts(declaration.block or text, gold)
    if kind == "set":
        return judge_set(declaration.block or text, gold)
    if kind == "remainder":
        return judge_remainder(text, gold)
    if kind == "ratio":
        return judge_ratio(text, gold, reduced=asks.form == "reduced")
    return judge_number(text, gold, asks, strong=declaration.strong)


def _judge_members(declaration: Declaration, gold: Answer, asks: Asked) -> Finding:
    """Judge a), b), … one by one and in order; the first faulty part decides the verdict."""
    block = declaration.block.replace("\n", "; ")
    texts = labelled_parts(block) or [t for t in re.split(r"\s*;\s*", block) if t]
    if len(texts) != len(gold.members):
        why = f"{len(texts)} parts where {len(gold.members)} are expected"
        return Finding("wrong" if texts else "no_answer", None, why)
    for place, (text, member) in enumerate(zip(texts, gold.members, strict=True)):
        letter = text if len(text) == 1 and text in "ABCDEF" else ""
        part = declaration._replace(text=text, block=text, letter=letter)
        finding = _judge(part, member, asks)
        if finding.verdict != "correct":
            return finding._replace(explanation=f"{'abcdefgh'[place]}) {finding.explanation}")
    return Finding("correct", None, "all parts agree")


def _can_answer(declaration: Declaration, gold: Answer, asks: Asked) -> bool:
    """Return whether a declaration can be an answer of the gold's kind."""
    if gold.kind == "choice":
        return bool(declaration.letter or (asks.options and declaration.linked))
    if declaration.letter and not holds_number(declaration.text):
        return bool(asks.options)
    if gold.kind == "sign":
        return declaration.linked or bool(signs(declaration.text))
    if gold.kind in ("yesno", "text", "parts"):
        return bool(declaration.text)
    if gold.kind == "pattern":
        return declaration.linked or bool(read_pattern(declaration.text))
    return declaration.linked or holds_number(declaration.text)


def _without_declaration(tail: str) -> Declaration | None:
    """Return a declaration for the lenient mode: the last equation, or a one-line response."""
    line = last_equation(tail)
    if line is None:
        line = trim(normalise(tail)) if len(tail) <= 80 and "\n" not in tail.strip() else ""
    letter = line if len(line) == 1 and line in "ABCDEF" else ""
    return Declaration(line, line, letter, True, True, 0) if line else None


def grade(
    response: str, gold: Answer, *, question: str | None = None, lenient: bool = False
) -> Grade:
    """Judge a response by what it declares last.

    Args:
        response: generated text; only its last 6,000 characters are read.
        gold: the gold, read by `parse_gold`.
        question: the problem's text. It states the form and unit asked for ("= … cm", "phân số
            tối giản"), the options A to F, and the sides of a comparison.
        lenient: without a declaration, judge the last equation, or a response that is a single
            line of up to 80 characters.

    Returns:
        The grade; "correct" is the only verdict that scores.

    Example:
        >>> grade("Đáp số: 3600 cm", parse_gold("36 m")).verdict
        'correct'
    """
    asks = asked(question)
    tail = tail_of(response)
    strong = [d for d in strong_declarations(tail) if _can_answer(d, gold, asks)]
    weak: list[Declaration] = []
    if strong:
        chosen = strong[0]
    else:
        weak = [d for d in weak_declarations(tail) if _can_answer(d, gold, asks)]
        found = weak[0] if weak else _without_declaration(tail) if lenient else None
        if found is None:
            return Grade("no_answer", None, None, "nothing is declared")
        chosen = found
    finding = _judge(chosen, gold, asks)
    later = weak_declarations(tail, chosen.start) if strong else []
    if contradicted(strong, later, finding, gold, lambda other: _judge(other, gold, asks)):
        finding = Finding("multiple_answers", finding.quantity, "declarations contradict")
    elif finding.verdict == "correct" and retracted(tail[chosen.start :][:_BEHIND]):
        finding = Finding("ambiguous", finding.quantity, "it is retracted afterwards")
    value = finding.quantity.value if finding.quantity else None
    shown = chosen.block if gold.kind in ("pair", "list", "set", "parts") else chosen.text
    return Grade(finding.verdict, shown or chosen.letter or None, value, finding.explanation)
