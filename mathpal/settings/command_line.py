"""Find every fault of a command line; Hydra alone would report only the first.

If Hydra refuses the overrides, they are composed again leniently: options that do not exist are
reported and left out, and unknown keys are let in. Preflight then finds the remaining faults. In a
sweep, every value is checked. Hydra's own node is always checked, because Hydra acts on it first.
"""

import difflib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from mathpal.errors import ConfigError
from mathpal.settings.composing import Place, compose
from mathpal.settings.composition import split
from mathpal.settings.faults import Fault, report_faults, shown
from mathpal.settings.foreign import model_option
from mathpal.settings.hydra_node import node_faults
from mathpal.settings.launchers import launcher_faults
from mathpal.settings.preflight import GROUPS, SYSTEM, find_faults
from mathpal.settings.values import as_typed
from mathpal.settings.words import arranged, flags_of, parsed, readable, to_copy

# With these flags Hydra prints something and runs nothing.
SHOWS = ("help", "hydra_help", "version", "info", "shell_completion")
SWEPT = 50  # most values of one setting that are checked in a sweep


def check(
    config_name: str,
    arguments: Sequence[str],
    conf: Path,
    schema: Callable[..., Any],
    own: Mapping[str, str] | None = None,
) -> list[str]:
    """Check the command line of a verb.

    Args:
        config_name: the verb's file in conf/.
        arguments: the words after the verb; flags and overrides in any order.
        conf: the folder conf/.
        schema: see `mathpal.settings.preflight.preflight`.
        own: settings that have the name of a group and are therefore kept from Hydra.

    Returns:
        The words as Hydra can read them: flags first, other texts quoted.

    Raises:
        ConfigError: if there are faults; it lists all of them.
    """
    flags = flags_of(arguments)
    place = _place(flags, config_name, conf, own or {})
    mode = next((text for text in flags.overrides if "hydra.mode=" in text), "")
    sweeps = bool(flags.multirun) or "MULTIRUN" in mode
    single = not sweeps and config_name != "train"
    flags.overrides = [readable(t, swept=sweeps, one_value=single) for t in flags.overrides]
    if any(getattr(flags, name, None) for name in SHOWS):
        return _shown(flags, place)
    faults: list[Fault] = []
    choices = [_forms(text, place, sweeps, faults) for text in flags.overrides]
    compositions = list(_compositions([forms for forms in choices if forms]))
    cfg = _sound(place, compositions, schema, faults)
    if sweeps and (faults := launcher_faults(cfg)):
        raise ConfigError(report_faults(faults))
    if config_name == "train" and not sweeps and not flags.cfg:
        _require_no_study(flags.overrides, cfg)
    return arranged(flags)


def require_sound(
    config_name: str, compositions: Sequence[list[str]], conf: Path, schema: Callable[..., Any]
) -> None:
    """Compose and check several lists of overrides.

    Raises:
        ConfigError: if there are faults; it lists each once.
    """
    _sound(Place(config_name, conf), compositions, schema, [])


def _sound(
    place: Place,
    compositions: Sequence[list[str]],
    schema: Callable[..., Any],
    faults: Sequence[Fault],
) -> Any:
    """Return the first composition; raise if there are faults, in it or in another one."""
    found = list(faults)
    composed = [compose(place, overrides) for overrides in compositions]
    for cfg, overrides in zip(composed, compositions):
        found += [f for f in _faults_of(cfg, place, overrides, schema) if f not in found]
    if found:
        raise ConfigError(report_faults(found))
    return composed[0]


def _place(flags: Any, config_name: str, conf: Path, own: Mapping[str, str]) -> Place:
    """Return where the flags let Hydra compose from."""
    faults = []
    further = None if flags.config_dir is None else Path(flags.config_dir).expanduser().absolute()
    if further is not None and not os.path.isdir(further):
        faults.append(Fault(f"--config-dir {flags.config_dir}", "a folder that exists"))
    if flags.config_path is not None:
        expected = f"no other folder than {conf}"
        faults.append(Fault(f"--config-path {flags.config_path}", expected, "--config-dir DIR"))
    if flags.experimental_rerun is not None:
        expected = "no pickled job: opening one executes what it holds"
        fix = "mathpal reproduce run=DIR"
        faults.append(Fault(f"--experimental-rerun {flags.experimental_rerun}", expected, fix))
    if faults:
        raise ConfigError(report_faults(faults))
    flags.config_dir = None if further is None else str(further)
    return Place(flags.config_name or config_name, conf, further, own)


def _shown(flags: Any, place: Place) -> list[str]:
    """Check what Hydra calls before it shows something; leave out overrides that do not compose.

    Raises:
        ConfigError: if Hydra would call something else.
    """
    for config in (None, place.config) if flags.hydra_help else (place.config,):
        composed = compose(place._replace(config=config), flags.overrides)
        if isinstance(composed, Fault):
            flags.overrides = flags.overrides if flags.shell_completion else []
        elif faults := node_faults(composed):
            raise ConfigError(report_faults(faults))
    return arranged(flags)


