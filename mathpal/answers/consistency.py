"""Decides whether a response contradicts its own answer, takes it back or doubts it.

Compares claims with each other; the caller supplies the judge of a single one.
"""

import re
from collections.abc import Callable, Sequence

from mathpal.answers.claims import Claim, Reading
from mathpal.answers.enumerations import members, read_remainder
from mathpal.answers.kinds import labelled_parts
from mathpal.answers.phrases import SUPPOSED
from mathpal.answers.quantities import find_quantities
from mathpal.answers.records import Answer, Quantity
from mathpal.answers.scalars import Finding, holds_number
from mathpal.answers.writings import read_writing

Judge = Callable[[Claim], Finding]

_VALUED = ("choice", "integer", "decimal", "fraction", "mixed", "percent", "quantity", "time")
_BEHIND = 240  # characters after an answer in which a correction or doubt is about it
_STATED = re.compile(r"(?:là|bằng|=) ?:? ?[-+]?[0-9][^;,\n]{0,40}$")
_NAMED = re.compile(r"(?:(?<!\w)là(?!\w)|[:=]) ?(?!xong|hết|đủ|đúng|sai)([^\W\d_][^,;:=]{0,30})$")
_SIDE = re.compile(r"(?<!\w)(?:là|bằng)(?!\w)|[=:]")
_LETTER = re.compile(r"[(\[]?[A-F][)\].]? ?(?:(?:là )?(?:đáp án|phương án|câu)? ?đúng)?$")
_OTHER_VALUE = re.compile(r"(?<!\w)(?:[-+]?[0-9]|[A-F](?![\w'’]))")
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
# "Nhiều em nhầm …": a mistake of others, not of the response.
_OTHERS = re.compile(
    r"(?:nhiều|một số|vài|các|những|có)(?: (?:em|bạn|học sinh|người))?"
    r"(?: (?:hay|dễ|thường|có thể|bị))? ?$",
    re.I,
)
_INSTEAD = re.compile(
    r"[.!?\n] ?(?![^,\n]{0,16}(?:ví dụ|nếu))[^0-9.,;:=\n]{2,25}, ?"
    r"(?:(?:phải |chính )?là |it's |it is )?(?P<value>[-+]?[0-9][^.,;:=\n]{0,20})(?=[.!\n]|$)",
    re.I,
)
# "The correct value is 46 m", "Thực tế là 46 m", "Trả lời lại: 46 m".
_RIGHT = re.compile(
    r"(?:(?:đúng|chính xác|chuẩn|thực tế|thật sự|thực sự)(?: (?:thì|phải|ra|sẽ))* (?:là|bằng)"
    r"|(?<!\w)(?:thì|nên|chứ) (?:phải )?là|(?:trả lời|làm|ghi) lại ?:"
    r"|correct (?:\w+ )?(?:is|should be)) ?:? ?(?P<value>[-+]?[0-9][^.,;:=\n]{0,20})(?=[.!,\n]|$)",
    re.I,
)
# "Dòng trên sai", "Câu trả lời này có lỗi"; not "các đáp án này sai".
_FAULTY = re.compile(
    r"(?<!các )(?<!những )(?<!\w)(?:dòng|lời giải|câu trả lời|kết quả|đáp số|đáp án|bài làm"
    r"|cách làm)"
    r" [^.,:\n]{0,12}?(?:trên|này|đó|vừa rồi)(?!\w)[^.,:\n]{0,16}?(?<!\w)"
    r"(?:sai|có lỗi|nhầm|(?:không|chưa) (?:đúng|chính xác|ổn))(?!\w)",
    re.I,
)
_CONFIRMED = re.compile(
    r"(?<!không )(?<!chưa )(?<!\w)(?:đúng rồi|chính xác(?! hơn)|vẫn là|vẫn đúng|đã đúng|khớp)", re.I
)
_FIRST_PERSON = re.compile(
    r"[.!?\n,(;:*-]\s*$|^\s*$|(?:mình|tôi|em|tớ|ta|con|i) (?:đã |bị |lại )?$", re.I
)


def _restated(reading: Reading, last: Claim, own: Quantity) -> str:
    """Return another value that is called out or called right after the answer, or ""."""
    text, begin, end = reading.text, last.end, last.end + _BEHIND
    checks = [c.start for c in reading.claims if c.role == "check" and c.start > begin]
    for pattern in (_INSTEAD, _RIGHT):
        for match in pattern.finditer(text, begin, min(end, *checks) if checks else end):
            read = [q for q, _, _ in find_quantities(match["value"])]
            if len(read) == 1 and not _same(read[0], own) and read[0].dimension == own.dimension:
                return match["value"]
    return ""


def rejects(claim: Claim) -> bool:
    """Return whether a claim only says that its option is wrong: "A. 9 cm: sai"."""
    return bool(claim.letter) and _REJECTED.match(claim.text) is not None


def taken_back_later(reading: Reading, last: Claim, finding: Finding, kind: str) -> str:
    """Return why the words after an answer take it back or leave it open; "" if they do not."""
    own = finding.quantity.value if finding.quantity else None
    if finding.quantity and (other := _restated(reading, last, finding.quantity)):
        return f"{other} is said instead of it afterwards"
    if kind != "yesno" and _FAULTY.search(reading.text, last.end, last.end + _BEHIND):
        return "the solution is called wrong afterwards"
    for claim in reading.claims:
        stated = claim.role in ("final", "conclusion") and claim.start >= last.end - 2
        stated = stated and claim.polarity != "supposed" and claim.letter in ("", last.letter)
        if stated and last.letter == claim.letter and rejects(claim):
            return f"the option is rejected afterwards (line {claim.line})"
        if stated and (claim.polarity == "doubted" or _DENIAL.match(claim.text)):
            return f"it is denied or doubted afterwards (line {claim.line})"
        if claim.role not in ("correction", "doubt"):
            continue
        begins = last.start if claim.certain and kind != "yesno" else last.end - 2
        if not begins < claim.start <= last.end + _BEHIND:
            continue
        text = reading.text
        begin = (
            max(text.rfind(mark, last.start, claim.start) for mark in (". ", "\n", "! ", "? ")) + 1
        )
        sentence = text[max(begin, last.start) : claim.start]
        if SUPPOSED.match(sentence.lstrip(" .!?\n")) or _OTHERS.search(sentence):
            continue
        if (
            claim.role == "correction"
            and not claim.certain
            and not _FIRST_PERSON.search(sentence[-12:])
        ):
            continue
        said = text[claim.start : claim.start + 120]
        values = {q.value for q, _, _ in find_quantities(said)}
        if claim.certain or (
            _OTHER_VALUE.search(said) and not (own in values and len(values) == 1)
        ):
            if claim.role == "correction" and _CONFIRMED.search(said) and not claim.certain:
                continue
            taken = "it is taken back" if claim.role == "correction" else "it is doubted"
            return f"{taken} afterwards (line {claim.line})"
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
