"""Renders answers in the styles of chat models, right and wrong, and counts how they are graded.

`python -m tests.unit.answers.styles` prints the rates of each style; `… styles show 150` prints
answers to read. Knows tables (`style_tables`) and what is told (`style_items`); decides nothing
about grading.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from mathpal.answers import grade
from tests.unit.answers.style_items import CHANGES, Told, another_value, told
from tests.unit.answers.style_tables import ENDINGS, STYLES, UNDECLARED, Style

PER_STYLE = 8  # right answers of each style; as many are changed, and as many get an ending
_LETTERS = r"[^\W\d_][\w²³/]*"


class Case(NamedTuple):
    """One answer and how a fair teacher judges it.

    Attributes:
        style: a key of `STYLES` or `UNDECLARED`.
        fault: what makes it wrong: a key of `CHANGES` or `ENDINGS`, or "undeclared"; "" if right.
        right: the problem with its right answer.
        response: the text to grade.
    """

    style: str
    fault: str
    right: Told
    response: str


class Rates(NamedTuple):
    """Shares of the answers that the checker accepts: of right ones, and of wrong ones."""

    right: float
    wrong: float
    wrong_lenient: float


def english(text: str) -> str:
    """Return the text with numbers in English notation: 12 345,6 becomes 12,345.6."""
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    return re.sub(r"(?<=\d) (?=\d{3}(?!\d))", ",", text)


def folded(text: str) -> str:
    """Return the text without diacritics: "đồng" becomes "dong", "m²" stays."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def latex(text: str) -> str:
    """Return an equation or a value in LaTeX."""
    text = re.sub(r"(\d+)/(\d+)", r"\\frac{\1}{\2}", text)
    text = re.sub(r" ?\(([^()\d]+)\)$| ?(" + _LETTERS + "(?: " + _LETTERS + ")*)", _as_text, text)
    text = re.sub(r"(?<=\d),(?=\d)", "{,}", re.sub(r"(?<=\d) (?=\d{3}(?!\d))", r"\\,", text))
    text = text.replace("²}", "}^2").replace("³}", "}^3")
    return text.replace("×", "\\times").replace("%", "\\%")


def _as_text(match: re.Match[str]) -> str:
    before = match.string[: match.start()]
    if before.endswith("\\"):  # the name of a command
        return match[0]
    return f"\\text{{ ({match[1]})}}" if match[1] else f"\\text{{ {match[2]}}}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _equation(one: Told) -> str:
    if not one.left:
        return ""
    if one.counted in ("", "%", "°"):
        return f"{one.left} = {one.parts[0].number}{one.counted}"
    return f"{one.left} = {one.parts[0].number} ({one.counted})"


def _labelled(one: Told, form: str, glue: str) -> str:
    return glue.join(form.format(label=part.label, value=part.text) for part in one.parts)


def _answer(one: Told) -> str:
    values = [f"{part.label}: {part.text}" if part.label else part.text for part in one.parts]
    return "; ".join([f"{one.letter}. {values[0]}"] if one.letter else values)


def fields(one: Told, other: Told) -> dict[str, str]:
    """Return what the placeholders of a style stand for.

    Args:
        one: what the answer tells.
        other: another answer, for styles that also name a value that is not told.
    """
    equation = _equation(one)
    steps = [line for line in (*one.working, equation) if line]
    value = one.parts[0]
    return {
        "question": one.question,
        "lead": one.lead,
        "lead_folded": folded(one.lead),
        "lead_upper": _upper(one.lead),
        "working": "\n".join(one.working),
        "steps": "\n".join(steps),
        "steps_english": english("\n".join(steps)),
        "steps_folded": folded("\n".join(steps)),
        "steps_other": "\n".join(line for line in (*one.working, _equation(other)) if line),
        "numbered": "\n".join(f"**Bước {n}:** {line}" for n, line in enumerate(steps, 1)),
        "bullets": "\n".join(f"- {line}" for line in steps),
        "display": "\n".join(f"\\[ {latex(line)} \\]" for line in steps),
        "equation": equation,
        "equation_latex": latex(equation),
        "left": one.left,
        "equation_other": _equation(other),
        "answer": _answer(one),
        "answer_folded": folded(_answer(one)),
        "answer_english": english(_answer(one)),
        "number": value.number,
        "number_in_code": value.number.replace(" ", "").replace(",", "."),
        "latex": latex(value.text),
        "other": _answer(other),
        "other_text": other.parts[0].text,
        "letter": one.letter,
        "text": value.text,
        "option": _answer(one),
        "lines": _labelled(one, "{label}: {value}", "\n        "),
        "labelled": _lower(_labelled(one, "{label} là {value}", ", ")),
        "bulleted_parts": _labelled(one, "- {label}: {value}", "\n"),
        "bold_parts": _labelled(one, "- {label}: **{value}**", "\n"),
        "table": "| Đại lượng | Giá trị |\n|---|---|\n"
        + _labelled(one, "| {label} | {value} |", "\n"),
    }


