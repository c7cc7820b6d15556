"""The whole registry of families: golds, steps, wordings, speed. No family is named here."""

import hashlib
import re
import time
import unicodedata
from fractions import Fraction
from itertools import pairwise

import pytest

from mathpal.answers import KINDS, check_steps, grade, parse_gold
from mathpal.curriculum import FAMILIES, STRATA, TOPICS, problem
from mathpal.curriculum.items import SPLIT_SHARES
from mathpal.curriculum.registry import Draft, Draw, family
from mathpal.problems import Problem

NAMES = sorted(FAMILIES)
SPLITS = tuple(SPLIT_SHARES)
# sha256 over `fingerprint()`; it changes only when the curriculum itself changes, and then so
# must the shipped base:
# python -c "from tests.unit.curriculum.test_curriculum import fingerprint; print(fingerprint())"
GOLDEN = "0f582e78967307e6e326e5fd5ea7a9bbfbf8bdcf163bca3938e9c654110d7429"
NUMBERS = re.compile(r"[\d/,]+|[<>=]")  # answers that differ in a word only are not told apart
WORDED = ("text", "yesno", "sign", "choice")


def sample(name: str, count: int, namespace: str = "tests") -> list[Problem]:
    """`count` problems of each split."""
    return [problem(namespace, split, name, i) for split in SPLITS for i in range(count)]


def value_of(item: Problem) -> object:
    """What a gold says, whatever its unit: 10 dm and 1 m are the same."""
    gold = parse_gold(item.answer or "", kind=item.kind)
    return [part.base for part in gold.parts] or NUMBERS.findall(item.answer or "")


def fingerprint() -> str:
    digest = hashlib.sha256()
    for name in NAMES:
        for item in sample(name, 5, "golden"):
            digest.update(repr((item.id, item.question, item.solution, item.answer)).encode())
            digest.update(repr((item.kind, item.grade, item.template, item.parameters)).encode())
    return digest.hexdigest()


def test_the_registry_covers_the_curriculum() -> None:
    assert len({entry.number for entry in FAMILIES.values()}) >= 60
    assert {entry.number for entry in FAMILIES.values()} <= set(range(1, 70))
    assert {entry.grade for entry in FAMILIES.values()} == {1, 2, 3, 4, 5, 6}
    assert {entry.topic for entry in FAMILIES.values()} == set(TOPICS)
    assert {entry.stratum for entry in FAMILIES.values()} == set(STRATA)
    assert all(entry.kind in KINDS and entry.title for entry in FAMILIES.values())
    assert all(entry.name == name for name, entry in FAMILIES.items())
    assert sum(SPLIT_SHARES.values()) == 100


# (items of a split, different values that they must have at least)
SIZES = [(150, 12), pytest.param((2_000, 80), marks=pytest.mark.slow)]


@pytest.mark.parametrize("size", SIZES, ids=["few", "many"])
@pytest.mark.parametrize("name", NAMES)
def test_items_without_an_error_in_several_wordings(name: str, size: tuple[int, int]) -> None:
    count, values = size
    items = [problem("many", "train", name, i) for i in range(count)]
    templates = {item.template for item in items}
    assert len(templates) >= 3, f"{name} has {len(templates)} wordings"
    assert len({item.parameters for item in items}) >= values


@pytest.mark.parametrize("name", NAMES)
def test_every_gold_is_correct_by_its_own_solution(name: str) -> None:
    for item in sample(name, 8):  # tests/slow has two thousand of each family
        gold = parse_gold(item.answer or "", kind=item.kind)
        mark = grade(item.solution, gold, question=item.question)
        assert mark.verdict == "correct", f"{item.id}: {mark}\n{item.solution}"


@pytest.mark.parametrize("name", NAMES)
def test_every_step_equation_checks(name: str) -> None:
    for item in sample(name, 6):
        steps = check_steps(item.solution)
        faults = [step for step in steps if step.verdict == "invalid"]
        assert not faults, f"{item.id}: {faults}\n{item.solution}"
        assert all(line in item.solution and "=" in line for line in item.steps)


def test_most_step_equations_can_be_checked() -> None:
    """A checker that calls everything uncheckable would pass the test above."""
    verdicts = [
        step.verdict
        for name in NAMES
        for item in sample(name, 4)
        for step in check_steps(item.solution)
    ]
    assert verdicts.count("valid") > 0.85 * len(verdicts)
    assert len(verdicts) > 2 * 3 * 4 * len(NAMES) // 3


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_step_does_not_check(name: str) -> None:
    """The near-miss: the result at the end of a valid step, one more."""
    result = re.compile(r"= (?P<head>[\d ,/]*?)(?P<last>\d+)(?P<unit>(?: \([^()\d]*\)| [^\d ]+)?)$")
    for item in sample(name, 5):
        for line in item.steps:
            if [step.verdict for step in check_steps(line)] != ["valid"]:
                continue
            end = result.search(line)
            if end is None or "dư" in line or "," in line.split("=")[0]:
                continue
            last = str(int(end["last"]) + 1).zfill(len(end["last"]))
            wrong = line[: end.start("last")] + last + end["unit"]
            assert "valid" not in [step.verdict for step in check_steps(wrong)], wrong


