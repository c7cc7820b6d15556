"""A damaged or hostile adapter/ of a run is refused in words, at once; nothing in it is called."""

import copy
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from mathpal.errors import ConfigError, DataError
from mathpal.models.loaded import Loaded
from mathpal.models.lora import attach_lora
from mathpal.run.weights import load_trained, save_trained

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
Load = Callable[[Path], Loaded]


@pytest.fixture
def run(tiny: Loaded, tmp_path: Path) -> Path:
    """A run directory with an adapter alone."""
    tuned = attach_lora(tiny.model, r=2, alpha=2, targets=["q_proj"])
    save_trained(tiny._replace(model=tuned), tmp_path)
    return tmp_path


@pytest.fixture
def load(shared_tiny: Loaded) -> Load:
    base = shared_tiny._replace(model=copy.deepcopy(shared_tiny.model))
    return lambda run: load_trained(lambda: base, run)  # type: ignore[arg-type]


def put(run: Path, **values: Any) -> None:
    path = run / "adapter" / CONFIG
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def changed(run: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    path = run / "adapter" / WEIGHTS
    save_file(change(load_file(path)), path)


def refused(load: Load, run: Path, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(DataError, match=said) as raised:
        load(run)
    assert "adapter" in str(raised.value)
    assert time.monotonic() - began < 20


def test_a_sound_adapter_is_loaded(run: Path, load: Load) -> None:
    assert load(run).model.peft_config["default"].r == 2


def test_a_pickle_is_refused(run: Path, load: Load) -> None:
    (run / "adapter" / WEIGHTS).rename(run / "adapter/adapter_model.bin")
    refused(load, run, r"adapter_model\.bin is a pickle.*safetensors only")


def test_no_weights_are_said(run: Path, load: Load) -> None:
    (run / "adapter" / WEIGHTS).unlink()
    refused(load, run, r"holds no adapter_model\.safetensors")


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\x00", '{"r": 1}', "[" * 10_000])
def test_a_damaged_configuration_is_refused(run: Path, load: Load, content: str) -> None:
    (run / "adapter" / CONFIG).write_text(content)
    refused(load, run, r"adapter_config\.json is damaged")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("r", "2"), ("r", 0), ("r", None), ("r", 10**400), ("lora_alpha", "x"),
        ("lora_alpha", float("nan")), ("lora_dropout", 1.5), ("target_modules", None),
        ("target_modules", [1]), ("peft_type", "IA3"), ("peft_type", ["LORA"]), ("use_dora", "yes"),
        ("megatron_config", {"a": 1}), ("corda_config", {"cache_file": "x.pt"}),
        ("lora_ga_config", {"cache_file": "x.pt"}), ("init_lora_weights", "corda"),
        ("rank_pattern", {"(x+x+)+y": 2}), ("alpha_pattern", {"(x+x+)+y": 2}),
        ("exclude_modules", "(.+)+!"), ("layers_pattern", "(.+)+!"),
        ("modules_to_save", ["lm_head"]),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(run: Path, load: Load, name: str, value: Any) -> None:
    put(run, **{name: value})
    refused(load, run, rf"adapter_config\.json is damaged: .*({name}|digits|NaN)")


@pytest.mark.parametrize(
    "pattern", [r"(\w+\.?)+!", "(a|a)*b", "(.*)*x", "(a{1,9}){1,9}$", "(x?x?)y", ".*" * 30 + "!"]
)
def test_a_regular_expression_without_end_is_refused(run: Path, load: Load, pattern: str) -> None:
    put(run, target_modules=pattern)
    refused(load, run, "regular expression.*target_modules")


@pytest.mark.parametrize("rank", [1, 3, 10**6, 2**31, 10**18])
def test_a_rank_that_the_weights_do_not_have_is_refused(run: Path, load: Load, rank: int) -> None:
    put(run, r=rank)
    refused(load, run, rf"says r={rank}, and the weights beside it have the rank 2")


def test_names_of_layers_are_as_good_as_a_pattern(run: Path, load: Load) -> None:
    put(run, target_modules=["q_proj"])
    assert load(run).model.peft_config["default"].target_modules == {"q_proj"}


@pytest.mark.parametrize("keep", [0, 5, 100, 0.5, -1])
def test_truncated_weights_are_refused(run: Path, load: Load, keep: float) -> None:
    path = run / "adapter" / WEIGHTS
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content)) if keep == 0.5 else int(keep)])
    refused(load, run, "cannot be loaded")


def test_truncated_weights_to_train_on_are_refused(shared_tiny: Loaded, run: Path) -> None:
    path = run / "adapter" / WEIGHTS
    path.write_bytes(path.read_bytes()[:-1])
    base = copy.deepcopy(shared_tiny.model)
    with pytest.raises(ConfigError, match=r"lora\.start=.*adapter_model\.safetensors is damaged"):
        attach_lora(base, r=2, alpha=2, targets=["q_proj"], start=run)


@pytest.mark.parametrize("name", ["lora_A", "lora_B"])
def test_missing_weights_are_refused(run: Path, load: Load, name: str) -> None:
    def without(weights: dict[str, Any]) -> dict[str, Any]:
        gone = next(each for each in weights if name in each)
        return {each: weight for each, weight in weights.items() if each != gone}

    changed(run, without)
    refused(load, run, "does not fit .* 1 of its tensors")


def test_weights_of_another_shape_are_refused(run: Path, load: Load) -> None:
    changed(run, lambda weights: {n: w[:, :-1].contiguous() for n, w in weights.items()})
    refused(load, run, "cannot be loaded: .*size mismatch")
