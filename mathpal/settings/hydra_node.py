"""Check Hydra's own node before Hydra acts on it.

Hydra instantiates what `hydra.callbacks`, `hydra.sweeper` and `hydra.launcher` name, lets Python's
logging call what the logging settings name, and sets environment variables. `allowed` has the
lists of what may be named there.
"""

import copy
import functools
import importlib
import re
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf, open_dict, read_write
from omegaconf.errors import OmegaConfBaseException

from mathpal.settings.allowed import (
    CALLBACKS,
    PRELOADED,
    SWEEPERS,
    VARIABLES,
    how_to_allow,
    is_allowed,
)
from mathpal.settings.faults import Fault, shown
from mathpal.settings.launchers import LAUNCHERS, LOCAL
from mathpal.settings.log_settings import check_logging
from mathpal.settings.preflight import keywords
from mathpal.settings.values import check_value

# Keys to which Hydra gives a meaning of its own.
_CALLS = ("_target_", "_args_", "_partial_", "_recursive_", "_convert_")
# What each of these holds is executed: lines of a shell, or what Ray starts.
_COMMANDS = ("hydra.launcher.setup", "hydra.launcher.ray.init.runtime_env")
# Stands for the directory of the run; nobody can guess it.
_RUN_DIR = f"/{secrets.token_hex(16)}"


def node_faults(cfg: DictConfig) -> list[Fault]:
    """Return the faults of the node `hydra` of a composed configuration, which is not changed."""
    try:
        node = _resolved(cfg)
    except OmegaConfBaseException as error:
        place = getattr(error, "full_key", None) or "hydra"
        reason = str(error).splitlines()[0]
        return [Fault(f"{place}: {reason}", "interpolations that name existing settings")]
    faults: list[Fault] = []
    # An interpolation can put anything in the place of a mapping.
    for place in ("callbacks", "job", "run", "sweep", "job.env_set"):
        value = functools.reduce(lambda found, key: found[key], place.split("."), node)
        if not isinstance(value, dict):
            return [Fault(f"hydra.{place}={shown(value)}", "a mapping of settings")]
    for name, callback in node["callbacks"].items():
        _check_plug_in(f"hydra.callbacks.{name}", callback, CALLBACKS, (), faults)
    _check_sweeper(node["sweeper"], faults)
    _check_launcher(node["launcher"], faults)
    for name in ("hydra_logging", "job_logging"):
        check_logging(f"hydra.{name}", node[name], _RUN_DIR, faults)
    for name in node["job"]["env_set"]:
        if not is_allowed(name, VARIABLES):
            expected = f"one of {', '.join(VARIABLES)}; set others in the environment"
            faults.append(Fault(f"hydra.job.env_set.{name}", expected, how_to_allow(name)))
    check_value("hydra.verbose", node["verbose"], bool | str | list[str], faults)
    if node["output_subdir"] is not None:
        given = f"hydra.output_subdir={node['output_subdir']}"
        faults.append(Fault(given, "null: a run writes its own .hydra/, without secrets"))
    for key, place in (("run", "dir"), ("sweep", "dir"), ("sweep", "subdir")):
        if not str(node[key][place]).isprintable():
            faults.append(
                Fault(f"hydra.{key}.{place}={node[key][place]!r}", "printable characters")
            )
    return faults


def _resolved(cfg: DictConfig) -> dict[str, Any]:
    """Return the node as plain values, as if the run had begun."""
    from hydra.core.hydra_config import HydraConfig

    begun = copy.deepcopy(cfg)
    with read_write(begun.hydra), open_dict(begun.hydra):
        begun.hydra.runtime.output_dir = _RUN_DIR
        begun.hydra.job.id, begun.hydra.job.num = "0", 0
    before = HydraConfig.instance().cfg
    HydraConfig.instance().set_config(begun)  # for ${hydra:…}
    try:
        plain: Any = OmegaConf.to_container(begun.hydra, resolve=True, enum_to_str=True)
    finally:
        HydraConfig.instance().cfg = before
    assert isinstance(plain, dict)
    return plain


