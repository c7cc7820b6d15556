"""What a solution declares: the text after "Đáp số", "Đáp án", "Chọn", "Vậy", "\\boxed{}".

Only the tail of a text is read. A strong marker beats a weak one ("Vậy", "Kết quả"), a later
one an earlier one. Knows nothing of golds and does not compare values.
"""

import re
import unicodedata
from typing import NamedTuple

from mathpal.answers.notation import next_number, normalise

TAIL = 6_000  # characters of a text that are looked at
_BODY = 400  # characters of one declaration
_MAX_DECLARATIONS = 8
_STRONG = ("đáp số", "đáp án", "\\boxed", "đs:", "đ/s:", "dap so", "dap an", "chọn", "khoanh")
_WEAK = ("vậy", "kết quả", "ket qua")
_CHOOSING = ("chọn", "khoanh")

_AFTER = re.compile(
    r"(?:[\s*]{0,3}(?:của|bài|toán|đúng|cuối|cùng|cần|tìm|phải|chính|xác|câu|này|nhất|đáp|án|số"
    r"|phương|ý|vào|chữ|cái|thứ|lựa|chọn|dung|cuoi)(?!\w)){0,7}"
    r"[\s*]{0,3}(?P<link>(?:là|la(?= ))?[ *]{0,3}[:=]?|)[\s*]{0,3}(?:là(?!\w) ?)?"
)
_AFTER_THEREFORE = re.compile(r"[ *]{0,3}(?P<link>:?)[ *]{0,3}")
_LETTER = re.compile(r"[(\[\"' *]{0,3}([A-F])(?![\w'’])(?! ?[=<>+×]| [-:] )")
_BARE_LETTER = re.compile(r"[(\[\"' *]{0,3}([a-fA-F])[\s.)*\]\"']{0,4}$")
_SIGN_CHOICE = re.compile(r"\s?(?:dấu )?[\"'(]?[<>=]")
_SENTENCE = re.compile(r"[.!](?:\s(?!\(?[b-h]\) )|$)|\n")
_POINTS = re.compile(r"\(\s?[0-9.,/]{1,5} ?(?:điểm|đ)\s?\)")
# Brackets that stay: a unit, a remainder, a number, a hedge. All others are remarks.
_ASIDE = re.compile(
    r"\((?!\s?(?:dư|hoặc|hay|âm|có thể|chắc|hình như|[-+]?[0-9]|\?))(?![^()0-9=]{0,24}\))"
    r"[^()]{0,300}\)"
)
_EDGES = " \t\n*.;,:!_#`\"'"
_CONTINUED = re.compile(
    r"\s*(?:\(?[b-h1-9]\)|hoặc |hay |[-•+]\s?[^\W\d]|[^\W\d][^\n:=]{0,60}[:=]|[{(;])", re.I
)
_NAMED_PART = re.compile(r"\s*\(?[b-h]\) \S")
_CONTINUED_LABEL = re.compile(r"\s*[^\W\d_][^\n]{0,60}[0-9]")


class Declaration(NamedTuple):
    """One declared answer.

    Attributes:
        text: first line of what is declared, normalised and trimmed.
        block: the same with the lines that carry it on ("b) 70 km").
        letter: option letter where one is declared, else "".
        strong: whether the marker was a strong one.
        linked: whether ":" or "là" or "=" followed the marker.
        start: where the marker stands in the tail.
    """

    text: str
    block: str
    letter: str
    strong: bool
    linked: bool
    start: int


def tail_of(text: str) -> str:
    """The part of a text in which declarations are sought, in NFC and with plain spaces."""
    tail = unicodedata.normalize("NFC", text[-TAIL:])
    if "\xa0" in tail:
        tail = tail.replace("\xa0", " ")
    if "&nbsp;" in tail:
        tail = tail.replace("&nbsp;", " ")
    if "Ð" in tail or "ð" in tail or "İ" in tail:
        tail = tail.replace("Ð", "Đ").replace("ð", "đ").replace("İ", "I")
    return tail


