"""Which solved problems are shown, in which order, and what fits into the budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathpal.errors import DataError
from mathpal.problems import Problem
from mathpal.retrieval.examples import MISFITS, Example, choose, fixed, text_of
from mathpal.retrieval.retriever import build
from tests.unit.retrieval.problems import QUESTIONS, solved

ASKED = "Tính diện tích hình chữ nhật có chiều dài 3 dm và chiều rộng 2 dm."
PLENTY = 10_000


def words(text: str) -> int:
    return len(text.split())


def ids(examples: list[Example]) -> list[str]:
    return [example.id for example in examples]


def test_the_most_similar_is_last_and_examples_are_whole() -> None:
    index = build(solved())
    found = choose(index, ASKED, k=3, budget=PLENTY, count=words)
    order = [index.problems[hit.place].id for hit in index.search([ASKED], 3)[0]]
    assert ids(found) == order[::-1]
    assert found[-1] == Example("p2", QUESTIONS[2], "Bài giải 2\nĐáp số: 2")
    assert text_of(found[-1]) == f"{QUESTIONS[2]}\nBài giải 2\nĐáp số: 2"


def test_none_are_wanted_or_fit() -> None:
    index = build(solved())
    assert choose(index, ASKED, k=0, budget=PLENTY, count=words) == []
    assert choose(index, ASKED, k=3, budget=0, count=words) == []
    assert choose(index, ASKED, k=3, budget=-5, count=words) == []
    assert choose(index, "", k=3, budget=PLENTY, count=words) == []


def test_the_budget_is_met_exactly() -> None:
    index = build(solved())
    sizes = {p.id: words(f"{p.question}\n{p.solution}") for p in index.problems}
    full = ids(choose(index, ASKED, k=3, budget=PLENTY, count=words))
    exact = sum(sizes[one] for one in full)
    assert ids(choose(index, ASKED, k=3, budget=exact, count=words)) == full
    fewer = ids(choose(index, ASKED, k=3, budget=exact - 1, count=words))
    assert fewer != full
    assert sum(sizes[one] for one in fewer) < exact


def test_one_that_is_too_long_is_passed_over_for_a_shorter_one() -> None:
    long = "Tính diện tích hình chữ nhật có chiều dài 8 dm và chiều rộng 6 dm. " + "Vì sao? " * 50
    index = build(solved([long, QUESTIONS[3]]))
    assert ids(choose(index, ASKED, k=2, budget=40, count=words)) == ["p1"]


def test_what_surrounds_an_example_counts() -> None:
    index = build(solved())
    size = words(f"{QUESTIONS[2]}\nBài giải 2\nĐáp số: 2")
    chosen = {"k": 1, "budget": size, "count": words}
    assert ids(choose(index, ASKED, **chosen)) == ["p2"]
    turns = choose(index, ASKED, text=lambda one: f"<user> {text_of(one)} <model>", **chosen)
    assert ids(turns) != ["p2"]


def test_twins_are_shown_only_where_nothing_else_is_left() -> None:
    twins = [f"Tính diện tích hình vuông có cạnh {n} cm." for n in range(2, 60)]
    index = build(solved([*twins, "Tính diện tích hình tròn.", "Tính chu vi hình vuông."]))
    asked = "Tính diện tích hình vuông có cạnh 99 cm."
    assert ids(choose(index, asked, k=3, budget=PLENTY, count=words)) == ["p59", "p58", "p0"]
    # Two places are left when no other problem is: the nearest twins, in the order of similarity.
    assert ids(choose(index, asked, k=5, budget=PLENTY, count=words)) == [
        "p59", "p58", "p2", "p1", "p0",
    ]  # fmt: skip
    other = "Tính diện tích hình tròn. " + "Vì sao? " * 20
    index = build(solved([*twins[:2], other]))
    assert ids(choose(index, asked, k=2, budget=30, count=words)) == ["p1", "p0"]


def test_problems_without_words_are_not_twins() -> None:
    from mathpal.retrieval.ranking import Hit

    class Every:
        def search(self, questions: list[str], k: int) -> list[list[Hit]]:
            return [[Hit(0, 2.0), Hit(1, 1.0)][:k] for _ in questions]

    index = build(solved(["?", "…"]))._replace(retriever=Every())
    assert ids(choose(index, "?", k=2, budget=PLENTY, count=words)) == ["p1", "p0"]


def test_excluded_problems_are_not_chosen() -> None:
    index = build(solved())
    found = choose(index, QUESTIONS[2], k=9, budget=PLENTY, count=words, without={"p2"})
    assert "p2" not in ids(found)


def test_counting_ends_after_many_that_do_not_fit() -> None:
    names = "an bình chi dũng giang hà khoa lan minh nga oanh phúc quân sơn tú uyên vân yến".split()
    index = build(solved([f"Tính tuổi của {a} và {b}." for a in names for b in names]))
    counted = []
    assert choose(index, "Tính tuổi", k=2, budget=1, count=lambda t: counted.append(t) or 9) == []
    assert len(counted) == MISFITS


@given(
    st.lists(st.sampled_from(QUESTIONS), min_size=1, max_size=12),
    st.integers(0, 6),
    st.integers(0, 150),
)
def test_never_more_than_asked_for(questions: list[str], k: int, budget: int) -> None:
    problems = solved(questions)
    found = choose(build(problems), ASKED, k=k, budget=budget, count=words)
    assert len(found) <= k
    assert sum(words(text_of(one)) for one in found) <= budget
    assert len(set(ids(found))) == len(found)
    assert {text_of(one) for one in found} <= {f"{p.question}\n{p.solution}" for p in problems}


def test_fixed_examples_by_id_and_number() -> None:
    problems = solved()
    assert ids(fixed(problems, ["p3", 1, 10])) == ["p3", "p0", "p9"]
    assert fixed(problems, []) == []


@pytest.mark.parametrize("chosen", [["absent", 0], [11, -1], ["p1", "absent", 99]])
def test_absent_examples_are_all_named(chosen: list[str | int]) -> None:
    with pytest.raises(DataError, match="numbers from 1 to 10") as caught:
        fixed(solved(), chosen)
    for one in chosen:
        assert one == "p1" or str(one) in str(caught.value)


def test_an_example_is_shown_once() -> None:
    with pytest.raises(DataError, match="examples 2: each example can be shown once"):
        fixed(solved(), ["p1", 2])


def test_a_conversation_shows_all_turns_before_its_answer() -> None:
    turns = (("user", "Chu vi?"), ("assistant", "…"), ("user", "Vì sao?"), ("assistant", "Vậy."))
    (example,) = fixed([Problem("talk", "Vì sao?", "Vậy.", messages=turns)], [1])
    assert example.question == "Chu vi?\n…\nVì sao?"
