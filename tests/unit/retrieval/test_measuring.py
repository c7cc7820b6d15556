"""Recall and MRR by hand and by definition; what counts as relevant."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathpal.data.sieve import worked_problem
from mathpal.data.vimath import vimath
from mathpal.errors import DataError
from mathpal.problems import Problem
from mathpal.retrieval.measuring import CUTOFFS, measure, plan, relevant_places
from mathpal.retrieval.ranking import Hit
from mathpal.retrieval.retriever import build, safe
from mathpal.statistics.proportions import wilson

EXAMS = Path(__file__).resolve().parents[4] / "shared" / "data" / "exams" / "train.json"


def ranked(*places: int) -> list[Hit]:
    return [Hit(place, 100.0 - rank) for rank, place in enumerate(places)]


def test_by_hand() -> None:
    found = [ranked(4, 7, 1), ranked(3, 2), ranked(), ranked(5, 6, 8, 9), ranked(1)]
    relevant = [{7, 1}, {3}, {2}, {9, 0}, set()]
    result = measure(found, relevant)
    assert (result.queries, result.left_out) == (4, 1)
    assert {k: share.correct for k, share in result.recall.items()} == {1: 1, 3: 2, 5: 3, 10: 3}
    assert result.recall[3] == wilson(2, 4)
    assert result.mrr == pytest.approx((1 / 2 + 1 + 0 + 1 / 4) / 4)


def test_nothing_to_measure() -> None:
    with pytest.raises(DataError, match="none of the 2 queries"):
        measure([ranked(1), ranked(2)], [set(), set()])


QUERIES = st.lists(
    st.tuples(
        st.lists(st.integers(0, 15), unique=True, max_size=12),
        st.sets(st.integers(0, 15), min_size=1, max_size=5),
    ),
    min_size=1,
    max_size=8,
)


@given(QUERIES)
def test_by_definition(queries: list[tuple[list[int], set[int]]]) -> None:
    result = measure([ranked(*places) for places, _ in queries], [group for _, group in queries])
    shares = [result.recall[k].accuracy for k in CUTOFFS]
    assert shares == sorted(shares)
    for k in CUTOFFS:
        hits = sum(bool(group & set(places[:k])) for places, group in queries)
        assert result.recall[k].correct == hits
        assert result.recall[k].low <= result.recall[k].accuracy <= result.recall[k].high
    inverse = [
        max((1 / n for n, place in enumerate(places, 1) if place in group), default=0)
        for places, group in queries
    ]
    assert result.mrr == pytest.approx(sum(inverse) / len(queries))
    assert shares[0] <= result.mrr + 1e-12


def test_relevant_by_family_shape_and_plan() -> None:
    three = "4 × 2 = 8\n8 + 3 = 11\n11 : 2 = 5,5"
    problems = [
        Problem("a", "Tính 3 + 4", "3 + 4 = 7", family="cong"),
        Problem("b", "Bài 2. Tính 12,5 + 1 000", three, family="cong"),
        Problem("c", "Tính 3 - 4", three.replace("8", "9"), family=""),
        Problem("d", "?", "", family=""),
        Problem("e", "…", "", family="tru"),
    ]
    queries = [*problems, Problem("new", "Tính 5 + 6", "", family="tru")]
    assert relevant_places(queries, problems, by="family") == [{1}, {0}, set(), set(), set(), {4}]
    assert relevant_places(queries, problems, by="shape") == [
        {1}, {0}, set(), set(), set(), {0, 1},
    ]  # fmt: skip
    assert relevant_places(queries, problems, by="plan") == [set(), {2}, {1}, set(), set(), set()]


def test_a_plan_is_the_signs_of_three_equations_or_more() -> None:
    assert plan("a) 4 × 2 = 8 (m)\nVậy:\n8 + 3 = 11\n11 : 2 = 5,5\nx = 3") == "×= += :="
    assert plan("4 × 2 = 8\n8 + 3 = 11") == ""
    assert plan("") == ""


def test_generated_problems_are_found_by_their_families() -> None:
    splits = vimath(None, train=400, grades=[3, 4], test_per_family=1, validation_per_family=0)
    index = build(safe(splits.train, splits.test).kept)
    found = index.search([problem.question for problem in splits.test], 10)
    result = measure(found, relevant_places(splits.test, index.problems, by="family"))
    assert result.left_out == 0
    assert result.recall[1].accuracy > 0.6
    assert result.recall[10].accuracy > 0.85


@pytest.mark.skipif(not EXAMS.is_file(), reason="the exam rows are not in the repository")
def test_exam_rows_with_a_twin_find_it() -> None:
    columns = {"question": "question", "solution": "solution"}
    rows = json.loads(EXAMS.read_text(encoding="utf-8"))
    read = [worked_problem(row, columns, 20_000) for row in rows]
    problems = list({p.id: p for p in read if isinstance(p, Problem)}.values())
    asked, own = [p.question for p in problems], [[p.id] for p in problems]
    index = build(problems)
    found = index.search(asked, 10, without=own)
    twins = measure(found, relevant_places(problems, problems, by="shape"))
    assert twins.queries == 58 and twins.recall[1].accuracy > 0.95
    plans = measure(found, relevant_places(problems, problems, by="plan"))
    assert plans.queries == 47 and 0.2 < plans.recall[1].accuracy < 0.5