def written(style: Style, one: Told, other: Told) -> str:
    """Return what is told, in a style."""
    filled = fields(one, other)
    text = re.sub(r"«(\w+)»", lambda match: filled[match[1]], style.text)
    return text.strip()


def with_ending(style: Style, one: Told, other: Told, ending: str) -> str:
    """Return the answer in a style, with a sentence behind it that unsays it."""
    return f"{written(style, one, other)}\n\n{written(Style(style.shapes, ending), one, other)}"


def shape_of(style: Style, index: int) -> str:
    """Return the shape of the index-th answer of a style; its shapes take turns."""
    return style.shapes[index % len(style.shapes)]


def items(style: Style, index: int) -> tuple[Told, Told]:
    """Return a problem for the style with its right answer, and another answer to the same."""
    one = told(shape_of(style, index), index)
    other = another_value(one, 3 * index + 1)
    assert other is not None
    return one, other


def right_answer(name: str, index: int) -> Case:
    """Return the index-th right answer of a style."""
    one, other = items(STYLES[name], index)
    return Case(name, "", one, written(STYLES[name], one, other))


def changed_answers(name: str, index: int) -> Iterator[Case]:
    """Yield the index-th answer of a style with every change that its shape allows."""
    one, other = items(STYLES[name], index)
    for fault, change in CHANGES.items():
        if (changed := change(one, index)) is not None:
            yield Case(name, fault, one, written(STYLES[name], changed, other))


def ended_answers(name: str, index: int) -> Iterator[Case]:
    """Yield the index-th answer of a style with one ending of each kind."""
    one, other = items(STYLES[name], index)
    for fault, endings in ENDINGS.items():
        ending = endings[index // len(ENDINGS) % len(endings)]
        yield Case(name, fault, one, with_ending(STYLES[name], one, other, ending))


def undeclared_answer(name: str, index: int) -> Case:
    """Return a text that names the right answer and does not declare it."""
    one, other = items(UNDECLARED[name], index)
    return Case(name, "undeclared", one, written(UNDECLARED[name], one, other))


def numbers(name: str) -> range:
    """Return the numbers of a style's answers in the corpus; each style has problems of its own."""
    first = 5 * [*STYLES, *UNDECLARED].index(name)
    return range(first, first + PER_STYLE)


@cache
def right_corpus(name: str) -> tuple[Case, ...]:
    """Return the fixed right answers of a style."""
    return tuple(right_answer(name, index) for index in numbers(name))


@cache
def wrong_corpus(name: str) -> tuple[Case, ...]:
    """Return the fixed wrong answers of a style, or of a text that declares nothing."""
    if name in UNDECLARED:
        return tuple(undeclared_answer(name, index) for index in numbers(name))
    made = []
    for index in numbers(name):
        for cases in (changed_answers(name, index), ended_answers(name, index)):
            listed = list(cases)
            made.append(listed[index % len(listed)])
    return tuple(made)


def accepted(case: Case, *, lenient: bool = False) -> bool:
    """Return whether the checker accepts an answer."""
    right = case.right
    found = grade(case.response, right.gold, question=right.question, lenient=lenient)
    return found.verdict == "correct"


def _share(cases: list[Case], *, lenient: bool = False) -> float:
    return sum(accepted(case, lenient=lenient) for case in cases) / len(cases) if cases else 0.0


def rates() -> dict[str, Rates]:
    """Return the shares accepted of every style and of every fault ("fault: unit")."""
    wrong = {name: list(wrong_corpus(name)) for name in (*STYLES, *UNDECLARED)}
    right = {name: list(right_corpus(name)) for name in STYLES}
    groups = {name: (right.get(name, []), cases) for name, cases in wrong.items()}
    for fault in (*CHANGES, *ENDINGS):
        found = [case for cases in wrong.values() for case in cases if case.fault == fault]
        groups[f"fault: {fault}"] = ([], found)
    groups["all"] = (
        [case for cases in right.values() for case in cases],
        [case for cases in wrong.values() for case in cases],
    )
    return {
        name: Rates(_share(good), _share(bad), _share(bad, lenient=True))
        for name, (good, bad) in groups.items()
    }


def _print_rates() -> None:
    print(f"{'style':42} {'right':>7} {'wrong':>7} {'wrong, lenient':>15}")
    for name, (right, wrong, lenient) in rates().items():
        shown = "" if name in UNDECLARED or name.startswith("fault") else f"{right:7.0%}"
        print(f"{name:42} {shown:>7} {wrong:7.0%} {lenient:15.0%}")


def _print_answers(count: int) -> None:
    cases = [c for name in STYLES for c in (*right_corpus(name), *wrong_corpus(name))]
    cases += [case for name in UNDECLARED for case in wrong_corpus(name)]
    for place in range(count):  # the golden ratio meets every part of the list
        case = cases[int(place * 0.618034 * len(cases)) % len(cases)]
        print(f"=== {case.style} | {case.fault or 'RIGHT'} | gold {case.right.gold.text}")
        print(case.response, end="\n\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["show"]:
        _print_answers(int(sys.argv[2]))
    else:
        _print_rates()
