"""Answers in batches, base against tuned, counts by group, intervals."""

import copy
import math
import re
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from mathpal.curriculum import FAMILIES, problem
from mathpal.curriculum.listing import HEADINGS
from mathpal.errors import ConfigError, DataError
from mathpal.evaluation.evaluate import evaluate, skip, spread
from mathpal.evaluation.summary import Report, summarise
from mathpal.evaluation.tables import text_table, title, write_report
from mathpal.generation.records import Response
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora
from mathpal.objectives.sft import sft
from mathpal.problems import Problem
from mathpal.statistics.proportions import wilson
from mathpal.tokens.chat import encode, prompt_text
from mathpal.training.fit import fit
from mathpal.training.job import TrainingJob
from tests import asking
from tests.records import read_json

QUESTIONS = [problem("ask", "test", name, 0).question for name in sorted(FAMILIES)][:9]
SUMS = [
    Problem(f"s{n}", f"{n} + 1 = ?", f"Đáp số: {n + 1}", answer=str(n + 1), kind="integer",
            family="cong_tru", cohort="new")
    for n in range(1, 4)
]  # fmt: skip


@pytest.fixture(scope="module")
def trained(shared_tiny: Loaded) -> Loaded:
    """A tiny model that has learnt three sums by heart, through LoRA on a base that has not."""
    torch.manual_seed(1)
    model = attach_lora(copy.deepcopy(shared_tiny.model), r=16, alpha=64)
    loaded = shared_tiny._replace(model=model)
    table = encode(SUMS, loaded.tokenizer, max_length=256)
    fit(
        TrainingJob(loaded, table, None, sft(), lambda step, values: None, None),
        lr=1e-2, max_steps=150, batch_tokens=512, accelerator="cpu",
    )  # fmt: skip
    return loaded


def ask(
    loaded: Loaded, questions: list[str], batch_tokens: int = 1000, limit: int = 24
) -> list[Response]:
    found = asking.ask(loaded, questions, max_new_tokens=limit, batch_tokens=batch_tokens)
    return [answer._replace(prompt_tokens=0) for answer in found]


class TestAnswers:
    def test_a_batch_answers_as_one_by_one_and_in_order(self, shared_tiny: Loaded) -> None:
        one_by_one = [ask(shared_tiny, [q])[0] for q in QUESTIONS]
        assert len({r.text for r in one_by_one}) > 3, "equal answers would show no order"
        for batch_tokens in (1, 300, 600, 100_000):
            assert ask(shared_tiny, QUESTIONS, batch_tokens) == one_by_one

    def test_an_answer_is_the_argmax_token_by_token(self, shared_tiny: Loaded) -> None:
        tokenizer, model = shared_tiny.tokenizer, shared_tiny.model
        prompt = prompt_text(tokenizer, QUESTIONS[0])
        ids = tokenizer(prompt, add_special_tokens=False, return_tensors="pt").input_ids
        begin = ids.shape[1]
        with torch.inference_mode():
            for _ in range(8):
                best = model(ids, use_cache=False).logits[0, -1].argmax()
                ids = torch.cat([ids, best[None, None]], dim=1)
        expected = tokenizer.decode(ids[0, begin:], skip_special_tokens=True)
        assert ask(shared_tiny, QUESTIONS[:1], limit=8)[0] == Response(expected, 8, False)

    def test_a_stop_token_ends_the_answer_and_is_counted(self, trained: Loaded) -> None:
        answers = ask(trained, [p.question for p in SUMS], limit=60)
        length = encode(SUMS[:1], trained.tokenizer, max_length=256).loss_tokens[0]
        for item, answer in zip(SUMS, answers, strict=True):
            assert answer == Response(item.solution, length, True)

    def test_an_answer_cut_at_the_limit_is_not_finished(self, trained: Loaded) -> None:
        whole = ask(trained, [SUMS[0].question])[0]
        cut = ask(trained, [SUMS[0].question], limit=whole.tokens - 1)[0]
        assert cut == Response(whole.text, whole.tokens - 1, False)
        exact = ask(trained, [SUMS[0].question], limit=whole.tokens)[0]
        assert exact == whole

    def test_a_short_answer_beside_a_long_one_has_no_padding(self, trained: Loaded) -> None:
        answers = ask(trained, [SUMS[0].question, QUESTIONS[0]], limit=60)
        assert answers[0].text == SUMS[0].solution
        assert all("<" not in answer.text for answer in answers)

    def test_no_questions_give_no_answers(self, shared_tiny: Loaded) -> None:
        assert ask(shared_tiny, []) == []


