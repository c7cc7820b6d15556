"""A short training that a unit test can end, resume and look into."""

import contextlib
import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.curriculum import FAMILIES, problem
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora, no_lora
from mathpal.objectives.sft import Supervised, sft
from mathpal.tokens.chat import TokenTable, encode
from mathpal.training.fit import FitResult, fit
from mathpal.training.job import TrainingJob

Records = list[tuple[int, dict[str, float]]]
EXACT = ("train/loss", "train/lr", "train/grad_norm", "validation/loss")
STEPS = 12


class Killed(Exception):
    """What ends a run without a word."""


@pytest.fixture(scope="session")
def fit_tables(shared_tiny: Loaded) -> tuple[TokenTable, TokenTable]:
    def rows(split: str, count: int) -> TokenTable:
        names = sorted(FAMILIES)[:20]
        texts = [problem("resume", split, name, i) for name in names for i in range(count)]
        return encode(texts, shared_tiny.tokenizer, max_length=256)

    return rows("train", 2), rows("validation", 1)


@pytest.fixture(scope="session")
def train(shared_tiny: Loaded, fit_tables: tuple[TokenTable, TokenTable]) -> Callable[..., Any]:
    """Train a fresh copy with dropout, ended at will; gives weights, records and the result."""

    def go(
        run_dir: Path | None,
        *,
        end: Callable[[int], None] | None = None,
        whole: bool = False,
        objective: Any = None,
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
                TrainingJob(
                    shared_tiny._replace(model=model),
                    *fit_tables,
                    Supervised(objective) if objective else sft(),
                    record,
                    run_dir,
                ),
                **asked,
            )
        weights = {n: p.detach() for n, p in model.named_parameters() if p.requires_grad}
        return weights, records, result

    return go


@pytest.fixture(scope="session")
def unbroken(train: Callable[..., Any]) -> tuple[dict[str, torch.Tensor], Records]:
    """Weights and records of the training with its own settings, uninterrupted."""
    weights, records, _ = train(None)
    return weights, records


def at(step: int, action: Callable[[], Any]) -> Callable[[int], None]:
    return lambda now: action() if now == step else None


def die() -> None:
    raise Killed


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(w.equal(other[n]) for n, w in one.items())
