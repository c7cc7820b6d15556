"""Find every fault of a command line before Hydra stops at the first.

Hydra composes strictly and reports one error. Here the same overrides are composed leniently
(options that do not exist are noted and left out, unknown keys are let in), so that preflight
sees them all.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mathpal.errors import ConfigError
from mathpal.faults import Fault, report_faults
from mathpal.preflight import GROUPS, find_faults

# Flags with which Hydra only shows something.
SHOWS = ("help", "hydra_help", "version", "info", "shell_completion")


def check(
    config_name: str, arguments: Sequence[str], conf: Path, schema: Callable[..., Any]
) -> None:
    """Check the command line of a verb.

    Args:
        config_name: the verb's file in conf/.
        arguments: the command line behind the verb.
        conf: the folder conf/.
        schema: see `mathpal.preflight.preflight`.

    Raises:
        ConfigError: naming every fault.
    """
    from hydra._internal.utils import get_args_parser
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    flags = get_args_parser().parse_args(list(arguments))
    if any(getattr(flags, name, None) for name in SHOWS) or flags.config_dir or flags.config_name:
        return
    faults: list[Fault] = []
    kept: list[str] = []
    parser = OverridesParser.create()
    for text in flags.overrides:
        try:
            override = parser.parse_override(text)
        except HydraException as error:
            reason = str(error).strip().splitlines()[0]
            faults.append(Fault(text, f"key=value, group=option or +experiment=NAME ({reason})"))
            continue
        keep = _lenient(override, text, conf, faults)
        kept += [keep] if keep else []
    cfg = _compose(config_name, kept, conf, faults)
    if cfg is not None:
        faults += find_faults(cfg, schema)
    if faults:
        raise ConfigError(report_faults(faults))


def _lenient(override: Any, text: str, conf: Path, faults: list[Fault]) -> str | None:
    """The override in a form that composes, None where it cannot."""
    key = override.key_or_group
    if key.startswith("hydra"):
        return text
    value = _first(override)
    folder = conf / key
    if folder.is_dir():
        options = sorted(p.stem for p in folder.glob("*.yaml"))
        if not override.is_delete() and value not in options:
            faults.append(Fault(f"{key}={value}", f"an option of conf/{key}: {', '.join(options)}"))
            return None
        if key not in GROUPS and not override.is_add() and not override.is_force_add():
            faults.append(
                Fault(text, "a plus: this group is not part of the defaults", f"+{key}={value}")
            )
            return None
        return f"+{key}={value}" if override.is_add() else f"{key}={value}"
    if override.is_delete():
        return text
    # ++ lets an unknown key in; preflight then names it with all others.
    return f"++{key}={text.split('=', 1)[1]}" if not override.is_sweep_override() else None


def _first(override: Any) -> Any:
    """The option of a group override; the first one where a sweep gives several."""
    if override.is_sweep_override():
        values = override.sweep_iterator() if override.is_discrete_sweep() else iter([None])
        return next(values)
    return override.value()


def _compose(config_name: str, overrides: list[str], conf: Path, faults: list[Fault]) -> Any:
    """The composed configuration without Hydra's own node, None with a fault where it fails."""
    import hydra
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    try:
        with hydra.initialize_config_dir(str(conf), version_base="1.3"):
            return hydra.compose(config_name, overrides)
    except (HydraException, OmegaConfBaseException) as error:
        faults.append(Fault(str(error).strip().splitlines()[0], "a composition that Hydra accepts"))
        return None
