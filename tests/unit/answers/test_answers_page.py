"""Every example of docs/answers.md gets the verdict that the page states."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from mathpal.answers import VERDICTS, grade, parse_gold

HEADER = ["gold", "question", "answer", "verdict"]


class Example(NamedTuple):
    """A row of a table of the page; `lenient` is "" where the format-free mode is not shown."""

    gold: str
    question: str
    answer: str
    verdict: str
    lenient: str


def read_examples(page: str) -> list[Example]:
    """Return the rows of the page's tables that show an answer."""
    found: list[Example] = []
    columns: list[str] = []
    for line in page.split("\n"):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells:
            columns = []
        elif not columns:
            columns = cells
        elif columns[:4] == HEADER and not cells[0].startswith("---"):
            row = dict(zip(columns, cells, strict=True))
            answer = re.sub(r"^(`+) ?(.*?) ?\1$", r"\2", row["answer"]).replace("⏎", "\n")
            found.append(
                Example(
                    row["gold"], row["question"], answer, row["verdict"], row.get("format-free", "")
                )
            )
    return found


EXAMPLES = read_examples(
    (Path(__file__).parents[3] / "docs/answers.md").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.answer[:40].replace("\n", " "))
def test_an_example_of_the_page_gets_its_verdict(example: Example) -> None:
    gold, question = parse_gold(example.gold), example.question or None
    for lenient, expected in ((False, example.verdict), (True, example.lenient)):
        if not expected:
            continue
        verdict = grade(example.answer, gold, question=question, lenient=lenient).verdict
        if expected == "not correct":
            assert verdict != "correct"
        else:
            assert verdict == expected


def test_the_page_shows_every_verdict_and_enough_examples() -> None:
    shown = {e.verdict for e in EXAMPLES} | {e.lenient for e in EXAMPLES} - {""}
    assert shown <= {*VERDICTS, "not correct"}
    assert {"correct", "wrong", "wrong_unit", "wrong_form", "no_answer", "ambiguous"} <= shown
    assert len(EXAMPLES) >= 50
    assert len({(e.gold, e.question, e.answer) for e in EXAMPLES}) == len(EXAMPLES)
