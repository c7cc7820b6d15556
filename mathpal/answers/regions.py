"""Reads intervals, points and inequalities: "(-∞; 1)", "I(0; -2)", "[2; 5)", "x > 3".

An inequality of one letter is the interval of its values. Compares nothing.
"""

import re
from typing import NamedTuple

from mathpal.answers.exact import read_exact

_NAME = (
    r"(?:(?P<name>[A-Z]['\u2032]?)|[a-zA-Z]|\(x ?[;,] ?y(?: ?[;,] ?z)?\)"
    r"|(?:tập nghiệm|điểm)[^()\[\]]{0,20})"
)
_PIECE = r"(?P<open>[(\[]) ?(?P<items>[^()\[\]{}]{3,80}) ?(?P<close>[)\]])"
_HEAD = re.compile(rf"{_NAME}? ?(?:=|∈|là)? ?{_PIECE}")
_NEXT = re.compile(
    rf" ?(?:\u222a|;|và|hoặc|,) ?(?:(?P<name>[A-Z]['\u2032]?)|[a-z]|\(x ?; ?y\))?"
    rf" ?(?:=|∈)? ?{_PIECE}"
)
_RELATION = r"(?:<=|>=|[<>≤≥≠])"
_LETTER = r"[a-z]"
_SINGLE = re.compile(rf"({_LETTER}) ?({_RELATION}) ?([^<>≤≥≠;,]{{1,40}})$")
_TURNED = re.compile(rf"([^<>≤≥≠;,a-z]{{1,40}}?) ?({_RELATION}) ?({_LETTER})$")
_DOUBLE = re.compile(
    rf"([^<>≤≥≠;,a-z]{{1,40}}?) ?(<=|[<≤]) ?{_LETTER} ?(<=|[<≤]) ?([^<>≤≥≠;,]{{1,40}})$"
)
_SIGNS = {"<=": "≤", ">=": "≥"}
_TURN = {"<": ">", ">": "<", "≤": "≥", "≥": "≤", "≠": "≠"}
_FIND = re.compile(r"[(\[][^()\[\]{}]{3,80}[)\]](?! ?=)")
_WORDED = tuple(
    (re.compile(rf"(?<=[a-z]) (?:{words}) (?=[-+0-9√(])"), f" {sign} ")
    for words, sign in (
        ("(?:lớn|to) hơn hoặc bằng", "≥"), ("(?:nhỏ|bé) hơn hoặc bằng", "≤"),
        ("(?:lớn|to) hơn", ">"), ("(?:nhỏ|bé) hơn", "<"), ("khác", "≠"),
    )
)  # fmt: skip
# "R \u2216 {1; 2}" is x ≠ 1 and x ≠ 2; "R" alone is everything.
_WITHOUT = re.compile(
    r"(?:[A-Z] ?= ?|x ?∈ ?)?[R\u211d](?: ?(?:\u2216|\\|-) ?\{(?P<items>[^{}]{1,60})\})?$"
)
_BOTH = re.compile(r"([a-z]) ?≠ ?± ?([0-9][0-9/,]{0,9})")
_APART = re.compile(r"(?<!\w)(?:hoặc|hay|or|\u222a)(?!\w)")
_ALL_UNEQUAL = re.compile(r"(?<!\w)(?:hoặc|hay|và|or|and)(?!\w)|[;,](?= ?[a-z] ?≠)")
_LONGEST = 200

Piece = tuple[str, tuple[object, ...], str]


class Region(NamedTuple):
    """The pieces of an interval or the coordinates of points, in order, with a point's name."""

    pieces: tuple[Piece, ...]
    name: str


def _bound(text: str) -> object:
    plain = text.strip(" $").replace("+∞", "∞")
    if plain in ("∞", "-∞"):
        return plain
    read = read_exact(plain)
    if (
        read is None
        or read.unit
        or any(a[0].isalpha() and a != "π" for m, _ in read.terms for a, _ in m)
    ):
        return None
    return read.terms


def _piece(opened: str, items: str, closed: str, count: int = 0) -> Piece | None:
    parts = re.split(r";|\||, |,(?=[-+√])", items)
    if len(parts) == 1 and count > 1:
        parts = items.split(",")
    bounds = tuple(_bound(part) for part in parts)
    return None if len(parts) < 2 or None in bounds else (opened, bounds, closed)


