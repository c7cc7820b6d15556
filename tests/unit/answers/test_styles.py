"""Answers in the styles of chat models: right ones are accepted, wrong ones are not.

The fixed corpus has one test for each style; the properties draw further problems for any style.
"""

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.unit.answers.style_items import CHANGES, FAMILIES_OF, digit_changed, told
from tests.unit.answers.style_tables import ENDINGS, STYLES, UNDECLARED
from tests.unit.answers.styles import (
    Case,
    accepted,
    changed_answers,
    ended_answers,
    items,
    rates,
    right_answer,
    right_corpus,
    undeclared_answer,
    wrong_corpus,
)

DRAWN = settings(
    max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
ROUNDS = st.integers(0, 300)
NAMES = st.sampled_from(sorted(STYLES))


def listed(cases: Iterable[Case]) -> str:
    return "\n\n".join(
        f"[{case.style}; {case.fault or 'right'}; gold {case.right.gold.text}]\n{case.response}"
        for case in cases
    )


@pytest.mark.parametrize("name", STYLES)
def test_right_answers_in_a_style_are_accepted(name: str) -> None:
    refused = [case for case in right_corpus(name) if not accepted(case)]
    assert not refused, listed(refused)


@pytest.mark.parametrize("name", [*STYLES, *UNDECLARED])
def test_wrong_answers_in_a_style_are_not_accepted(name: str) -> None:
    flattered = [case for case in wrong_corpus(name) if accepted(case)]
    assert not flattered, listed(flattered)


@pytest.mark.parametrize("name", [*STYLES, *UNDECLARED])
def test_wrong_answers_are_not_accepted_format_free_either(name: str) -> None:
    flattered = [case for case in wrong_corpus(name) if accepted(case, lenient=True)]
    assert not flattered, listed(flattered)


@DRAWN
@given(name=NAMES, index=ROUNDS)
def test_any_style_of_a_right_value_is_accepted(name: str, index: int) -> None:
    case = right_answer(name, index)
    assert accepted(case), listed([case])


# The styles and places in their round of shapes that a change can be made in.
PLACES = {
    fault: [
        (name, place)
        for name in STYLES
        for place in range(len(STYLES[name].shapes))
        if CHANGES[fault](items(STYLES[name], place)[0], place) is not None
    ]
    for fault in CHANGES
}


@pytest.mark.parametrize("fault", CHANGES)
@DRAWN
@given(data=st.data(), turn=ROUNDS)
def test_a_changed_answer_is_accepted_in_no_style(
    fault: str, data: st.DataObject, turn: int
) -> None:
    name, place = data.draw(st.sampled_from(PLACES[fault]))
    index = place + turn * len(STYLES[name].shapes)
    cases = [case for case in changed_answers(name, index) if case.fault == fault]
    assume(cases)
    assert not accepted(cases[0]), listed(cases)


@pytest.mark.parametrize("fault", ENDINGS)
@DRAWN
@given(name=NAMES, index=ROUNDS)
def test_an_answer_unsaid_afterwards_is_accepted_in_no_style(
    fault: str, name: str, index: int
) -> None:
    cases = [case for case in ended_answers(name, index) if case.fault == fault]
    assert not accepted(cases[0]), listed(cases)


@DRAWN
@given(name=st.sampled_from(sorted(UNDECLARED)), index=ROUNDS)
def test_a_value_that_is_not_declared_is_never_accepted(name: str, index: int) -> None:
    case = undeclared_answer(name, index)
    assert not accepted(case), listed([case])


@DRAWN
@given(number=st.integers(-99_999, 99_999), place=st.integers(0, 9), shift=st.integers(0, 20))
def test_a_changed_digit_always_makes_another_number(number: int, place: int, shift: int) -> None:
    assert int(digit_changed(str(number), place, shift)) != number


def test_no_wrong_answer_of_the_corpus_is_also_a_right_one() -> None:
    right = {(c.response, c.right.gold.text) for name in STYLES for c in right_corpus(name)}
    wrong = {(c.response, c.right.gold.text) for name in STYLES for c in wrong_corpus(name)}
    assert not right & wrong


def test_the_corpus_has_at_least_400_different_answers_of_every_shape_and_fault() -> None:
    cases = [c for name in STYLES for c in (*right_corpus(name), *wrong_corpus(name))]
    cases += [case for name in UNDECLARED for case in wrong_corpus(name)]
    assert len({case.response for case in cases}) >= 400
    assert {case.right.shape for case in cases} == {*FAMILIES_OF, "directed"}
    assert {case.fault for case in cases} == {"", "undeclared", *CHANGES, *ENDINGS}
    assert not [case for case in cases if "«" in case.response]


def test_the_same_coordinates_give_the_same_problem() -> None:
    told.cache_clear()
    first = told("quantity", 5)
    told.cache_clear()
    assert told("quantity", 5) == first


def test_rates_count_every_style_and_fault() -> None:
    found = rates()
    assert {*STYLES, *UNDECLARED, "all"} < found.keys()
    assert all(0 <= share <= 1 for row in found.values() for share in row)
