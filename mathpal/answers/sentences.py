"""Cuts out the sentence of a declaration: its end, remarks in it, lines that continue it.

Knows neither markers nor golds; `extraction` finds where a declaration starts.
"""

import re

from mathpal.answers.notation import next_number

_POINTS = re.compile(r"\(\s?[0-9.,/]{1,5} ?(?:điểm|đ)\s?\)")
# Bracketed remarks, which are removed. Brackets with a unit, remainder, number or hedge are kept.
_ASIDE = re.compile(
    r"(?<=[^\s=:,;] )\((?!\s?(?:dư|âm|chắc|hình như|[-+]?[0-9]|\?)"
    r"|[^()]{0,60}(?<!\w)(?:hoặc|hay|nếu|có thể)(?!\w)[^()]{0,40}[0-9])"
    r"(?![^()0-9=]{0,24}\))"
    r"[^()]{0,300}\)"
)
EDGES = " \t\n*.;,:!_#`\"'"
_OR = r"(?:hoặc|hay|cũng có thể)(?!\w)"
_SENTENCE = re.compile(rf"[.!](?:\s(?!\(?[b-h]\) |{_OR})|$)|\n", re.I)
_OR_LINE = re.compile(rf"\s*{_OR}", re.I)
_BULLET = re.compile(r"\s*(?:[-•+*]|[1-9][.)]) +")
_OPENING = re.compile(
    r"(?:sau khi|sau|khi|trước khi|trong|lúc) [^,;:=\n]{1,80}, (?=[^\W\d][^\n]*[0-9])", re.I
)
_CONTRAST = re.compile(
    r"(?<=[^\s,]) ?(?:, ?(?:chứ )?|\(|chứ )(?:không phải|not)(?: là)? [-+]?[0-9A-F][^;\n]*$"
)
_VALUE_LINE = re.compile(
    r"\s*[-+]?[0-9][0-9.,/ ]{0,20}(?:[^\W\d]{1,8}[²³]?(?:/[^\W\d]{1,5})?|[%°])?[ .]*$"
)
# A line that is a value with the thing it counts: "11 bút đỏ".
_COUNT_LINE = re.compile(r"\s*[0-9][0-9.,]{0,12} [^\W\d][^\n0-9:=+×]{0,30}$")
_BROKEN = re.compile(r"(?:[:=]|(?<!\w)(?:là|bằng|is))\s*$")
_CONTINUED = re.compile(
    r"\s*(?:\(?[b-h1-9]\)|hoặc |hay |[-•+]\s?[^\W\d]|[^\W\d][^\n:=]{0,60}[:=]|[{(;])", re.I
)
_NAMED_PART = re.compile(r"\s*\(?[b-h]\) \S")
_CONTINUED_LABEL = re.compile(r"\s*[^\W\d_][^\n]{0,60}[0-9]")


_DOTTED_LABEL = re.compile(r"(^|[;:\n] ?|, (?=[a-h]\. [-+]?[0-9]))([a-h])\.(?= \S)")


def bracketed_labels(text: str) -> str:
    """Write the labels "a. 26; b. 11" of parts as "a) 26; b) 11"; the length stays the same."""
    return _DOTTED_LABEL.sub(r"\1\2)", text) if "a. " in text else text


def boxed(text: str, most: int) -> str:
    """Return the content of the braces right after \\boxed, at most `most` characters."""
    depth, start = 0, text.find("{")
    if start < 0 or start > 12:
        return ""
    for at in range(start, min(len(text), start + most)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return text[start + 1 : at]
    return text[start + 1 : start + most]


def trim(text: str) -> str:
    """Return the first sentence without exam marks ("1 điểm"), remarks and outer punctuation."""
    if "(" in text:
        text = _ASIDE.sub(" ", _POINTS.sub(" ", text))
    if "..." in text:
        text = text.replace("...", "…")  # an ellipsis leaves the value open and ends no sentence
    text = text.strip(EDGES)
    end = _SENTENCE.search(text)
    text = text[: end.start()] if end else text
    if "không phải" in text or "not " in text:
        text = _CONTRAST.sub("", text)
    return text.strip(EDGES)


def without_opening(text: str) -> str:
    """Return a conclusion without "sau khi bán 10 kg, ", which states no answer."""
    return text[match.end() :] if (match := _OPENING.match(text)) else text


def lines_of(text: str, *, bulleted: bool) -> list[str]:
    """Return the lines of a declaration.

    Args:
        text: the declaration and what follows it.
        bulleted: whether it starts on a line of its own, where the "-" of "- 70 km" is a bullet
            and not a minus sign.
    """
    lines = text.split("\n")
    if not bulleted or not _BULLET.match(lines[0]):
        return lines
    count = next((i for i, line in enumerate(lines) if not _BULLET.match(line)), len(lines))
    return [_BULLET.sub("", line, count=1) for line in lines[:count]] + lines[count:]


def _is_value(line: str) -> bool:
    """Return whether a line is another value: "20 km", or indented "11 bút đỏ"."""
    return bool(_VALUE_LINE.match(line)) or (line[:1] == " " and bool(_COUNT_LINE.match(line)))


def unbroken(lines: list[str]) -> list[str]:
    """Join each line that ends with ":", "=" or "là" with the next one that is not empty."""
    joined: list[str] = []
    for line in lines[:12]:
        if joined and _BROKEN.search(joined[-1]):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}".rstrip()
        else:
            joined.append(line)
    return joined


def sentence_of(lines: list[str]) -> str:
    """Return the first line, with the lines that add an alternative or another bare value."""
    first = trim(lines[0])
    for line in lines[1:8]:
        if other := _OR_LINE.match(line):
            first = f"{first} hoặc {trim(line[other.end() :])}"
        elif first[-1:].isalnum() and _is_value(line) and next_number(first):
            first = f"{first}; {trim(line)}"
        else:
            break
    return first


def block_of(lines: list[str]) -> str:
    """Return the first line with all lines that continue it ("b) 70 km", "Số bé: 20")."""
    kept = [lines[0]]
    named = bool(lines[0].strip()) and not lines[0].strip()[:1].isdigit()
    for line in lines[1:8]:
        if not line.strip():
            continue
        short = named and len(line) <= 80 and "=" not in line and _CONTINUED_LABEL.match(line)
        worded = _NAMED_PART.match(line) or _is_value(line)  # "b) Đúng"
        if not worded and (not (short or _CONTINUED.match(line)) or next_number(line) is None):
            break
        kept.append(line)
    return "\n".join(trimmed for line in kept if (trimmed := trim(line)))
