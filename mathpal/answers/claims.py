"""Reads a response into claims: what it declares, concludes, corrects and doubts, and where.

Each phrase of `phrases` begins at most one claim. A claim has a role (of its phrase), a polarity
(how it is meant) and its words; it has no value, because only a gold tells how to read one.
"""

import re
from typing import NamedTuple

from mathpal.answers.layout import TAIL, plain
from mathpal.answers.leading import BARE_LETTER, leading_letter, unit_behind
from mathpal.answers.phrases import Phrase, Role, phrases_in
from mathpal.answers.polarity import Polarity, polarity
from mathpal.answers.sentences import (
    EDGES,
    block_of,
    boxed,
    lines_of,
    sentence_of,
    trim,
    unbroken,
    without_opening,
)

_BODY = 400  # characters of one claim
_MOST = 48  # phrases that are read, the last ones of a response
_AFTER = re.compile(
    r"(?:[\s*]{0,3}(?:của|bài|toán|đúng|cuối|cùng|cần|tìm|phải|chính|xác|câu|này|nhất|đáp|án|số"
    r"|phương|ý|vào|chữ|cái|tròn|thứ|lựa|chọn|dung|cuoi|cung|of|the|problem|question|trước|cho"
    r"|phép|tính|trên|sẽ|hợp|để|điền|ô|trống|tôi|em|mình|đặt|trong|would|should|be|choice|option"
    r"|đó|chỗ|dấu|hỏi|chấm)(?!\w)){0,9}"
    r"[\s*]{0,3}(?P<link>(?:là|la(?= )|is|are|bằng)(?!\w)[ *]{0,3}[:=]?|[:=→➜]|=>|->|-(?= )"
    r"|\.{4}[ .]*|)[\s*]{0,3}(?:là(?!\w) ?)?"
    r"(?:(?i:câu|ý|phương án|lựa chọn|option) (?=\(?[A-F](?!\w)))?"
)
_AFTER_THEREFORE = re.compile(r"[ *,]{0,3}(?P<link>:?)[ *]{0,3}")
_SIGN_CHOICE = re.compile(r"\s?(?:dấu )?[\"'(]?[<>=]")
_SEVERAL = re.compile(r"(?<!\w)(?:các|những|mọi|cả|hai|ba|bốn)(?: (?:hai|ba|bốn))?[ *]*$", re.I)
_PREDICATE = re.compile(
    r" (?:sai|nhầm|đúng|chính xác|(?:không|chưa) (?:đúng|chính xác))(?!\w)(?! là)", re.I
)
_LABEL = re.compile(r"^\s*(?:[-•+*]\s*)?(?:câu |phần |ý )?\(?([a-h])[).:/]\s", re.M | re.I)
_BEGIN = re.compile(r"[.!?;…\n)][ \t*•+-]{0,4}$")
_VALUE_ALONE = re.compile(
    r"[-+]?[0-9][0-9.,/ ]{0,12}(?:[^\W\d]{1,8}[²³]?(?:/[^\W\d]{1,5})?|[%°])?$"
)
_MAY_CALL = re.compile(r"[A-F]\W[^\n]{0,60}(?:đúng|chính xác|correct|right|answer|option|choice)")
_CALLED = re.compile(
    r"(?:^|(?<=[.!\n]))[ *(]*(?:[Pp]hương án |[Cc]âu |[Ý] |[Oo]ption )?([A-F])"
    r"(?:[.)] ?(?P<option>[^\n.]{1,40}?))?\)?"
    r" (?:(?:chính )?là |is )(?:the )?(?:(?:đáp án|phương án|lựa chọn|câu(?: trả lời)?) )?"
    r"(?:đúng|chính xác|(?:correct |right )?(?:answer|option|choice)|correct|right)(?!\w)"
    r"(?! (?:nếu|khi))",
    re.M,
)
_WRAPPED = re.compile(r"^[ \t$]*\{([^{}\n]{1,80})\}[ \t$.]*$")


class Claim(NamedTuple):
    """One statement of a response that a phrase introduces.

    Attributes:
        role: of its phrase: "final", "conclusion", "connective", "correction", "doubt", "check",
            "aside" or "another".
        polarity: "asserted"; "doubted" ("có lẽ"), "denied" ("không phải"), "supposed" ("nếu"); or
            "listed" if it only introduces the list of options.
        text: its first line, normalised and trimmed.
        block: the same with the lines that continue it ("b) 70 km").
        letter: the declared letter of an option, or "".
        linked: whether ":" or "là" or "=" or a line end followed the phrase.
        start: position of the phrase in the plain text.
        end: position where its sentence ends.
        line: number of its line in the response, from 1.
        part: the label a, b, … of the part in which it stands, or "".
        opens: whether its phrase may be the heading of a solution.
        kinds: the kinds of gold that it can answer; () for all.
        certain: whether a correction or doubt needs no value.
    """

    role: Role
    polarity: Polarity
    text: str
    block: str
    letter: str
    linked: bool
    start: int
    end: int
    line: int
    part: str = ""
    opens: bool = False
    kinds: tuple[str, ...] = ()
    certain: bool = False

    @property
    def strong(self) -> bool:
        """Whether its phrase names the answer ("Đáp số"), in contrast to "Vậy"."""
        return self.role == "final"


class Reading(NamedTuple):
    """A response as read: the plain text and its claims from first to last."""

    text: str
    claims: tuple[Claim, ...]


