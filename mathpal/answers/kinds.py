"""Infers the kind of a gold that states none.

Looks at the text only; `golds` reads the gold as that kind, or refuses it.
"""

import re
from math import gcd

from mathpal.answers.enumerations import REMAINDER, members
from mathpal.answers.factors import is_factorisation
from mathpal.answers.notation import next_number
from mathpal.answers.quantities import find_quantities
from mathpal.answers.records import Quantity
from mathpal.answers.textual import is_name, is_phrase, is_wording
from mathpal.answers.words import EITHER, SIGN
from mathpal.answers.writings import read_writing
from mathpal.answers.yesno import yes_or_no

LETTER = re.compile(
    r"(?:[Cc]họn |[Đđ]áp án )?\(?(?:([a-f])\)?[.):]?|([A-F])\)?(?:[.):](?: .*)?)?)$"
)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])$")
_RATIO = re.compile(
    r"(?:tỉ (?:lệ|số)(?: bản đồ)?(?: là)?:? )?[0-9][0-9 .,]{0,24}(?: ?: ?[0-9][0-9 .,]{0,24}){1,5}$"
)
EMPTY = re.compile(r"∅|(?:tập )?rỗng$", re.I)
# After these words a number is not the answer: "không thể nhận được 105 đống" is a yes or no.
WHETHER = re.compile(
    r"(?:[^\W\d]+ ){0,6}?(?:không thể|không đủ|có thể(?! là| bằng| có)|không chia hết)(?!\w)", re.I
)
# "a) …", and "a - Đ", "a. Đ", "a: Đúng" for true or false.
_PARTS = re.compile(
    r"(?:^|(?<=[;,\s]))\(?([a-h])(?:\)\s?|\s?[-.:]\s?(?=(?:[ĐđSs]|[Đđ]úng|[Ss]ai)(?!\w)))"
)
_TRUTHS = re.compile(r"(?:[ĐS]|đúng|sai)(?:\s*[,;–-]\s*(?:[ĐS]|đúng|sai)){1,7}$", re.I)


def infer_kind(text: str) -> str:
    """Return the kind of a gold; "" for a single number, whose kind `quantity_kind` tells."""
    letter = LETTER.match(text)
    if letter and letter[2]:
        return "choice"
    if text in ("<", ">", "="):
        return "sign"
    if is_wording(text) or read_writing(text):
        return "text"
    if is_factorisation(text):
        return "factors"
    if re.search(r"[0-9]", text) and WHETHER.match(text):
        return "yesno"
    if len(labelled_parts(text)) > 1 and not _all_numbers(text):
        return "parts"
    if REMAINDER.search(text) and len(find_quantities(text[text.rfind("=") + 1 :])) == 2:
        return "remainder"
    if (clock := _CLOCK.match(text)) and _is_clock(clock[1], clock[2]):
        return "time"
    if _RATIO.match(text):
        return "ratio"
    if "{" in text or EMPTY.match(text):
        return "set"
    if not re.search(r"[0-9]", text):
        if SIGN.search(text):
            return "sign"
        named = is_name(text) or is_phrase(text)
        return "text" if named and yes_or_no(text) is None else "yesno"
    if "<" in text or ">" in text:
        return "sign" if len(SIGN.findall(text)) == 1 else "list"
    mixed = re.search(r"[0-9] và [0-9]+ ?/", text)
    items = [] if mixed else members(text)
    if len(items) > 1:
        labels = [q.label.rstrip("0123456789_₀₁₂₃₄") for q in items]
        named = all(labels) and not EITHER.search(text)  # "x = 1; x = 2" is a set of roots
        return "pair" if named and (len(set(labels)) > 1 or len(labels[0]) > 1) else "set"
    return ""


def _is_clock(hours: str, minutes: str) -> bool:
    """Return whether "9:45" is a time: a ratio would be in lowest terms, "3:10", or a scale."""
    if hours[0] == "0" or minutes[0] == "0":
        return True
    return int(hours) > 1 and gcd(int(hours), int(minutes)) > 1


def labelled_parts(text: str) -> list[str]:
    """Return the texts after a), b), c), … if the labels run from a) without a gap, else none."""
    if _TRUTHS.match(text.strip(" .;")):
        return [item for item in re.split(r"[\s,;–-]+", text.strip(" .;")) if item]
    pieces = _PARTS.split(text)
    labels = pieces[1::2]
    if pieces[0].strip() or labels != list("abcdefgh")[: len(labels)]:
        return []
    return [piece.strip(" ;.,") for piece in pieces[2::2]]


def _all_numbers(text: str) -> bool:
    parts = labelled_parts(text)
    return len(members(text)) == len(parts) and all(
        next_number(part) is not None and not WHETHER.match(part) for part in parts
    )


def quantity_kind(quantity: Quantity) -> str:
    """Return the kind of a gold that is a single number."""
    if quantity.dimension in ("percent", "time"):
        return quantity.dimension
    if quantity.dimension:
        return "quantity"
    return quantity.form
