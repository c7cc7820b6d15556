"""Multiple choice: one right option, sensible wrong ones, no clue in the place."""

from collections import Counter

import pytest

from mathpal.answers import grade, parse_gold
from mathpal.curriculum import FAMILIES, Draft, Draw, problem
from mathpal.curriculum.choices import as_choice
from mathpal.curriculum.layouts import equalities

NAMES = sorted(FAMILIES)


def options_of(question: str) -> dict[str, str]:
    lines = [line for line in question.splitlines() if line[1:3] == ". " and line[0] in "ABCD"]
    return {line[0]: line[3:] for line in lines}


@pytest.mark.parametrize("name", NAMES)
def test_every_family_can_be_given_as_multiple_choice(name: str) -> None:
    entry = FAMILIES[name]
    if entry.kind == "choice":
        return
    for i in range(25):
        plain = problem("choice", "test", name, i)
        item = problem("choice", "test", name, i, multiple_choice=True)
        assert item.parameters == plain.parameters and item.kind == "choice"
        assert item.question.startswith(plain.question)
        options = options_of(item.question)
        wanted = {"sign": (3,), "yesno": (2,)}.get(entry.kind, (3, 4))
        assert len(options) in wanted, item.question
        gold = parse_gold(plain.answer or "", kind=plain.kind)
        right = [
            letter
            for letter, text in options.items()
            if grade(f"Đáp số: {text}", gold).verdict == "correct"
        ]
        assert right == [item.answer], item.question
        letter = parse_gold(item.answer or "", kind="choice")
        assert grade(item.solution, letter, question=item.question).verdict == "correct"
        by_value = grade(plain.solution, letter, question=item.question)
        assert by_value.verdict == "correct", (item.question, by_value)


def test_the_right_option_stands_anywhere() -> None:
    letters = Counter(
        problem("place", "train", name, i, multiple_choice=True).answer
        for name in NAMES
        if FAMILIES[name].kind in ("integer", "quantity")
        for i in range(12)
    )
    assert set(letters) == set("ABCD")
    assert min(letters.values()) > 0.2 * sum(letters.values())


def draft(answer: str, *slips: str) -> Draft:
    return Draft("Tính.", equalities(f"x = {answer}", answer=answer), answer, (answer,), slips)


def test_pupils_slips_come_first_and_one_equal_to_the_answer_is_left_out() -> None:
    made = as_choice(draft("12 m", "24 m", "12 m", "1200 cm", "7 m", "9 m"), "quantity", Draw("a"))
    assert set(options_of(made.question).values()) == {"12 m", "24 m", "7 m", "9 m"}


def test_round_numbers_get_round_neighbours() -> None:
    for i in range(30):
        made = as_choice(draft("140 000 đồng"), "quantity", Draw(i))
        values = [text.removesuffix(" đồng") for text in options_of(made.question).values()]
        assert all(text.endswith("000") for text in values), values


def test_signs_keep_their_order() -> None:
    made = as_choice(draft("<"), "sign", Draw("b"))
    assert made.question.endswith("A. <\nB. >\nC. =") and made.answer == "A"
