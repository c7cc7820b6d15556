"""Decides whether a response contradicts or retracts its own declared answer.

Compares declarations with each other; the caller supplies the judge of a single one.
"""

import re
from collections.abc import Callable, Sequence

from mathpal.answers.enumerations import members, read_remainder
from mathpal.answers.extraction import Declaration
from mathpal.answers.kinds import labelled_parts
from mathpal.answers.quantities import find_quantities
from mathpal.answers.records import Answer, Quantity
from mathpal.answers.scalars import Finding

Judge = Callable[[Declaration], Finding]

_STATED = re.compile(r"(?:là|bằng|=) ?:? ?[-+]?[0-9][^;,\n]{0,40}$")
_NAMED = re.compile(r"(?:(?<!\w)là(?!\w)|[:=]) ?(?!xong|hết|đủ|đúng|sai)([^\W\d_][^,;:=]{0,30})$")
_LETTER = re.compile(r"[(\[]?[A-F][)\].]? ?(?:(?:là )?(?:đáp án|phương án|câu)? ?đúng)?$")
_RETRACTED = re.compile(
    r"(?<!\w)(?:à không|à nhầm|ồ không|(?:em|tôi|mình|tớ) (?:đã |bị )?(?:tính )?nhầm"
    r"|xin lỗi|sửa lại|tính lại|thực ra|đính chính)(?!\w)[^\n]{0,80}?(?<!\w)(?:[0-9]|[A-F](?!\w))",
    re.I,
)


def _values(declaration: Declaration) -> list[object]:
    """Return the values that a declaration states, to tell two declarations apart."""
    side = declaration.text[declaration.text.rfind("=") + 1 :]
    return [(q.dimension, q.base) for q, _, _ in find_quantities(side)]


def _same(one: Quantity, other: Quantity) -> bool:
    """Return whether two quantities are equal; one of them may lack its unit."""
    bare = "" in (one.dimension, other.dimension) and one.value == other.value
    return bare or one == other


def _answers(text: str, gold: Answer) -> bool:
    """Return whether a later sentence is itself an answer of the gold's kind."""
    if gold.kind == "choice":
        return _LETTER.match(text) is not None
    if gold.kind == "text":
        named = _NAMED.search(text)
        last = (gold.text.split() or [""])[-1]
        return named is not None and (not last[0].isupper() or named[1][0].isupper())
    if gold.kind in ("pair", "list", "set"):
        return len(members(text, ordered=gold.kind == "list")) == len(gold.parts)
    if gold.kind == "parts":
        return len(labelled_parts(text)) == len(gold.members)
    if gold.kind == "remainder":
        return read_remainder(text) is not None
    if gold.kind == "ratio":
        return ":" in text or _STATED.search(text) is not None
    return gold.kind in ("sign", "yesno", "pattern", "factors") or bool(_STATED.search(text))


def contradicted(
    strong: Sequence[Declaration],
    later: Sequence[Declaration],
    last: Finding,
    gold: Answer,
    judge: Judge,
) -> bool:
    """Return whether another declaration of the same response states a different answer.

    Args:
        strong: the strong declarations; the first of them is the one that was judged.
        later: the weak declarations after it.
        last: the finding on the judged declaration.
        gold: the gold answer.
        judge: judges a declaration against the gold.
    """
    for other in strong[1:]:
        finding = judge(other)
        if finding.verdict == "no_answer":
            continue
        if gold.kind == "choice" and other.letter == strong[0].letter:
            continue
        if finding.verdict != last.verdict or _values(other) != _values(strong[0]):
            same = finding.quantity and last.quantity and _same(finding.quantity, last.quantity)
            if not same and not finding.verdict == last.verdict == "correct":
                return True
    for other in later:
        if not _answers(other.text, gold):
            continue
        finding = judge(other)
        if finding.verdict != "wrong":
            continue
        read, judged = finding.quantity, last.quantity
        if not read or not judged:
            return True
        if read.dimension == judged.dimension and read.base != judged.base:
            return True
    return False


def retracted(behind: str) -> bool:
    """Return whether the text after the last declaration retracts it ("À không, 80 km")."""
    return _RETRACTED.search(behind) is not None
