"""Intervals and paired tests against SciPy, and at the edges where they do not exist."""

import math
import random
from pathlib import Path

import pytest
from scipy import stats

from mathpal.statistics.means import holm, mean_interval, paired
from mathpal.studies.comparing import compare
from mathpal.studies.history import read
from mathpal.studies.importance import importance
from mathpal.studies.ranking import rank
from tests.unit.studies.studies import build, told


@pytest.mark.parametrize("n", [2, 3, 7, 30])
def test_the_interval_is_students(n: int) -> None:
    draw = random.Random(n)
    values = [draw.gauss(0.25, 0.01) for _ in range(n)]
    found = mean_interval(values)
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert found.n == n


def test_one_value_has_no_interval_and_equal_ones_a_point() -> None:
    assert mean_interval([0.3]) == (1, 0.3, None, None)
    assert mean_interval([0.3, 0.3]) == (2, 0.3, 0.3, 0.3)
    assert mean_interval([0.3, math.inf]).low is None


@pytest.mark.parametrize("n", [6, 8, 20])
def test_the_paired_tests_are_scipys(n: int) -> None:
    draw = random.Random(n)
    one = [draw.gauss(0.25, 0.01) for _ in range(n)]
    two = [value + draw.gauss(0.004, 0.005) for value in one]
    found = paired(one, two)
    t = stats.ttest_rel(one, two)
    assert found.t == pytest.approx(t.pvalue)
    interval = t.confidence_interval(0.95)
    assert (found.difference.low, found.difference.high) == pytest.approx(tuple(interval))
    assert found.wilcoxon == pytest.approx(stats.wilcoxon(one, two).pvalue)
    lower = sum(a < b for a, b in zip(one, two, strict=True))
    assert found.sign == pytest.approx(stats.binomtest(lower, n).pvalue)


def test_five_pairs_are_too_few_for_ranks_and_six_are_enough() -> None:
    five = paired([1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 4.0, 6.0, 8.0, 10.0])
    assert five.wilcoxon is None and five.sign is None and five.t is not None
    six = paired([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 4.0, 6.0, 8.0, 10.0, 12.0])
    assert six.wilcoxon == pytest.approx(2 * 0.5**6) and six.sign == pytest.approx(2 * 0.5**6)


def test_one_pair_tests_nothing() -> None:
    assert paired([1.0], [2.0])[2:] == (None, None, None)


def test_no_difference_is_no_evidence_and_a_constant_one_has_no_test() -> None:
    assert paired([0.1, 0.2, 0.3], [0.1, 0.2, 0.3]).t == 1.0
    assert paired([0.1, 0.2, 0.3], [0.2, 0.3, 0.4]).t is None, "equal but for rounding"


def test_equal_pairs_are_left_out_of_ranks() -> None:
    one, two = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert paired(one, two).sign is None, "five differences are left"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.04], [0.04]),
        ([], []),
        ([0.5, 0.9], [1.0, 1.0]),
        ([0.02, 0.02], [0.04, 0.04]),
    ],
)
def test_holm_corrects_step_by_step(values: list[float], expected: list[float]) -> None:
    assert holm(values) == pytest.approx(expected)


def seeded(tmp_path: Path, values: dict[int, list[float]]) -> Path:
    trials = [
        told({"lora.r": r}, sum(of) / len(of),
             values_by_seed={str(seed): [value] for seed, value in enumerate(of)})
        for r, of in values.items()
    ]  # fmt: skip
    return build(tmp_path, trials, seeds=[0, 1, 2])


def test_the_best_is_compared_with_the_next_three_and_corrected(tmp_path: Path) -> None:
    values = {4: [0.20, 0.21, 0.23], 8: [0.21, 0.23, 0.23], 16: [0.30, 0.32, 0.33],
              32: [0.40, 0.41, 0.42]}  # fmt: skip
    comparisons = compare(rank(read(seeded(tmp_path, values))))
    assert [each.rival.params["lora.r"] for each in comparisons] == [8, 16, 32]
    raw = [float(stats.ttest_rel(values[4], values[r]).pvalue) for r in (8, 16, 32)]
    assert [each.t for each in comparisons] == pytest.approx(holm(raw))
    assert [each.differs for each in comparisons] == [False, True, True]
    assert all(each.wilcoxon is None for each in comparisons)


def test_without_named_seeds_nothing_is_compared(tmp_path: Path) -> None:
    trials = [told({"lora.r": r}, 0.2 + r / 100) for r in (4, 8)]
    (only,) = compare(rank(read(build(tmp_path, trials))))
    assert only.test is None and only.t is None and only.shared == []


def test_what_sets_the_best_apart_is_named_first(tmp_path: Path) -> None:
    draw = random.Random(1)
    trials = []
    for _ in range(60):
        lr, r = 10 ** draw.uniform(-4, -1), draw.choice([4, 8, 16, 32])
        value = abs(math.log10(lr) + 2.5) + draw.gauss(0, 0.01)
        trials.append(told({"lora.r": r, "trainer.lr": lr}, value))
    history = read(build(tmp_path, trials))
    found = importance(history, rank(history).complete)
    assert next(iter(found.shares)) == "trainer.lr"
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert found.shares["trainer.lr"] > 0.8


@pytest.mark.parametrize(
    ("trials", "reason"),
    [
        ([told({"lora.r": r, "trainer.lr": 1e-3}, 0.3 + r) for r in (4, 8)], "8 or more"),
        ([told({"lora.r": 4}, 0.3)], "two parameters or more"),
        ([told({"lora.r": 4, "trainer.lr": 1e-3 * (i + 1)}, 0.3) for i in range(9)], "same value"),
    ],
)
def test_importance_says_why_there_is_none(tmp_path: Path, trials: list, reason: str) -> None:
    history = read(build(tmp_path, trials))
    found = importance(history, rank(history).complete)
    assert not found.shares and reason in found.absent


def test_a_parameter_that_only_some_have_is_left_out_and_named(tmp_path: Path) -> None:
    trials = [told({"lora.r": (4, 8)[i % 2], "trainer.lr": 1e-3 * (i + 1)}, 0.3 + i / 100)
              for i in range(9)]  # fmt: skip
    trials.append(told({"lora.r": 4}, 0.1))
    history = read(build(tmp_path, trials))
    assert importance(history, rank(history).complete).left_out == ["trainer.lr"]
