"""Every option of every group, found by looking: it composes, it binds, it is documented."""

import importlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from omegaconf import DictConfig, OmegaConf

from mathpal.cli.main import VERBS
from mathpal.settings.composition import CONF, compose
from mathpal.settings.preflight import GROUPS, SYSTEM, SYSTEM_ROLE, find_faults, preflight
from mathpal.settings.run_settings import RunSettings

OPTIONS = sorted(
    (folder.name, path.stem)
    for folder in CONF.iterdir()
    if folder.is_dir() and folder.name not in ("hydra", "experiment", "study", SYSTEM)
    for path in folder.glob("*.yaml")
)
SYSTEMS = sorted(path.stem for path in (CONF / SYSTEM).glob("*.yaml"))
EXPERIMENTS = sorted(path.stem for path in (CONF / "experiment").glob("*.yaml"))
# Values that an option leaves to the user (`???`); this file stands for a file that exists.
MANDATORY = {
    **{
        ("data", option): {"data.path": __file__}
        for option in ("file", "messages", "text", "preference", "hub")
    },
    ("model", "causal_lm"): {"model.path": "some/model"},
}
# What the rules between groups ask for beside an option.
COMPANIONS = {
    ("lora", "none"): ["evaluation.systems=[tuned]", "export=none"],
    ("trainer", "fsdp"): ["lora=none", "evaluation.systems=[tuned]", "export=none"],
    ("data", "text"): ["evaluation=none"],
    ("data", "qdrant"): ["data.path=folder"],
}
HEAVY = ("torch", "transformers", "lightning", "peft", "tokenizers", "unsloth", "pyarrow",
         "datasets", "qdrant_client")  # fmt: skip


def config(*overrides: str, name: str = "train") -> DictConfig:
    cfg = compose(overrides, name)
    return OmegaConf.masked_copy(cfg, [str(key) for key in cfg if key != "hydra"])


def composed(group: str, option: str) -> DictConfig:
    given = [f"{key}='{value}'" for key, value in MANDATORY.get((group, option), {}).items()]
    return config(f"{group}={option}", *given, *COMPANIONS.get((group, option), []))


@cache
def written(group: str, option: str) -> dict[str, Any]:
    """The option's own node, with what it takes from the options it builds on."""
    cfg = config(f"{group}={option}")
    node: Any = OmegaConf.to_container(cfg[group], resolve=False)
    return dict(node)


@cache
def system(option: str) -> dict[str, Any]:
    """The node of a system, which compare composes under its own name."""
    cfg = config(f"system=[{option}]", name="compare")
    node: Any = OmegaConf.to_container(cfg[SYSTEM][option], resolve=False)
    return dict(node)


def function_of(target: str) -> Callable[..., Any]:
    module, _, name = target.rpartition(".")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def settings_of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(function).parameters
    return {n: p for n, p in parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}


def targets() -> list[str]:
    found = {written(group, option)["_target_"] for group, option in OPTIONS}
    return sorted(found | {system(option)["_target_"] for option in SYSTEMS})


def documentation(function: Callable[..., Any]) -> str:
    """The function's docstring, with that of the function whose arguments it says it shares."""
    text = inspect.getdoc(function) or ""
    other = re.search(r"[Aa]rguments\b.*\bare those of\s+`(\w+)`", text)
    if other is None:
        return text
    return text + documentation(getattr(inspect.getmodule(function), other[1]))


def test_every_group_has_a_folder_and_every_folder_is_a_group() -> None:
    assert {group for group, _ in OPTIONS} == set(GROUPS)
    defaults = yaml.safe_load((CONF / "train.yaml").read_text(encoding="utf-8"))["defaults"]
    chosen = {key for entry in defaults if isinstance(entry, dict) for key in entry}
    assert set(GROUPS) <= chosen


@pytest.mark.parametrize(("group", "option"), OPTIONS)
def test_every_option_composes_and_binds(
    group: str, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mathpal.settings.rules.find_spec", lambda name: name)  # all are installed
    bound = preflight(composed(group, option))
    assert list(bound.groups) == list(GROUPS)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_composes_and_binds(name: str) -> None:
    bound = preflight(config(f"+experiment={name}"))
    assert bound.options["name"] == name


@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if not name.startswith("tiny_base")])
@pytest.mark.parametrize("trainer", ["default", "trl"])
def test_a_recipe_takes_other_rows_and_the_other_engine(name: str, trainer: str) -> None:
    """Neither a curriculum's settings nor an engine's own may stand in a recipe."""
    bound = preflight(
        config(f"+experiment={name}", "data=file", f"data.path='{__file__}'", f"trainer={trainer}")
    )
    assert bound.groups["data"].func.__name__ == "file"


