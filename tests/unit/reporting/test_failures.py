"""The page's table of failures: what the evaluation counted, and nothing where it did not."""

from pathlib import Path
from typing import Any

import pytest

from mathpal.answers.failures import FAILURES
from mathpal.reporting import write_report
from mathpal.reporting.failures import SHOWN, read_failures
from tests.unit.reporting.test_reporting import Page, jsonl, put, results, sample

HEADING = "Why wrong answers are wrong"


def counted(**kinds: int) -> dict[str, int]:
    return {kind: kinds.get(kind, 0) for kind in FAILURES}


def with_failures(families: int = 3, **tuned: int) -> Any:
    """results.json in which the base fails by plan and the tuned model as told."""
    content = results(families)
    for row in content["rows"]:
        row["base"] = row["base"] | {"failures": counted(plan=47)}
        row["tuned"] = row["tuned"] | {"failures": counted(**tuned)}
    return content


def words(run: Path) -> str:
    """The page's text, a space between its elements."""
    return " ".join(" ".join(Page(write_report(run).read_text(encoding="utf-8")).texts).split())


def test_the_table_shows_both_systems_by_kind(tmp_path: Path) -> None:
    put(tmp_path, "evaluation/results.json", with_failures(unit=4, arithmetic=10))
    text = words(tmp_path)
    assert f"{HEADING} Each wrong answer has one kind" in text
    assert "Problems n Wrong Truncated Layout Unit Arithmetic Plan" in text
    assert "All 50 47 → 14 – – 0 → 4 0 → 10 47 → 0" in text
    assert "counts are base → tuned" in text
    assert "more families" not in text


def test_an_older_run_makes_a_page_without_it(tmp_path: Path) -> None:
    put(tmp_path, "evaluation/results.json", results())
    text = words(tmp_path)
    assert HEADING not in text and "Left out" not in text
    assert "6.0% → 71.0%" in text


def test_families_that_fail_most_come_first_and_the_others_are_folded(tmp_path: Path) -> None:
    content = with_failures(SHOWN + 2, plan=1)
    rows = content["rows"]
    rows[4]["tuned"]["failures"] = counted(plan=1, layout=8)
    rows[5]["tuned"]["failures"] = counted()
    found = read_failures(content)
    assert found and found.families[0].title == rows[4]["title"]
    assert rows[5]["title"] not in [row.title for row in found.families]
    assert (len(found.first), len(found.folded)) == (SHOWN, 1)
    put(tmp_path, "evaluation/results.json", content)
    assert "1 more families" not in words(tmp_path) and "1 more family" in words(tmp_path)


def test_one_system_alone_has_plain_counts(tmp_path: Path) -> None:
    content = with_failures(plan=14)
    for row in content["rows"]:
        row["base"] = None
    put(tmp_path, "evaluation/results.json", content)
    text = words(tmp_path)
    assert "All 50 14 – – – – 14" in text and "counts are" not in text


def test_nothing_wrong_has_no_table() -> None:
    content = with_failures()
    for row in content["rows"]:
        row["base"]["failures"] = counted()
    assert read_failures(content) is None


@pytest.mark.parametrize("damaged", [None, 3, "x", {"plan": -1}, {"plan": "many"}])
def test_damaged_counts_cost_themselves_only(tmp_path: Path, damaged: object) -> None:
    content = with_failures(plan=14)
    content["rows"][0]["tuned"]["failures"] = damaged
    put(tmp_path, "evaluation/results.json", content)
    text = words(tmp_path)
    assert "6.0% → 71.0%" in text and HEADING in text


def test_a_kind_of_a_later_version_counts_as_wrong() -> None:
    content = with_failures(plan=1)
    content["rows"][0]["tuned"]["failures"]["copied"] = 2
    found = read_failures(content)
    assert found and found.whole and found.whole.wrong == (47, 3)


def test_a_worked_example_names_its_failure(tmp_path: Path) -> None:
    rows = [
        sample("p", "base", "wrong", failure="arithmetic"),
        sample("p", "tuned", "correct", failure=None),
    ]
    put(tmp_path, "evaluation/samples.jsonl", jsonl(rows))
    text = words(tmp_path)
    assert "Base wrong arithmetic" in text
    assert "Tuned correct 12 tokens" in text
