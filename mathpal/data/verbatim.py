"""Find the parts of a text that cleaning leaves alone: code, and the indentation of code and lists.

Knows Markdown's code fences and inline code. Knows nothing of markup.
"""

import re

MARK = "\x00"  # stands for a piece of code; no text holds it
_FENCE = re.compile(r"[ \t]*(?:[-*+>][ \t]+)?(`{3,}|~{3,})([^\n]*)")
_TICKS = re.compile("`+")
_INDENT = re.compile(r"[ \t]*")
_ITEM = re.compile(r"(?:[-*+•]|\d{1,3}[.)])[ \t]")
# A line after which code is indented, in Python, C, JavaScript, JSON or Pascal.
_OPENING = re.compile(
    r"(?:[a-z]+ )*(?:def|class|for|while|if|elif|else|try|except|finally|with|match|case|switch)"
    r"\b[^\n]*:|\)(?: *->[^\n]*)?:|[^\n]*[{(\[]|(?:[^\n]*\s)?(?:begin|then|do|else)",
)


def fences(lines: list[str]) -> list[tuple[int, int]]:
    """Return the first line of each code fence and the line after its last.

    A fence that is not closed ends after the text, at `len(lines) + 1`.
    """
    found: list[tuple[int, int]] = []
    begin, sign = 0, ""
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if not sign and "`" not in fence[2]:
            begin, sign = number, fence[1]
        elif sign and fence[1].startswith(sign) and not fence[2].strip():
            found.append((begin, number + 1))
            sign = ""
    return [*found, (begin, len(lines) + 1)] if sign else found


def set_aside(text: str) -> tuple[str, list[str]]:
    """Replace every piece of code by `MARK`; return the text and the pieces in their order.

    Args:
        text: with LF line ends and without `MARK`.

    Example:
        >>> set_aside("gọi `a<b>c`")
        ('gọi \\x00', ['`a<b>c`'])
    """
    if "`" not in text and "~~~" not in text:
        return text, []
    lines = text.split("\n")
    shown: list[str] = []
    pieces: list[str] = []
    done = 0
    for begin, end in [*fences(lines), (len(lines), len(lines))]:
        shown += [_inline(line, pieces) for line in lines[done:begin]]
        if begin < end:
            shown.append(MARK)
            pieces.append("\n".join(lines[begin:end]))
        done = end
    return "\n".join(shown), pieces


def _inline(line: str, pieces: list[str]) -> str:
    """The line with `MARK` for the text between equal runs of backticks."""
    ticks = list(_TICKS.finditer(line))
    last = {len(found[0]): place for place, found in enumerate(ticks)}
    shown, end, place = [], 0, 0
    while place < len(ticks):
        size = len(ticks[place][0])
        if last[size] > place:
            begin, place = ticks[place].start(), place + 1
            while len(ticks[place][0]) != size:
                place += 1
            shown += [line[end:begin], MARK]
            end = ticks[place].end()
            pieces.append(line[begin:end])
        place += 1
    return "".join([*shown, line[end:]])


def put_back(text: str, pieces: list[str]) -> str:
    """Replace every `MARK` by its piece of code."""
    parts = text.split(MARK)
    assert len(parts) == len(pieces) + 1, "cleaning keeps every mark"
    return parts[0] + "".join(piece + part for piece, part in zip(pieces, parts[1:], strict=True))


def _without_remark(line: str) -> str:
    """The line without the remark at its end: "for x in y:  # each"."""
    return line.partition(" #")[0].partition(" //")[0].rstrip()


def indents(lines: list[str]) -> list[int]:
    """Return how many characters of each line's beginning are indentation with a meaning.

    That is the indentation below a line that opens a block of code, and of an item below another
    item. All other white space at the beginning of lines is typing.
    """
    found: list[int] = []
    code: int | None = None
    item: int | None = None
    for line in lines:
        bare = line.strip()
        own = _INDENT.match(line).end()  # type: ignore[union-attr]
        if not bare:
            found.append(0)
            continue
        if code is not None and own > code:
            found.append(own - code)
            continue
        code = own if _OPENING.fullmatch(_without_remark(bare)) else None
        is_item = _ITEM.match(bare) is not None
        nested = is_item and item is not None and own >= item + 2
        found.append(own - item if nested and item is not None else 0)
        if not nested:
            item = own if is_item else None
    return found
