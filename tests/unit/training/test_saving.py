"""Bad steps in a real training: skipped, rolled back, stopped; memory that runs out."""

import errno
import json
import math
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.errors import ConfigError, DataError, OutOfMemoryError
from mathpal.objectives.sft import sft
from mathpal.training import checkpoints
from tests.unit.conftest import STEPS, at, die, same


class Spoiling:
    """The objective, with something else instead at some of the calls (from 0)."""

    def __init__(self, calls: set[int], spoil: Any) -> None:
        self.calls, self.spoil, self.count = calls, spoil, -1

    def __call__(self, model: Any, batch: Any) -> torch.Tensor:
        loss: torch.Tensor = sft()(model, batch)
        if not model.training:
            return loss
        self.count += 1
        return self.spoil(loss) if self.count in self.calls else loss


def nan(loss: torch.Tensor) -> torch.Tensor:
    return loss * math.nan


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_step_that_is_not_finite_leaves_the_weights_alone(train: Any, tmp_path: Path) -> None:
    _expected, _, _ = train(None, max_steps=6)
    found, records, result = train(tmp_path, max_steps=7, objective=Spoiling({6}, nan), warmup=2,
                                   scheduler="constant", record_every=1)  # fmt: skip
    constant, _, _ = train(None, max_steps=6, scheduler="constant")
    assert same(found, constant)
    assert result.steps == 7
    (skipped,) = lines(tmp_path / "skipped.jsonl")
    assert skipped["step"] == 7
    assert skipped["decision"] == "skip"
    assert skipped["rows"] == sorted(skipped["rows"]) != []
    assert "train/loss" not in records[-2][1], "a step that was not applied has no loss"


def test_after_too_many_the_weights_roll_back_and_training_continues(
    train: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _, _, result = train(tmp_path, objective=Spoiling({7, 8}, nan), max_skips=1)
    assert result.steps == STEPS
    assert [r["decision"] for r in lines(tmp_path / "skipped.jsonl")] == ["skip", "roll_back"]
    assert "rolling back to the weights of step 5" in caplog.text


def test_when_rolling_back_does_not_help_it_stops_and_names_the_rows(
    train: Any, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"training stops at step 8.*roll-back did not.*rows \d"):
        train(tmp_path, objective=Spoiling({6, 7}, nan), max_skips=0)
    assert checkpoints.newest(tmp_path / "checkpoints").step == 5


def test_before_the_first_checkpoint_there_is_nothing_to_roll_back_to(
    train: Any, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="there is no checkpoint yet"):
        train(tmp_path, objective=Spoiling({1}, nan), max_skips=0)


def test_skips_are_resumed_like_everything_else(train: Any, tmp_path: Path) -> None:
    objective = Spoiling({3}, nan)
    expected, _, _ = train(tmp_path / "one", objective=objective)
    train(tmp_path / "two", objective=Spoiling({3}, nan), end=at(8, die))
    found, _, result = train(tmp_path / "two")
    assert same(found, expected)
    assert result.metrics.get("train/skipped", 1) == 1


def run_out(times: int) -> Any:
    left = [times]

    def spoil(loss: torch.Tensor) -> torch.Tensor:
        if left[0]:
            left[0] -= 1
            raise torch.OutOfMemoryError("CUDA out of memory (simulated)")
        return loss

    return spoil


def test_out_of_memory_halves_the_micro_batches_of_the_same_rows(
    train: Any, unbroken: Any, tmp_path: Path
) -> None:
    _found, records, result = train(tmp_path, objective=Spoiling({6}, run_out(1)))
    (note,) = result.notes
    assert note == "out of memory at step 7: from there on 2 micro-batches of 512 tokens"
    assert [s for s, _ in records] == [s for s, _ in unbroken[1]]
    for (_, mine), (_, theirs) in zip(records, unbroken[1], strict=True):
        # Dropout is drawn for other micro-batches, so only the course is the same.
        assert mine == pytest.approx(theirs, rel=0.2)


def test_without_dropout_it_is_the_same_training(train: Any, tmp_path: Path) -> None:
    _, unbroken, _ = train(None, whole=True, lr=1e-4)
    _, records, _ = train(None, whole=True, lr=1e-4, objective=Spoiling({6}, run_out(1)))
    for (_, mine), (_, theirs) in zip(records, unbroken, strict=True):
        assert (
            mine["train/loss"] == pytest.approx(theirs["train/loss"], abs=1e-4)
            if ("train/loss" in mine)
            else mine == pytest.approx(theirs, abs=1e-4)
        )


def test_when_even_one_row_does_not_fit_it_says_what_to_do(train: Any, tmp_path: Path) -> None:
    with pytest.raises(
        OutOfMemoryError, match=r"out of memory.*cannot be halved.*checkpointing=true"
    ):
        train(tmp_path, objective=Spoiling(set(range(6, 99)), run_out(99)))


def test_training_ends_when_it_no_longer_gets_better(train: Any, tmp_path: Path) -> None:
    _, records, result = train(
        tmp_path, lr=1e-9, max_steps=40, evaluate_every=2, patience=2, finish_with="best"
    )
    checks = [(s, v["validation/loss"]) for s, v in records if "validation/loss" in v]
    best = min(checks, key=lambda pair: pair[1])[0]
    assert result.steps == checks[-1][0] < 40
    assert result.steps == best + 2 * 3


def test_the_best_weights_can_be_what_remains(train: Any, tmp_path: Path) -> None:
    # Of the records at steps 2, 4, … the learning rate is highest at the end of the warm-up.
    found, _, _ = train(
        tmp_path, best="train/lr", warmup=4, finish_with="best", keep_last=1, checkpoint_every=None
    )
    kept = checkpoints.steps(tmp_path / "checkpoints")
    assert list(kept) == [4, 12]
    assert (tmp_path / "checkpoints" / "best").resolve() == kept[4]
    assert same(found, checkpoints.read(kept[4]).weights)
    assert not same(found, checkpoints.read(kept[12]).weights)


@pytest.mark.parametrize("settings", [{"patience": 2}, {"finish_with": "best"}])
def test_a_best_step_needs_something_to_judge_by(
    shared_tiny: Any, settings: dict[str, Any]
) -> None:
    from mathpal.training.fit import fit
    from mathpal.training.job import TrainingJob

    with pytest.raises(ConfigError, match="no validation rows"):
        fit(
            TrainingJob(shared_tiny, None, None, sft(), lambda s, v: None, None),
            lr=1e-3, max_steps=1, batch_tokens=512, **settings,
        )  # fmt: skip


def test_an_error_before_training_begins_is_not_hidden_by_the_progress_bar() -> None:
    from mathpal.training.recording import Recorder

    recorder = Recorder(lambda step, values: None, every=1, steps=2, flops_per_token=1.0)
    recorder.on_exception(None, None, ValueError("the real one"))


@pytest.mark.parametrize("how", ["copied with its links followed", "no links here"])
def test_the_best_is_kept_without_its_link(
    train: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    asked = {"finish_with": "best", "keep_last": 1, "checkpoint_every": 1, "lr": 1.0}
    expected, _, _ = train(tmp_path / "whole", **asked)
    train(tmp_path / "one", end=at(8, die), **asked)
    if how == "no links here":
        monkeypatch.setattr(os, "symlink", refuse)
        again = tmp_path / "one"
    else:
        again = shutil.copytree(tmp_path / "one", tmp_path / "two", symlinks=False)
        assert not (again / "checkpoints" / "best").is_symlink()
    found, _, _ = train(again, **asked)
    assert same(found, expected)
