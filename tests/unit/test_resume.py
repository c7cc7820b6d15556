"""Going on equals not having stopped, bit for bit."""

import contextlib
import copy
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.curriculum import FAMILIES, problem
from mathpal.data.chat import TokenTable, encode
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora, no_lora
from mathpal.objectives.sft import sft
from mathpal.training import checkpoints
from mathpal.training.fit import FitResult, fit

Records = list[tuple[int, dict[str, float]]]
EXACT = ("train/loss", "train/lr", "train/grad_norm", "validation/loss")
STEPS = 12


class Killed(Exception):
    """What ends a run without a word."""


@pytest.fixture(scope="module")
def tables(shared_tiny: Loaded) -> tuple[TokenTable, TokenTable]:
    def rows(split: str, count: int) -> TokenTable:
        names = sorted(FAMILIES)[:20]
        texts = [problem("resume", split, name, i) for name in names for i in range(count)]
        return encode(texts, shared_tiny.tokenizer, max_length=256)

    return rows("train", 2), rows("validation", 1)


@pytest.fixture
def train(shared_tiny: Loaded, tables: tuple[TokenTable, TokenTable]) -> Callable[..., Any]:
    """Train a fresh copy with dropout, ended at will; gives weights, records and the result."""

    def go(
        run_dir: Path | None,
        *,
        end: Callable[[int], None] | None = None,
        whole: bool = False,
        **settings: Any,
    ) -> tuple[dict[str, torch.Tensor], Records, FitResult | None]:
        torch.manual_seed(0)
        model = copy.deepcopy(shared_tiny.model)
        model = no_lora(model) if whole else attach_lora(model, r=4, alpha=8, dropout=0.2)
        records: Records = []

        def record(step: int, values: dict[str, float]) -> None:
            records.append((step, {n: v for n, v in values.items() if n in EXACT}))
            if end is not None:
                end(step)

        asked: dict[str, Any] = {
            "lr": 1e-2, "batch_tokens": 1024, "max_steps": STEPS, "checkpoint_every": 5,
            "record_every": 2, "evaluate_every": 4, "accelerator": "cpu", "warmup": 2,
        } | settings  # fmt: skip
        result = None
        with contextlib.suppress(Killed, SystemExit):
            result = fit(
                shared_tiny._replace(model=model), *tables, sft(), record, run_dir, **asked
            )
        weights = {n: p.detach() for n, p in model.named_parameters() if p.requires_grad}
        return weights, records, result

    return go


def at(step: int, action: Callable[[], Any]) -> Callable[[int], None]:
    return lambda now: action() if now == step else None


def die() -> None:
    raise Killed


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(w.equal(other[n]) for n, w in one.items())


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"accumulate": 4, "batch_tokens": 256},
        {"workers": 2},
        {"whole": True, "weight_decay": 0.1},
        {"layout": "packed"},
        {"order": "given"},
        {"checkpoint_every": 3},
    ],
    ids=str,
)
def test_killed_and_resumed_is_as_if_it_had_not_been(
    train: Any, tmp_path: Path, settings: dict[str, Any]
) -> None:
    expected, unbroken, _ = train(None, **settings)
    _, before, _ = train(tmp_path, end=at(8, die), **settings)
    begun = checkpoints.newest(tmp_path / "checkpoints")
    assert begun is not None and 0 < begun.step < 8
    found, after, result = train(tmp_path, **settings)
    assert same(found, expected)
    assert result.steps == STEPS
    assert [(s, v) for s, v in before if s <= begun.step] + after == unbroken


def test_an_epochs_end_is_no_special_place(train: Any, tmp_path: Path, tables: Any) -> None:
    from mathpal.data.windows import Plan, windows

    one = len(windows(tables[0].lengths, Plan(1024, 1, 42), 0))
    settings = {"max_steps": 3 * one, "checkpoint_every": one}
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
    train: Any, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    expected, _, _ = train(None)
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
    assert same(found, expected)


def test_a_finished_training_is_not_done_again(train: Any, tmp_path: Path) -> None:
    expected, _, first = train(tmp_path)
    found, records, second = train(tmp_path)
    assert same(found, expected)
    assert records == []
    exact = {n: v for n, v in first.metrics.items() if n in EXACT}
    assert exact == {n: v for n, v in second.metrics.items() if n in EXACT}
    assert second.steps == STEPS
