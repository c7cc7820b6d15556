"""Reads golds that list names, option letters or addends: "Lan và Hoa", "A; D", "500 + 40 + 3".

Names and letters are compared as a set, or in order where the question asks for one.
"""

import re
from collections.abc import Callable

from mathpal.answers.notation import next_number

_LETTERS = re.compile(r"[A-F](?:(?:\s?[;,]\s?|\s?,?\svà\s)[A-F])+$")
_LETTER = re.compile(r"(?<![\w'’])([A-F])(?![\w'’])")
_APART = re.compile(r"\s*[;,]\s*|\s+và\s+")
_CHAINED = re.compile(r"\s*[\n<>→]\s*|\s+(?:rồi đến|đến)\s+")
_SEVERAL = re.compile(r"(?<!\w)(?:hai|ba|bốn|các|những) (?:bạn|em|anh|chị|số|đội)(?!\w)", re.I)
_TITLE = re.compile(r"(?:(?:là|và|bạn|em|anh|chị|cô|chú|bác)(?!\w)\s*)+", re.I)
_NAME = re.compile(r"[A-ZĐÀ-Ỹ][^\W\d_]+(?: [A-ZĐÀ-Ỹ][^\W\d_]*){0,3}$")
_REASON = re.compile(r"\s*[.(]|,? (?:vì|do|bởi|nên)(?!\w)")
_COPULA = re.compile(r"(?<!\w)là(?!\w):?|:")
_SUM = re.compile(r"[0-9][0-9 .]{0,15}(?:,[0-9]+)?(?: ?\+ ?[0-9][0-9 .]{0,15}(?:,[0-9]+)?){1,12}$")
_PLACE = re.compile(r"[1-9]0*$")
_WORDS = frozenset("Có Không Đúng Sai Đ S Số Hai Ba Bốn Năm Hàng Thứ".split())


def read_letters(text: str) -> tuple[str, ...] | None:
    """Return the different option letters of a text that is nothing else, in order."""
    letters = _LETTER.findall(text) if _LETTERS.match(text.strip(" .")) else []
    return tuple(letters) if len(letters) == len(set(letters)) > 1 else None


def find_letters(text: str) -> tuple[str, ...]:
    """Return the option letters of a declared text in order."""
    return tuple(dict.fromkeys(_LETTER.findall(text)))


def read_names(text: str) -> tuple[str, ...] | None:
    """Return two or more names that a text lists and nothing else, in order."""
    items = [_TITLE.sub("", item).strip(" .") for item in _APART.split(text.strip(" .")) if item]
    if len(items) < 2 or len(set(items)) < len(items):
        return None
    named = all(_NAME.match(item) and item.split()[0] not in _WORDS for item in items)
    return tuple(items) if named else None


def find_names(text: str) -> tuple[str, ...]:
    """Return the names that a declared text lists after "là" or ":", or before it."""
    plain = _REASON.split(text, maxsplit=1)[0]
    copulas = list(_COPULA.finditer(plain))
    sides = [plain[m.end() :] for m in copulas]
    subject = [plain[: m.start()] for m in copulas[:1]]
    for side in (*reversed(sides), plain, *subject):
        if names := read_names(_CHAINED.sub("; ", _SEVERAL.sub(" ", side).strip())):
            return names
    return ()


def read_addends(text: str) -> tuple[object, ...] | None:
    """Return the sorted addends of a number written by its places: "500 + 40 + 3"; else None."""
    plain = text.strip(" .")
    if not _SUM.match(plain):
        return None
    numbers = [next_number(part) for part in plain.split("+")]
    digits = {"".join(part.split()).replace(".", "") for part in plain.split("+")}
    places = {len(digit) for digit in digits}
    if None in numbers or len(places) < len(numbers) or not all(map(_PLACE.match, digits)):
        return None
    return tuple(sorted(n.value for n in numbers if n))


def find_addends(text: str) -> tuple[object, ...]:
    """Return the addends of the last side of a declared equation that is a sum."""
    read: Callable[[str], tuple[object, ...] | None] = read_addends
    sides = [read(side.strip()) for side in re.split(r"=|(?<!\w)là(?!\w)|:", text)]
    return next((side for side in reversed(sides) if side), ())
