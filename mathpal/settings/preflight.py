"""Check a whole composition before anything heavy is imported, and report every fault at once.

The signature of the callable that a group names is the schema of the group: its keyword-only
parameters are the settings, their annotations the types and ranges. This module decides what
is compared with what (`values` compares), and says how to mend it. A parameter that is annotated as
a mapping to callables holds nodes of the same group, bound and checked alike.
"""

import difflib
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from annotated_types import Ge, Predicate
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from mathpal.errors import ConfigError
from mathpal.settings.faults import Fault, report_faults, shown
from mathpal.settings.rules import RULES
from mathpal.settings.targets import public_function
from mathpal.settings.values import check_value


class Role(NamedTuple):
    """Which functions a group's `_target_` may name: nothing else is ever called.

    Attributes:
        package: where they live; public, and defined there.
        given: the runtime objects that a run hands them by position.
    """

    package: str
    given: tuple[str, ...]


GROUPS = {
    "model": Role("mathpal.models", ()),
    "lora": Role("mathpal.models", ("model",)),
    "data": Role("mathpal.data", ("run_dir",)),
    "objective": Role("mathpal.objectives", ()),
    "trainer": Role(
        "mathpal.training", ("loaded", "train", "validation", "objective", "record", "run_dir")
    ),
    "tracker": Role("mathpal.tracking", ("run_dir",)),
    "evaluation": Role("mathpal.evaluation", ("loaded", "problems")),
    "export": Role("mathpal.export", ("loaded", "run_dir")),
}
Name = Annotated[str, Predicate(lambda text: re.fullmatch(r"[\w.-]+", text) is not None)]


class Bound(NamedTuple):
    """A composition that passed.

    Attributes:
        calls: group -> its callable with the settings bound; runtime objects are still to be
            given, by position.
        settings: the checked values outside the groups.
    """

    calls: dict[str, partial[Any]]
    settings: dict[str, Any]


def run_settings(
    *,
    name: Name,
    seed: Annotated[int, Ge(0)] = 42,
    dry_run: bool = False,
    allow_leakage: bool = False,
    allow_memory: bool = False,
    study: dict[str, Any] | None = None,
    resume: None = None,
) -> None:
    """What a run is told besides its groups.

    Args:
        name: the experiment's name: letters, digits, '.', '_' and '-'.
        seed: of new weights, order and dropout; the data has its own.
        dry_run: do everything but the training.
        allow_leakage: train though held-out questions stand in the training split.
        allow_memory: train though the plan says that memory will not suffice.
        study: of the sweep that the run belongs to; alone, a run does not look at it.
        resume: never part of a composition: on the command line `resume=DIR` stands alone, in
            Python it is `mathpal.run.resume`.
    """


def preflight(cfg: DictConfig, schema: Callable[..., Any] = run_settings) -> Bound:
    """Bind every group of a composed configuration to its callable.

    Args:
        cfg: the composed configuration, without the `hydra` node.
        schema: a function whose keyword-only parameters are the settings outside the groups.
            For a run, all groups must be there; other verbs have those that they compose. The
            rules between groups hold wherever all are.

    Raises:
        ConfigError: naming every fault: unknown keys, wrong types, values out of range, missing
            values and files, forbidden targets, broken rules between groups.
    """
    calls: dict[str, partial[Any]] = {}
    settings: dict[str, Any] = {}
    faults = find_faults(cfg, schema, calls, settings)
    if faults:
        raise ConfigError(report_faults(faults))
    return Bound(calls, settings)


def checked(where: str, given: Mapping[str, Any], function: Callable[..., Any]) -> dict[str, Any]:
    """The given values, checked against a function's keyword-only parameters.

    Args:
        where: their place in the configuration, for messages.
        given: name -> value.
        function: whose signature is the schema.

    Raises:
        ConfigError: naming every fault.
    """
    faults: list[Fault] = []
    settings = _keywords(where, dict(given), function, faults)
    if faults:
        raise ConfigError(report_faults(faults))
    return settings


