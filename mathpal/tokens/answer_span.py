"""Which tokens of a worked solution state its final answer.

Knows where `mathpal.answers` finds the declaration, and a tokenizer's offsets; knows nothing of
chat templates or losses.
"""

import re
from collections.abc import Sequence

import numpy as np

from mathpal.answers import declared_answer
from mathpal.answers.extraction import (
    TAIL,
    Declaration,
    strong_declarations,
    tail_of,
    weak_declarations,
)

Offsets = Sequence[tuple[int, int]]

_REACH = 600  # characters behind a marker in which its answer stands
# `declared_answer` writes one sign for several, and "; " for a line break between two parts.
_WRITTEN = {
    "-": r"[-\u2010-\u2014\u2212]", "×": r"[×\u2219\u22c5]", ":": r"[:÷\uff1a]",
    "/": r"[/\u2044\u2215]", ",": r"[,\uff0c]", "%": r"[%\uff05]", ";": r"(?:[;\uff1b.,]|\s)",
}  # fmt: skip


def answer_span(solution: str) -> tuple[int, int] | None:
    """The characters of the declared answer: `solution[start:end]` is its text.

    It is what `declared_answer` gives, found again where the solution writes it; other spaces,
    line breaks and marks between its words are part of it.

    Args:
        solution: a worked solution.

    Returns:
        Start and end; None where nothing is declared, or where the solution writes the answer
        in another notation than `declared_answer` gives it in (LaTeX, HTML).

    Example:
        >>> answer_span("35 × 2 = 70 (km)\\nĐáp số: 70 km.")
        (25, 30)
    """
    answer = declared_answer(solution)
    tail = tail_of(solution)
    if not answer or len(tail) != len(solution[-TAIL:]):  # its places are not the solution's
        return None
    marker = _declaration(tail, answer)
    if marker is None:
        return None
    found = _pattern(answer).search(tail, marker, marker + _REACH)
    if found is None:
        return None
    before = len(solution) - len(tail)
    return before + found.start(), before + found.end()


def _pattern(answer: str) -> re.Pattern[str]:
    """What finds an answer among other words, however it is spaced, and in either case."""
    words = re.findall(r"\w+|[^\w\s]", answer)
    pattern = r"\s*".join(_WRITTEN.get(word, re.escape(word)) for word in words)
    pattern = (r"(?<!\w)" if words[0][0].isalnum() else "") + pattern
    return re.compile(pattern + (r"(?!\w)" if words[-1][-1].isalnum() else ""), re.I)


def _declaration(tail: str, answer: str) -> int | None:
    """Where the marker of the declaration stands that `declared_answer` took."""

    def says(declaration: Declaration) -> bool:
        block = declaration.block.replace("\n", "; ") or declaration.text
        return answer in (declaration.letter or block, declaration.text)

    candidates = (*strong_declarations(tail), *weak_declarations(tail)[:1])
    return next((d.start for d in candidates if says(d)), None)


def answer_tokens(span: tuple[int, int] | None, offsets: Offsets, *, begin: int = 0) -> np.ndarray:
    """Which tokens hold a character of the answer, bool (tokens,).

    Args:
        span: of the answer within the solution, see `answer_span`.
        offsets: first and last character (excluded) of each token in the tokenized text; tokens
            that stand for no character have (n, n).
        begin: where the solution begins in that text.
    """
    if span is None:
        return np.zeros(len(offsets), bool)
    places = np.asarray(offsets, dtype=np.int64).reshape(-1, 2)
    first, last = begin + span[0], begin + span[1]
    return (places[:, 0] < last) & (places[:, 1] > first)
