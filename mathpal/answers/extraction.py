"""Finds the answers that a text declares after "Đáp số", "Đáp án", "Chọn", "Vậy", "\\boxed{}".

Only the tail of a text is read. A strong marker beats a weak one ("Vậy", "Kết quả"), and a later
marker beats an earlier one. Knows nothing of golds and compares no values.
"""

import re
import unicodedata
from typing import NamedTuple

from mathpal.answers.notation import next_number, normalise
from mathpal.answers.sentences import EDGES, block_of, boxed, lines_of, sentence_of, trim

TAIL = 6_000  # characters of a text that are looked at
_BODY = 400  # characters of one declaration
_MAX_DECLARATIONS = 8
_BEFORE = 40  # characters before a marker that may deny it
_STRONG = ("đáp số", "đáp án", "\\boxed", "đs:", "đs :", "đ/s:", "đ/s :",
           "dap so", "dap an", "chọn", "khoanh")  # fmt: skip
_WEAK = ("vậy", "kết quả", "ket qua")
_CHOOSING = ("chọn", "khoanh")

_AFTER = re.compile(
    r"(?:[\s*]{0,3}(?:của|bài|toán|đúng|cuối|cùng|cần|tìm|phải|chính|xác|câu|này|nhất|đáp|án|số"
    r"|phương|ý|vào|chữ|cái|tròn|thứ|lựa|chọn|dung|cuoi)(?!\w)){0,7}"
    r"[\s*]{0,3}(?P<link>(?:là|la(?= ))?[ *]{0,3}[:=]?|)[\s*]{0,3}(?:là(?!\w) ?)?"
)
_AFTER_THEREFORE = re.compile(r"[ *]{0,3}(?P<link>:?)[ *]{0,3}")
_LETTER = re.compile(r"[(\[\"' *]{0,3}([A-F])(?![\w'’])(?! ?[=<>+×]| [-:] )")
_BARE_LETTER = re.compile(r"[(\[\"' *]{0,3}([a-fA-F])[\s.)*\]\"']{0,4}$")
_SIGN_CHOICE = re.compile(r"\s?(?:dấu )?[\"'(]?[<>=]")
# Words right before "chọn B" or "đáp án B" that reject it.
_DROPPED = re.compile(
    r"(?<!\w)(?:không|chẳng|chưa|đừng|loại|bỏ|trừ|khác|tránh|nếu|giả sử)"
    r"(?: (?:thể|được|nên|phải|hề|cần|có|là|các|những|cả|hai|bỏ|trừ|đi|lựa|vội)){0,4}[ *]*$",
    re.I,
)
_PREDICATE = re.compile(r" (?:sai|nhầm|đúng|(?:không|chưa) (?:đúng|chính xác))(?!\w)(?! là)", re.I)
# Words right before a marker that make the declaration uncertain.
_OPEN = re.compile(
    r"(?<!\w)(?:có thể|có lẽ|chắc là|hình như|không chắc|đoán|hay là)"
    r"(?: (?:là|ta|em|sẽ|lựa))?[ *]*$",
    re.I,
)


class Declaration(NamedTuple):
    """One declared answer.

    Attributes:
        text: first line of the declared answer, normalised and trimmed.
        block: the same with the lines that continue it ("b) 70 km").
        letter: the declared option letter, or "".
        strong: whether the marker was a strong one.
        linked: whether ":" or "là" or "=" followed the marker.
        start: position of the marker in the tail.
        hedged: whether the words before the marker make it uncertain ("có lẽ đáp án là").
    """

    text: str
    block: str
    letter: str
    strong: bool
    linked: bool
    start: int
    hedged: bool = False


def tail_of(text: str) -> str:
    """Return the end of a text, where declarations are searched, in NFC and with plain spaces."""
    tail = unicodedata.normalize("NFC", text[-TAIL:])
    if "\xa0" in tail:
        tail = tail.replace("\xa0", " ")
    if "&nbsp;" in tail:
        tail = tail.replace("&nbsp;", " ")
    if "Ð" in tail or "ð" in tail or "İ" in tail:
        tail = tail.replace("Ð", "Đ").replace("ð", "đ").replace("İ", "I")
    return tail