@pytest.mark.parametrize("name", NAMES)
def test_another_problems_solution_is_not_correct(name: str) -> None:
    """The near-miss: a checker that says yes to everything would pass the test above."""
    items = sample(name, 6)
    judged = [
        grade(other.solution, parse_gold(item.answer or "", kind=item.kind)).verdict
        for item, other in pairwise(items)
        if value_of(item) != value_of(other)
    ]
    assert judged or FAMILIES[name].kind in WORDED
    assert "correct" not in judged


@pytest.mark.parametrize("name", NAMES)
def test_texts_and_numbers_are_sound(name: str) -> None:
    for item in sample(name, 6):
        texts = (item.question, item.solution, item.answer or "")
        assert all(text and text == text.strip() for text in texts)
        assert all(unicodedata.is_normalized("NFC", text) for text in texts)
        assert not re.search(r"\{[a-z]*\}", item.question + item.solution), "an open hole"
        assert "  " not in "".join(texts)
        gold = parse_gold(item.answer or "", kind=item.kind)
        numbers = [gold.value] if gold.value is not None else [part.value for part in gold.parts]
        assert all(isinstance(n, Fraction) for n in numbers)
        assert item.grade == 6 or all(n >= 0 for n in numbers)  # integers are taught there
        if item.kind == "quantity":
            assert gold.unit, item.answer
        assert item.grade == FAMILIES[name].grade
        assert 1 <= item.difficulty <= 25
        assert item.answer in item.solution.splitlines()[-1] or item.kind == "sign"
        assert len(item.solution) <= 700 and len(item.question) <= 500


def test_people_and_things_are_counted_in_whole_numbers() -> None:
    broken = re.compile(
        r"\d,\d+ (?:học sinh|bạn|người|con|cái|quyển|quả|viên|bông|cây|chiếc|hộp|công nhân)"
    )
    for name in NAMES:
        for item in sample(name, 8):
            assert not broken.search(item.question + item.solution), item.question


def test_the_same_coordinates_give_the_same_item_on_every_machine() -> None:
    assert fingerprint() == GOLDEN


def test_the_order_of_drawing_changes_nothing() -> None:
    forwards = [problem("order", "train", NAMES[0], i) for i in range(20)]
    backwards = [problem("order", "train", NAMES[0], i) for i in reversed(range(20))]
    assert forwards == backwards[::-1]


@pytest.mark.parametrize("shift", [-2, -1, 0, 1, 2])
def test_neighbouring_seeds_share_no_stream(shift: int) -> None:
    """With `seed + index`, seed 42 at index i + 1 would be seed 43 at index i."""
    pairs = [
        (problem("vimath-42", split, name, i), problem("vimath-43", split, name, i + shift))
        for name in NAMES
        for split in ("train", "test")
        for i in range(2, 14)
    ]
    same = sum(one.question == other.question for one, other in pairs)
    assert same / len(pairs) < 0.02


def test_coordinates_that_read_alike_when_joined_are_different() -> None:
    drawn = {
        tuple(Draw(*coordinates).integer(0, 10**9) for _ in range(2))
        for coordinates in (("a", 1, 11), ("a", 11, 1), ("a1", 1, 1), ("a", "11", ""))
    }
    assert len(drawn) == 4


def test_a_family_without_a_title_or_with_a_taken_name_is_our_own_bug() -> None:
    def untitled(draw: Draw) -> Draft:
        raise NotImplementedError

    with pytest.raises(AssertionError, match="docstring"):
        family(number=1, grade=1, kind="integer", topic="numbers")(untitled)
    with pytest.raises(AssertionError, match="twice"):
        family(number=1, grade=1, kind="integer", topic="numbers")(FAMILIES[NAMES[0]].make)


def test_one_wording_alone_is_our_own_bug() -> None:
    with pytest.raises(AssertionError, match="two wordings"):
        Draw("x").template("only one")


def test_a_core_makes_thousands_of_training_problems_a_second() -> None:
    began = time.process_time()
    made = [problem("speed", "train", name, i) for name in NAMES for i in range(50)]
    rate = len(made) / (time.process_time() - began)
    assert rate > 2_500, f"{rate:.0f} problems a second of processor time"
