"""`mathpal doctor grads`: right gradients pass, and each way to get them wrong is told."""

import copy
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch

from mathpal.cli.doctor import grads, text_table
from mathpal.curriculum import FAMILIES, problem
from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora, no_lora
from mathpal.objectives.sft import sft
from mathpal.settings.checked import Composition
from mathpal.tokens.chat import TokenTable, encode
from mathpal.training import gradient_check
from mathpal.training.gradient_check import (
    PATHS,
    REENTRANT,
    Finding,
    Path,
    compare,
    examine,
)

CHECKPOINTED = {path.name for path in PATHS if path.checkpointing}
ACCUMULATED = {path.name for path in PATHS if path.parts > 1}
PACKED = {path.name for path in PATHS if path.layout == "packed"}


@pytest.fixture(scope="module")
def table(shared_tiny: Loaded) -> TokenTable:
    """The sixteen shortest of some problems: quick, and of different lengths."""
    problems = [problem("grads", "train", name, 0) for name in sorted(FAMILIES)]
    short = sorted(problems, key=lambda item: len(item.question + item.solution))[:16]
    return encode(short, shared_tiny.tokenizer, max_length=256)


@pytest.fixture
def check(shared_tiny: Loaded, table: TokenTable) -> Callable[..., set[str]]:
    """The names of the paths that are found wrong."""

    def names(objective: Any = None, **settings: Any) -> set[str]:
        model = attach_lora(copy.deepcopy(shared_tiny.model), r=4, alpha=8, dropout=0.3)
        findings = examine(model, table, objective or sft(), pad=0, **settings)
        assert [finding.path for finding in findings] == list(PATHS)
        return {finding.path.name for finding in findings if not finding.right}

    return names


@pytest.mark.parametrize("settings", [{}, {"mixed": True}], ids=str)
def test_the_paths_of_training_are_right(check: Any, settings: dict[str, Any]) -> None:
    assert check(**settings) == set()


def test_a_tolerance_below_rounding_fails(check: Any) -> None:
    assert check(tolerance=1e-12) == {path.name for path in PATHS}


def test_the_mean_of_micro_batch_means_is_told(check: Any) -> None:
    def own_mean(model: Any, batch: Any) -> Any:
        return sft()(model, {**batch, "normaliser": batch["supervised"]})

    assert check(own_mean) == ACCUMULATED


@pytest.mark.parametrize("mixed", [False, True])
def test_packing_that_lets_rows_see_each_other_is_told(check: Any, mixed: bool) -> None:
    def blind(model: Any, batch: Any) -> Any:  # one long row, as an all-ones mask makes it
        return sft()(model, {k: v for k, v in batch.items() if k not in ("position_ids", "rows")})

    assert check(blind, mixed=mixed) == PACKED


def test_a_gradient_that_is_missing_or_not_a_number_is_told() -> None:
    right = {"a": torch.ones(3), "b": torch.ones(3)}
    path = PATHS[0]
    assert compare(path, dict(right), right, 1e-6).right
    assert compare(path, {"a": torch.zeros(3)}, {"a": torch.zeros(3)}, 0.5).right
    lost = compare(path, {"a": torch.ones(3)}, right, 0.5)
    assert (lost.right, lost.weight, lost.largest) == (False, "b", math.inf)
    broken = compare(path, {**right, "b": torch.full((3,), math.nan)}, right, 0.5)
    assert (broken.right, broken.weight) == (False, "b")
    assert not compare(path, right, {"a": torch.zeros(3), "b": torch.zeros(3)}, 0.5).right


def test_a_faint_gradient_is_not_judged_by_its_own_size() -> None:
    expected = {"a": torch.ones(3), "b": torch.full((3,), 1e-9)}
    found = {"a": torch.ones(3), "b": torch.full((3,), 2e-9)}
    assert compare(PATHS[0], found, expected, 1e-4).right
    other = {"a": torch.ones(3), "b": torch.full((3,), 0.1)}
    assert not compare(PATHS[0], other, expected, 1e-4).right


