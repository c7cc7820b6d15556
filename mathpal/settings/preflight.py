"""Check a whole composition before anything heavy is imported, and report every fault at once.

A group names a function, and the function's signature is the group's schema: its keyword-only
parameters are the settings, and their annotations are the types and ranges. A parameter annotated
as a mapping of names to callables holds nodes of the same group, which are checked and bound in
the same way. `values` compares a single value with its annotation.
"""

import difflib
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, get_args, get_origin

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from mathpal.errors import ConfigError
from mathpal.settings.capabilities import capabilities
from mathpal.settings.checked import Call, Composition, parameters, settings_of, with_nested
from mathpal.settings.faults import Fault, report_faults, shown
from mathpal.settings.foreign import translated
from mathpal.settings.rules import RULES
from mathpal.settings.run_settings import RunSettings
from mathpal.settings.targets import public_function
from mathpal.settings.values import check_value


class Role(NamedTuple):
    """The functions that a group's `_target_` may name; nothing else is ever called.

    Attributes:
        package: the package that must define the function.
        given: names of the runtime objects that a run passes by position.
    """

    package: str
    given: tuple[str, ...]


GROUPS = {
    "model": Role("mathpal.models", ()),
    "lora": Role("mathpal.models", ("model",)),
    "data": Role("mathpal.data", ("run_dir",)),
    "objective": Role("mathpal.objectives", ()),
    "trainer": Role("mathpal.training", ("job",)),
    "tracker": Role("mathpal.tracking", ("run_dir",)),
    "evaluation": Role("mathpal.evaluation", ("loaded", "problems")),
    "export": Role("mathpal.export", ("loaded", "run_dir")),
}
# A group of verbs: it holds a node for each chosen option, by name.
SYSTEM, SYSTEM_ROLE = "system", Role("mathpal.systems", ("bench", "name"))


def preflight(cfg: DictConfig, schema: Callable[..., Any] = RunSettings) -> Composition:
    """Check a composed configuration, and bind the settings of every group to its function.

    Args:
        cfg: the composed configuration, without the `hydra` node.
        schema: a function or record whose keyword-only parameters are the settings outside the
            groups. A run needs all groups; another verb has the groups that it composes. The
            rules between groups are checked if all groups are present.

    Raises:
        ConfigError: if there are faults; it lists all of them: unknown keys, wrong types, values
            out of range, missing values and files, forbidden targets, broken rules between groups.
    """
    groups: dict[str, Call] = {}
    options: dict[str, Any] = {}
    faults = find_faults(cfg, schema, groups, options)
    if faults:
        raise ConfigError(report_faults(faults))
    return Composition(groups, options)


def checked(where: str, given: Mapping[str, Any], function: Callable[..., Any]) -> dict[str, Any]:
    """Check values against a function's keyword-only parameters and return them converted.

    Args:
        where: their place in the configuration, for messages.
        given: name -> value.
        function: the function whose signature is the schema.

    Raises:
        ConfigError: if there are faults; it lists all of them.
    """
    faults: list[Fault] = []
    settings = keywords(where, dict(given), function, faults)
    if faults:
        raise ConfigError(report_faults(faults))
    return settings


def find_faults(
    cfg: DictConfig,
    schema: Callable[..., Any],
    groups: dict[str, Call] | None = None,
    options: dict[str, Any] | None = None,
) -> list[Fault]:
    """Return every fault of a composition; collect the valid parts in `groups` and `options`."""
    try:
        config = OmegaConf.to_container(cfg, resolve=True, throw_on_missing=False)
    except OmegaConfBaseException as error:
        reason = str(error).splitlines()[0]
        return [Fault(reason, "interpolations that name existing settings")]
    assert isinstance(config, dict)
    faults: list[Fault] = []
    groups = {} if groups is None else groups
    options = {} if options is None else options
    own = parameters(schema)  # a setting may have the name of a group
    wanted = GROUPS if schema is RunSettings else {g: r for g, r in GROUPS.items() if g in config}
    wanted = {group: role for group, role in wanted.items() if group not in own}
    for group, role in wanted.items():
        call = _bind(group, config.get(group), role, faults)
        if call is not None:
            groups[group] = call
    if SYSTEM in config and SYSTEM not in own:
        wanted = {**wanted, SYSTEM: SYSTEM_ROLE}
        bound = _bind_each(SYSTEM, config[SYSTEM], SYSTEM_ROLE, faults)
        groups.update({f"{SYSTEM}.{name}": call for name, call in bound.items() if call})
    plain = {str(key): value for key, value in config.items() if key not in wanted}
    beside = capabilities(schema).beside
    if beside is not None:
        own, others = parameters(schema), parameters(beside)
        foreign = {key: plain.pop(key) for key in list(plain) if key in others and key not in own}
        keywords("", foreign, beside, faults)
    options.update(keywords("", plain, schema, faults, siblings=list(wanted)))
    if not faults:  # rules can only compare valid values
        composition = Composition(groups, options)
        calls = [one for call in groups.values() for one in with_nested(call)]
        rules = [capabilities(call.func).rule for call in calls]
        found = [rule(settings_of(c)) for rule, c in zip(rules, calls) if rule]
        if wanted.keys() >= GROUPS.keys():
            found += [rule(composition) for rule in RULES]
        faults += [fault for fault in found if fault is not None]
    return faults


def keywords(
    group: str,
    given: dict[str, Any],
    function: Callable[..., Any],
    faults: list[Fault],
    siblings: Sequence[str] = (),
    role: Role | None = None,
) -> dict[str, Any]:
    """Check values against the function's keyword-only parameters and return them converted."""
    known = parameters(function)
    prefix = f"{group}." if group else ""
    settings: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            faults.append(_unknown(group, key, value, [*known, *siblings]))
        elif value == "???":
            faults.append(_missing(prefix + key))
        elif role is not None and _holds_calls(known[key].annotation):
            settings[key] = _bind_each(prefix + key, value, role, faults)
        else:
            settings[key] = check_value(prefix + key, value, known[key].annotation, faults)
    for name, parameter in known.items():
        if parameter.default is inspect.Parameter.empty and name not in given:
            faults.append(_missing(prefix + name))
    return settings


def _bind(group: str, node: Any, role: Role, faults: list[Fault]) -> Call | None:
    """Bind the checked settings of a group to its function; None if there is a fault."""
    if not isinstance(node, dict) or not isinstance(node.get("_target_"), str):
        top, _, inner = group.partition(".")
        expected = f"an option of conf/{top}/ with a _target_"
        fix = f"+{top}@{group}=OPTION" if inner else ""
        faults.append(Fault(f"{group}={shown(node)}", expected, fix))
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
    settings = keywords(group, given, function, faults, role=role)
    return partial(function, **settings) if len(faults) == before else None


def _holds_calls(annotation: Any) -> bool:
    """Whether an annotation is a mapping of names to callables."""
    values = get_args(annotation)[1:]
    return get_origin(annotation) is Mapping and [get_origin(v) for v in values] == [Callable]


def _bind_each(where: str, nodes: Any, role: Role, faults: list[Fault]) -> dict[str, Call | None]:
    """Bind each named node of a setting as a group is bound."""
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
    guess = [f"{prefix}{name}=…" for name in (close or begins)[:1]]
    if own := translated(key):
        guess = [own]
    where = group or "this command"
    return Fault(
        f"{prefix}{key}={shown(value)}",
        f"a setting that exists; {where} has {', '.join(sorted(known)) or 'none'}",
        f"did you mean {guess[0]}?" if guess else "",
    )


def _missing(where: str) -> Fault:
    return Fault(f"{where} is not given", "a value", f"add {where}=…")
