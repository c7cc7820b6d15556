"""Grades a response against a typed gold.

Judges the claim that `decision` chooses by the gold's kind. Never raises, whatever the response
holds; a hedged answer never scores.
"""

import re

from mathpal.answers.asking import Asked, asked
from mathpal.answers.claims import Claim, read
from mathpal.answers.comparisons import judge_sign, judge_yesno
from mathpal.answers.decision import decide
from mathpal.answers.factors import judge_factors
from mathpal.answers.kinds import labelled_parts
from mathpal.answers.letters import contradicts_letter, judge_letter
from mathpal.answers.records import Answer, Grade
from mathpal.answers.scalars import Finding, holds_number, judge_number
from mathpal.answers.sentences import trim
from mathpal.answers.structured import judge_parts, judge_ratio, judge_remainder, judge_set
from mathpal.answers.textual import judge_pattern, judge_text


def _judge(
    claim: Claim, gold: Answer, asks: Asked, *, lenient: bool = False, working: str = ""
) -> Finding:
    kind = gold.kind
    if kind == "choice":
        return judge_letter(claim, gold, asks, _judge)
    if contradicts_letter(claim, asks, _judge):
        return Finding("ambiguous", None, "the letter and the value beside it are of two options")
    text = claim.text
    if claim.letter and asks.options and not holds_number(text):
        text = dict(asks.options).get(claim.letter, text)
    if kind == "sign":
        return judge_sign(text, gold, asks)
    if kind == "yesno":
        return judge_yesno(text, gold, asks)
    if kind == "text":
        return judge_text(text, gold.text, asks)
    if kind == "pattern":
        return judge_pattern(text, gold.text)
    if kind == "factors":
        return judge_factors(text, gold.text)
    if kind == "parts":
        return _judge_members(claim, gold, asks)
    if kind in ("pair", "list"):
        return judge_parts(claim.block or text, gold)
    if kind == "set":
        return judge_set(claim.block or text, gold, asks)
    if kind == "remainder":
        return judge_remainder(text, gold)
    if kind == "ratio":
        return judge_ratio(text, gold, reduced=asks.form == "reduced")
    return judge_number(text, gold, asks, strong=claim.strong, lenient=lenient, working=working)


def _judge_members(claim: Claim, gold: Answer, asks: Asked) -> Finding:
    """Judge a), b), … one by one and in order; the first faulty part decides the verdict."""
    block = claim.block.replace("\n", "; ")
    texts = labelled_parts(block) or [t for t in re.split(r"\s*;\s*", block) if t]
    texts = [trim(text) for text in texts]
    if len(texts) != len(gold.members):
        why = f"{len(texts)} parts where {len(gold.members)} are expected"
        return Finding("wrong" if texts else "no_answer", None, why)
    for place, (text, member) in enumerate(zip(texts, gold.members, strict=True)):
        letter = text if len(text) == 1 and text in "ABCDEF" else ""
        if member.kind == "yesno":  # "S (các mặt là hình vuông)"
            text = text.split("(")[0].strip() or text
        part = claim._replace(text=text, block=text, letter=letter)
        finding = _judge(part, member, asks)
        if finding.verdict != "correct":
            return finding._replace(explanation=f"{'abcdefgh'[place]}) {finding.explanation}")
    return Finding("correct", None, "all parts agree")


def grade(
    response: str,
    gold: Answer,
    *,
    question: str | None = None,
    lenient: bool = False,
    explain: bool = False,
) -> Grade:
    """Judge a response by what it declares last.

    Args:
        response: generated text; only its last 6,000 characters are read.
        gold: the gold, read by `parse_gold`.
        question: the problem's text. It states the form and unit asked for ("= … cm", "phân số
            tối giản"), the options A to F, and the sides of a comparison.
        lenient: grade free of format: if nothing is declared, judge the last equation or the last
            sentence with a number; a bare number is enough where the question names its unit.
        explain: whether the grade lists the claims of the response.

    Returns:
        The grade; "correct" is the only verdict that scores.

    Example:
        >>> grade("Đáp số: 3600 cm", parse_gold("36 m")).verdict
        'correct'
    """
    asks = asked(question)
    reading = read(response)

    def judge(claim: Claim) -> Finding:
        return _judge(claim, gold, asks, lenient=lenient, working=reading.text)

    chosen, finding = decide(reading, gold, asks, judge, lenient=lenient)
    claims = reading.claims if explain else ()
    if chosen is None:
        return Grade("no_answer", None, None, finding.explanation, claims)
    value = finding.quantity.value if finding.quantity else None
    shown = chosen.block if gold.kind in ("pair", "list", "set", "parts") else chosen.text
    return Grade(
        finding.verdict, shown or chosen.letter or None, value, finding.explanation, claims
    )
