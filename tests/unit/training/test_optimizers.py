"""Optimizers by name: their groups, their steps, and resuming from a checkpoint."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

from mathpal.errors import ConfigError
from mathpal.training.job import Optimization
from mathpal.training.optimizers import build as made_of
from tests.unit.conftest import at, die, same

SETTINGS: dict[str, Any] = {"lr": 0.01, "weight_decay": 0.0, "betas": (0.9, 0.98)}


def build(name: Any, weights: Any, *, gpu: bool = False, **settings: Any) -> Any:
    return made_of(Optimization(optimizer=name, **settings), weights, gpu=gpu)


def weights() -> dict[str, torch.nn.Parameter]:
    def made(*shape: int) -> torch.nn.Parameter:
        return torch.nn.Parameter(torch.zeros(shape))

    return {
        "layers.0.q_proj.lora_A.default.weight": made(2, 4),
        "layers.0.q_proj.lora_B.default.weight": made(4, 2),
        "embed.lora_embedding_A.default": made(2, 4),
        "embed.lora_embedding_B.default": made(4, 2),
        "layers.0.q_proj.lora_magnitude_vector.default.weight": made(4),
        "layers.0.lora_Bias.weight": made(4, 4),  # a name that only begins alike
    }


def stepped(optimizer: torch.optim.Optimizer) -> dict[tuple[int, ...], float]:
    """How far one step along a gradient of ones goes, by the weights' group and shape."""
    moved = {}
    for group in optimizer.param_groups:
        group["lr"] = group["peak"]
        for weight in group["params"]:
            weight.grad = torch.ones_like(weight)
    optimizer.step()
    for number, group in enumerate(optimizer.param_groups):
        for weight in group["params"]:
            moved[number, *weight.shape] = float(-weight.detach().mean())
    return moved


def test_matrices_decay_and_vectors_do_not() -> None:
    optimizer = build("adamw", weights(), **SETTINGS | {"weight_decay": 0.1})
    kinds = [({w.ndim for w in g["params"]}, g["weight_decay"]) for g in optimizer.param_groups]
    assert kinds == [({2}, 0.1), ({1}, 0.0)]
    assert {g["peak"] for g in optimizer.param_groups} == {0.01}


@pytest.mark.parametrize("name", ["adamw", "adafactor"])
def test_lora_plus_speeds_up_the_b_matrices_alone(name: Any) -> None:
    given = weights()
    optimizer = build(name, given, **SETTINGS, lora_plus=4.0)
    fast = optimizer.param_groups[-1]
    assert {id(w) for w in fast["params"]} == {
        id(w) for n, w in given.items() if ".lora_B." in n or ".lora_embedding_B." in n
    }
    assert [g["peak"] for g in optimizer.param_groups] == [0.01, 0.01, 0.04]
    assert sum(len(g["params"]) for g in optimizer.param_groups) == len(given)
    moved = stepped(optimizer)
    assert moved[2, 4, 2] == pytest.approx(4 * moved[0, 2, 4], rel=1e-3)


@pytest.mark.parametrize("name", ["adamw", "adafactor"])
def test_a_first_step_is_as_long_as_the_rate_even_from_zero(name: Any) -> None:
    """The near-miss is torch.optim.Adafactor, for which a weight of zero hardly moves."""
    assert stepped(build(name, weights(), **SETTINGS))[0, 4, 2] == pytest.approx(0.01, rel=1e-3)
    theirs = torch.optim.Adafactor([torch.nn.Parameter(torch.zeros(4, 2))], lr=0.01)
    theirs.param_groups[0]["peak"] = 0.01
    assert stepped(theirs)[0, 4, 2] < 1e-4


def test_adafactor_keeps_a_row_and_a_column_of_a_matrix() -> None:
    matrix = torch.nn.Parameter(torch.zeros(64, 32))
    optimizer = build("adafactor", {"w": matrix}, **SETTINGS)
    stepped(optimizer)
    kept = [v for v in optimizer.state[matrix].values() if isinstance(v, torch.Tensor)]
    assert sum(value.numel() for value in kept) < 64 + 32 + 4


def test_lora_plus_without_lora() -> None:
    plain = {"q_proj.weight": torch.nn.Parameter(torch.zeros(2, 2))}
    with pytest.raises(ConfigError, match=r"trainer\.lora_plus=4 .*no LoRA.*lora_plus=null"):
        build("adamw", plain, **SETTINGS, lora_plus=4.0)


def test_eight_bits_need_a_gpu_and_their_package() -> None:
    with pytest.raises(ConfigError, match=r"adamw_8bit needs a CUDA GPU.*optimizer=adamw"):
        build("adamw_8bit", weights(), **SETTINGS)
    if find_spec("bitsandbytes") is None:
        with pytest.raises(ConfigError, match=r'pip install "mathpal\[gpu\]"'):
            build("adamw_8bit", weights(), **SETTINGS, gpu=True)


def test_the_recorded_rate_is_the_runs_own(train: Any) -> None:
    _, records, _ = train(None, lora_plus=8.0, max_steps=2, warmup=0, record_every=1)
    rates = [values["train/lr"] for _, values in records if "train/lr" in values]
    assert rates == pytest.approx([0.01, 0.005])


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "adafactor"},
        {"lora_plus": 4.0, "weight_decay": 0.1},
        {"optimizer": "adafactor", "whole": True, "weight_decay": 0.1},
    ],
    ids=str,
)
def test_killed_and_resumed_is_as_if_it_had_not_been(
    train: Any, tmp_path: Path, settings: dict[str, Any]
) -> None:
    short = {"max_steps": 6, "checkpoint_every": 2, "evaluate_every": 6, **settings}
    expected, unbroken, _ = train(None, **short)
    train(tmp_path, end=at(4, die), **short)
    found, after, _ = train(tmp_path, **short)
    assert same(found, expected)
    assert after == [record for record in unbroken if record[0] > 2]
