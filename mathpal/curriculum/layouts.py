"""The layouts of a worked solution: A `Bài giải`, B equalities, C reasoning, D a chosen letter."""

import re

from mathpal.curriculum.chains import written_out
from mathpal.curriculum.registry import Solution

_NUMBER = re.compile(r"(?:x = )?-?\d[^<>=]*")  # "-5", "x = 3", "4 can, thừa 1 l dầu"; not "2 < 3"


def worked(*steps: tuple[str, str], answer: str) -> Solution:
    """Layout A: `Bài giải`, a sentence and an equation for each step, then `Đáp số`."""
    lines = ["Bài giải"]
    for sentence, equation in steps:
        lines += [f"{sentence}:", equation]
    return _solution(lines, f"Đáp số: {answer}")


def equalities(*lines: str, answer: str, restated: bool = False) -> Solution:
    """Layout B: one equality per line, then `Đáp số`.

    Args:
        lines: the equalities.
        answer: the gold.
        restated: whether the last line states the result of the lines before it, so that it needs
            no steps of its own.
    """
    return _solution(list(lines), f"Đáp số: {answer}", lines[-1] if restated else "")


def reasoned(*lines: str, answer: str, restated: bool = False) -> Solution:
    """Layout C: "Ta có …", the reasons, then `Đáp số` before a number or `Đáp án` before words.

    For `restated` see `equalities`.
    """
    word = "Đáp số" if _NUMBER.fullmatch(answer) else "Đáp án"
    whole = lines[-1] if restated else ""
    return _solution(["Ta có:", *lines], f"{word}: {answer}", whole)


def chosen(solution: Solution, letter: str) -> Solution:
    """Layout D: the working of another layout, then the letter."""
    return solution._replace(declaration=f"Chọn {letter}")


def _solution(lines: list[str], declaration: str, whole: str = "") -> Solution:
    """Write out the calculations of all lines but `whole`."""
    lines = [line if line == whole else written_out(line) for line in lines]
    return Solution("\n".join(lines), declaration, tuple(line for line in lines if "=" in line))
