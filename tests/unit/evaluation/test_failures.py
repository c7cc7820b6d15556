"""Why wrong answers are wrong: counted by group and system, written, and shown as a table."""

import copy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mathpal.answers.failures import FAILURES
from mathpal.curriculum import FAMILIES
from mathpal.evaluation.evaluate import evaluate
from mathpal.evaluation.summary import Report, summarise
from mathpal.evaluation.tables import MOST_FAILING, text_table, write_report
from mathpal.generation.records import Response
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora
from mathpal.problems import Problem
from tests.records import read_json

WAYS = [
    Problem(f"w{n}", f"Một xe đi {n} giờ, mỗi giờ 35 km. Hỏi xe đi bao nhiêu ki-lô-mét?",
            f"Đáp số: {35 * n} km", answer=f"{35 * n} km", kind="quantity", family="van_toc")
    for n in (1, 2, 3, 4, 5)
]  # fmt: skip
SAID = {
    "base": ["35 × 1 = 35 (km)", "Một xe đi", "35 + 3 = 38 (km)\nĐáp số: 38 km", "", ""],
    "tuned": [
        "35 × 1 = 35 (km)\nĐáp số: 35 km",
        "35 × 2 = 80 (km)\nĐáp số: 80 km",
        "35 × 3 = 105 (giờ)\nĐáp số: 105 giờ",
        "35 × 4 = 144 (km)\nĐáp số: 140 km",
        "35 × 5 = 175 (km)\nĐáp số: 175 km\n\nHy vọng",
    ],
}


def sample(system: str, family: str, kind: str | None) -> dict[str, Any]:
    verdict = "wrong" if kind else "correct"
    named = {"system": system, "cohort": "new", "family": family, "source": ""}
    return {**named, "verdict": verdict, "failure": kind}


def shown(report: Report) -> list[str]:
    """The lines of the table of failures."""
    return text_table(report).partition("\n\n")[2].splitlines()


class TestEvaluate:
    @pytest.fixture
    def report(self, shared_tiny: Loaded, monkeypatch: pytest.MonkeyPatch) -> Report:
        systems = iter(("base", "tuned"))

        def respond(loaded: Loaded, asked: Any, *settings: Any, **more: Any) -> list[Response]:
            texts = SAID[next(systems)]
            cut = ("Một xe đi", texts[-1])
            return [Response(text, 5, text not in cut) for text in texts]

        monkeypatch.setattr("mathpal.generation.responses.respond", respond)
        model = attach_lora(copy.deepcopy(shared_tiny.model), r=1, alpha=1)
        return evaluate(shared_tiny._replace(model=model), WAYS)

    def test_every_row_says_why_it_is_wrong(self, report: Report) -> None:
        found = {
            system: [s["failure"] for s in report.samples if s["system"] == system]
            for system in SAID
        }
        assert found["base"] == ["layout", "truncated", "plan", "truncated", "truncated"]
        assert found["tuned"] == [None, "arithmetic", "unit", None, None]

    def test_the_files_count_what_the_rows_say(self, report: Report, tmp_path: Path) -> None:
        write_report(report, tmp_path)
        for row in read_json(tmp_path / "results.json")["rows"]:
            assert row["base"]["failures"] == {
                "truncated": 3, "layout": 1, "unit": 0, "arithmetic": 0, "plan": 1,
            }  # fmt: skip
            assert row["tuned"]["failures"] == {
                "truncated": 0, "layout": 0, "unit": 1, "arithmetic": 1, "plan": 0,
            }  # fmt: skip


class TestCounts:
    def test_they_sum_to_the_wrong_answers_of_every_group(self) -> None:
        kinds = [None, *FAILURES, "plan", "unit"]
        marks = [
            sample(system, f"f{i % 3}", kinds[(i * step) % len(kinds)])
            for system, step in (("base", 1), ("tuned", 3))
            for i in range(30)
        ]
        report = summarise(marks, {})
        assert len(report.rows) == 5
        for row in report.rows:
            for system, counts in row.failures.items():
                assert tuple(counts) == FAILURES
                assert sum(counts.values()) == row.n - row.systems[system].correct
        whole = Counter(m["failure"] for m in marks if m["system"] == "tuned" and m["failure"])
        assert Counter(report.rows[0].failures["tuned"]) == whole

    def test_rows_of_an_older_evaluation_have_none(self, tmp_path: Path) -> None:
        marks = [sample("tuned", "van_toc", "plan")]
        del marks[0]["failure"]
        report = summarise(marks, {})
        assert report.rows[0].failures == {}
        write_report(report, tmp_path)
        assert "failures" not in read_json(tmp_path / "results.json")["rows"][0]["tuned"]
        assert shown(report) == []


class TestTable:
    def test_families_that_fail_most_come_first_and_sound_ones_are_left_out(self) -> None:
        marks = [
            *[sample("base", "cong_tru", "plan")] * 3,
            *[sample("base", "van_toc", "layout")] * 3,
            *[sample("base", "tim_x", "plan")] * 3,
            *[sample("tuned", "cong_tru", None)] * 3,
            *[sample("tuned", "van_toc", k) for k in ("unit", "plan", "plan")],
            *[sample("tuned", "tim_x", k) for k in ("plan", None, None)],
        ]
        head, rule, whole, *families = shown(summarise(marks, {}))
        assert head.split()[:5] == ["why", "wrong,", "base", "→", "tuned"]
        assert head.split()[5:] == ["n", "wrong", *FAILURES]
        assert {len(line) for line in (head, rule, whole, *families)} == {len(head)}
        expected = "all problems 9 9 → 4 – 3 → 0 0 → 1 – 6 → 3"
        assert " ".join(whole.split()) == expected
        titles = [FAMILIES[name].title for name in ("van_toc", "tim_x")]
        assert [line[2:30] for line in families] == [f"{title:<28}"[:28] for title in titles]

    def test_one_system_alone_has_plain_counts(self) -> None:
        marks = [sample("tuned", "", "plan"), sample("tuned", "", None)]
        head, _, whole = shown(summarise(marks, {}))
        assert head.startswith("why wrong, tuned ")
        assert whole.split() == ["all", "problems", "2", "1", "–", "–", "–", "–", "1"]

    def test_a_model_that_is_always_right_has_the_base_for_comparison_only(self) -> None:
        marks = [sample("base", "tim_x", "plan"), sample("tuned", "tim_x", None)]
        assert len(shown(summarise(marks, {}))) == 3

    def test_nothing_wrong_needs_no_table(self) -> None:
        assert shown(summarise([sample("tuned", "tim_x", None)], {})) == []

    @pytest.mark.parametrize("more", [0, 1, 30])
    def test_many_families_are_cut(self, more: int) -> None:
        names = [f"family {i} " + "x" * 50 for i in range(MOST_FAILING + more)]
        lines = shown(summarise([sample("tuned", name, "plan") for name in names], {}))
        assert len(lines) == 3 + MOST_FAILING + (more > 0)
        said = {0: "", 1: "  … 1 more family", 30: "  … 30 more families"}[more]
        assert lines[-1] == said or not more
        assert max(map(len, lines)) < 100

    def test_a_source_is_no_family(self) -> None:
        marks = [{**sample("tuned", "own", "plan"), "source": "own"}]
        assert len(shown(summarise(marks, {}))) == 3
