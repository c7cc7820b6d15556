"""A resumed training equals an uninterrupted one, bit for bit."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from mathpal.training import checkpoints
from tests.unit.conftest import EXACT, STEPS, at, die, same


@pytest.mark.parametrize(
    "settings",
    [
        {"accumulate": 4, "batch_tokens": 256, "order": "given"},
        {"workers": 2, "checkpoint_every": 3},
        {"whole": True, "weight_decay": 0.1, "layout": "padded"},
    ],
    ids=str,
)
def test_killed_and_resumed_is_as_if_it_had_not_been(
    train: Any, tmp_path: Path, settings: dict[str, Any]
) -> None:
    expected, whole, _ = train(None, **settings)
    _, before, _ = train(tmp_path, end=at(8, die), **settings)
    begun = checkpoints.newest(tmp_path / "checkpoints")
    assert begun is not None and 0 < begun.step < 8
    found, after, result = train(tmp_path, **settings)
    assert same(found, expected)
    assert result.steps == STEPS
    assert [(s, v) for s, v in before if s <= begun.step] + after == whole


def test_an_epochs_end_is_no_special_place(train: Any, tmp_path: Path, fit_tables: Any) -> None:
    from mathpal.tokens.windows import Plan, windows

    one = len(windows(fit_tables[0].lengths, Plan(1024, 1, 42, layout="packed"), 0))
    settings = {"max_steps": 2 * one, "checkpoint_every": one}
    expected, _, _ = train(None, **settings)
    train(tmp_path, end=at(2 * (one // 2) + 2, die), **settings)
    begun = checkpoints.newest(tmp_path / "checkpoints")
    assert begun is not None and begun.step == one
    found, _, _ = train(tmp_path, **settings)
    assert same(found, expected)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGUSR2, 140)]
)
def test_a_signal_is_obeyed_after_the_step_with_a_checkpoint(
    train: Any, unbroken: Any, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    handler = signal.getsignal(number)
    with pytest.MonkeyPatch.context() as patch:
        seen: list[int] = []
        patch.setattr(
            "mathpal.training.saving.exit_code", lambda n: seen.append(128 + n) or 128 + n
        )
        train(tmp_path, end=at(6, lambda: os.kill(os.getpid(), number)))
    assert seen == [code]
    begun = checkpoints.newest(tmp_path / "checkpoints")
    assert begun is not None and begun.step == 6
    assert signal.getsignal(number) == handler
    found, _, _ = train(tmp_path)
    assert same(found, unbroken[0])


def test_a_finished_training_is_not_done_again(train: Any, tmp_path: Path) -> None:
    expected, _, first = train(tmp_path)
    found, records, second = train(tmp_path)
    assert same(found, expected)
    assert records == []
    exact = {n: v for n, v in first.metrics.items() if n in EXACT}
    assert exact == {n: v for n, v in second.metrics.items() if n in EXACT}
    assert second.steps == STEPS
