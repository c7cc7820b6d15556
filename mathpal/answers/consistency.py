"""Decides whether the declarations of a response contradict or deny its own answer.

Compares claims with each other; the caller supplies the judge of a single one.
"""

import re
from collections.abc import Callable, Sequence

from mathpal.answers.claims import Claim, Reading
from mathpal.answers.enumerations import members, read_remainder
from mathpal.answers.kinds import labelled_parts
from mathpal.answers.quantities import find_quantities
from mathpal.answers.records import Answer, Quantity
from mathpal.answers.scalars import Finding, holds_number
from mathpal.answers.stance import speaks_of_others
from mathpal.answers.writings import read_writing

Judge = Callable[[Claim], Finding]

_VALUED = ("choice", "integer", "decimal", "fraction", "mixed", "percent", "quantity", "time")
_STATED = re.compile(r"(?:là|bằng|=) ?:? ?[-+]?[0-9][^;,\n]{0,40}$")
_NAMED = re.compile(r"(?:(?<!\w)là(?!\w)|[:=]) ?(?!xong|hết|đủ|đúng|sai)([^\W\d_][^,;:=]{0,30})$")
_SIDE = re.compile(r"(?<!\w)(?:là|bằng)(?!\w)|[=:]")
_LETTER = re.compile(r"[(\[]?[A-F][)\].]? ?(?:(?:là )?(?:đáp án|phương án|câu)? ?đúng)?$")
_SENTENCES = re.compile(r"\n|[.!?](?=\s)")
_DENIAL = re.compile(
    r"(?:(?:trên|này|đó|vừa rồi|ở trên|của (?:mình|em|tôi|tớ)) )*(?:là |bị |có vẻ |đang )?"
    r"(?:sai|nhầm|(?:không|chưa) (?:phải|đúng|chính xác))(?!\w)",
    re.I,
)
# "A sai vì …", "9 cm - Sai": what is said of an option that is not the answer.
_REJECTED = re.compile(
    r"(?:[A-F][).]?(?:,| và)? ?){0,4}(?:[^;]{0,60}?[-:,(→] ?|(?:thì |là |bị |cũng |đều )*)"
    r"(?:(?:là )?(?:đáp án |phương án )?(?:sai|loại)|(?:không|chưa) (?:đúng|phải|thoả|thỏa"
    r"|chính xác|phù hợp)|incorrect|wrong)(?!\w)",
    re.I,
)


def rejects(claim: Claim) -> bool:
    """Return whether a claim only says that its option is wrong: "A. 9 cm: sai"."""
    return bool(claim.letter) and _REJECTED.match(claim.text) is not None


def told_of_others(claim: Claim, reading: Reading, *, behind: bool = False) -> bool:
    """Return whether a claim is part of a sentence about others: "Nhiều em ghi đáp số 8".

    Args:
        claim: the claim.
        reading: its response.
        behind: whether the sentence before counts as well: "Nhiều em ghi 8. Đáp số đó sai."
    """
    before = _SENTENCES.split(reading.text[: claim.start][-200:])
    if behind and not before[-1].strip(" *>"):
        before = [sentence for sentence in before if sentence.strip(" *>")]
    return any(speaks_of_others(sentence) for sentence in before[-1:])


def denied_later(reading: Reading, last: Claim, kind: str) -> str:
    """Return why a later declaration denies or doubts the answer; "" if none does."""
    for claim in reading.claims:
        stated = claim.role in ("final", "conclusion") and claim.start >= last.end - 2
        if not stated or claim.polarity == "supposed" or claim.letter not in ("", last.letter):
            continue
        doubted = claim.polarity == "doubted" and kind != "yesno"
        rejected = last.letter == claim.letter and rejects(claim)
        if not rejected and not doubted and not _DENIAL.match(claim.text):
            continue
        if not told_of_others(claim, reading, behind=True):
            what = "the option is rejected" if rejected else "it is denied or doubted"
            return f"{what} afterwards (line {claim.line})"
    return ""


def _values(claim: Claim) -> list[object]:
    """Return the values that a claim states, to tell two claims apart."""
    side = claim.text[claim.text.rfind("=") + 1 :]
    return [(q.dimension, q.base) for q, _, _ in find_quantities(side)]


def _same(one: Quantity, other: Quantity) -> bool:
    """Return whether two quantities are equal; one of them may lack its unit."""
    bare = "" in (one.dimension, other.dimension) and one.value == other.value
    return bare or one == other


def _answers(text: str, gold: Answer) -> bool:
    """Return whether a later sentence is itself an answer of the gold's kind."""
    if gold.kind == "choice":
        return _LETTER.match(text) is not None or _STATED.search(text) is not None
    if gold.kind == "text" and (written := read_writing(gold.text)):
        said = read_writing(_SIDE.split(text)[-1].strip(" .$"))
        return said is not None and said[0].name == written[0].name
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
    last: Claim,
    finding: Finding,
    earlier: Sequence[Claim],
    later: Sequence[Claim],
    gold: Answer,
    judge: Judge,
) -> bool:
    """Return whether another claim of the same response states a different answer."""
    for other in earlier:
        found = judge(other)
        if found.verdict == "no_answer" or rejects(other):
            continue
        if gold.kind == "choice" and other.letter == last.letter:
            continue
        if found.verdict != finding.verdict or _values(other) != _values(last):
            same = found.quantity and finding.quantity and _same(found.quantity, finding.quantity)
            if not same and not found.verdict == finding.verdict == "correct":
                return True
    for other in later:
        valued = other.linked and gold.kind in _VALUED and holds_number(other.text)
        if not valued and not _answers(other.text, gold):
            continue
        found = judge(other)
        if found.verdict != "wrong":
            continue
        read, judged = found.quantity, finding.quantity
        if not read or not judged:
            return True
        loose = {read.dimension, judged.dimension} <= {"", "count"}
        if (loose or read.dimension == judged.dimension) and read.base != judged.base:
            return True
    return False
