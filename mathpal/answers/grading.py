"""Grading a response against a typed gold.

Takes the last declaration of the response and judges it by the gold's kind. Never raises,
whatever the response holds; never scores a hedge.
"""

import re

from mathpal.answers.asking import Asked, asked, squeeze
from mathpal.answers.comparisons import judge_sign, judge_yesno
from mathpal.answers.extraction import (
    Declaration,
    last_equation,
    strong_declarations,
    tail_of,
    trim,
    weak_declarations,
)
from mathpal.answers.factors import judge_factors
from mathpal.answers.golds import parse_gold
from mathpal.answers.kinds import labelled_parts
from mathpal.answers.notation import normalise
from mathpal.answers.quantities import find_quantities
from mathpal.answers.records import Answer, Grade, Quantity
from mathpal.answers.scalars import Finding, holds_number, judge_number
from mathpal.answers.structured import judge_parts, judge_ratio, judge_remainder, judge_set
from mathpal.answers.textual import judge_pattern, judge_text, read_pattern
from mathpal.answers.words import signs, taken_back
from mathpal.errors import DataError

_MORE_LETTERS = re.compile(r"^[)\s]*(?:hoặc|hay|và|,|/|;|-) ?(?:đáp án )?\(?([A-F])(?!\w)")
_REASON = re.compile(r" (?:vì|do|bởi)(?!\w)|[,;.]")
_STATED = re.compile(r"(?:là|bằng|=) ?:? ?[-+]?[0-9][^;,\n]{0,40}$")


def _judge_choice(declaration: Declaration, asks: Asked) -> tuple[str | None, str]:
    """The letter that is declared, by itself or by the text of its option; else a verdict."""
    if declaration.letter:
        return declaration.letter, ""
    said = squeeze(declaration.block.replace("\n", ";") or declaration.text)
    hits = [letter for letter, option in asks.options if squeeze(option) == said]
    for letter, option in asks.options if len(hits) != 1 else ():
        try:
            gold = parse_gold(option)
        except DataError:
            continue
        if gold.kind != "choice" and _judge(declaration, gold, asks).verdict == "correct":
            hits.append(letter)
    if len(hits) == 1:
        return hits[0], ""
    return None, "no_answer" if not hits else "ambiguous"


def _judge_letter(declaration: Declaration, gold: Answer, asks: Asked) -> Finding:
    letter, fault = _judge_choice(declaration, asks)
    if letter is None:
        return Finding(fault, None, "no option letter is declared")
    if declaration.letter:
        more = _MORE_LETTERS.match(declaration.text.removeprefix(letter))
        if more and more[1] != letter:
            return Finding("multiple_answers", None, f"{letter} and {more[1]} are declared")
        said = _REASON.split(declaration.text, 1)[0]
        if taken_back(said.replace(letter, ""), said, rough=False):
            return Finding("ambiguous", None, "the letter is declared with a reservation")
    if letter == gold.text:
        return Finding("correct", None, "the letter agrees")
    return Finding("wrong", None, f"the letter is {letter}, expected {gold.text}")


def _judge(declaration: Declaration, gold: Answer, asks: Asked) -> Finding:
    kind = gold.kind
    if kind == "choice":
        return _judge_letter(declaration, gold, asks)
    text = declaration.text
    if declaration.letter and asks.options and not holds_number(text):
        text = dict(asks.options).get(declaration.letter, text)
    if kind == "sign":
        return judge_sign(text, gold, asks)
    if kind == "yesno":
        return judge_yesno(text, gold)
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
    """Judge a), b), … one by one and in order; the first fault is the verdict."""
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


def _speaks(declaration: Declaration, gold: Answer, asks: Asked) -> bool:
    """Whether a declaration says something of the gold's kind, or is one by its form."""
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


def _values(declaration: Declaration) -> list[object]:
    """What a declaration commits itself to, for telling two of them apart."""
    side = declaration.text[declaration.text.rfind("=") + 1 :]
    return [(q.dimension, q.base) for q, _, _ in find_quantities(side)]


def _same(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities say the same, one of them perhaps without its unit."""
    bare = "" in (one.dimension, other.dimension) and one.value == other.value
    return bare or one == other


def _contradicted(
    strong: list[Declaration], later: list[Declaration], last: Finding, gold: Answer, asks: Asked
) -> bool:
    """Whether another declaration of the same response says something different."""
    for other in strong[1:]:
        finding = _judge(other, gold, asks)
        if finding.verdict == "no_answer":
            continue
        if gold.kind == "choice" and other.letter == strong[0].letter:
            continue
        if finding.verdict != last.verdict or _values(other) != _values(strong[0]):
            same = finding.quantity and last.quantity and _same(finding.quantity, last.quantity)
            if not same and not finding.verdict == last.verdict == "correct":
                return True
    if last.quantity is not None:
        for other in later:
            if not _STATED.search(other.text):
                continue
            finding = _judge(other, gold, asks)
            read = finding.quantity
            if read and finding.verdict == "wrong" and read.dimension == last.quantity.dimension:
                return read.base != last.quantity.base
    return False


def _without_declaration(tail: str) -> Declaration | None:
    """The lenient mode's stand-in: the last equation, or a response that is one short line."""
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
        gold: from `parse_gold`.
        question: the problem's text. It tells the form and unit asked for ("= … cm", "phân số
            tối giản"), the options behind A to D, and the sides of a comparison.
        lenient: without a declaration, take the right side of the last equation, or a response
            that is a single short line.

    Returns:
        The grade; "correct" is the only verdict that scores.

    Example:
        >>> grade("Đáp số: 3600 cm", parse_gold("36 m")).verdict
        'correct'
    """
    asks = asked(question)
    tail = tail_of(response)
    strong = [d for d in strong_declarations(tail) if _speaks(d, gold, asks)]
    weak: list[Declaration] = []
    if strong:
        chosen = strong[0]
    else:
        weak = [d for d in weak_declarations(tail) if _speaks(d, gold, asks)]
        found = weak[0] if weak else _without_declaration(tail) if lenient else None
        if found is None:
            return Grade("no_answer", None, None, "nothing is declared")
        chosen = found
    finding = _judge(chosen, gold, asks)
    later = weak_declarations(tail, chosen.start) if strong else []
    if _contradicted(strong, later, finding, gold, asks):
        finding = Finding("multiple_answers", finding.quantity, "declarations contradict")
    value = finding.quantity.value if finding.quantity else None
    shown = chosen.block if gold.kind in ("pair", "list", "set", "parts") else chosen.text
    return Grade(finding.verdict, shown or chosen.letter or None, value, finding.explanation)
