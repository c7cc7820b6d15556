"""A default stands in a signature; conf/ repeats it for Hydra, and the two are equal."""

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml

from mathpal.cli.main import VERBS
from mathpal.settings.checked import parameters
from mathpal.settings.composition import CONF
from mathpal.settings.preflight import GROUPS, SYSTEM
from mathpal.settings.run_settings import RunSettings

# Values of an option that are meant to differ from the function's default, and why.
CURRICULUM = "what the default run teaches"
CHOSEN: dict[tuple[str, str], dict[str, str]] = {
    ("data", "vimath"): dict.fromkeys(
        (
            "grades", "families", "replay", "replay_grades", "test_per_family",
            "replay_test_per_family", "validation_per_family",
        ),
        CURRICULUM,
    ),
    ("evaluation", "standard"): {"instructed": "runs recorded before it existed asked without"},
    ("model", "causal_lm"): {"backend": "runs recorded before the setting existed used this"},
    ("model", "gemma3n_scratch"): dict.fromkeys(
        ("altup_inputs", "vocab_size", "tokenizer_problems"), "the shape of the shipped model"
    ),
    ("model", "gemma3n_tiny"): dict.fromkeys(("max_length", "dtype"), "the shipped model's own"),
    ("trainer", "default"): {"max_steps": "a length is chosen: this one or epochs"},
    ("trainer", "trl"): {"max_steps": "a length is chosen: this one or epochs"},
    ("", "data_audit"): {"fail_on": "names the groups, so that each can be overridden"},
}  # fmt: skip
CHECKED = sorted(
    (group, path.stem) for group in (*GROUPS, SYSTEM) for path in (CONF / group).glob("*.yaml")
)


def read(path: Any) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return dict(found) if found else {}


def function_of(target: str) -> Any:
    module, _, name = target.rpartition(".")
    return getattr(importlib.import_module(module), name)


def differing(node: dict[str, Any], function: Any) -> dict[str, tuple[Any, Any]]:
    """Setting -> (conf's value, the signature's), of those that both have and that differ."""
    known = parameters(function)
    return {
        key: (value, known[key].default)
        for key, value in node.items()
        if key in known
        and known[key].default is not inspect.Parameter.empty
        and not is_same(value, known[key].default)
    }


def is_same(written: Any, default: Any) -> bool:
    if isinstance(written, str) and (written.startswith("${") or written == "???"):
        return True  # follows another setting, or must be given
    if isinstance(default, tuple):
        default = list(default)
    return bool(written == (str(default) if isinstance(default, Path) else default))


def first_options() -> list[tuple[str, str]]:
    """Of each function the option that stands for its defaults: the group's own default, else the
    first that builds on no other. Further options of a function are variants."""
    chosen = {
        group: option
        for entry in read(CONF / "train.yaml")["defaults"]
        if isinstance(entry, dict)
        for group, option in entry.items()
    }
    seen: set[str] = set()
    found = []
    for group, option in sorted(CHECKED, key=lambda c: (c[1] != chosen.get(c[0]), c)):
        node = read(CONF / group / f"{option}.yaml")
        target = node.get("_target_")
        if target is not None and target not in seen and "defaults" not in node:
            seen.add(target)
            found.append((group, option))
    return sorted(found)


@pytest.mark.parametrize(("group", "option"), first_options())
def test_an_option_repeats_the_defaults_of_its_function(group: str, option: str) -> None:
    node = read(CONF / group / f"{option}.yaml")
    found = differing(node, function_of(node["_target_"]))
    assert set(found) == set(CHOSEN.get((group, option), {})), found


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_verb_repeats_the_defaults_of_its_function(verb: str) -> None:
    node = read(CONF / f"{VERBS[verb].config}.yaml")
    found = differing(node, function_of(VERBS[verb].schema)) | differing(node, RunSettings)
    assert set(found) == set(CHOSEN.get(("", VERBS[verb].config), {})), found


@pytest.mark.parametrize("kind", ["optimize", "grid"])
def test_a_sweeper_repeats_the_defaults_of_its_function(kind: str) -> None:
    from mathpal.sweeps import sweeping

    option = {"optimize": "optuna", "grid": "grid"}[kind]
    node = read(CONF / "hydra" / "sweeper" / f"{option}.yaml")
    assert differing(node, getattr(sweeping, kind)) == {}


def test_the_launcher_repeats_the_defaults_of_its_class() -> None:
    node = read(CONF / "hydra" / "launcher" / "local.yaml")
    init = importlib.import_module("hydra_plugins.mathpal_sweeps.launchers").LocalLauncher.__init__
    known = inspect.signature(init).parameters
    assert [k for k in node if k in known and not is_same(node[k], known[k].default)] == []
