"""A row of 100 kB of one sign costs linear time, wherever rows are read, cleaned and audited."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mathpal.answers import check_steps, declared_answer, grade, parse_gold
from mathpal.data.audit.entries import Entry
from mathpal.data.audit.language import is_maths, language
from mathpal.data.audit.texts import text_findings
from mathpal.data.cleaning import clean, damage, has_image, masked, only_image
from mathpal.data.files import file
from mathpal.data.leakage import formula, wording
from mathpal.data.ngrams import words
from mathpal.data.sieve import worked_problem
from mathpal.problems import Problem

SIZE = 100_000
SECONDS = 3.0  # of processor time, so that other programs do not count
ONCE_QUADRATIC = ["![", "![](", "<img ", "<!--", "&amp;", "<e<em>", "(a+", "0", "\n"]
OTHERS = [
    *'()[]{}<>&$`~"\\|=+-:.? \t\x00\u200ba',
    *("<a ", "<b>", "</b>", "amp;", "{{", "\\{", "\\frac{{", '<a b="', "`` ", "```\n", "- a\n  "),
    *("if x:\n ", "a=", "1,", "1.000", "= 1 ", "\\includegraphics{", "\\includegraphics[", "<sup>"),
    *("https://", "a?", "bài 1 ", "Đáp số: ", "\\left"),
]
UNITS = [*ONCE_QUADRATIC, *(pytest.param(unit, marks=pytest.mark.slow) for unit in OTHERS)]


def long(unit: str) -> str:
    return (unit * (SIZE // len(unit) + 1))[:SIZE]


def audited(text: str) -> object:
    return list(text_findings(Entry(1, "train", text, text, Problem("x", text, text), None)))


def made(text: str) -> object:
    fields = {"question": text, "solution": f"{text}\nĐáp số: 5"}
    return worked_problem(fields, {"question": "question", "solution": "solution"}, 10**6)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "function",
    [
        clean, damage, has_image, only_image, masked, wording, formula, words, language, audited,
        made, declared_answer, check_steps, lambda text: is_maths(text, text),
        lambda text: grade(text, parse_gold("5")),
    ],
)  # fmt: skip
def test_a_run_of_one_sign_costs_linear_time(function: Callable[[str], object], unit: str) -> None:
    text = long(unit)
    begin = time.process_time()
    function(text)
    assert time.process_time() - begin < SECONDS


@pytest.mark.parametrize("unit", ['"', '"a"b\n', ",", "[", "{", "\\\\", "} ", "\ufeff"])
@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".tsv"])
def test_reading_costs_linear_time(tmp_path: Path, unit: str, suffix: str) -> None:
    rows = [json.dumps({"question": "Mấy?", "solution": "Đáp số: 5"})] if suffix[1] == "j" else []
    path = tmp_path / f"a{suffix}"
    path.write_text("\n".join([*(rows or ["question,solution", "Mấy?,5"]), long(unit)]))
    begin = time.process_time()
    with pytest.raises(Exception, match=r"data\.path"):
        file(None, path=path, max_quarantine=0.0)
    assert time.process_time() - begin < SECONDS
