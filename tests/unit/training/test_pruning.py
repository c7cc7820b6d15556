"""Pruning of a running training: when it takes effect, and what it leaves."""

import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mathpal.record.trials import WORD, tell_to_stop
from mathpal.training import checkpoints
from mathpal.training.saving import Saver
from tests.unit.conftest import STEPS, at, die, same


def test_pruning_ends_training_at_its_step_and_writes_no_checkpoint(
    train: Any, tmp_path: Path
) -> None:
    _, records, result = train(tmp_path, end=at(6, lambda: tell_to_stop(tmp_path)))
    assert (result.pruned, result.steps) == (True, 6)
    assert [step for step, _ in records] == [2, 4, 4, 6]
    assert list(checkpoints.steps(tmp_path / "checkpoints")) == [4, 5], "the best, and the due one"
    assert result.metrics["validation/loss"] == records[2][1]["validation/loss"]


def test_pruned_before_the_first_step_it_ends_after_it(train: Any, tmp_path: Path) -> None:
    tell_to_stop(tmp_path)
    _, _, result = train(tmp_path)
    assert (result.pruned, result.steps) == (True, 1)
    assert "validation/loss" not in result.metrics


def test_no_longer_pruned_it_resumes_and_equals_an_uninterrupted_one(
    train: Any, tmp_path: Path
) -> None:
    expected, unbroken, _ = train(tmp_path / "one")
    train(tmp_path / "two", end=at(6, lambda: tell_to_stop(tmp_path / "two")))
    (tmp_path / "two" / WORD).unlink()
    found, records, result = train(tmp_path / "two")
    assert (result.pruned, result.steps) == (False, STEPS)
    assert same(found, expected)
    assert records == [(step, values) for step, values in unbroken if step > 5]


def test_at_the_last_step_it_comes_too_late(train: Any, tmp_path: Path) -> None:
    _, _, result = train(tmp_path, end=at(STEPS, lambda: tell_to_stop(tmp_path)))
    assert (result.pruned, result.steps) == (False, STEPS)
    assert STEPS in checkpoints.steps(tmp_path / "checkpoints")


def test_so_it_does_where_training_ends_for_lack_of_progress(train: Any, tmp_path: Path) -> None:
    # The learning rate is highest at step 1: two misses by step 3.
    _, _, result = train(
        tmp_path, best="train/lr", warmup=1, patience=1, record_every=1,
        end=at(3, lambda: tell_to_stop(tmp_path)),
    )  # fmt: skip
    assert (result.pruned, result.steps) == (False, 3)


def test_a_signal_beside_it_changes_nothing(train: Any, tmp_path: Path) -> None:
    def both() -> None:
        tell_to_stop(tmp_path)
        os.kill(os.getpid(), signal.SIGTERM)

    _, _, result = train(tmp_path, end=at(6, both))
    assert result is not None, "the signal alone would have ended the process"
    assert (result.pruned, result.steps) == (True, 6)


def test_a_directory_is_not_needed_to_train(train: Any) -> None:
    _, _, result = train(None, max_steps=2, end=at(40, die))
    assert not result.pruned


class Rank:
    """One of two processes at the end of a step; the other one's decisions are given."""

    def __init__(self, folder: Path, *, first: bool, other: list[bool]) -> None:
        self.asked: list[bool] = []
        self.other = other
        self.is_global_zero, self.should_stop = first, False
        self.strategy = SimpleNamespace(reduce_boolean_decision=self.agree)
        best: Any = SimpleNamespace(exhausted=False, step=None)
        recorder: Any = None
        self.saver = Saver(
            folder / "checkpoints", recorder, best, every=None, keep_last=1, steps=9,
            rows=lambda step: [],
        )  # fmt: skip

    def agree(self, mine: bool, all: bool) -> bool:
        self.asked.append(mine)
        return mine or self.other[len(self.asked) - 1]

    def step_done(self) -> None:
        self.saver._step_done(self, SimpleNamespace(step=3))


class TestSeveralProcesses:
    def test_agree_once_a_step(self, tmp_path: Path) -> None:
        rank = Rank(tmp_path, first=True, other=[False])
        rank.step_done()
        assert (rank.asked, rank.saver.pruned, rank.should_stop) == ([False], False, False)

    def test_the_first_alone_looks_for_the_word(self, tmp_path: Path) -> None:
        tell_to_stop(tmp_path)
        rank = Rank(tmp_path, first=False, other=[False])
        rank.step_done()
        assert (rank.asked, rank.should_stop) == ([False], False)

    @pytest.mark.parametrize("first", [True, False])
    def test_all_end_where_it_has_seen_it(self, tmp_path: Path, first: bool) -> None:
        if first:
            tell_to_stop(tmp_path)
        rank = Rank(tmp_path, first=first, other=[not first] * 2)
        rank.step_done()
        assert (rank.asked, rank.saver.pruned, rank.should_stop) == ([first] * 2, True, True)

    def test_a_signal_to_the_other_alone_is_no_word(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rank = Rank(tmp_path, first=True, other=[True, False])
        monkeypatch.setattr(rank.saver, "_save", lambda *_, **__: None)
        with pytest.raises(SystemExit) as stop:
            rank.step_done()
        assert (rank.saver.pruned, stop.value.code) == (False, 143)
