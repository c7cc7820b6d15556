"""Find the tokens of a worked solution that state its final answer.

Knows where `mathpal.answers` finds the declaration, and a tokenizer's offsets. Knows nothing of
chat templates or losses.
"""

import re
from collections.abc import Sequence

import numpy as np

from mathpal.answers.claims import read
from mathpal.answers.declared import declared
from mathpal.answers.layout import TAIL

Offsets = Sequence[tuple[int, int]]

_REACH = 600  # characters after a marker in which its answer occurs
# `declared_answer` writes one sign for several, and "; " for a line break between two parts.
_WRITTEN = {
    "-": r"[-\u2010-\u2014\u2212]", "×": r"[×\u2219\u22c5]", ":": r"[:÷\uff1a]",
    "/": r"[/\u2044\u2215]", ",": r"[,\uff0c]", "%": r"[%\uff05]", ";": r"(?:[;\uff1b.,]|\s)",
}  # fmt: skip


def answer_span(solution: str) -> tuple[int, int] | None:
    """Return the characters of the declared answer: `solution[start:end]` is its text.

    This is the text of `declared_answer` as the solution writes it. It may differ in spaces, line
    breaks and marks between words.

    Args:
        solution: a worked solution.

    Returns:
        Start and end. None if no answer is declared, or if the solution's notation (LaTeX,
        HTML) differs from that of `declared_answer`.

    Example:
        >>> answer_span("35 × 2 = 70 (km)\\nĐáp số: 70 km.")
        (25, 30)
    """
    reading = read(solution)
    found = declared(reading)
    if found is None or not found[1]:
        return None
    claim, answer = found
    tail = solution[-TAIL:]
    if len(reading.text) == len(tail):
        place = claim.start
    else:  # its positions are not the solution's, but its lines are
        above = solution.count("\n", 0, len(solution) - len(tail))
        place = sum(len(line) + 1 for line in tail.split("\n")[: claim.line - 1 - above])
    match = _pattern(answer).search(tail, place, place + _REACH)
    if match is None:
        return None
    before = len(solution) - len(tail)
    return before + match.start(), before + match.end()


def _pattern(answer: str) -> re.Pattern[str]:
    """The pattern that finds an answer with any spacing and in either case."""
    words = re.findall(r"\w+|[^\w\s]", answer)
    pattern = r"\s*".join(_WRITTEN.get(word, re.escape(word)) for word in words)
    pattern = (r"(?<!\w)" if words[0][0].isalnum() else "") + pattern
    return re.compile(pattern + (r"(?!\w)" if words[-1][-1].isalnum() else ""), re.I)


def answer_tokens(span: tuple[int, int] | None, offsets: Offsets, *, begin: int = 0) -> np.ndarray:
    """Mark the tokens with a character of the answer, bool (tokens,).

    Args:
        span: of the answer within the solution, see `answer_span`.
        offsets: first character and end (exclusive) of each token in the tokenized text; tokens
            without a character have (n, n).
        begin: position of the solution in that text.
    """
    if span is None:
        return np.zeros(len(offsets), bool)
    places = np.asarray(offsets, dtype=np.int64).reshape(-1, 2)
    first, last = begin + span[0], begin + span[1]
    return (places[:, 0] < last) & (places[:, 1] > first)
