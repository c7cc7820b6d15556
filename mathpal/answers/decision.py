"""Decides which claim of a response is its answer, and whether the other claims agree with it.

A pure function of the claims and the gold; the caller supplies the judge of a single claim.

| the response says | decided |
|---|---|
| "Đáp số: …", "Answer: …", "Chọn B" | the last one that can answer the gold |
| none of these, but "Vậy …", "Kết luận: …", "Do đó …" | the last one, if no other result follows |
| none of these, but a last sentence that restates the question | that sentence |
| several answers that differ | multiple_answers |
| an answer, and afterwards "Vậy …" with another value | multiple_answers |
| an answer, then "Nhầm rồi", "Đợi đã, … 17 kg", "không chắc" | ambiguous |
| an answer, then a correction, then another answer | the last one |
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from mathpal.answers.afterwords import taken_back
from mathpal.answers.asking import Asked
from mathpal.answers.claims import Claim, Reading
from mathpal.answers.consistency import Judge, contradicted, denied_later, rejects, told_of_others
from mathpal.answers.phrases import SUPPOSED, Role
from mathpal.answers.quantities import find_quantities
from mathpal.answers.records import Answer
from mathpal.answers.restated import restated
from mathpal.answers.rivals import Answered
from mathpal.answers.scalars import Finding, holds_number
from mathpal.answers.sentences import trim
from mathpal.answers.textual import read_pattern
from mathpal.answers.words import signs

_MOST = 8  # claims of one role that are compared
_SHORT, _SENTENCE = 80, 200  # characters of a line that may be an answer by itself
_RESULT = re.compile(r"[0-9)\w²³%}] ?[-+×:/*x] ?[(\w√][^=\n]{0,80}=(?P<result>[^\n=]{1,60})")
_UNSOLVED = ("yesno", "text", "choice", "sign")
_OPTION = re.compile(r"[-•+*]?\s*\(?[A-F] ?[.)]\s")


class Decision(NamedTuple):
    """The answer of a response.

    Attributes:
        claim: the one that was judged; None if nothing answers the gold.
        finding: its verdict, after all other claims are considered.
    """

    claim: Claim | None
    finding: Finding


def decide(
    reading: Reading, gold: Answer, asks: Asked, judge: Judge, *, lenient: bool = False
) -> Decision:
    """Choose the claim that answers the gold, judge it, and compare it with the others.

    Args:
        reading: the response.
        gold: the gold answer.
        asks: the question's demands.
        judge: judges one claim against the gold.
        lenient: grade free of format: without a claim, take the last equation or sentence.
    """
    able = [
        claim for claim in reading.claims
        if claim.polarity in ("asserted", "doubted") and _can_answer(claim, gold, asks)
    ]  # fmt: skip
    solved = gold.kind not in _UNSOLVED  # worked out by equations
    final = [c for c in (_not_headings(able, reading) if solved else able) if c.role == "final"]
    final = [c for c in final if not rejects(c)] or final  # "A sai. B đúng. C sai."
    if len(final) > 1:
        final = [c for c in final if not told_of_others(c, reading)] or final
    final = _joined(final, gold)[-_MOST:]
    weak = [c for c in able if c.role in ("conclusion", "connective")][-_MOST:]
    weak = [c for c in weak if not rejects(c)] or weak
    if len(weak) > 1:
        weak = [c for c in weak if not told_of_others(c, reading)] or weak
    weak = [c for c in weak if c.kinds] or weak  # "nhận định này sai vì kết quả là 4%"
    if final:
        return Decision(final[-1], _considered(reading, final, weak, gold, judge, asks))
    weak = _joined(weak, gold)
    if not weak or _superseded(weak[-1], reading, gold):
        found = without_declaration(reading) if lenient else restated(reading, asks)
        if found is None:
            return Decision(None, Finding("no_answer", None, "nothing is declared"))
        weak = [found]
    return Decision(weak[-1], _considered(reading, weak[-1:], [], gold, judge, asks))


def _considered(
    reading: Reading,
    chosen: Sequence[Claim],
    weak: Sequence[Claim],
    gold: Answer,
    judge: Judge,
    asks: Asked,
) -> Finding:
    """Return the finding on the last of the chosen claims, in the light of all the others."""
    last = chosen[-1]
    finding = judge(last)
    certain = gold.kind == "yesno" or finding.verdict == "multiple_answers"
    if last.polarity == "doubted" and not certain:
        return Finding("ambiguous", None, "it is declared with a reservation")
    corrected = [c.start for c in reading.claims if c.role == "correction" and c.start < last.start]
    since = max(corrected, default=0)
    earlier = [c for c in chosen[:-1] if c.start >= since or not since]
    later = [
        c
        for c in weak
        if c.role == "conclusion"
        and c.start > last.start
        and c.polarity == "asserted"
        and not told_of_others(c, reading)
    ]
    checks = [c.start for c in reading.claims if c.role == "check" and c.start > last.start]
    later = [
        c._replace(linked=c.linked or _worked_out(c, last, reading))
        for c in later
        if not any(_same_paragraph(reading.text, at, c.start) for at in checks)
    ]
    if contradicted(last, finding, earlier, later, gold, judge):
        return Finding("multiple_answers", finding.quantity, "declarations contradict")
    if finding.verdict == "correct" and (
        why := denied_later(reading, last, gold.kind)
        or taken_back(reading, Answered(last, finding.quantity, gold.kind, asks))
    ):
        return Finding("ambiguous", finding.quantity, why)
    return finding


def _same_paragraph(text: str, one: int, other: int) -> bool:
    """Return whether a conclusion ends the check that begins before it."""
    between = text[one:other]
    return one < other and "\n\n" not in between and any(c.isdigit() for c in between)


def _worked_out(claim: Claim, last: Claim, reading: Reading) -> bool:
    """Return whether a later conclusion states the result of working that follows the answer."""
    said = {q.value for q, _, _ in find_quantities(claim.text)}
    results = [m["result"] for m in _RESULT.finditer(reading.text, last.end, claim.start)]
    return any(q.value in said for result in results[-1:] for q, _, _ in find_quantities(result))


def _can_answer(claim: Claim, gold: Answer, asks: Asked) -> bool:
    """Return whether a claim can be an answer of the gold's kind."""
    kind, text = gold.kind, claim.text
    if claim.role not in ("final", "conclusion", "connective"):
        return False
    if claim.kinds:
        return kind in claim.kinds
    if kind == "text":
        return bool(text or claim.letter)
    if kind == "choice":
        return bool(claim.letter or (asks.options and (claim.linked or holds_number(text))))
    if claim.letter and not holds_number(text):
        return bool(asks.options)
    if kind == "sign":
        return claim.linked or bool(signs(text))
    if kind in ("yesno", "parts"):
        return bool(text)
    if kind == "pattern":
        return claim.linked or bool(read_pattern(text))
    return claim.linked or holds_number(text)


