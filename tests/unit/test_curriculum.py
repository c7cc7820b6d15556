"""The whole registry of families: golds, splits, streams, speed. No family is named here."""

import hashlib
import re
import time
import unicodedata
from fractions import Fraction
from itertools import pairwise

import pytest

from mathpal.answers import KINDS, grade, parse_gold
from mathpal.curriculum import FAMILIES, problem
from mathpal.curriculum.registry import SPLIT_SHARES, Draft, Draw, family, split_of
from mathpal.problems import Problem

NAMES = sorted(FAMILIES)
SPLITS = tuple(SPLIT_SHARES)
# sha256 over `fingerprint()`; it changes only when the curriculum itself changes, and then so
# must the shipped base: python -c "import tests.unit.test_curriculum as t; print(t.fingerprint())"
GOLDEN = "32303774f9eeb3f78f23094ceebd052d44ac504f4563d75aec2c699de104c9b6"
NUMBERS = re.compile(r"[\d/]+|[<>=]")  # answers that differ in a word only are not told apart


def sample(name: str, count: int, namespace: str = "tests") -> list[Problem]:
    """`count` problems of each split."""
    return [problem(namespace, split, name, i) for split in SPLITS for i in range(count)]


def fingerprint() -> str:
    digest = hashlib.sha256()
    for name in NAMES:
        for item in sample(name, 5, "golden"):
            digest.update(repr((item.id, item.question, item.solution, item.answer)).encode())
            digest.update(repr((item.kind, item.grade, item.template, item.parameters)).encode())
    return digest.hexdigest()


def test_the_registry_covers_primary_school() -> None:
    assert len(FAMILIES) >= 14
    assert {entry.grade for entry in FAMILIES.values()} == {1, 2, 3, 4, 5}
    assert all(entry.kind in KINDS and entry.title for entry in FAMILIES.values())
    assert all(entry.name == name for name, entry in FAMILIES.items())
    assert sum(SPLIT_SHARES.values()) == 100


@pytest.mark.parametrize("name", NAMES)
def test_every_gold_is_correct_by_its_own_solution(name: str) -> None:
    for item in sample(name, 60):
        gold = parse_gold(item.answer or "", kind=item.kind)
        mark = grade(item.solution, gold, question=item.question)
        assert mark.verdict == "correct", f"{item.id}: {mark}\n{item.solution}"


@pytest.mark.parametrize("name", NAMES)
def test_another_problems_solution_is_not_correct(name: str) -> None:
    """The near-miss: a checker that says yes to everything would pass the test above."""
    items = sample(name, 20)
    judged = [
        grade(other.solution, parse_gold(item.answer or "", kind=item.kind)).verdict
        for item, other in pairwise(items)
        if NUMBERS.findall(item.answer or "") != NUMBERS.findall(other.answer or "")
    ]
    assert judged
    assert "correct" not in judged


@pytest.mark.parametrize("name", NAMES)
def test_splits_share_neither_values_nor_questions(name: str) -> None:
    values: dict[str, set[str]] = {}
    questions: dict[str, set[str]] = {}
    for split in SPLITS:
        items = [problem(f"v{i % 2}", split, name, i) for i in range(250)]
        values[split] = {item.parameters for item in items}
        questions[split] = {item.question for item in items}
        assert all(split_of(name, item.parameters) == split for item in items)
    for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
        assert not values[one] & values[other]
        assert not questions[one] & questions[other]


@pytest.mark.parametrize("name", NAMES)
def test_texts_and_numbers_are_sound(name: str) -> None:
    for item in sample(name, 30):
        texts = (item.question, item.solution, item.answer or "")
        assert all(text and text == text.strip() for text in texts)
        assert all(unicodedata.is_normalized("NFC", text) for text in texts)
        assert "{" not in "".join(texts), "a template's hole was left open"
        gold = parse_gold(item.answer or "", kind=item.kind)
        numbers = [gold.value] if gold.value is not None else [part.value for part in gold.parts]
        assert all(isinstance(n, Fraction) and n >= 0 for n in numbers)
        assert item.kind == "sign" or any(n > 0 for n in numbers) or " - " in item.question
        if item.kind == "quantity":
            assert gold.unit, item.answer
        assert item.grade == FAMILIES[name].grade
        assert item.answer in item.solution.splitlines()[-1] or item.kind == "sign"


def test_the_same_coordinates_give_the_same_item_on_every_machine() -> None:
    assert fingerprint() == GOLDEN


def test_the_order_of_drawing_changes_nothing() -> None:
    forwards = [problem("order", "train", "cong_tru", i) for i in range(20)]
    backwards = [problem("order", "train", "cong_tru", i) for i in reversed(range(20))]
    assert forwards == backwards[::-1]


@pytest.mark.parametrize("shift", [-2, -1, 0, 1, 2])
def test_neighbouring_seeds_share_no_stream(shift: int) -> None:
    """With `seed + index`, seed 42 at index i + 1 would be seed 43 at index i."""
    pairs = [
        (problem("vimath-42", split, name, i), problem("vimath-43", split, name, i + shift))
        for name in NAMES
        for split in ("train", "test")
        for i in range(2, 32)
    ]
    same = sum(one.question == other.question for one, other in pairs)
    assert same / len(pairs) < 0.02


def test_coordinates_that_read_alike_when_joined_are_different() -> None:
    drawn = {
        tuple(Draw(*coordinates).integer(0, 10**9) for _ in range(2))
        for coordinates in (("a", 1, 11), ("a", 11, 1), ("a1", 1, 1), ("a", "11", ""))
    }
    assert len(drawn) == 4


def test_an_unknown_family_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        problem("tests", "train", "khong_co", 0)


def test_a_family_without_a_title_or_with_a_taken_name_is_our_own_bug() -> None:
    def untitled(draw: Draw) -> Draft:
        return Draft("", "", "", ())

    with pytest.raises(AssertionError, match="docstring"):
        family(number=1, grade=1, kind="integer")(untitled)
    with pytest.raises(AssertionError, match="twice"):
        family(number=1, grade=1, kind="integer")(FAMILIES[NAMES[0]].make)


def test_a_core_makes_thousands_of_training_problems_a_second() -> None:
    began = time.process_time()
    made = [problem("speed", "train", name, i) for name in NAMES for i in range(100)]
    rate = len(made) / (time.process_time() - began)
    assert rate > 5_000, f"{rate:.0f} problems a second of processor time"