def read(response: str) -> Reading:
    """Read the claims of a response.

    Args:
        response: generated text; only its last 6,000 characters are read.
    """
    text = plain(response)
    above = response.count("\n", 0, max(0, len(response) - TAIL))
    found = [f for f in phrases_in(text)[-_MOST:] if _states(text, *f)]
    labels = [(m.start(), m[1].lower()) for m in _LABEL.finditer(text)] if len(found) > 1 else []
    claims: list[Claim] = []
    for index, (start, end, phrase, words) in enumerate(found):
        stop = _stop(text, found, index)
        if phrase.role == "another" and any(c.strong and c.text for c in claims):
            text = text[:start]
            break
        claim = _claim(text, phrase, words, start, end, stop)
        if claim is not None:
            part = next((name for at, name in reversed(labels) if at <= start), "")
            claims.append(claim._replace(line=above + text.count("\n", 0, start) + 1, part=part))
    last = _last_line(text, claims) or _letter_first(text, claims)
    return Reading(
        text, (*claims, last._replace(line=above + last.line)) if last else tuple(claims)
    )


def _link(text: str, at: int, phrase: Phrase, words: str) -> re.Match[str]:
    """Match the words between a phrase and its statement: "của bài toán là:"."""
    therefore = phrase.kinds or words.startswith(("vậy", "so", "∴"))
    match = (_AFTER_THEREFORE if therefore else _AFTER).match(text, at)
    assert match is not None  # every part of the pattern may be empty
    return match


def _states(text: str, start: int, end: int, phrase: Phrase, words: str) -> bool:
    """Return whether a phrase states something: "B là đáp án sai" only mentions one."""
    before = text[max(0, start - 16) : start]
    if phrase.begins and before.strip(" *-") and not _BEGIN.search(before):
        return False
    if phrase.role == "final" and before.endswith("là ") and _PREDICATE.match(text, end):
        return False
    several = (phrase.role == "final" or words == "kết quả") and _SEVERAL.search(before)
    if not phrase.linked and not several:
        return True
    if words == "kết quả" and several:
        return False  # "các kết quả thuận lợi: 2, 4, 6"
    match = _link(text, end, phrase, words)
    return bool(match["link"].strip(" *")) or "\n" in match[0]


def _stop(text: str, found: list[tuple[int, int, Phrase, str]], index: int) -> int:
    """Return where the words of a claim end: at a phrase of its rank, or one that begins a line."""
    _, own_end, (own, *_), _ = found[index]
    for start, _, phrase, _ in found[index + 1 :]:
        if phrase.begins and not text[own_end:start].strip(" :\n*"):
            continue  # "Trả lời:⏎Không, vì …"
        if phrase.role == "final" or phrase.role == own:
            return start
        before = text[max(0, start - 3) : start]
        if before.rstrip(" ").endswith("\n") or before.endswith((". ", "! ")):
            return start
    return len(text)


def _claim(text: str, phrase: Phrase, words: str, start: int, end: int, stop: int) -> Claim | None:
    """Return the claim that a phrase begins, or None if it begins none."""
    raw = text[end : min(stop, end + _BODY)]
    if words == "\\boxed":
        content = boxed(raw, _BODY)
        closed = end + raw.find("{") + len(content) + 2
        inside = trim(content)
        alone = BARE_LETTER.match(inside)
        letter, rest = leading_letter(inside, bare=True)
        letter = alone[1].upper() if alone else letter if rest != inside else ""
        inside = rest.strip(EDGES) if letter and not alone else inside
        unit = unit_behind(raw, inside)
        inside += unit
        closed += len(unit)
        return Claim("final", "asserted", inside, inside, letter, True, start, closed, 0)
    if phrase.role not in ("final", "conclusion", "connective"):
        said = trim(raw)
        return Claim(phrase.role, "asserted", said, said, "", False, start, end + len(said), 0,
                     certain=phrase.certain)  # fmt: skip
    match = _link(raw, 0, phrase, words)
    below = "\n" in match[0]
    linked = bool(match["link"].strip(" *")) or below or words == "@@@@"
    behind = raw[match.end() :]
    letter, rest = leading_letter(behind, bare=phrase.chooses or linked)
    if phrase.chooses and not letter and not _SIGN_CHOICE.match(rest):
        return None
    below = below or rest.lstrip(" *")[:1] == "\n"
    lines = unbroken(lines_of(rest.lstrip(" *\n" if linked else " *"), bulleted=below))
    said, block = sentence_of(lines), block_of(lines)
    if phrase.role != "final":
        said = without_opening(said)
    meant = polarity(text, start, end, behind)
    place = end + match.end() + len(said)
    shown = bool(letter) or _VALUE_ALONE.match(said) is not None
    opens = not shown and (phrase.opens or (below and phrase.role == "final"))
    return Claim(
        phrase.role, meant, said, block, letter, linked, start, place, 0, "", opens, phrase.kinds
    )


def _letter_first(text: str, claims: list[Claim]) -> Claim | None:
    """Return the claim of "B là phương án đúng", if no letter is declared in another way."""
    if any(claim.strong for claim in claims) or not _MAY_CALL.search(text):
        return None
    match = next(reversed(list(_CALLED.finditer(text))), None)
    if match is None:
        return None
    line = text.count("\n", 0, match.start()) + 1
    said = trim(match["option"] or "")
    return Claim("final", "asserted", said, said, match[1], True, match.start(), match.end(), line)


def _last_line(text: str, claims: list[Claim]) -> Claim | None:
    """Return the claim of a last line in braces, "{C. 40,5}"; None for any other line."""
    body = text.rstrip()
    start = body.rfind("\n") + 1
    match = _WRAPPED.match(body[start:])
    if match is None or (claims and claims[-1].end > start):
        return None
    letter, rest = leading_letter(match[1], bare=True)
    said = trim(rest)
    line = text.count("\n", 0, start) + 1
    return Claim("final", "asserted", said, said, letter, True, start, len(body), line)
