"""The layouts of a worked solution: A `Bài giải`, B equalities, C reasoning, D a chosen letter."""

from mathpal.curriculum.registry import Solution


def worked(*steps: tuple[str, str], answer: str) -> Solution:
    """Layout A: `Bài giải`, a sentence and an equation for each step, then `Đáp số`."""
    lines = ["Bài giải"]
    for sentence, equation in steps:
        lines += [f"{sentence}:", equation]
    return _solution(lines, f"Đáp số: {answer}")


def equalities(*lines: str, answer: str) -> Solution:
    """Layout B: one equality per line, then `Đáp số`."""
    return _solution(list(lines), f"Đáp số: {answer}")


def reasoned(*lines: str, answer: str) -> Solution:
    """Layout C: "Ta có …", the reasons, and `Vậy` with the declared answer."""
    return _solution(["Ta có:", *lines], f"Vậy đáp số: {answer}")


def chosen(solution: Solution, letter: str) -> Solution:
    """Layout D: the working of another layout, then the letter."""
    return solution._replace(declaration=f"Chọn {letter}")


def _solution(lines: list[str], declaration: str) -> Solution:
    return Solution("\n".join(lines), declaration, tuple(line for line in lines if "=" in line))