def _check_plug_in(
    where: str, node: Any, known: Sequence[str], inner: tuple[str, ...], faults: list[Fault]
) -> bool:
    """Check what a node has called; return whether it is a mapping that may call something.

    Args:
        where: the node's name.
        node: its resolved value.
        known: the names that it may call.
        inner: places in which MathPal itself, and not Hydra, reads a `_target_`.
        faults: the list to append to.
    """
    target = node.get("_target_") if isinstance(node, dict) else None
    if not is_allowed(target, known):
        expected = f"one of {', '.join(known)}; nothing else is ever called"
        given = f"{where}._target_={shown(target)}" if target else f"{where}={shown(node)}"
        faults.append(Fault(given, expected, how_to_allow(str(target)) if target else ""))
        return False
    for place, key, value in _calls(node, where):
        if (place == where and key == "_target_") or (key == "_target_" and place in inner):
            continue
        if place == where and key == "_recursive_" and value is False:
            continue
        if key != "_target_" or not is_allowed(value, ()):
            faults.append(Fault(f"{place}.{key}={shown(value)}", "settings that call nothing"))
    return True


def _calls(node: Any, where: str) -> Iterator[tuple[str, str, Any]]:
    """Yield the place, the key and the value of everything to which Hydra gives a meaning."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in _CALLS:
                yield where, key, value
            yield from _calls(value, f"{where}.{key}")
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from _calls(value, f"{where}[{place}]")


def _check_sweeper(node: Any, faults: list[Fault]) -> None:
    where = "hydra.sweeper"
    own = isinstance(node, dict) and node.get("_recursive_") is False
    proposing = (f"{where}.sampler", f"{where}.pruner", f"{where}.pruner.wrapped_pruner")
    if not _check_plug_in(where, node, SWEEPERS, proposing if own else (), faults):
        return
    path = node.get("custom_search_space")
    if path is not None and not is_allowed(path, ()):
        given = f"{where}.custom_search_space={shown(path)}"
        expected = "a function that you allow; a configuration alone cannot name one"
        faults.append(Fault(given, expected, how_to_allow(str(path))))


def _check_launcher(node: Any, faults: list[Fault]) -> None:
    where = "hydra.launcher"
    if not _check_plug_in(where, node, tuple(LAUNCHERS), (), faults):
        return
    for place, value in _leaves(node, where):
        if not str(value).isprintable():  # it could begin a line of its own in a job's script
            faults.append(Fault(f"{place}={value!r}", "printable characters, on one line"))
        command = next((name for name in _COMMANDS if re.match(rf"{name}\b", place)), None)
        if command and value is not None and not is_allowed(command, ()):
            expected = "null: what stands there would be executed"
            faults.append(Fault(f"{place}={shown(value)}", expected, how_to_allow(command)))
    if node["_target_"] == LOCAL:
        module, _, name = LOCAL.rpartition(".")
        schema = getattr(importlib.import_module(module), name).__init__
        given = {str(key): value for key, value in node.items() if key != "_target_"}
        settings = keywords(where, given, schema, faults)
        preloaded = settings.get("preload", ())
        for module in preloaded if isinstance(preloaded, list | tuple) else ():
            if not is_allowed(module, ()) and str(module).split(".")[0] not in PRELOADED:
                expected = f"a module of {', '.join(PRELOADED)}"
                fault = Fault(f"{where}.preload=[{module}]", expected, how_to_allow(str(module)))
                faults.append(fault)


def _leaves(node: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Yield the place and the value of everything in a node, keys that are not printable too."""
    if isinstance(node, dict):
        for key, value in node.items():
            if not str(key).isprintable():
                yield where, key
            yield from _leaves(value, f"{where}.{key}")
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from _leaves(value, f"{where}[{place}]")
    else:
        yield where, node