def _inequality(text: str) -> tuple[Piece, ...] | None:
    if double := _DOUBLE.match(text):
        low, high = _bound(double[1]), _bound(double[4])
        if low is None or high is None:
            return None
        opened = "[" if double[2] in ("<=", "≤") else "("
        return ((opened, (low, high), "]" if double[3] in ("<=", "≤") else ")"),)
    match = _SINGLE.match(text)
    sign, value = (match[2], match[3]) if match else ("", "")
    if match is None and (match := _TURNED.match(text)):
        sign, value = match[2], match[1]
        sign = _TURN[_SIGNS.get(sign, sign)]
    sign, bound = _SIGNS.get(sign, sign), _bound(value) if match else None
    if bound is None:
        return None
    if sign == "≠":
        return (("≠", (bound,), ""),)
    if sign in (">", "≥"):
        return (("[" if sign == "≥" else "(", (bound, "∞"), ")"),)
    return (("(", ("-∞", bound), "]" if sign == "≤" else ")"),)


def _all_but(text: str) -> Region | None:
    match = _WITHOUT.match(text)
    if match is None or (match["items"] is None and "\u211d" not in text and len(text) < 3):
        return None
    bounds = [_bound(item) for item in re.split(r"[;,]", match["items"] or "") if item]
    if None in bounds:
        return None
    pieces: list[Piece] = [("≠", (bound,), "") for bound in bounds]
    return Region(tuple(pieces) or (("(", ("-∞", "∞"), ")"),), "")


def read_region(text: str, count: int = 0) -> Region | None:
    """Return a normalised text that is one region or point and nothing else, or None.

    Args:
        text: the text.
        count: how many numbers a piece has, if known; then "(0,2)" has two.
    """
    plain = text.strip(" .$")
    if len(plain) > _LONGEST:
        return None
    if plain.startswith("{(") and plain.endswith(")}"):
        plain = plain[1:-1]
    if "R" in plain or "\u211d" in plain:
        return _all_but(plain)
    for pattern, sign in _WORDED if " hơn" in plain or "khác" in plain else ():
        plain = pattern.sub(sign, plain)
    plain = _BOTH.sub(r"\1 ≠ \2 hoặc \1 ≠ -\2", plain)
    apart = _ALL_UNEQUAL if "≠" in plain else _APART
    parts = [part.strip() for part in apart.split(plain)]
    unequal = [_inequality(part) for part in parts] if re.search(r"[<>≤≥≠]", plain) else [None]
    if all(unequal):
        return Region(tuple(piece for pieces in unequal if pieces for piece in pieces), "")
    pieces: list[Piece] = []
    match = _HEAD.match(plain)
    if match is None or (
        match.start("open")
        and match["open"] == "("
        and plain[: match.start("open")].strip() in ("f", "g")
    ):
        return None
    name, end = match["name"] or "", 0
    while match is not None:
        piece = _piece(match["open"], match["items"], match["close"], count)
        if piece is None:
            return None
        pieces.append(piece)
        end = match.end()
        match = _NEXT.match(plain, end)
    return None if plain[end:].strip() else Region(tuple(pieces), name)


def find_region(text: str, wanted: Region) -> Region | None:
    """Return the last region of a declared text, or the coordinates "x = 2; y = 3" of a point."""
    count = len(wanted.pieces[0][1])
    tails = [
        text,
        *(
            text[m.end() :]
            for m in re.finditer(r"(?<!\w)(?:là|bằng|khi|hay|với)(?!\w):?|[=:∈]", text)
        ),
    ]
    for tail in tails:
        if read := read_region(tail, count):
            return read
    values = re.findall(r"(?<!\w)[xyz] ?= ?([^;,=]+?)(?=[;,]| và |$)", text)
    if len(values) == count and wanted.pieces[0][0] == "(" and len(wanted.pieces) == 1:
        piece = _piece("(", ";".join(values), ")")
        return Region((piece,), "") if piece else None
    found = list(_FIND.finditer(text))
    if len(found) == 1:
        start = found[0].start()
        name = text[start - 1] if start and text[start - 1].isupper() else ""
        return read_region(name + found[0][0], count)
    return None