def _boxed(text: str) -> str:
    """The inside of the braces right after \\boxed."""
    depth, start = 0, text.find("{")
    if start < 0 or start > 12:
        return ""
    for at in range(start, min(len(text), start + _BODY)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return text[start + 1 : at]
    return text[start + 1 : start + _BODY]


def trim(text: str) -> str:
    """One sentence without marks of points, asides and edge punctuation."""
    if "(" in text:
        text = _ASIDE.sub(" ", _POINTS.sub(" ", text))
    text = text.strip(_EDGES)
    end = _SENTENCE.search(text)
    return (text[: end.start()] if end else text).strip(_EDGES)


def _block(lines: list[str]) -> str:
    kept = [lines[0]]
    named = bool(lines[0].strip()) and not lines[0].strip()[:1].isdigit()
    for line in lines[1:8]:
        if not line.strip():
            continue
        short = named and len(line) <= 80 and "=" not in line and _CONTINUED_LABEL.match(line)
        worded = _NAMED_PART.match(line) is not None  # "b) Đúng"
        if not worded and (not (short or _CONTINUED.match(line)) or next_number(line) is None):
            break
        kept.append(line)
    return "\n".join(trimmed for line in kept if (trimmed := trim(line)))


def _letter(rest: str, *, bare: bool) -> tuple[str, str]:
    """The option letter at the start of a body, and the body without it.

    "B. 12 cm" declares the letter and its text; "A = 5" declares no letter; a small letter
    counts only where `bare` allows it and it stands alone.
    """
    match = _LETTER.match(rest)
    if match is None:
        alone = _BARE_LETTER.match(rest.split("\n", 1)[0]) if bare else None
        return (alone[1].upper() if alone else ""), rest
    option = rest[match.end() :].lstrip(" *")
    has_text = option[:1] in {".", ")", ":"} and option[1:].strip(_EDGES)
    return match[1], option[1:] if has_text else rest


def _declaration(tail: str, marker: str, start: int, stop: int) -> Declaration | None:
    strong = marker in _STRONG
    raw = tail[start + len(marker) : min(stop, start + len(marker) + _BODY)]
    if marker == "\\boxed":
        inside = trim(normalise(_boxed(raw)))
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
    lines = rest.lstrip(" *\n" if linked else " *").split("\n")
    first = trim(lines[0])
    if len(lines) > 1 and (lines[1].lstrip().lower().startswith(("hoặc ", "hay "))):
        first = f"{first} {trim(lines[1])}"
    return Declaration(first, _block(lines), letter, strong, linked, start)


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
        declaration = _declaration(tail, marker, at, stop)
        if declaration is not None:
            found.append(declaration)
            stop = at
    return found


def strong_declarations(tail: str) -> list[Declaration]:
    """Declarations after strong markers, the last one first, at most 8."""
    return _collect(tail, tail.lower(), _STRONG)


def weak_declarations(tail: str, after: int = 0) -> list[Declaration]:
    """Declarations after "Vậy" or "Kết quả" that stand behind `after`, the last one first."""
    low = tail.lower()
    return [d for d in _collect(tail, low, _WEAK) if d.start >= after]


def last_equation(tail: str) -> str | None:
    """The last line that holds an equation, normalised; the lenient mode's stand-in."""
    at = tail.rfind("=")
    if at < 0:
        return None
    start = tail.rfind("\n", 0, at) + 1
    end = tail.find("\n", at)
    line = tail[max(start, at - _BODY) : at + _BODY if end < 0 else min(end, at + _BODY)]
    return trim(normalise(line)) or None


def declared_answer(text: str) -> str | None:
    """The text that a solution declares last, for taking a gold from a reference solution.

    Args:
        text: a worked solution.

    Returns:
        "70 km", "B", "Số lớn: 30; số bé: 20"; None where nothing is declared.

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