def test_production_is_the_run_that_it_is_to_repeat() -> None:
    calls = preflight(config("+experiment=production")).groups
    model, lora, trainer = (calls[group].keywords for group in ("model", "lora", "trainer"))
    assert (model["path"], model["quantization"], model["max_length"]) == (
        "google/gemma-3n-E2B-it", "4bit", 2048
    )  # fmt: skip
    assert (lora["r"], lora["alpha"], lora["dropout"]) == (16, 32, 0.1)
    expected = {
        "lr": 1e-4, "scheduler": "cosine", "warmup": 0.05, "weight_decay": 0.01, "max_steps": 200,
        "optimizer": "adamw_8bit", "batch_tokens": 2 * 2048, "accumulate": 8,
    }  # fmt: skip
    assert {name: trainer[name] for name in expected} == expected
    quick = preflight(config("+experiment=quick_test")).groups["trainer"].keywords
    assert {name: quick[name] for name in expected} == {**expected, "max_steps": 20}


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_the_command_line_wins_over_an_experiment(experiment: str) -> None:
    cfg = config(f"+experiment={experiment}", "trainer.lr=0.5", "name=mine")
    assert (cfg.trainer.lr, cfg.name) == (0.5, "mine")


def test_the_table_of_mandatory_values_lists_each_and_no_other() -> None:
    found = {
        (group, option): {f"{group}.{k}" for k, v in written(group, option).items() if v == "???"}
        for group, option in OPTIONS
    }
    assert {where: keys for where, keys in found.items() if keys} == {
        where: set(values) for where, values in MANDATORY.items()
    }


@pytest.mark.parametrize(("group", "option"), sorted(MANDATORY))
def test_a_mandatory_value_that_is_not_given_is_asked_for(group: str, option: str) -> None:
    found = {fault.given for fault in find_faults(config(f"{group}={option}"), RunSettings)}
    assert found == {f"{key} is not given" for key in MANDATORY[group, option]}


@pytest.mark.parametrize(("group", "option"), OPTIONS)
def test_every_option_says_what_it_is(group: str, option: str) -> None:
    first = (CONF / group / f"{option}.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert re.match(r"# \S.*", first), f"conf/{group}/{option}.yaml begins without a comment"


@pytest.mark.parametrize("target", targets())
def test_annotations_are_types_and_not_strings(target: str) -> None:
    """Preflight hands the annotation to pydantic, which cannot see a function's own imports."""
    for name, parameter in settings_of(function_of(target)).items():
        assert parameter.annotation is not inspect.Parameter.empty, name
        assert not isinstance(parameter.annotation, str), name


@pytest.mark.parametrize("target", targets())
def test_every_setting_is_documented(target: str) -> None:
    function = function_of(target)
    text = documentation(function)
    for name in settings_of(function):
        described = re.search(rf"^\s*{name}: \S", text, re.MULTILINE) or f"`{name}`" in text
        assert described, f"{target} does not say what {name} is"


@pytest.mark.parametrize(("group", "option"), OPTIONS)
def test_every_key_is_a_keyword_of_its_function(group: str, option: str) -> None:
    node = written(group, option)
    unknown = set(node) - {"_target_"} - set(settings_of(function_of(node["_target_"])))
    assert unknown == set()


@pytest.mark.parametrize("target", targets())
def test_targets_live_in_their_groups_package(target: str) -> None:
    groups = {group for group, option in OPTIONS if written(group, option)["_target_"] == target}
    if not groups:
        assert target.startswith(f"{SYSTEM_ROLE.package}.")
        return
    assert {GROUPS[group].package for group in groups} == {".".join(target.split(".")[:2])}


@pytest.mark.parametrize("option", SYSTEMS)
def test_every_system_composes_and_binds_under_its_name(option: str, tmp_path: Path) -> None:
    schema = function_of(VERBS["compare"].schema)
    given = [f"system.remote.{key}=x" for key in ("url", "model")] if option == "remote" else []
    cfg = config(f"system=[{option}]", f"run='{tmp_path}'", *given, name="compare")
    bound = preflight(cfg, schema)
    assert list(bound.systems) == [option]
    node, function = system(option), function_of(system(option)["_target_"])
    assert set(node) - {"_target_"} == set(settings_of(function))
    head, first, *_ = (CONF / SYSTEM / f"{option}.yaml").read_text("utf-8").splitlines()
    assert head == f"# @package system.{option}"
    assert re.match(r"# \S.*", first)


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"train"}))
def test_every_verb_composes_and_binds(verb: str, tmp_path: Path) -> None:
    schema = function_of(VERBS[verb].schema)
    mandatory = [n for n, p in settings_of(schema).items() if p.default is inspect.Parameter.empty]
    given = [f"{name}='{tmp_path}'" for name in mandatory if name in ("run", "replay")]
    cfg = config(*given, name=VERBS[verb].config)
    if "study" in mandatory:  # the name of a group too, so that no override can set it
        cfg["study"] = str(tmp_path)
    bound = preflight(cfg, schema)
    assert set(bound.options) <= set(settings_of(schema))
    for parameter in settings_of(schema).values():
        assert not isinstance(parameter.annotation, str)


def test_settings_of_a_run_are_documented() -> None:
    text = documentation(RunSettings)
    assert all(re.search(rf"^\s*{name}: ", text, re.MULTILINE) for name in settings_of(RunSettings))


def test_facades_and_entry_points_import_nothing_heavy() -> None:
    """One process for all: naming an option must not load the library behind it."""
    modules = sorted({target.rpartition(".")[0] for target in targets()})
    modules += [
        "mathpal.cli.main",
        "mathpal.settings.command_line",
        "mathpal.settings.preflight",
        "mathpal.run",
    ]
    code = (
        "import importlib, json, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=CONF.parent
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