def _letter(rest: str, *, bare: bool) -> tuple[str, str]:
    """Return the option letter at the start of a body, and the body without it.

    "B. 12 cm" declares the letter and its text; "A = 5" declares no letter. A small letter counts
    only if `bare` allows it and it stands alone.
    """
    match = _LETTER.match(rest)
    if match is None:
        alone = _BARE_LETTER.match(rest.split("\n", 1)[0]) if bare else None
        return (alone[1].upper() if alone else ""), rest
    option = rest[match.end() :].lstrip(" *")
    has_text = option[:1] in {".", ")", ":"} and option[1:].strip(EDGES)
    return match[1], option[1:] if has_text else rest


def _declaration(tail: str, marker: str, start: int, stop: int) -> Declaration | None:
    strong = marker in _STRONG
    raw = tail[start + len(marker) : min(stop, start + len(marker) + _BODY)]
    if marker == "\\boxed":
        inside = trim(normalise(boxed(raw, _BODY)))
        alone = _BARE_LETTER.match(inside)
        return Declaration(inside, inside, alone[1].upper() if alone else "", True, True, start)
    body = normalise(raw)
    match = (_AFTER_THEREFORE if marker == "vậy" else _AFTER).match(body)
    assert match is not None  # every part of the pattern may be empty
    linked = bool(match["link"].strip(" *"))
    rest = body[match.end() :]
    letter, rest = _letter(rest, bare=marker in _CHOOSING or linked)
    if marker in _CHOOSING and not letter and not _SIGN_CHOICE.match(rest):
        return None
    below = "\n" in match[0] or rest.lstrip(" *")[:1] == "\n"
    lines = lines_of(rest.lstrip(" *\n" if linked else " *"), bulleted=below)
    return Declaration(sentence_of(lines), block_of(lines), letter, strong, linked, start)


def _positions(low: str, markers: tuple[str, ...]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for marker in markers:
        at = low.rfind(marker)
        while at >= 0 and len(found) < 4 * _MAX_DECLARATIONS:
            if at == 0 or not low[at - 1].isalpha():
                found.append((at, marker))
            at = low.rfind(marker, 0, at)
    found.sort(reverse=True)
    return found[:_MAX_DECLARATIONS]


def _collect(tail: str, low: str, markers: tuple[str, ...]) -> list[Declaration]:
    found: list[Declaration] = []
    stop = len(tail)
    for at, marker in _positions(low, markers):
        before = tail[max(0, at - _BEFORE) : at]
        if before.endswith("là ") and _PREDICATE.match(tail, at + len(marker)):
            continue  # "B là đáp án sai" comments on B and declares nothing
        if _DROPPED.search(before):
            stop = at
            continue
        declaration = _declaration(tail, marker, at, stop)
        if declaration is not None:
            found.append(declaration._replace(hedged=True) if _OPEN.search(before) else declaration)
            stop = at
    return found


def strong_declarations(tail: str) -> list[Declaration]:
    """Return the declarations after strong markers, the last one first, at most 8."""
    return _collect(tail, tail.lower(), _STRONG)


def weak_declarations(tail: str, after: int = 0) -> list[Declaration]:
    """Return the declarations after "Vậy" or "Kết quả" from position `after` on, last one first."""
    low = tail.lower()
    return [d for d in _collect(tail, low, _WEAK) if d.start >= after]


def last_equation(tail: str) -> str | None:
    """Return the last line that holds an equation, normalised; the lenient mode reads it."""
    at = tail.rfind("=")
    if at < 0:
        return None
    start = tail.rfind("\n", 0, at) + 1
    end = tail.find("\n", at)
    line = tail[max(start, at - _BODY) : at + _BODY if end < 0 else min(end, at + _BODY)]
    return trim(normalise(line)) or None


def declared_answer(text: str) -> str | None:
    """Return the answer that a solution declares last, to take a gold from a reference solution.

    Args:
        text: a worked solution.

    Returns:
        "70 km", "B", "Số lớn: 30; số bé: 20"; None if nothing is declared.

    Example:
        >>> declared_answer("35 × 2 = 70 (km)\\nĐáp số: 70 km.")
        '70 km'
    """
    tail = tail_of(text)
    for declaration in (*strong_declarations(tail), *weak_declarations(tail)[:1]):
        if declaration.letter:
            return declaration.letter
        if declaration.text and (declaration.linked or next_number(declaration.text)):
            return declaration.block.replace("\n", "; ") or declaration.text
        if declaration.linked:
            return None
        if not declaration.strong and declaration.text:
            return declaration.text
    return None
