"""The guard: which steps reach the weights, counted at its edges."""

import math

import pytest

from mathpal.training.guard import Guard


def judged(guard: Guard, losses: list[float], begin: int = 1) -> list[str]:
    return [guard.judge(step, loss, 1.0)[0] for step, loss in enumerate(losses, begin)]


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_never_reaches_the_weights(loss: float) -> None:
    decision, reason = Guard(spike=None, max_skips=1).judge(1, loss, 1.0)
    assert decision == "skip"
    assert str(loss) in reason


@pytest.mark.parametrize("norm", [math.nan, math.inf])
def test_nor_does_a_gradient_that_is_not(norm: float) -> None:
    assert Guard(spike=None, max_skips=1).judge(1, 2.0, norm)[0] == "skip"


def test_a_spike_is_measured_from_the_median_of_what_was_applied() -> None:
    guard = Guard(spike=3.0, max_skips=3)
    assert set(judged(guard, [1.0] * 20)) == {"apply"}
    assert guard.judge(21, 4.0, 1.0)[0] == "apply", "exactly the limit is no spike"
    assert guard.judge(22, 4.001, 1.0)[0] == "skip"
    assert 4.001 not in guard.losses


def test_before_twenty_losses_nothing_is_a_spike() -> None:
    assert judged(Guard(spike=3.0, max_skips=0), [1.0] * 19 + [50.0]) == ["apply"] * 20


def test_without_a_limit_no_finite_loss_is_too_high() -> None:
    assert judged(Guard(spike=None, max_skips=0), [0.1] * 40 + [1e6])[-1] == "apply"


def test_skips_then_one_roll_back_then_a_stop() -> None:
    guard = Guard(spike=None, max_skips=2)
    bad = [math.nan] * 3
    assert judged(guard, bad) == ["skip", "skip", "roll_back"]
    assert judged(guard, bad, begin=4) == ["skip", "skip", "stop"]
    assert guard.skipped == 6


def test_with_no_skips_allowed_none_are_skipped() -> None:
    assert judged(Guard(spike=None, max_skips=0), [math.nan, math.nan]) == ["roll_back", "stop"]


@pytest.mark.parametrize(("gap", "expected"), [(99, "roll_back"), (100, "skip")])
def test_only_skips_within_a_hundred_steps_count(gap: int, expected: str) -> None:
    guard = Guard(spike=None, max_skips=1)
    guard.judge(1, math.nan, 1.0)
    assert guard.judge(1 + gap, math.nan, 1.0)[0] == expected


def test_a_restored_guard_judges_as_before() -> None:
    guard = Guard(spike=3.0, max_skips=2)
    judged(guard, [1.0] * 30 + [9.0])
    again = Guard(spike=3.0, max_skips=2)
    again.restore(guard.state())
    for one in (guard, again):
        assert judged(one, [9.0, 9.0, 1.0, 1.0], begin=32) == [
            "skip",
            "roll_back",
            "apply",
            "apply",
        ]
    assert again.state() == guard.state()
