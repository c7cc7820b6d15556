"""Removes the layout of chat models from a response: Markdown, tables, code, emoji, thoughts.

Line by line, so that the number of a line stays what it was in the response. Knows nothing of
answers; `notation.normalise` cleans the mathematics afterwards.
"""

import re
import unicodedata

from mathpal.answers.notation import normalise
from mathpal.answers.phrases import with_marks
from mathpal.answers.sentences import bracketed_labels

TAIL = 6_000  # characters of a response that are read

_THOUGHT = re.compile(r"^.*</(?:think|thinking|reasoning|thought)>", re.S | re.I)
_FENCE = re.compile(r"^[ \t]{0,8}(?:```|~~~)[^\n`]{0,40}$", re.M)
_HEADING = re.compile(r"^[ \t>]{0,6}#{1,6}[ \t]+", re.M)
# GSM8K ends with "#### 72"; every other run of # is a heading.
_HASHES = re.compile(r"^[ \t]{0,3}####[ \t]*(?=[-+]?[0-9$\\({]|[A-F][ \t.]*$)", re.M)
_QUOTE = re.compile(r"^[ \t]{0,3}>[ \t]+(?=[^\W\d_]{2}|[*$\\])", re.M)
_RULE = re.compile(r"^[ \t]{0,3}(?:-{3,}|\*{3,}|_{3,}|={3,})[ \t]*$", re.M)
_MARKS = re.compile(r"\*\*|__(?=\S)|(?<=\S)__|~~|`")
_STRUCK = re.compile(r"~~(?=\S)[^~\n]{1,200}~~")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,200}?)(?<=[^\s*])\*(?![\w*])")
_STAR = re.compile(r"^([ \t]*)\*(?=[ \t])", re.M)
_ARROW = re.compile(r"\\(?:(?:Long)?[Rr]ightarrow|implies)(?![a-zA-Z])")
_PICTURES = re.compile(
    "[0-9#*]?\ufe0f?\u20e3|[\u2600-\u26ff\u2700-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]+"
)
# The tokens by which chat templates end a turn, and the tags around an answer.
_TOKENS = re.compile(r"<\|[a-z_]{2,20}\|>|</?s>|<(?:end_of_turn|eos|pad)>|\[/INST\]|</answer>")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[a-z]{1,12}\*?\}(?:\{[^{}\n]{0,12}\})?")
_ESCAPED = re.compile(r"\\\\(?=[a-zA-Z(\[])")
_TABLE_RULE = re.compile(r"^[ \t|:-]+$")
_PART = re.compile(r"(?:câu |phần |ý )?\(?([a-h])[).]?$", re.I)
_MARKER_CELL = re.compile(r"(?:đáp số|đáp án|kết quả|trả lời|answer|result)\s*$", re.I)


def plain(response: str) -> str:
    """Return the end of a response as plain lines: without layout, in the form of `normalise`.

    Args:
        response: generated text; its last 6,000 characters are read.
    """
    text = unicodedata.normalize("NFC", response[-TAIL:])
    if "</" in text:
        text = _THOUGHT.sub(_newlines, text)
    if "<" in text or "[/" in text:
        text = _TOKENS.sub(" ", text).replace("<answer>", "@@@@ ")
    if "\n" not in text and not any(mark in text for mark in "`|#*~_"):
        return _mathematics(text)
    if "```" in text or "~~~" in text:
        text = _without_code(text)
    if "~~" in text:
        text = _STRUCK.sub(" ", text)
    if "#" in text:
        text = _HEADING.sub("", _HASHES.sub("@@@@ ", text))
    if "|" in text:
        text = "\n".join(_row(line) for line in text.split("\n"))
    if ">" in text:
        text = _QUOTE.sub("", text)
    text = _STAR.sub(r"\1•", _RULE.sub("", text))
    return _mathematics(_MARKS.sub("", _EMPHASIS.sub(r"\1", text)) if _marked(text) else text)


def _marked(text: str) -> bool:
    return any(mark in text for mark in "*`_~")


def _mathematics(text: str) -> str:
    if not text.isascii():
        text = _PICTURES.sub(" ", text)
    if "\\" in text:
        text = _ARROW.sub("⇒", text)
        text = _ENVIRONMENT.sub("", _ESCAPED.sub(r"\\", text))
        text = text.replace("\\\\", "\n")  # a line end of LaTeX
    return with_marks(bracketed_labels(normalise(text)))


def _newlines(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _without_code(text: str) -> str:
    """Empty the blocks of code; a block of one line without a language keeps its line."""
    pieces = _FENCE.split(text)
    fences = _FENCE.findall(text)
    kept = [pieces[0]]
    for index, (fence, piece) in enumerate(zip(fences, pieces[1:], strict=True)):
        code = index % 2 == 0
        quoted = code and piece.strip().count("\n") == 0 and fence.strip() in ("```", "~~~")
        kept.append("\n" * piece.count("\n") if code and not quoted else piece)
    return "".join(kept)


def _row(line: str) -> str:
    """Return a row of a table as text: "| a | 26 |" is "a) 26", "| Câu | Đáp số |" is "Đáp số:"."""
    bare = line.strip()
    if not bare.startswith("|") or len(bare) < 3:
        return line
    if _TABLE_RULE.match(bare):
        return ""
    cells = [cell.strip(" *`") for cell in bare.strip("|").split("|")]
    if len(cells) > 1 and (part := _PART.match(cells[0])):
        return f"{part[1].lower()}) {cells[-1]}"
    if _MARKER_CELL.search(cells[-1]):
        return f"{cells[-1]}:"
    return f"{cells[0]}: {cells[-1]}" if len(cells) == 2 else " ; ".join(cells)