def find_faults(
    cfg: DictConfig,
    schema: Callable[..., Any],
    calls: dict[str, partial[Any]] | None = None,
    settings: dict[str, Any] | None = None,
) -> list[Fault]:
    """Every fault of a composition; `calls` and `settings` take what is sound."""
    try:
        config = OmegaConf.to_container(cfg, resolve=True, throw_on_missing=False)
    except OmegaConfBaseException as error:
        reason = str(error).splitlines()[0]
        return [Fault(reason, "interpolations that name existing settings")]
    assert isinstance(config, dict)
    faults: list[Fault] = []
    calls = {} if calls is None else calls
    settings = {} if settings is None else settings
    wanted = GROUPS if schema is run_settings else {g: p for g, p in GROUPS.items() if g in config}
    for group, role in wanted.items():
        call = _bind(group, config.get(group), role, faults)
        if call is not None:
            calls[group] = call
    plain = {str(key): value for key, value in config.items() if key not in wanted}
    settings.update(_keywords("", plain, schema, faults, siblings=list(wanted)))
    if len(wanted) == len(GROUPS) and not faults:  # rules read values that must be sound first
        bound = {group: _settings(call) for group, call in calls.items()}
        faults += [fault for rule in RULES if (fault := rule(bound)) is not None]
    return faults


def _keywords(
    group: str,
    given: dict[str, Any],
    function: Callable[..., Any],
    faults: list[Fault],
    siblings: Sequence[str] = (),
    role: Role | None = None,
) -> dict[str, Any]:
    """The given values, checked against the function's keyword-only parameters."""
    parameters = {
        name: parameter
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    prefix = f"{group}." if group else ""
    settings: dict[str, Any] = {}
    for key, value in given.items():
        if key not in parameters:
            faults.append(_unknown(group, key, value, [*parameters, *siblings]))
        elif value == "???":
            faults.append(_missing(prefix + key))
        elif role is not None and _holds_calls(parameters[key].annotation):
            settings[key] = _bind_each(prefix + key, value, role, faults)
        else:
            settings[key] = check_value(prefix + key, value, parameters[key].annotation, faults)
    for name, parameter in parameters.items():
        if parameter.default is inspect.Parameter.empty and name not in given:
            faults.append(_missing(prefix + name))
    return settings


def _bind(group: str, node: Any, role: Role, faults: list[Fault]) -> partial[Any] | None:
    """The group's callable with its checked settings, None where a fault stands in the way."""
    if not isinstance(node, dict) or not isinstance(node.get("_target_"), str):
        top, _, inner = group.partition(".")
        expected = f"an option of conf/{top}/ with a _target_"
        mend = f"+{top}@{group}=OPTION" if inner else ""
        faults.append(Fault(f"{group}={shown(node)}", expected, mend))
        return None
    target = node["_target_"]
    function = public_function(target, role.package, role.given)
    if function is None:
        faults.append(
            Fault(
                f"{group}._target_={target}",
                f"a public function of {role.package} that takes "
                f"({', '.join([*role.given, '*, …'])}); "
                "nothing else is ever called from a config",
            )
        )
        return None
    before = len(faults)
    given = {str(key): value for key, value in node.items() if key != "_target_"}
    settings = _keywords(group, given, function, faults, role=role)
    return partial(function, **settings) if len(faults) == before else None


def _holds_calls(annotation: Any) -> bool:
    """Whether the annotation is a mapping of names to callables."""
    values = get_args(annotation)[1:]
    return get_origin(annotation) is Mapping and [get_origin(v) for v in values] == [Callable]


def _bind_each(
    where: str, nodes: Any, role: Role, faults: list[Fault]
) -> dict[str, partial[Any] | None]:
    """The named nodes of a setting, each bound as a group is."""
    if not isinstance(nodes, dict) or not nodes:
        top = where.split(".")[0]
        expected = f"one or more names, each with an option of conf/{top}/"
        faults.append(Fault(f"{where}={shown(nodes)}", expected, f"+{top}@{where}.NAME=OPTION"))
        return {}
    for name in nodes:
        if not re.fullmatch(r"[\w-]+", str(name)):
            faults.append(Fault(f"{where}.{name}", "a name of letters, digits, '_' and '-'"))
    return {str(n): _bind(f"{where}.{n}", node, role, faults) for n, node in nodes.items()}


def _unknown(group: str, key: str, value: Any, known: list[str]) -> Fault:
    prefix = f"{group}." if group else ""
    close = difflib.get_close_matches(key, known, n=1)
    begins = [name for name in known if key.startswith(name)]
    guess = (close or begins)[:1]
    where = group or "this command"
    return Fault(
        f"{prefix}{key}={shown(value)}",
        f"a setting that exists; {where} has {', '.join(sorted(known)) or 'none'}",
        f"did you mean {prefix}{guess[0]}=…?" if guess else "",
    )


def _missing(where: str) -> Fault:
    return Fault(f"{where} is not given", "a value", f"add {where}=…")


def _settings(call: partial[Any]) -> dict[str, Any]:
    """All settings of a bound call, defaults included, and its function's name as `_name_`."""
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(call.func).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    return {**defaults, **call.keywords, "_name_": call.func.__name__}
