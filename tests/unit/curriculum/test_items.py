"""Splits and regimes: what is shared between train and test, and what never is."""

import re

import pytest

from mathpal.curriculum import FAMILIES, problem, range_boundary
from mathpal.curriculum.items import SPLIT_SHARES, magnitude, split_of
from mathpal.curriculum.registry import Draw

NAMES = sorted(FAMILIES)
SPLITS = tuple(SPLIT_SHARES)
PAIRS = (("train", "validation"), ("train", "test"), ("validation", "test"))


# Of the counts that a test draws: a quarter in the suite, all of them in make test-slow.
SHARES = pytest.mark.parametrize("share", [0.25, pytest.param(1, marks=pytest.mark.slow)])


def masked(text: str) -> str:
    return re.sub(r"[\d,./]*\d", "0", text)


@SHARES
@pytest.mark.parametrize("name", NAMES)
def test_iid_splits_share_neither_values_nor_questions(name: str, share: float) -> None:
    values: dict[str, set[str]] = {}
    questions: dict[str, set[str]] = {}
    for split in SPLITS:
        items = [problem(f"v{i % 2}", split, name, i) for i in range(int(200 * share))]
        values[split] = {item.parameters for item in items}
        questions[split] = {item.question for item in items}
        assert all(split_of(name, item.parameters) == split for item in items)
    for one, other in PAIRS:
        assert not values[one] & values[other]
        assert not questions[one] & questions[other]


@SHARES
@pytest.mark.parametrize("name", NAMES)
def test_the_template_regime_tests_on_wordings_that_training_never_shows(
    name: str, share: float
) -> None:
    # Training must show every wording that validation does; that takes all of its items.
    counts = {s: 120 if s == "train" else int(120 * share) for s in SPLITS}
    drawn = {
        s: [problem("t", s, name, i, regime="template") for i in range(counts[s])] for s in SPLITS
    }
    seen, unseen = ({item.template for item in drawn[s]} for s in ("train", "test"))
    assert not seen & unseen
    assert {item.template for item in drawn["validation"]} <= seen
    texts = {s: {masked(item.question) for item in items} for s, items in drawn.items()}
    assert not texts["train"] & texts["test"]
    values = {s: {item.parameters for item in items} for s, items in drawn.items()}
    assert not any(values[one] & values[other] for one, other in PAIRS)


@SHARES
@pytest.mark.parametrize("name", NAMES)
def test_the_range_regime_tests_beyond_every_magnitude_of_training(name: str, share: float) -> None:
    if range_boundary(name) is None:
        with pytest.raises(AssertionError, match="one magnitude"):
            problem("r", "train", name, 0, regime="range")
        return
    count = int(80 * share)
    drawn = {s: [problem("r", s, name, i, regime="range") for i in range(count)] for s in SPLITS}
    size = {s: [magnitude(item.question) for item in items] for s, items in drawn.items()}
    assert max(size["train"] + size["validation"]) < min(size["test"])
    values = {s: {item.parameters for item in items} for s, items in drawn.items()}
    assert not values["train"] & values["validation"]


def test_nearly_every_family_has_a_range() -> None:
    assert sum(range_boundary(name) is None for name in NAMES) <= 0.1 * len(NAMES)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Tính: 12 + 345", 345), ("25 000 đồng và 300", 25_000), ("3,75 m", 3.75),
        ("không có số", 0), ("1 2 3", 3), ("5 tạ 40 kg", 40), ("1 234 567,5", 1_234_567.5),
    ],
)  # fmt: skip
def test_magnitude_is_the_largest_number(text: str, value: float) -> None:
    assert magnitude(text) == value


def test_shares_are_kept_over_many_values() -> None:
    found = [split_of("x", str(i)) for i in range(20_000)]
    for split, share in SPLIT_SHARES.items():
        assert abs(found.count(split) / 200 - share) < 1


def test_seen_and_unseen_wordings_part_the_wordings() -> None:
    texts = ("một", "hai", "ba", "bốn")
    drawn = {
        kind: {Draw("x", i, wordings=kind).template(*texts) for i in range(60)}  # type: ignore[arg-type]
        for kind in ("all", "seen", "unseen")
    }
    assert drawn["seen"] | drawn["unseen"] == drawn["all"] == set(texts)
    assert len(drawn["unseen"]) == 1


def test_an_unknown_family_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        problem("tests", "train", "khong_co", 0)
