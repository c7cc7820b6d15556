"""MathPal's engine against Transformers' own Trainer: step by step the same training."""

import copy
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.errors import ConfigError, DataError
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora
from mathpal.objectives.sft import sft
from mathpal.tokens.batches import TrainingBatches, ValidationBatches
from mathpal.tokens.chat import TokenTable
from mathpal.tokens.windows import Plan
from mathpal.training.driving import Follower, driven, validation_loss
from mathpal.training.fit import fit
from mathpal.training.job import Optimization, TrainingJob
from mathpal.training.module import schedule
from mathpal.training.optimizers import build
from mathpal.training.trl import fit_trl

Tables = tuple[TokenTable, TokenTable]
Records = list[tuple[int, dict[str, float]]]
STEPS = 20
SAME = {"lr": 1e-3, "weight_decay": 0.01}


def tuned(shared_tiny: Loaded, dropout: float) -> Loaded:
    torch.manual_seed(0)
    model = attach_lora(copy.deepcopy(shared_tiny.model), r=4, alpha=8, dropout=dropout)
    return shared_tiny._replace(model=model)


def by_mathpal(loaded: Loaded, tables: Tables, accumulate: int, **settings: Any) -> Records:
    records: Records = []
    fit(
        TrainingJob(loaded, *tables, sft(), lambda s, v: records.append((s, v)), None),
        max_steps=STEPS, batch_tokens=512, accumulate=accumulate, warmup=3, clip=0.5,
        accelerator="cpu", record_every=1, evaluate_every=10, spike=None, layout="padded",
        **SAME, **settings,
    )  # fmt: skip
    return records


def by_trainer(
    loaded: Loaded,
    tables: Tables,
    accumulate: int,
    folder: Path,
    lr: float = 1e-3,
    unwanted: Callable[[], bool] = lambda: False,
) -> Records:
    from transformers import Trainer, TrainingArguments

    records: Records = []
    batches = TrainingBatches(tables[0], Plan(512, accumulate, 42), steps=STEPS, epochs=0, pad=0)
    factor = schedule("cosine", steps=STEPS, warmup=3)
    checks = ValidationBatches(tables[1], batch_tokens=512, pad=0)
    follower = Follower(
        lambda s, v: records.append((s, v)), batches, lr=lr, factor=factor, evaluate_every=10,
        validate=partial(validation_loss, objective=sft(), batches=checks, mixed=False),
        unwanted=unwanted,
    )  # fmt: skip
    making = partial(build, Optimization(lr=lr, weight_decay=0.01, betas=(0.9, 0.98)))
    arguments = TrainingArguments(
        str(folder), max_steps=STEPS, gradient_accumulation_steps=accumulate, max_grad_norm=0.5,
        logging_steps=1, use_cpu=True, report_to="none", save_strategy="no", disable_tqdm=True,
        logging_nan_inf_filter=False, remove_unused_columns=False, per_device_train_batch_size=1,
    )  # fmt: skip
    driven(Trainer, batches, making, factor, 42)(
        loaded.model, arguments, train_dataset=torch.utils.data.TensorDataset(torch.zeros(1)),
        callbacks=[follower],
    ).train()  # fmt: skip
    return records


def named(records: Records, name: str) -> list[tuple[int, float]]:
    return [(step, values[name]) for step, values in records if name in values]


@pytest.mark.parametrize(
    ("accumulate", "dropout"),
    [
        (2, 0.2),
        pytest.param(1, 0.0, marks=pytest.mark.slow),
        pytest.param(4, 0.0, marks=pytest.mark.slow),
    ],
)
def test_twenty_steps_are_those_of_transformers_trainer(
    shared_tiny: Loaded, fit_tables: Tables, tmp_path: Path, accumulate: int, dropout: float
) -> None:
    mine, theirs = tuned(shared_tiny, dropout), tuned(shared_tiny, dropout)
    ours = by_mathpal(mine, fit_tables, accumulate)
    peers = by_trainer(theirs, fit_tables, accumulate, tmp_path)
    for name in ("train/loss", "train/lr", "train/grad_norm", "validation/loss"):
        (steps, values), (their_steps, expected) = (
            zip(*named(records, name), strict=True) for records in (ours, peers)
        )
        assert steps == their_steps
        relative = 1e-4 if name == "train/grad_norm" else 0.0
        assert values == pytest.approx(expected, abs=1e-5, rel=relative), name
    losses = [value for _, value in named(ours, "train/loss")]
    assert len(losses) == STEPS and losses[-1] < losses[0] - 0.03


@pytest.mark.parametrize(("heard", "last"), [(3, 3), (STEPS, STEPS)])
def test_a_pruned_run_ends_at_the_step(
    shared_tiny: Loaded, fit_tables: Tables, tmp_path: Path, heard: int, last: int
) -> None:
    asked = iter(range(1, STEPS))
    records = by_trainer(
        tuned(shared_tiny, 0.0), fit_tables, 1, tmp_path, unwanted=lambda: next(asked) == heard
    )
    assert named(records, "train/loss")[-1][0] == last


def test_a_loss_that_is_not_finite_ends_it(
    shared_tiny: Loaded, fit_tables: Tables, tmp_path: Path
) -> None:
    loaded = tuned(shared_tiny, 0.0)
    with torch.no_grad():
        next(p for p in loaded.model.parameters() if p.requires_grad).fill_(torch.inf)
    with pytest.raises(DataError, match=r"before step 1: .*not finite.*trainer=default"):
        by_trainer(loaded, fit_tables, 1, tmp_path)


class TestRefusals:
    def go(self, loaded: Loaded, tables: Tables, run_dir: Path | None = None) -> None:
        fit_trl(
            TrainingJob(loaded, *tables, sft(), lambda s, v: None, run_dir), lr=1e-3, max_steps=1,
            batch_tokens=512,
        )  # fmt: skip

    @pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
    def test_on_a_cpu_trl_cannot_train(
        self, shared_tiny: Loaded, fit_tables: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
        with pytest.raises(ConfigError, match=r"trainer=trl needs a CUDA GPU.*trainer=default"):
            self.go(shared_tiny, fit_tables)

    def test_without_its_package(
        self, shared_tiny: Loaded, fit_tables: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(ConfigError, match=re.escape("pip install 'mathpal[gpu]'")):
            self.go(shared_tiny, fit_tables)

    def test_a_run_that_has_begun_before(
        self,
        shared_tiny: Loaded,
        fit_tables: Tables,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("mathpal.training.trl._require_trl", lambda loaded, gpu: None)
        (tmp_path / "metrics.jsonl").write_text('{"step": 10}\n')
        with pytest.raises(ConfigError, match=r"cannot resume a run.*trainer=default"):
            self.go(shared_tiny, fit_tables, tmp_path)
