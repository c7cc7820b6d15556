"""Every example of docs/answers.md gets the verdict, and the failure, that the page states."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from mathpal.answers import VERDICTS, check_steps, grade, parse_gold
from mathpal.answers.failures import FAILURES, failure

HEADER = ["gold", "question", "answer", "verdict"]


class Example(NamedTuple):
    """A row of a table of the page; `lenient` and `failure` are "" where they are not shown."""

    gold: str
    question: str
    answer: str
    verdict: str
    lenient: str
    failure: str = ""


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
            more = (row.get("format-free", ""), row.get("failure", ""))
            found.append(Example(row["gold"], row["question"], answer, row["verdict"], *more))
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


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.failure], ids=lambda e: e.answer[:40])
def test_an_example_of_the_page_fails_as_stated(example: Example) -> None:
    gold, text = parse_gold(example.gold), example.answer
    free = grade(text, gold, lenient=True)
    found = failure(grade(text, gold), check_steps(text), gold=gold, finished=True, lenient=free)
    assert (found or "none") == example.failure


def test_the_page_explains_every_kind_of_failure() -> None:
    page = (Path(__file__).parents[3] / "docs/answers.md").read_text(encoding="utf-8")
    assert [kind for kind in FAILURES if f"| `{kind}` |" in page] == list(FAILURES)


def test_the_page_shows_every_verdict_and_enough_examples() -> None:
    shown = {e.verdict for e in EXAMPLES} | {e.lenient for e in EXAMPLES} - {""}
    assert shown <= {*VERDICTS, "not correct"}
    assert {"correct", "wrong", "wrong_unit", "wrong_form", "no_answer", "ambiguous"} <= shown
    assert len(EXAMPLES) >= 50
    assert len({(e.gold, e.question, e.answer) for e in EXAMPLES}) == len(EXAMPLES)