def test_the_model_keeps_its_dropout_and_its_mode(shared_tiny: Loaded, table: TokenTable) -> None:
    model = attach_lora(copy.deepcopy(shared_tiny.model), r=4, alpha=8, dropout=0.3).eval()
    examine(model, table, sft(), pad=0)
    rates = {m.p for m in model.modules() if isinstance(m, torch.nn.Dropout)}
    assert 0.3 in rates
    assert not model.training
    assert not model.is_gradient_checkpointing
    assert all(weight.grad is None for weight in model.parameters())
    assert all(w.abs().sum() > 0 for n, w in model.named_parameters() if ".lora_B." in n)


def test_reentrant_checkpointing_is_wrong_where_layers_share_keys(
    table: TokenTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mathpal.models.scratch import create_gemma3n
    from tests.conftest import TINY

    monkeypatch.setattr(gradient_check, "PATHS", [p for p in PATHS if p.checkpointing][:1])
    made = create_gemma3n(**{**TINY, "layers": 7}, shared_layers=2, seed=1)
    model = attach_lora(made.model, r=4, alpha=8)
    *findings, last = examine(model, table, sft(), pad=0, reentrant=True)
    assert [finding.right for finding in findings] == [True]
    assert (last.path, last.right) == (REENTRANT, False)
    assert last.largest > 0.1


def test_the_table_names_path_errors_verdict_and_weight() -> None:
    name = "base_model.model.model.layers.3.self_attn.k_proj.lora_A.default.weight"
    found = [
        Finding(Path("padded"), 1e-7, 2e-7, name, True),
        Finding(Path("packed, 8×1"), 0.5, 0.75, name, False),
    ]
    assert text_table(found).splitlines() == [
        "path            whole   largest  verdict  largest of",
        "padded        1.0e-07   2.0e-07  ok       layers.3.self_attn.k_proj.lora_A",
        "packed, 8×1   5.0e-01   7.5e-01  WRONG    layers.3.self_attn.k_proj.lora_A",
    ]


class TestVerb:
    def bound(self, loaded: Loaded, lora: Any) -> Composition:
        return Composition({"model": partial(lambda: loaded), "lora": partial(lora)})

    @pytest.mark.parametrize("lora", [partial(attach_lora, r=4, alpha=8), no_lora])
    def test_right_gradients_end_well(self, tiny: Loaded, lora: Any, capsys: Any) -> None:
        grads(self.bound(tiny._replace(max_length=512), lora))
        printed = capsys.readouterr().out.splitlines()
        assert [line.split("  ")[0] for line in printed[1:-1]] == [path.name for path in PATHS]
        assert printed[-1] == "the gradients are right"

    def test_wrong_gradients_end_with_one(
        self, tiny: Loaded, capsys: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wrong = Finding(PATHS[2], 0.5, 0.5, "w", False)
        monkeypatch.setattr(gradient_check, "examine", lambda *_, **__: [wrong])
        lora = partial(attach_lora, r=4, alpha=8)
        with pytest.raises(SystemExit) as end:
            grads(self.bound(tiny._replace(max_length=512), lora))
        assert end.value.code == 1
        assert capsys.readouterr().out.endswith("wrong gradients: packed, 1×8\n")

    def test_reentrant_checkpointing_is_no_part_of_the_verdict(
        self, tiny: Loaded, capsys: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wrong = Finding(REENTRANT, 0.5, 0.5, "w", False)
        monkeypatch.setattr(gradient_check, "examine", lambda *_, **__: [wrong])
        grads(self.bound(tiny._replace(max_length=512), no_lora), reentrant=True)
        assert "the gradients are right" in capsys.readouterr().out

    def test_rows_that_do_not_fit(self, tiny: Loaded) -> None:
        with pytest.raises(ConfigError, match=r"model\.max_length=128 keeps \d+ of 32 problems"):
            grads(self.bound(tiny._replace(max_length=128), no_lora))
