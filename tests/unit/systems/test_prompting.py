"""What stands before a question: an instruction, and solved examples as earlier turns."""

import pytest

from mathpal.problems import Problem
from mathpal.retrieval.examples import Example
from mathpal.systems.prompting import prompted
from mathpal.tokens.chat import asked_turns

SUM = Problem("s", "1 + 1 = ?", "Đáp số: 2", answer="2", kind="integer", cohort="new")
TALK = Problem(
    "t", "1 + 1 = ?", "Đáp số: 2", answer="2", kind="integer",
    messages=(("system", "Ngắn gọn."), ("user", "Chào!"), ("assistant", "Chào bạn!"),
              ("user", "1 + 1 = ?"), ("assistant", "Đáp số: 2")),
)  # fmt: skip
WORDS = "Kết thúc bằng «Đáp số: …»."
EXAMPLES = [Example("a", "2 + 2 = ?", "Đáp số: 4"), Example("b", "3 + 3 = ?", "Đáp số: 6")]


def test_an_instruction_stands_before_the_question() -> None:
    (turn,) = prompted(asked_turns(SUM), WORDS)
    assert turn == {"role": "user", "content": f"{WORDS}\n\n1 + 1 = ?"}


def test_of_a_conversation_it_stands_before_the_last_question() -> None:
    *before, question = prompted(asked_turns(TALK), WORDS)
    assert before == asked_turns(TALK)[:-1]
    assert question["content"] == f"{WORDS}\n\n1 + 1 = ?"


@pytest.mark.parametrize("problem", [SUM, TALK])
def test_without_one_the_prompt_is_that_of_training(problem: Problem) -> None:
    assert prompted(asked_turns(problem)) == asked_turns(problem)


def test_examples_are_earlier_turns_in_their_order() -> None:
    found = prompted(asked_turns(SUM), WORDS, EXAMPLES)
    assert [turn["content"] for turn in found] == [
        "2 + 2 = ?", "Đáp số: 4", "3 + 3 = ?", "Đáp số: 6", f"{WORDS}\n\n1 + 1 = ?"
    ]  # fmt: skip
    assert [turn["role"] for turn in found] == ["user", "assistant"] * 2 + ["user"]


def test_examples_follow_a_system_turn_and_precede_the_conversation() -> None:
    found = prompted(asked_turns(TALK), None, EXAMPLES[:1])
    assert [turn["content"] for turn in found] == [
        "Ngắn gọn.", "2 + 2 = ?", "Đáp số: 4", "Chào!", "Chào bạn!", "1 + 1 = ?"
    ]  # fmt: skip
