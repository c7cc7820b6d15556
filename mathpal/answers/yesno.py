"""Reads answers that are yes or no.

"có" alone does not make a sentence a yes: "lớp có 12 học sinh" counts pupils.
"""

import re

from mathpal.answers.words import EITHER

_ALONE = re.compile(r"[\s\"'(]*([đs])[\s\"').]*$", re.I)
_UNSURE = re.compile(
    r"(?<!\w)(?:có lẽ|có khi(?! nào)|có vẻ|hình như|chắc là|chắc (?:có|không)|chưa chắc|không chắc"
    r"|không hẳn|một phần|không phải (?:là )?không|gần (?:đúng|như)"
    r"|(?:không|chưa) (?:thể )?(?:biết|rõ|xác định|kết luận|trả lời))"
    r"(?!\w)|\?",
    re.I,
)
_FIRST = re.compile(
    r"[\s\"'(]*(có|đúng|được|đủ|yes|true|không|chưa|sai|no|false)"
    r"(?!\w)(?! ?(?:[0-9]|(?:hoặc|hay)(?!\w)|/))",
    re.I,
)
_OPPOSITE = re.compile(r"\s*[,.;(:-]\s*(?:mà |rồi )?(có|đúng|không|sai)[\s.,;)]*$", re.I)
_NO = re.compile(r"(?<!số )(?<!\w)(?:không|chưa|khong)(?!\w)|(?<!\w)sai(?!\w)(?! số)", re.I)
_NOT_WRONG = re.compile(r"(?<!\w)(?:không|chẳng)(?: (?:có|hề|gì))* sai(?!\w)", re.I)
_AFFIRMED = re.compile(r"(?<!\w)(?:có|đúng)(?!\w)", re.I)
_REASON = re.compile(r"(?<=\w)\W{0,3} (?:vì|bởi|do)(?! (?:vậy|đó|thế))(?!\w)", re.I)
_RIGHT = re.compile(r"(?<!\w)đúng(?!\w)", re.I)
_YES = re.compile(
    r"(?<!\w)(?:nói|là|đều|tính|làm|trả lời|nhận xét|đáp án|khẳng định|câu [a-h]) đúng(?!\w)"
    r"|(?<!\w)có thể(?! là| bằng)|(?<!\w)đủ(?! [0-9])(?!\w)|(?<!\w)(?:có|được|đúng|dung)[\s.]*$",
    re.I,
)


def yes_or_no(text: str, claim: str = "") -> str | None:
    """Return the declared one of "có" and "không"; None if it is neither or both.

    Args:
        text: normalised declared text.
        claim: first words of the claim that the question asks to confirm ("chia hết"), or "".
    """
    reason = _REASON.search(text)
    if reason and (said := yes_or_no(text[: reason.start()], claim)):
        return said
    alone = _ALONE.match(text)
    if alone:
        return "có" if alone[1].lower() == "đ" else "không"
    if _UNSURE.search(text) and not claim.startswith("chắc"):
        return None
    if _NOT_WRONG.search(text):
        return "có"
    first = _FIRST.match(text)
    if first:
        return _leading(first[1].lower(), text[first.end() :], claim)
    no = _NO.search(text)
    yes = _YES.search(text) or (claim and claim in text.lower())
    either = EITHER.search(text) and _AFFIRMED.search(text)
    if no and (either or ("sai" in text.lower() and _RIGHT.search(text))):
        return None
    if no:
        return "không"
    return "có" if yes else None


def _leading(word: str, rest: str, claim: str) -> str | None:
    said = "có" if word in ("có", "đúng", "được", "đủ", "yes", "true") else "không"
    opposite = _OPPOSITE.match(rest)
    if opposite and (opposite[1].lower() in ("có", "đúng")) != (said == "có"):
        return None
    if said == "có" and _NO.search(rest) and not re.match(r"\s*[,.;(:]", rest):
        return None
    only_may = word == "có" and rest.lower().strip(" .") == "thể"
    return None if only_may and claim and "thể" not in claim else said
