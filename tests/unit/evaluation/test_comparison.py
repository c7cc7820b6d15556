"""Shares, pairs, groups and flips of graded samples, and the sentences about them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mathpal.evaluation import comparison_files
from mathpal.evaluation.comparison import cluster, compared
from mathpal.evaluation.costs import Cost, break_even
from mathpal.evaluation.performance import percentiles
from mathpal.evaluation.verdicts import bargains, probability, verdicts
from mathpal.problems import Problem

FAMILIES = [f"f{n}" for n in range(12)]
PROBLEMS = [
    Problem(f"{family}/{n}", f"{n}?", "", answer="1", family=family, grade=1 + n % 2,
            topic="sums" if family < "f5" else "motion", cohort="old" if family < "f3" else "new")
    for family in FAMILIES for n in range(4)
]  # fmt: skip


def sample(problem: Problem, right: bool, **changed: Any) -> dict[str, Any]:
    verdict = "correct" if right else "wrong"
    return {
        "id": problem.id, "verdict": verdict, "verdict_lenient": verdict, "finished": True,
        "failure": None if right else "plan", "steps_valid": 2, "steps_invalid": 0 if right else 1,
        "tokens": 10, "prompt_tokens": 5, "error": "", **changed,
    }  # fmt: skip


def samples(right: Sequence[bool], **changed: Any) -> list[dict[str, Any]]:
    return [sample(p, r, **changed) for p, r in zip(PROBLEMS, right, strict=True)]


def every(n: int, start: int = 0) -> list[bool]:
    return [place % n == start for place in range(len(PROBLEMS))]


class TestCompared:
    def test_shares_pairs_and_flips(self) -> None:
        found = compared(PROBLEMS, {"base": samples(every(4)), "tuned": samples(every(2))})
        base, tuned = found.standings
        assert (base.accuracy.correct, tuned.accuracy.correct, base.accuracy.n) == (12, 24, 48)
        assert base.failures["plan"] == 36 and base.steps and base.steps.n == 96 + 36
        assert base.consistent and (base.consistent.correct, base.consistent.n) == (12, 12)
        (pair,) = found.pairs
        assert (pair.first, pair.second) == ("base", "tuned")
        assert pair.strict.difference == 0.25
        assert list(pair.won) == [p.id for n, p in enumerate(PROBLEMS) if n % 4 == 2]
        assert list(pair.lost) == []
        assert found.clusters == 12

    def test_the_pairs_are_corrected_for_their_number(self) -> None:
        answers = {"a": samples(every(4)), "b": samples(every(2)), "c": samples(every(4, 1))}
        alone = compared(PROBLEMS, {name: answers[name] for name in "ab"}).pairs[0]
        found = compared(PROBLEMS, answers)
        assert [(p.first, p.second) for p in found.pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
        assert alone.p is not None and alone.p == alone.strict.p
        assert all(p.p is not None and p.strict.p is not None and p.p >= p.strict.p
                   for p in found.pairs)  # fmt: skip
        assert max(p.p or 0 for p in found.pairs) <= 1

    def test_groups_are_those_that_divide_the_problems(self) -> None:
        found = compared(PROBLEMS, {"base": samples(every(2))})
        kinds = [group.kind for group in found.groups]
        assert {kind: kinds.count(kind) for kind in kinds} == {
            "cohort": 2, "grade": 2, "topic": 2, "family": 12
        }  # fmt: skip
        assert sum(group.n for group in found.groups if group.kind == "topic") == 48
        assert not found.pairs

    def test_an_unanswered_question_is_wrong_and_named(self) -> None:
        lost = samples(every(1), error="time-out", verdict="no_answer")
        found = compared(PROBLEMS, {"base": samples(every(1)), "remote": lost})
        assert found.standings[1].unanswered == {"time-out": 48}
        text = "\n".join(verdicts(found))
        assert "remote left 48 of 48 questions unanswered (time-out); they count as wrong." in text


def test_problems_without_a_family_are_alike_by_their_wording() -> None:
    rows = [Problem(str(n), f"Có {n} quả cam, thêm {n + 1} quả.", "") for n in (3, 12, 8)]
    assert cluster(rows[0]) == cluster(rows[2]) != cluster(Problem("x", "Có 3 quả táo", ""))
    assert cluster(PROBLEMS[0]) == cluster(PROBLEMS[1]) != cluster(PROBLEMS[4])
    own = Problem("x", "1 + 2", "", family="exams", source="exams")
    assert cluster(own) != cluster(Problem("y", "Tính chu vi", "", family="exams", source="exams"))


class TestVerdicts:
    def test_a_clear_difference_names_the_better_one(self) -> None:
        found = compared(PROBLEMS, {"tuned": samples(every(1)), "base": samples(every(4))})
        first, *rest = verdicts(found, ["base"])
        assert first == "Most accurate: tuned, 100.0 % of 48 problems right."
        assert rest[0] == "Without training: base, 25.0 %."
        assert rest[1].startswith("tuned answers 75.0 points more than base (95 % interval 75.0 to")

    def test_an_open_one_says_how_many_problems_would_decide(self) -> None:
        one, other = every(2), every(2)
        other[1], other[4], other[9] = True, False, True
        lines = verdicts(compared(PROBLEMS, {"a": samples(one), "b": samples(other)}))
        assert lines[0].endswith("the data do not separate it from a.")
        assert lines[1].startswith("a or b: the data cannot decide (+2.1 points, 95 % interval -")
        assert "problems of this kind would show a difference of 2.1 points" in lines[2]

    def test_equal_answers_and_a_single_cluster_are_no_difference(self) -> None:
        same = compared(PROBLEMS, {"a": samples(every(2)), "b": samples(every(2))})
        assert verdicts(same)[1] == "a and b are right on exactly the same problems."
        rows = [sample(p, n % 2 == 0) for n, p in enumerate(PROBLEMS[:4])]
        turned = [sample(p, True) for p in PROBLEMS[:4]]
        alone = compared(PROBLEMS[:4], {"a": rows, "b": turned})
        assert "no interval can be given" in verdicts(alone)[1]

    def test_points_of_layout_are_told_apart(self) -> None:
        unread = [
            sample(p, False, verdict="no_answer", verdict_lenient="correct") for p in PROBLEMS
        ]
        lines = verdicts(compared(PROBLEMS, {"base": unread, "tuned": samples(every(1))}))
        assert lines[2] == (
            "Of these points 100.0 are layout: in any layout the difference is +0.0 points."
        )

    def test_vietnamese_has_decimal_commas_and_says_the_same(self) -> None:
        found = compared(PROBLEMS, {"tuned": samples(every(1)), "base": samples(every(4))})
        vietnamese = verdicts(found, ["base"], "vi")
        assert len(vietnamese) == len(verdicts(found, ["base"]))
        assert vietnamese[0] == "Chính xác nhất: tuned, đúng 100,0 % của 48 bài."
        assert "." not in vietnamese[2].rstrip(".")


class TestCosts:
    def test_where_a_right_answer_costs_the_same(self) -> None:
        trained, other = Cost(1.0, 300.0, 0.9), Cost(2.0, 0.0, 0.6)
        n = break_even(trained, other)
        assert n == 150
        assert (trained.correct(n) or 0) <= (other.correct(n) or 0) + 1e-9
        assert (trained.correct(n - 1) or 0) > (other.correct(n - 1) or 0)

    def test_edges(self) -> None:
        assert break_even(Cost(5.0, 300.0, 0.5), Cost(1.0, 0.0, 0.5)) is None
        assert break_even(Cost(1.0, 300.0, 0.0), Cost(1.0, 0.0, 0.5)) is None
        assert break_even(Cost(1.0, 300.0, 0.5), Cost(1.0, 0.0, 0.0)) == 1
        assert Cost(1.0, 1.0, 0.0).correct(10) is None

    def test_only_trained_systems_can_become_cheaper(self) -> None:
        costs = {"base": Cost(2.0, 0.0, 0.6), "tuned": Cost(1.0, 300.0, 0.9)}
        (line,) = bargains(costs)
        assert line == (
            "A right answer of tuned costs less than one of base from 150 questions on "
            "(training included)."
        )
        assert not bargains({"base": costs["base"]})


@pytest.mark.parametrize(
    ("p", "text"), [(0.0302, "= 0.030"), (0.0001, "< 0.001"), (1.0, "= 1.000"), (0.001, "= 0.001")]
)
def test_a_probability_is_written_with_its_sign(p: float, text: str) -> None:
    assert probability(p) == text


def test_percentiles_are_interpolated() -> None:
    assert percentiles([5.0]) == (5.0, 5.0, 5.0)
    assert percentiles(list(map(float, range(101)))) == (50.0, 95.0, 99.0)


def test_the_files_hold_every_number_and_the_same_bytes_twice(tmp_path: Path) -> None:
    answers = {"base": samples(every(4)), "tuned": samples(every(2))}
    found = compared(PROBLEMS, answers)
    for folder in ("a", "b"):
        comparison_files.write_comparison(
            tmp_path / folder,
            found,
            answers,
            {"base": {"k": 1}, "tuned": {}},
            {"seed": 1},
            ["base"],
        )
    for name in ("compare.json", "samples.jsonl", "compare.md"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    result = json.loads((tmp_path / "a" / "compare.json").read_text())
    assert result["problems"] == 48 and result["clusters"] == 12
    assert result["systems"][0]["record"] == {"k": 1}
    assert result["pairs"][0]["strict"]["won"] == 12
    assert {group["kind"] for group in result["groups"]} == {"cohort", "grade", "topic", "family"}
    notes = (tmp_path / "a" / "compare.md").read_text()
    assert "| tuned − base | +25.0 [" in notes
    table = comparison_files.text_table(found)
    assert "tuned − base" in table and "25.0 [" in table
