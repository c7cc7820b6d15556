"""The majority of several answers, judged equal by the checker."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mathpal.generation.records import Decoding, Question, Response
from mathpal.systems.voting import Majority, vote

ASKED = "Một hình vuông có cạnh 36 m. Tính chu vi hình vuông đó."


@pytest.mark.parametrize(
    ("texts", "winner", "votes", "cast"),
    [
        (["Đáp số: 5", "Đáp số: 144 m", "Đáp số: 144 m"], 1, 2, 3),
        (["Đáp số: 144 m", "Vậy chu vi là 14400 cm.\nĐáp số: 14400 cm", "Đáp số: 5"], 0, 2, 3),
        (["Đáp số: 5 m", "Đáp số: 144 m"], 0, 1, 2),
        (["Không biết", "Đáp số: 144 m"], 1, 1, 1),
        (["Không biết", "Chịu"], 0, 0, 0),
        (["Đáp số: 1/2", "Đáp số: 3/4", "Đáp số: 3/4"], 1, 2, 3),
    ],
)
def test_the_largest_group_wins(texts: list[str], winner: int, votes: int, cast: int) -> None:
    assert vote(ASKED, texts) == (winner, votes, cast)


class Drawn:
    """Answers each sample with its number; notes what it was asked."""

    name, separate = "tuned", False
    record: dict[str, Any] = {"adapted": True}  # noqa: RUF012

    def __init__(self, texts: Sequence[str], errors: Sequence[int] = ()) -> None:
        self.texts, self.errors = texts, errors
        self.asked: list[tuple[str, int]] = []
        self.decoding: Decoding | None = None

    def answer(
        self,
        questions: Sequence[Question],
        decoding: Decoding,
        finished: Callable[[int, Response], None] | None = None,
        streamed: Any = None,
    ) -> list[Response]:
        self.decoding = decoding
        found = []
        for question in questions:
            self.asked.append((question.id, question.sample))
            number = question.sample % len(self.texts)
            error = "time-out" if number in self.errors else ""
            found.append(Response("" if error else self.texts[number], 4, True, 9, error=error))
        for place in reversed(range(len(found))):
            if finished:
                finished(place, found[place])
        return found


QUESTIONS = [Question(f"q{n}", [{"role": "user", "content": ASKED}]) for n in range(3)]


def test_every_question_is_sampled_and_answered_by_the_winner() -> None:
    inner = Drawn(["Đáp số: 5", "Đáp số: 144 m", "Đáp số: 144 m"])
    system = Majority("vote", inner, samples=3, changed={"temperature": 0.7})
    done: list[int] = []
    found = system.answer(QUESTIONS, Decoding(), lambda place, answer: done.append(place))
    assert sorted(inner.asked) == [(f"q{n}", s) for n in range(3) for s in range(3)]
    assert inner.decoding == Decoding(temperature=0.7)
    assert found == [Response("Đáp số: 144 m", 12, True, 27)] * 3
    assert sorted(done) == [0, 1, 2]
    assert system.record["of"] == "tuned" and system.record["system"] == inner.record


def test_a_failed_sample_has_no_vote_and_costs_no_question() -> None:
    texts = ["Đáp số: 5", "Đáp số: 5", "Đáp số: 144 m"]
    two = Majority("vote", Drawn(texts, errors=[0, 1]), samples=3, changed={})
    assert {r.text for r in two.answer(QUESTIONS, Decoding())} == {"Đáp số: 144 m"}
    none = Majority("vote", Drawn(texts, errors=[0, 1, 2]), samples=3, changed={})
    assert {r.error for r in none.answer(QUESTIONS, Decoding())} == {"time-out"}


def test_samples_of_samples_are_all_different_draws() -> None:
    inner = Drawn(["Đáp số: 1", "Đáp số: 2"])
    system = Majority("vote", inner, samples=2, changed={})
    system.answer([QUESTIONS[0], QUESTIONS[0]._replace(sample=1)], Decoding())
    assert sorted(inner.asked) == [("q0", n) for n in range(4)]