def say(monkeypatch: pytest.MonkeyPatch, texts: list[str]) -> list[Any]:
    """Let a model answer these texts; return what it is asked, call by call."""
    calls: list[Any] = []

    def respond(loaded: Loaded, asked: list[Any], *settings: Any, **more: Any) -> list[Response]:
        calls.append([question.turns for question in asked])
        return [Response(text, 5, True) for text in texts]

    monkeypatch.setattr("mathpal.generation.responses.respond", respond)
    return calls


class TestEvaluate:
    def test_base_is_the_model_with_its_adapter_off(
        self, trained: Loaded, shared_tiny: Loaded
    ) -> None:
        report = evaluate(trained, SUMS, max_new_tokens=30, batch_tokens=200)
        assert report.metrics["tuned/accuracy"] == 1.0
        assert report.metrics["base/accuracy"] == 0.0
        base = [s["response"] for s in report.samples if s["system"] == "base"]
        untouched = ask(shared_tiny, [p.question for p in SUMS], limit=30)
        assert base == [r.text for r in untouched]

    def test_the_adapter_is_on_again_afterwards(self, trained: Loaded) -> None:
        evaluate(trained, SUMS, systems=["base"], max_new_tokens=4)
        assert ask(trained, [SUMS[0].question])[0].text == SUMS[0].solution

    def test_samples_say_what_was_asked_answered_and_judged(self, trained: Loaded) -> None:
        report = evaluate(trained, SUMS[:1], systems=["tuned"], max_new_tokens=30)
        (sample,) = report.samples
        assert (sample["id"], sample["system"], sample["cohort"]) == ("s1", "tuned", "new")
        assert (sample["gold"], sample["extracted"], sample["verdict"]) == ("2", "2", "correct")
        assert [(c["role"], c["polarity"], c["text"]) for c in sample["claims"]] == [
            ("final", "asserted", "2")
        ]
        assert sample["claims"][0]["line"] == sample["response"].count("\n") + 1
        assert sample["finished"]
        assert sample["tokens"] > 3

    def test_problems_without_a_gold_are_left_out_and_counted(self, trained: Loaded) -> None:
        items = [SUMS[0], Problem("open", "Vì sao?", "Vì thế.")]
        report = evaluate(trained, items, systems=["tuned"], max_new_tokens=4)
        assert report.settings["problems"] == 1
        assert report.settings["without_gold"] == 1

    @pytest.mark.parametrize("items", [[], [Problem("open", "Vì sao?", "Vì thế.")]])
    def test_nothing_to_measure_is_an_error(self, trained: Loaded, items: list[Problem]) -> None:
        with pytest.raises(DataError, match="the test set is empty"):
            evaluate(trained, items, max_new_tokens=4)

    def test_base_without_lora_is_our_own_bug(self, shared_tiny: Loaded) -> None:
        with pytest.raises(AssertionError, match="preflight refuses"):
            evaluate(shared_tiny, SUMS, max_new_tokens=4)

    def test_a_lenient_verdict_stands_beside_the_strict_one_and_is_counted_apart(
        self, trained: Loaded
    ) -> None:
        strict = evaluate(trained, SUMS, systems=["tuned"], max_new_tokens=30, lenient=False)
        assert "verdict_lenient" not in strict.samples[0]
        report = evaluate(trained, SUMS, systems=["tuned"], max_new_tokens=30)
        assert [s["verdict"] for s in report.samples] == [s["verdict"] for s in strict.samples]
        assert all(s["verdict_lenient"] == "correct" for s in report.samples)
        beside = {"accuracy_lenient": 1.0, "unreadable": 0.0}
        assert report.metrics == strict.metrics | {
            f"tuned/{name}{suffix}": value
            for name, value in beside.items()
            for suffix in ("", "_new")
        }

    def test_a_value_in_another_layout_is_right_only_leniently_and_none_is_unreadable(
        self, trained: Loaded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        texts = ["1 + 1 = 2", "Mình không biết.", "Đáp số: 5"]  # of 2, 3 and 4
        say(monkeypatch, texts)
        report = evaluate(trained, SUMS, systems=["tuned"])
        assert [s["verdict"] for s in report.samples] == ["no_answer", "no_answer", "wrong"]
        lenient = [s["verdict_lenient"] for s in report.samples]
        assert lenient == ["correct", "no_answer", "wrong"]
        found = [
            report.metrics[f"tuned/{n}"] for n in ("accuracy", "accuracy_lenient", "unreadable")
        ]
        assert found == pytest.approx([0, 1 / 3, 2 / 3])

    def test_a_second_opinion_is_listed_and_changes_no_verdict(
        self, trained: Loaded, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        contrary = SimpleNamespace(
            parse=lambda text, parsing_timeout: [text],
            verify=lambda gold, given, timeout_seconds: False,
        )
        monkeypatch.setitem(sys.modules, "math_verify", contrary)
        report = evaluate(trained, SUMS, systems=["tuned"], max_new_tokens=30, second_opinion=True)
        assert report.metrics["tuned/accuracy"] == 1.0
        assert report.disagreements == [
            {"system": "tuned", "id": p.id, "ours": "correct", "theirs": "wrong"} for p in SUMS
        ]
        write_report(report, tmp_path)
        assert len((tmp_path / "disagreements.jsonl").read_text().splitlines()) == len(SUMS)
        assert read_json(tmp_path / "results.json")["disagreements"] == len(SUMS)

    def test_a_second_opinion_without_its_package_fails_before_anything_is_generated(
        self, trained: Loaded, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "math_verify", None)
        with pytest.raises(ConfigError, match="math-verify"):
            evaluate(trained._replace(model=None), SUMS, second_opinion=True)

    def test_skip_measures_nothing(self, shared_tiny: Loaded) -> None:
        assert skip(shared_tiny, SUMS) is None  # type: ignore[func-returns-value]

    @pytest.mark.parametrize(
        ("limit", "expected"), [(None, range(10)), (10, range(10)), (99, range(10)), (3, (0, 3, 6)),
                                (1, (0,))],
    )  # fmt: skip
    def test_a_limit_spreads_evenly(self, limit: int | None, expected: Any) -> None:
        items = [Problem(str(n), "", "") for n in range(10)]
        assert [int(p.id) for p in spread(items, limit)] == list(expected)

    @pytest.mark.parametrize(
        ("sizes", "limit", "expected"),
        [
            ({"vimath": 420, "own": 3}, 28, {"vimath": 27, "own": 1}),
            ({"own": 1, "vimath": 420, "exams": 2}, 28, {"own": 1, "vimath": 26, "exams": 1}),
            ({"a": 50, "b": 50}, 28, {"a": 14, "b": 14}),
            ({"a": 5, "b": 100}, 60, {"a": 3, "b": 57}),
            ({"a": 9, "b": 9, "c": 9}, 2, {"a": 1, "b": 1, "c": 1}),
        ],
    )
    def test_a_limit_leaves_no_source_untested(
        self, sizes: dict[str, int], limit: int, expected: dict[str, int]
    ) -> None:
        items = [Problem(f"{s}/{n}", "", "", source=s) for s in sizes for n in range(sizes[s])]
        assert Counter(p.source for p in spread(items, limit)) == expected


def sample(system: str, cohort: str, family: str, verdict: str, source: str = "") -> dict[str, Any]:
    named = {"system": system, "cohort": cohort, "family": family, "verdict": verdict}
    return {**named, "source": source}


MARKS = [
    sample("base", "new", "van_toc", "wrong"), sample("base", "new", "van_toc", "no_answer"),
    sample("base", "old", "cong_tru", "correct"), sample("base", "new", "", "wrong_unit"),
    sample("tuned", "new", "van_toc", "correct"), sample("tuned", "new", "van_toc", "wrong"),
    sample("tuned", "old", "cong_tru", "wrong"), sample("tuned", "new", "", "correct"),
]  # fmt: skip


class TestSummary:
    @pytest.fixture
    def report(self) -> Report:
        return summarise(MARKS, {"decoding": "greedy"})

    def test_groups_are_counted_and_sums_come_first(self, report: Report) -> None:
        found = [
            (row.group, row.cohort, row.n, row.systems["tuned"].correct) for row in report.rows
        ]
        assert found == [
            ("all", "", 4, 2),
            ("new", "", 3, 2),
            ("old", "", 1, 0),
            ("family/van_toc", "new", 2, 1),
            ("family/cong_tru", "old", 1, 0),
        ]

    def test_only_correct_scores(self, report: Report) -> None:
        assert report.metrics["base/accuracy"] == 0.25
        assert report.metrics["base/accuracy_new"] == 0.0
        assert report.metrics["base/accuracy_old"] == 1.0
        assert report.metrics["tuned/accuracy_new"] == pytest.approx(2 / 3)
        assert report.metrics["tuned/accuracy/van_toc"] == 0.5
        assert len(report.metrics) == 2 * 5, "what was not asked for is not measured"

    def test_verdicts_are_counted_by_system(self, report: Report) -> None:
        assert report.verdicts["base"] == {
            "wrong": 1,
            "no_answer": 1,
            "correct": 1,
            "wrong_unit": 1,
        }
        assert sum(report.verdicts["tuned"].values()) == 4

    def test_an_empty_set_is_an_error_not_zero(self) -> None:
        with pytest.raises(DataError, match="at least one problem"):
            summarise([], {})

    def test_the_table_has_a_line_a_group_in_percent(self, report: Report) -> None:
        lines = text_table(report).splitlines()
        assert len(lines) == 2 + len(report.rows)
        assert "base" in lines[0]
        assert "tuned" in lines[0]
        assert "50.0 [15.0– 85.0]" in lines[2]
        assert lines[4].startswith(f"  {FAMILIES['van_toc'].title}")
        assert lines[5].startswith("old families")
        assert len({len(line) for line in lines}) == 1

    def test_many_families_are_shown_by_topic(self) -> None:
        marks = [
            {**sample("tuned", cohort, f"{cohort}{i}", "correct"), "topic": topic}
            for i in range(30)
            for cohort, topic in (("new", "motion"), ("old", "motion"), ("old", "numbers"))
        ]
        report = summarise(marks, {})
        assert len([row for row in report.rows if row.group.startswith("family/")]) == 60
        lines = text_table(report).splitlines()[2:]
        starts = ["all problems", "new families", f"  {HEADINGS['motion']}", "old families"]
        starts += [f"  {HEADINGS['motion']}", f"  {HEADINGS['numbers']}"]
        assert all(line.startswith(start) for line, start in zip(lines, starts, strict=True))
        assert report.metrics["tuned/accuracy_old/motion"] == 1.0

    def test_the_files_hold_the_same_numbers(self, report: Report, tmp_path: Path) -> None:
        write_report(report, tmp_path)
        results = read_json(tmp_path / "results.json")
        assert [row["group"] for row in results["rows"]] == [row.group for row in report.rows]
        assert results["rows"][0]["tuned"]["accuracy"] == 0.5
        assert len((tmp_path / "samples.jsonl").read_text().splitlines()) == len(MARKS)

    def test_what_was_not_asked_for_leaves_no_trace(self, report: Report, tmp_path: Path) -> None:
        write_report(report, tmp_path)
        assert not (tmp_path / "disagreements.jsonl").exists()
        results = read_json(tmp_path / "results.json")
        assert "disagreements" not in results
        assert not {"lenient", "unreadable"} & set(results["rows"][0]["tuned"])

    def test_each_sum_has_the_other_two_shares_below_it(self, tmp_path: Path) -> None:
        marks = [
            {**m, "verdict_lenient": m["verdict"].replace("no_answer", "correct")} for m in MARKS
        ]
        report = summarise(marks, {"instruction": {"base": "Ghi rõ đáp số.", "tuned": None}})
        shares = {n: v for n, v in report.metrics.items() if "lenient" in n or "unreadable" in n}
        assert shares == pytest.approx({
            "base/accuracy_lenient": 1 / 2, "tuned/accuracy_lenient": 1 / 2,
            "base/accuracy_lenient_new": 1 / 3, "tuned/accuracy_lenient_new": 2 / 3,
            "base/accuracy_lenient_old": 1, "tuned/accuracy_lenient_old": 0,
            "base/unreadable": 1 / 4, "tuned/unreadable": 0,
            "base/unreadable_new": 1 / 3, "tuned/unreadable_new": 0,
            "base/unreadable_old": 0, "tuned/unreadable_old": 0,
        })  # fmt: skip
        write_report(report, tmp_path)
        row = read_json(tmp_path / "results.json")["rows"][1]
        assert (row["group"], row["base"]["correct"], row["base"]["lenient"]["correct"]) == (
            "new", 0, 1,
        )  # fmt: skip
        assert row["base"]["unreadable"]["count"] == 1
        assert row["base"]["unreadable"]["share"] == pytest.approx(1 / 3)
        lines = text_table(report).splitlines()
        starts = [line.split("  ")[0] or line.strip().split("  ")[0] for line in lines[2:5]]
        assert starts == ["all problems", "right in any layout", "no readable answer"]
        assert "25.0" in lines[2] and "50.0" in lines[3] and "25.0" in lines[4]
        assert lines[6].startswith("  right in any layout") and "33.3" in lines[6]
        assert lines[-1] == "base was asked with: Ghi rõ đáp số."

    def test_a_system_that_was_not_measured_is_null(self, tmp_path: Path) -> None:
        write_report(summarise(MARKS[4:], {}), tmp_path)
        assert read_json(tmp_path / "results.json")["rows"][0]["base"] is None

    def test_a_group_of_the_data_set_keeps_its_own_name(self) -> None:
        assert title("family/lop6_so_hoc") == "lop6_so_hoc"
        assert title("new") == "new families"


def names(marks: list[dict[str, Any]]) -> list[str]:
    """The first column of the table."""
    lines = text_table(summarise(marks, {})).splitlines()[2:]
    return [re.split(r"\s{3,}", line.rstrip())[0] for line in lines]


class TestSources:
    def test_every_source_has_a_line_and_metrics(self, tmp_path: Path) -> None:
        marks = [
            *(sample("tuned", "new", f"family{i}", "wrong", "vimath") for i in range(30)),
            sample("tuned", "old", "cong_tru", "wrong", "vimath"),
            sample("tuned", "new", "own", "correct", "own"),
            sample("tuned", "new", "lop6", "correct", "exams"),
        ]
        report = summarise(marks, {})
        found = {n: v for n, v in report.metrics.items() if "_source/" in n}
        assert found == {
            "tuned/accuracy_source/own": 1.0,
            "tuned/accuracy_source/exams": 1.0,
            "tuned/accuracy_source/vimath": 0.0,
        }
        shown = names(marks)
        assert shown[:4] == ["all problems", "source exams", "source own", "source vimath"]
        assert shown[4] == "new problems", "own rows are no families"
        assert "  own" not in shown
        write_report(report, tmp_path)
        titles = [row["title"] for row in read_json(tmp_path / "results.json")["rows"]]
        assert {"source own", "source exams", "source vimath"} <= set(titles)

    def test_rows_without_families_are_all_problems_once(self) -> None:
        marks = [sample("tuned", "new", "", "correct")] * 3
        assert names(marks) == ["all problems"]
        assert summarise(marks, {}).metrics["tuned/accuracy_new"] == 1.0, "what studies compare"

    def test_a_mixture_of_one_source_is_all_problems_once(self) -> None:
        assert names([sample("tuned", "new", "own", "correct", "own")] * 3) == ["all problems"]

    def test_sources_of_own_rows_are_no_families(self) -> None:
        marks = [sample("tuned", "new", name, "correct", name) for name in ("a", "b")]
        assert names(marks) == ["all problems", "source a", "source b"]

    def test_families_of_one_cohort_stand_below_all(self) -> None:
        marks = [sample("tuned", "new", name, "correct") for name in ("van_toc", "cong_tru")]
        first, *families = names(marks)
        assert (first, len(families)) == ("all problems", 2)


class TestWilson:
    @pytest.mark.parametrize(
        ("correct", "n", "low", "high"),
        [  # R: prop.test(x, n, correct = FALSE)$conf.int
            (0, 10, 0.0, 0.2775328),
            (10, 10, 0.7224672, 1.0),
            (5, 10, 0.2365931, 0.7634069),
            (61, 100, 0.5120176, 0.6998464),
            (1, 2, 0.0945312, 0.9054688),
            (250, 1000, 0.2241547, 0.2777683),
        ],
    )
    def test_known_intervals(self, correct: int, n: int, low: float, high: float) -> None:
        found = wilson(correct, n)
        assert (found.low, found.high) == pytest.approx((low, high), abs=2e-5)
        assert (found.correct, found.n, found.accuracy) == (correct, n, correct / n)

    def test_the_bounds_solve_wilsons_equation(self) -> None:
        """|p − x/n| = z √(p(1 − p)/n): the definition, not the formula in the code."""
        z = 1.959963984540054
        for n in (1, 3, 24, 168):
            for correct in range(n + 1):
                found = wilson(correct, n)
                for bound in (found.low, found.high):
                    if 0 < bound < 1:
                        distance = abs(bound - correct / n)
                        assert distance == pytest.approx(z * math.sqrt(bound * (1 - bound) / n))
                assert 0 <= found.low <= found.accuracy <= found.high <= 1

    def test_nothing_has_no_share(self) -> None:
        with pytest.raises(DataError, match="at least one problem"):
            wilson(0, 0)