def _not_headings(able: list[Claim], reading: Reading) -> list[Claim]:
    """Drop "Trả lời:" and the like where a solution with its own answer follows."""
    kept = []
    for index, claim in enumerate(able):
        later = able[index + 1 :]
        heading = claim.opens and claim.role == "final" and any(
            _RESULT.search(reading.text, claim.start, other.start) for other in later[-1:]
        )  # fmt: skip
        if not heading and not (claim.opens and not later and outgrown(claim, reading)):
            kept.append(claim)
    return kept


def _joined(claims: list[Claim], gold: Answer) -> list[Claim]:
    """Join the answers of the parts a), b), … into one claim, if each part declares its own."""
    wanted = len(gold.members or gold.parts)
    if gold.kind not in ("parts", "pair", "set", "list") or len(claims) < 2:
        return claims
    last = {claim.part: claim for claim in claims}
    names = [name for name in last if name]
    if names != list("abcdefgh")[:wanted] or "" in last:
        return claims
    block = "; ".join(f"{name}) {claim.letter or claim.text}" for name, claim in last.items())
    return [claims[-1]._replace(text=block, block=block, letter="")]


def _superseded(claim: Claim, reading: Reading, gold: Answer) -> bool:
    """Return whether another result is worked out after "Vậy …" or "Do đó …"."""
    return gold.kind not in _UNSOLVED and outgrown(claim, reading)


def outgrown(claim: Claim, reading: Reading) -> bool:
    """Return whether a result that a claim does not state is worked out after it."""
    stop = min(
        (c.start for c in reading.claims if c.start > claim.start and c.role in ("check", "aside")),
        default=len(reading.text),
    )
    said = {q.value for q, _, _ in find_quantities(claim.text)}
    for match in _RESULT.finditer(reading.text, claim.end, max(claim.end, stop)):
        chain = reading.text[match.start("result") : match.end() + 200].partition("\n")[0]
        result = find_quantities(chain.rpartition("=")[2][:60])
        if result and result[0][0].value not in said:
            return True
    return False


def without_declaration(reading: Reading) -> Claim | None:
    """Return a claim for format-free grading: the last equation, or a last sentence with a number.

    Lines that check, explain, suppose or ask are passed over.
    """
    aside = {c.start for c in reading.claims if c.role not in ("final", "conclusion", "connective")}
    lines: list[tuple[int, str]] = []
    at = 0
    for line in reading.text.split("\n"):
        begin = at + len(line) - len(line.lstrip())
        at += len(line) + 1
        if line.strip() and not (
            begin in aside or SUPPOSED.match(line) or line.rstrip().endswith("?")
        ):
            lines.append((begin, line.strip()))
    if sum(bool(_OPTION.match(line)) for _, line in lines) > 1:  # the question's options
        lines = [(begin, line) for begin, line in lines if not _OPTION.match(line)]
    for begin, line in reversed(lines):
        equation = "=" in line
        if not equation and not (
            len(line) <= _SENTENCE and (len(lines) == 1 or holds_number(line))
        ):
            continue
        said = trim(line[-400:])
        letter = said if len(said) == 1 and said in "ABCDEF" else ""
        role: Role = "final" if equation or len(line) <= _SHORT else "conclusion"
        number = reading.text.count("\n", 0, begin) + 1
        claim = Claim(role, "asserted", said, said, letter, True, begin, begin + len(line), number)
        return claim if said else None
    return None