def _require_no_study(overrides: Sequence[str], cfg: Any) -> None:
    """Refuse a study without -m: only one of its runs would take place."""
    study = cfg.get("study") is not None
    sweeper = [text for text in overrides if text.lstrip("+") == "hydra/sweeper=optuna"]
    if study or sweeper:
        named = [text for text in overrides if text.lstrip("+").startswith("study=")]
        given = (named or sweeper or ["study"])[0]
        expected = "-m: a study is many runs, and without -m only one of them would take place"
        raise ConfigError(report_faults([Fault(given, expected, f"-m {' '.join(overrides)}")]))


def _forms(text: str, place: Place, sweeps: bool, faults: list[Fault]) -> list[str]:
    """Return one override per value: several for a sweep, none if no value is valid.

    Append the faults of the override to `faults`.
    """
    expected = "key=value, group=option or +experiment=NAME"
    override = parsed(text)
    if isinstance(override, str):
        faults.append(Fault(text, f"{expected} ({override})"))
        return []
    key = override.key_or_group
    if not key:
        faults.append(Fault(text, expected))
        return []
    if override.is_sweep_override() and not sweeps:
        name, _, value = text.partition("=")
        text_form = f", or as one text: {to_copy(name, value)}"
        as_one = text_form if override.is_choice_sweep() else ""
        faults.append(Fault(text, "one value, or -m in front of a sweep", f"-m {text}{as_one}"))
        return []
    if _is_hydras(key) or override.is_delete() or override.package:
        return [text]
    plus = "++" if override.is_force_add() else "+" if override.is_add() else ""
    try:
        if not place.has_group(key):
            return [f"{plus}{key}={value}" for value in _values(override, text)]
        options = place.options(key)
        chosen = _options(override, options)
    except Exception as error:  # Hydra cannot write down a sweep of sweeps, for one
        faults.append(Fault(text, f"values that can be listed ({type(error).__name__})"))
        return []
    for option in chosen:
        if option not in options:
            faults.append(_no_option(key, option, options))
    if key not in (*GROUPS, SYSTEM) and not plus:
        faults.append(Fault(text, "a plus: this group is not part of the defaults", f"+{text}"))
        return []
    if isinstance(override.value(), list):
        return [text] if set(chosen) <= set(options) else []
    return [f"{plus}{key}={option}" for option in chosen if option in options]


def _no_option(group: str, option: str, options: Sequence[str]) -> Fault:
    close = difflib.get_close_matches(option, options, n=1)
    fix = f"did you mean {group}={close[0]}?" if close else ""
    if group == "model":
        fix = model_option(option) or fix
    return Fault(f"{group}={option}", f"an option of conf/{group}: {', '.join(options)}", fix)


def _is_hydras(key: str) -> bool:
    return key == "hydra" or key.startswith(("hydra.", "hydra/"))


def _values(override: Any, text: str) -> list[str]:
    """Return the values of a setting, written as in overrides."""
    if not override.is_sweep_override():
        return [text.split("=", 1)[1]]
    if not override.is_discrete_sweep():  # an interval: the sweeper draws values from it later
        return []
    return [str(value) for value in islice(override.sweep_string_iterator(), SWEPT)]


def _options(override: Any, known: list[str]) -> list[str]:
    """Return the options that a group override names."""
    from hydra.core.override_parser.types import Glob

    value = override.value()
    if isinstance(value, Glob):
        return list(value.filter(known))
    if override.is_sweep_override():
        discrete = override.is_discrete_sweep()
        return [str(option) for option in override.sweep_iterator()] if discrete else []
    return [str(shown(option)) for option in (value if isinstance(value, list) else [value])]


def _compositions(choices: list[list[str]]) -> Iterator[list[str]]:
    """Yield all first values together, then each other value beside the first ones of the rest."""
    first = [forms[0] for forms in choices]
    yield first
    for place, forms in enumerate(choices):
        for form in forms[1:]:
            yield [*first[:place], form, *first[place + 1 :]]


def _faults_of(
    cfg: Any, place: Place, overrides: list[str], schema: Callable[..., Any]
) -> list[Fault]:
    """Return all faults of one composition, even if Hydra refused to compose it."""
    if not isinstance(cfg, Fault):
        found = find_faults(split(cfg).config, schema)
        return [*node_faults(cfg), *(as_typed(fault, overrides) for fault in found)]
    loose = [_loose(text, place) for text in overrides]
    lenient = compose(place, loose)
    if isinstance(lenient, Fault):
        return [lenient]
    faults = [*node_faults(lenient), *find_faults(split(lenient).config, schema)]
    # If preflight reports an unknown setting, Hydra's error is about the same one.
    known = any(fault.expected.startswith("a setting that exists") for fault in faults)
    return faults if known else [*faults, cfg]


def _loose(text: str, place: Place) -> str:
    """Prefix a setting's override with ++, which allows unknown keys; keep any other override."""
    key = text.split("=", 1)[0].lstrip("+")
    plain = not text.startswith("~") and "@" not in key and not place.has_group(key)
    return f"++{text.lstrip('+')}" if plain and not _is_hydras(key) else text
