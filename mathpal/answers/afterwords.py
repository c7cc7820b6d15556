"""Reads the sentences after an answer: does one withdraw it, doubt it or put another in its place?

The words are judged by `stance`, other values by `rivals`; neither knows the gold.
"""

import re
from collections.abc import Iterator

from mathpal.answers.claims import Claim, Reading
from mathpal.answers.letters import LETTER
from mathpal.answers.quantities import find_quantities
from mathpal.answers.records import Quantity
from mathpal.answers.rivals import (
    CALLED_RIGHT,
    MULTIPLE,
    ONLY,
    Answered,
    other_value,
    own_values,
    rival,
    same_value,
    states_own,
)
from mathpal.answers.stance import OWN, Stance, speaks_of_others, stance

_END = re.compile(
    r"\n|(?<=[^\s0-9A-ZĐ.])[.](?=\s|$)|(?<=[0-9A-Z])[.](?=\s+[^\W\d]|\s*$)|[!?…](?=[\s)\]*]|$)"
)
_WORDS = {"withdraws": "taken back", "doubts": "doubted"}
_NEAR = 120  # characters behind "Khoan đã" in which another value replaces the answer
_OPENING = 100  # characters before a declaration that may doubt it
_REMARK = 2  # words behind a value, of which the first is its unit, that may doubt it
_DIGITS = re.compile(r"[0-9]")
_CUT = 40  # characters of remarks that may have been cut out of a claim


def sentences(text: str, begin: int) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a text from a position on, each with its start."""
    at = begin
    for end in _END.finditer(text, begin):
        if text[at : end.start()].strip(" \n*)]"):
            yield at, text[at : end.end()]
        at = end.end()
    if text[at:].strip(" \n*)]"):
        yield at, text[at:]


def taken_back(reading: Reading, answered: Answered) -> str:
    """Return why the sentences after an answer take it back or leave it open; "" if none does."""
    text, claim, kind = reading.text, answered.claim, answered.kind
    begin = _end(text, claim, kind)
    own = own_values(answered)
    marks = [c for c in reading.claims if c.start > claim.start]
    if how := _beside(marks, text, begin, answered, own):
        return f"it is {_WORDS[how]} (line {claim.line})"
    instead, others, quiet_to = "", False, -1
    for start, sentence in sentences(text, begin):
        within = [c for c in marks if start <= c.start < start + len(sentence)]
        line = claim.line + text.count("\n", claim.start, start)
        if any(c.role in ("aside", "check") for c in within):
            quiet_to = text.find("\n\n", start) % (len(text) + 1)
        how = stance(_with_own_named(sentence, answered, own), after_others=others)
        if how in ("", "confirms"):
            how = _announced(within) or how
        others = how == "others" and speaks_of_others(sentence)
        if how == "others" or (how == "doubts" and kind == "yesno"):
            continue  # "Sai, vì hình thoi chưa chắc có góc vuông"
        if how == "doubts" or (how == "withdraws" and not _of_another_option(sentence, claim)):
            return f"it is {_WORDS[how]} afterwards (line {line})"
        near = any(start - _NEAR <= c.start < start + len(sentence) for c in marks if _turns(c))
        quiet = start <= quiet_to and not (CALLED_RIGHT.search(sentence) or ONLY.search(sentence))
        if near and not instead and (other := other_value(sentence, own, claim)):
            instead = f"{other} is said instead of it afterwards (line {line})"
        elif how == "confirms" and kind not in MULTIPLE:
            instead = ""
        elif text[start - 1 : start + 1] == "\n " and kind in MULTIPLE:
            continue  # another line of the declaration
        elif not quiet and not instead and (other := rival(sentence, answered, own)):
            instead = f"{other} is said instead of it afterwards (line {line})"
        elif instead and states_own(sentence, own):
            instead = ""
    return instead


def _turns(claim: Claim) -> bool:
    return claim.role in ("correction", "doubt")


def _beside(
    marks: list[Claim], text: str, begin: int, answered: Answered, own: list[Quantity]
) -> Stance:
    """Return "withdraws" or "doubts" if the answer's own sentence does so, else ""."""
    claim = answered.claim
    if answered.kind == "yesno":
        return ""
    if said := _announced([c for c in marks if c.start < begin]):
        return said
    opening = text[max(0, claim.start - _OPENING) : claim.start]
    before = opening.rpartition("\n")[2]
    if before.strip(" *•"):
        ends = [end.end() for end in _END.finditer(before)]
        whole = ends or len(before) < _OPENING
        if whole and stance(before[ends[-1] if ends else 0 :]) == "doubts":
            return "doubts"
    words = text[claim.start : begin]
    if answered.quantity is None or len(_DIGITS.split(words)[-1].split()) < _REMARK:
        return ""
    stops = [b for q, _, b in find_quantities(words) if any(same_value(q, o) for o in own)]
    how = stance(words[stops[0] :]) if stops else ""
    return how if how in ("withdraws", "doubts") else ""


def _announced(claims: list[Claim]) -> Stance:
    """Return the stance that a phrase of the table gives, or ""."""
    for claim in claims:
        if claim.certain and _turns(claim):
            return "withdraws" if claim.role == "correction" else "doubts"
    return ""


def _end(text: str, claim: Claim, kind: str) -> int:
    """Return where the words of a claim end in the text, of which remarks may have been cut."""
    if kind == "choice" and claim.letter:
        letter = re.search(rf"{claim.letter}(?!\w)", text[claim.start : claim.end + _CUT])
        return claim.start + letter.end() if letter else claim.end
    block = claim.block if kind in MULTIPLE and kind != "remainder" else ""
    last = (block or claim.text)[-12:]
    at = text.find(last, claim.start) if last else -1
    within = 0 <= at < claim.end + len(block) + _CUT
    return max(claim.end, at + len(last)) if within else claim.end


def _with_own_named(sentence: str, answered: Answered, own: list[Quantity]) -> str:
    """Return a sentence with `OWN` in place of the answer's own value or letter."""
    claim = answered.claim
    if claim.letter:
        pattern = rf"(?<![\w'’]){claim.letter}(?!\w)"
        spans = [match.span() for match in re.finditer(pattern, sentence)]
    elif answered.kind == "text":
        pattern = re.escape(claim.text) if len(claim.text) > 1 else r"(?!)"
        spans = [match.span() for match in re.finditer(pattern, sentence, re.I)][:1]
    else:
        found = find_quantities(sentence)
        spans = [(a, b) for q, a, b in found if any(same_value(q, o) for o in own)]
    for start, end in reversed(spans):
        sentence = f"{sentence[:start]} {OWN} {sentence[end:]}"
    return sentence


def _of_another_option(sentence: str, claim: Claim) -> bool:
    """Return whether a sentence is about other options than the chosen one."""
    letters = set(LETTER.findall(sentence))
    return bool(claim.letter and letters) and claim.letter not in letters
