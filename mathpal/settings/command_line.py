"""Find every fault of a command line; Hydra alone would report only the first.

If Hydra refuses the overrides, they are composed again leniently: options that do not exist are
reported and left out, and unknown keys are let in. Preflight then finds the remaining faults. In a
sweep, every value is checked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from mathpal.errors import ConfigError
from mathpal.settings.faults import Fault, report_faults, shown
from mathpal.settings.launchers import launcher_faults
from mathpal.settings.preflight import GROUPS, find_faults

# With these flags Hydra prints something and runs nothing.
SHOWS = ("help", "hydra_help", "version", "info", "shell_completion")
SWEPT = 50  # most values of one setting that are checked in a sweep


def check(
    config_name: str,
    arguments: Sequence[str],
    conf: Path,
    schema: Callable[..., Any],
    own: Mapping[str, str] | None = None,
) -> None:
    """Check the command line of a verb.

    Args:
        config_name: the verb's file in conf/.
        arguments: the words after the verb.
        conf: the folder conf/.
        schema: see `mathpal.settings.preflight.preflight`.
        own: settings that have the name of a group and are therefore kept from Hydra.

    Raises:
        ConfigError: if there are faults; it lists all of them.
    """
    from hydra._internal.utils import get_args_parser
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    flags = get_args_parser().parse_args(list(arguments))
    if any(getattr(flags, name, None) for name in SHOWS) or flags.config_dir or flags.config_name:
        return
    sweeps = flags.multirun or any(text.startswith("hydra.mode=") for text in flags.overrides)
    faults: list[Fault] = []
    choices: list[list[str]] = []
    parser = OverridesParser.create()
    for text in flags.overrides:
        try:
            override = parser.parse_override(text)
        except HydraException as error:
            reason = str(error).strip().splitlines()[0]
            faults.append(Fault(text, f"key=value, group=option or +experiment=NAME ({reason})"))
            continue
        if not override.key_or_group:
            faults.append(Fault(text, "key=value, group=option or +experiment=NAME"))
            continue
        if override.is_sweep_override() and not sweeps:
            faults.append(Fault(text, "one value, or -m in front of a sweep", f"-m {text}"))
            continue
        choices.append(_forms(override, text, conf, faults))
    compositions = list(_compositions([forms for forms in choices if forms]))
    require_sound(config_name, compositions, conf, schema, faults, own)
    if sweeps and (
        faults := launcher_faults(_compose(config_name, compositions[0], conf, whole=True))
    ):
        raise ConfigError(report_faults(faults))


def require_sound(
    config_name: str,
    compositions: Sequence[list[str]],
    conf: Path,
    schema: Callable[..., Any],
    faults: Sequence[Fault] = (),
    own: Mapping[str, str] | None = None,
) -> None:
    """Compose and check several lists of overrides.

    Raises:
        ConfigError: if there are faults; it lists each once, after the given `faults`.
    """
    found = list(faults)
    for overrides in compositions:
        for fault in _faults_of(config_name, overrides, conf, schema, own or {}):
            if fault not in found:
                found.append(fault)
    if found:
        raise ConfigError(report_faults(found))


def _forms(override: Any, text: str, conf: Path, faults: list[Fault]) -> list[str]:
    """Return one override per value: several for a sweep, none if no value is valid.

    Append the faults of the override to `faults`.
    """
    key = override.key_or_group
    if _is_hydras(key) or override.is_delete() or override.package:
        return [text]
    plus = "++" if override.is_force_add() else "+" if override.is_add() else ""
    if not (conf / key).is_dir():
        return [f"{plus}{key}={value}" for value in _values(override, text)]
    options = sorted(path.stem for path in (conf / key).glob("*.yaml"))
    chosen = _options(override, options)
    for option in chosen:
        if option not in options:
            fault = Fault(f"{key}={option}", f"an option of conf/{key}: {', '.join(options)}")
            faults.append(fault)
    if key not in GROUPS and not plus:
        faults.append(Fault(text, "a plus: this group is not part of the defaults", f"+{text}"))
        return []
    return [f"{plus}{key}={option}" for option in chosen if option in options]


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
    config_name: str, overrides: list[str], conf: Path, schema: Callable[..., Any],
    own: Mapping[str, str],
) -> list[Fault]:  # fmt: skip
    """Return all faults of one composition, even if Hydra refuses to compose it."""
    cfg = _compose(config_name, overrides, conf, own)
    if not isinstance(cfg, Fault):
        return find_faults(cfg, schema)
    loose = [_loose(text, conf) for text in overrides]
    lenient = _compose(config_name, loose, conf, own)
    if isinstance(lenient, Fault):
        return [lenient]
    faults = find_faults(lenient, schema)
    # If preflight reports an unknown setting, Hydra's error is about the same one.
    known = any(fault.expected.startswith("a setting that exists") for fault in faults)
    return faults if known else [*faults, cfg]


def _loose(text: str, conf: Path) -> str:
    """Prefix a setting's override with ++, which allows unknown keys; keep any other override."""
    key = text.split("=", 1)[0].lstrip("+")
    plain = not text.startswith("~") and "@" not in key and not (conf / key).is_dir()
    return f"++{text.lstrip('+')}" if plain and not _is_hydras(key) else text


def _compose(
    config_name: str,
    overrides: list[str],
    conf: Path,
    own: Mapping[str, str] | None = None,
    *,
    whole: bool = False,
) -> Any:
    """Compose the overrides; return Hydra's error as a fault if they do not compose.

    Args:
        config_name: the verb's file in conf/.
        overrides: as on the command line.
        conf: the folder conf/.
        own: settings to add to the composed configuration.
        whole: include Hydra's own node.
    """
    import hydra
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    try:
        if GlobalHydra.instance().is_initialized():  # in a sweep, with this folder
            return hydra.compose(config_name, overrides, return_hydra_config=whole)
        with hydra.initialize_config_dir(str(conf), version_base="1.3"):
            cfg = hydra.compose(config_name, overrides, return_hydra_config=whole)
            for name, value in (own or {}).items():
                cfg[name] = value
            return cfg
    except (HydraException, OmegaConfBaseException) as error:
        given, *rest = str(error).strip().splitlines()
        advice = next((line for line in rest if line.startswith("To append")), "")
        return Fault(given, "a composition that Hydra accepts", advice)
