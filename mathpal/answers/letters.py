"""Judges a declared text against an option's letter: the letter, and the words beside it.

The caller supplies the judge of a declared text against an option's text.
"""

import re
from collections.abc import Callable

from mathpal.answers.asking import Asked, squeeze
from mathpal.answers.claims import Claim
from mathpal.answers.golds import parse_gold
from mathpal.answers.records import Answer
from mathpal.answers.scalars import Finding, holds_number
from mathpal.answers.words import taken_back
from mathpal.errors import DataError

Judge = Callable[[Claim, Answer, Asked], Finding]

_NAMED = r"(?:(?:đáp án|phương án|lựa chọn|câu|ý|cả|chọn|khoanh) ){0,2}"
_JOINED = re.compile(
    rf"[)\].\s]*(?:(?:hoặc|hay|và|cả|lẫn|cùng|or|and)(?!\w)|[,/;&+|-]) ?(?:là )?{_NAMED}"
    r"[(\[\"']?([A-F])(?![\w'’])"
)
_ALSO = re.compile(
    r"(?:hoặc|hay|or|,|;) ?(?:là )?(?:(?:đáp án|phương án|câu) )?\(?([A-F])(?:[.):]|$)"
    r"|(?<![\w'’])([A-F])(?![\w'’])[^.;]{0,12}(?:cũng|mới) đúng"
)
LETTER = re.compile(r"(?<![\w'’])([A-F])(?![\w'’])")
_REASON = re.compile(r" (?:vì|do|bởi|nên|chứ|còn|thay vì|không phải)(?!\w)|[,;.:]")
_ANY = ("hơn", "nhất")
_DENIED = re.compile(
    r"(?<!\w)(?:không|chưa|sai|loại|bỏ|khác|nhiễu|incorrect|wrong|not)(?!\w)", re.I
)


def declared_letter(claim: Claim, asks: Asked, judge: Judge) -> tuple[str, str]:
    """Return (letter, "") if one option is declared by letter or text, else ("", verdict)."""
    if claim.letter:
        return claim.letter, ""
    said = squeeze(claim.block.replace("\n", ";") or claim.text)
    hits = [letter for letter, option in asks.options if squeeze(option) == said]
    for letter, option in asks.options if len(hits) != 1 else ():
        if letter not in hits and _verdict(claim, option, asks, judge) == "correct":
            hits.append(letter)
    if len(hits) == 1:
        return hits[0], ""
    return "", "no_answer" if not hits else "ambiguous"


def _verdict(claim: Claim, option: str, asks: Asked, judge: Judge) -> str:
    """Judge a declared text against an option's text; return "" if that cannot be a gold."""
    try:
        gold = parse_gold(option)
    except DataError:
        return ""
    if gold.kind == "choice":
        return ""
    return judge(claim._replace(letter=""), gold, asks._replace(options=())).verdict


def _after(claim: Claim) -> str | None:
    """Return the text after the letter in its sentence; None if the text has no letter."""
    text = claim.text.lstrip(" ([\"'")
    return text[1:] if text[:1].upper() == claim.letter else None


def contradicts_letter(claim: Claim, asks: Asked, judge: Judge) -> bool:
    """Return whether the value after a letter differs from that of its option ("B. 15 cm")."""
    if not claim.letter or not asks.options:
        return False
    after = _after(claim)
    options, said = dict(asks.options), squeeze(claim.text if after is None else after)
    own = options.get(claim.letter)
    if own is None or squeeze(own) == said:
        return False
    if any(squeeze(option) == said for option in options.values()):
        return True
    return (
        after is None and holds_number(claim.text) and _verdict(claim, own, asks, judge) == "wrong"
    )


def judge_letter(claim: Claim, gold: Answer, asks: Asked, judge: Judge) -> Finding:
    """Judge a declaration against the letter of an option.

    Args:
        claim: the declared answer.
        gold: the gold of kind "choice".
        asks: the question's demands, with its options.
        judge: judges a declared text against the text of an option as the gold.
    """
    letter, fault = declared_letter(claim, asks, judge)
    if not letter:
        return Finding(fault, None, "no option letter is declared")
    if claim.letter:
        other = _other_letter(claim, asks)
        if other:
            return Finding("multiple_answers", None, f"{letter} and {other} are declared")
        after = _after(claim)
        said = "" if after is None else _REASON.split(after, 1)[0]
        if _DENIED.search(said) or (
            after is not None and taken_back(said, said, rough=False, bounds=_ANY)
        ):
            return Finding("ambiguous", None, "the letter is declared with a reservation")
        if contradicts_letter(claim, asks, judge):
            return Finding(
                "ambiguous", None, f"the value beside {letter} is that of another option"
            )
    if letter == gold.text:
        return Finding("correct", None, "the letter agrees")
    return Finding("wrong", None, f"the letter is {letter}, expected {gold.text}")


def _other_letter(claim: Claim, asks: Asked) -> str:
    """Return another letter that is declared beside the first, or ""."""
    after, own = _after(claim), claim.letter
    if after is None:
        if squeeze(claim.text) == squeeze(dict(asks.options).get(own, "")):
            return ""
        joined = _JOINED.match(claim.text)
        found = joined.groups() if joined else ()
        found = found or next((m.groups() for m in _ALSO.finditer(claim.text)), ())
        return next((name for name in found if name and name != own), "")
    joined = _JOINED.match(after)
    if joined and joined[1] != own:
        return joined[1]
    return next((name for name in LETTER.findall(_REASON.split(after, 1)[0]) if name != own), "")
