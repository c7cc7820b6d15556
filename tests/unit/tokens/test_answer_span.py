"""The tokens of the final answer: found in every generated solution, and nowhere else."""

from typing import Any

import pytest

from mathpal.answers import declared_answer
from mathpal.curriculum import FAMILIES, problem
from mathpal.models.loaded import Loaded
from mathpal.tokens.answer_span import answer_span, answer_tokens
from mathpal.tokens.chat import prompt_text, turns_of


def spanned(solution: str) -> str | None:
    span = answer_span(solution)
    return None if span is None else solution[slice(*span)]


def marked(tokenizer: Any, text: str, solution: str, begin: int = 0) -> str:
    """The text of the tokens that are marked."""
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    mask = answer_tokens(answer_span(solution), encoded.offset_mapping, begin=begin)
    pairs = zip(encoded.input_ids, mask, strict=True)
    return str(tokenizer.decode([token for token, is_answer in pairs if is_answer])).strip()


@pytest.mark.parametrize("choice", [False, True])
def test_every_generated_solution_has_its_answer_marked(shared_tiny: Loaded, choice: bool) -> None:
    for name in sorted(FAMILIES):
        for index in range(3):
            item = problem("span", "train", name, index, multiple_choice=choice)
            text = marked(shared_tiny.tokenizer, item.solution, item.solution)
            assert text == declared_answer(item.solution), item.id
            # A comparison's gold is the sign alone; its declaration has both sides.
            assert item.answer and item.answer in text, item.id


def test_in_the_rendered_conversation_too(shared_tiny: Loaded) -> None:
    tokenizer = shared_tiny.tokenizer
    for name in sorted(FAMILIES)[::5]:
        item = problem("span", "train", name, 0)
        prompt = prompt_text(tokenizer, item.question)
        whole = tokenizer.apply_chat_template(turns_of(item), tokenize=False)
        text = marked(tokenizer, whole, item.solution, begin=len(prompt))
        assert text == declared_answer(item.solution)


@pytest.mark.parametrize(
    ("solution", "expected"),
    [
        ("Bài giải\n70 km là quãng đường.\nĐáp số: 70 km", "70 km"),  # the last of two
        ("Đáp số: 70 km.", "70 km"),  # no full stop
        ("Đáp số: 170 km; trong đó 70 km", "170 km; trong đó 70 km"),
        ("Không chọn đáp án B.\nChọn C", "C"),
        ("Đáp án: b", "b"),
        ("Vậy x = 5", "x = 5"),
        ("Kết quả là 12\xa0345 đồng", "12\xa0345 đồng"),
        ("Đáp số: −5", "−5"),
        ("Đáp số: a) 70 km\nb) 30 km", "a) 70 km\nb) 30 km"),
        ("Đáp số: Số lớn: 30\nSố bé: 20", "Số lớn: 30\nSố bé: 20"),
        ("Ta được 70 km.", None),
        ("Đáp số:", None),
        ("", None),
    ],
)
def test_near_misses(solution: str, expected: str | None) -> None:
    assert spanned(solution) == expected
    if expected is not None:
        assert declared_answer(solution) is not None


def test_the_answers_words_before_the_declaration_stay_unmarked() -> None:
    solution = "Tổng là 12.\n12 + 0 = 12\nĐáp số: 12"
    assert answer_span(solution) == (len(solution) - 2, len(solution))


def test_a_long_solution_is_counted_from_its_beginning() -> None:
    solution = "Ta có 1 + 1 = 2.\n" * 1000 + "Đáp số: 2 quả"
    assert spanned(solution) == "2 quả"


def test_another_notation_is_not_guessed() -> None:
    assert declared_answer("Đáp số: \\frac{1}{2}") == "1/2"
    assert spanned("Đáp số: \\frac{1}{2}") is None
    assert spanned("&nbsp;Đáp số: 5 m") == "5 m", "the line is found, though its places differ"


def test_tokens_that_stand_for_no_character_are_not_marked() -> None:
    offsets = [(0, 0), (0, 3), (3, 5), (5, 6), (6, 6)]
    assert answer_tokens((3, 6), offsets).tolist() == [False, False, True, True, False]
    assert answer_tokens((0, 3), offsets, begin=3).tolist() == [False, False, True, True, False]
    assert answer_tokens(None, offsets).tolist() == [False] * 5
    assert answer_tokens((0, 1), []).tolist() == []
