"""Compose a configuration, write it to `.hydra/` without secrets, and read it again.

Hydra's own files are switched off because they would hold secrets. Interpolations are written
unresolved: `${oc.env:NAME}` reads the environment again when the run is resumed.
"""

import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from mathpal.errors import ConfigError, DataError
from mathpal.record import files, untrusted
from mathpal.record.redaction import redact, redacted_keys
from mathpal.settings.interpolations import literal, require_bounded

FOLDER = ".hydra"
CONF = next(
    folder
    for folder in (Path(__file__).parents[1] / "conf", Path(__file__).parents[2] / "conf")
    if folder.is_dir()
)


class Composed(NamedTuple):
    """A composed configuration and where it came from.

    Attributes:
        config: the configuration, unresolved, without Hydra's own node.
        overrides: the overrides of the command line.
        hydra: Hydra's own node; None if the configuration was not composed by Hydra.
    """

    config: DictConfig
    overrides: list[str]
    hydra: DictConfig | None


def compose(overrides: Sequence[str] = (), config_name: str = "train") -> DictConfig:
    """Compose a configuration as the command line would, e.g. in a notebook.

    Args:
        overrides: as on the command line: `["lora=r32", "trainer.lr=1e-4"]`.
        config_name: a file of conf/.
    """
    import hydra

    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        return hydra.compose(config_name, list(overrides), return_hydra_config=True)


def split(cfg: DictConfig) -> Composed:
    """Separate a configuration, composed by `compose` or by Hydra, from Hydra's own node."""
    config = OmegaConf.masked_copy(cfg, [str(key) for key in cfg if key != "hydra"])
    hydra = cfg.hydra if "hydra" in cfg else _hydra()
    overrides = [] if hydra is None else _words(hydra.overrides.task)
    return Composed(config, overrides, hydra)


def _words(overrides: Any) -> list[str]:
    # Iterating would resolve ${oc.env:NAME} and so copy a secret from the environment.
    return [str(word) for word in OmegaConf.to_container(overrides, resolve=False)]  # type: ignore[union-attr]


def _hydra() -> DictConfig | None:
    """Return Hydra's own node; None if Hydra does not run this job."""
    from hydra.core.hydra_config import HydraConfig

    return HydraConfig.instance().cfg.hydra if HydraConfig.initialized() else None  # type: ignore[union-attr]


def chosen_directory() -> Path | None:
    """Return the directory named by `hydra.run.dir`; None if it is the working directory.

    The working directory is the default of every verb but `train`.
    """
    hydra = _hydra()
    chosen = Path.cwd() if hydra is None else Path(hydra.runtime.output_dir)
    return None if chosen.resolve() == Path.cwd().resolve() else chosen


def resolved(config: DictConfig) -> dict[str, Any]:
    """Return the configuration as plain Python values, interpolations resolved."""
    plain: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]
    return plain


def write(run_dir: Path, composed: Composed) -> None:
    """Write a run's `.hydra/`, and rewrite its sweep's multirun.yaml, both without secrets."""
    folder = run_dir / FOLDER
    files.write_text(folder / "config.yaml", _yaml(composed.config))
    files.write_text(folder / "overrides.yaml", _yaml(OmegaConf.create(composed.overrides)))
    if composed.hydra is None:
        return
    files.write_text(folder / "hydra.yaml", _yaml(OmegaConf.create({"hydra": composed.hydra})))
    if is_swept(composed):
        sweep = Path(composed.hydra.sweep.dir) / "multirun.yaml"
        if sweep.is_file():
            files.write_text(sweep, _yaml(load(sweep)))


def is_swept(composed: Composed) -> bool:
    """Whether the run is part of a Hydra sweep."""
    if composed.hydra is None:
        return False
    mode = OmegaConf.select(composed.hydra, "mode", throw_on_missing=False)
    return mode is not None and mode.name == "MULTIRUN"


def _yaml(node: Any) -> str:
    return OmegaConf.to_yaml(OmegaConf.create(redact(OmegaConf.to_container(node, resolve=False))))


def read(run_dir: Path) -> Composed:
    """Read the `.hydra/` of a run directory.

    Raises:
        ConfigError: if a value was a secret, which is never written.
        DataError: if no run was started there, or the files are damaged.
    """
    path = run_dir / FOLDER / "config.yaml"
    if not os.path.lexists(path):
        raise DataError(
            f"{run_dir} holds no run to resume: {FOLDER}/config.yaml is missing. Give the "
            "directory of a run, e.g. outputs/default/2026-11-29_10-30-00"
        )
    config, beside = load(path), path.with_name("overrides.yaml")
    overrides = load(beside) if os.path.lexists(beside) else OmegaConf.create([])
    if not isinstance(overrides, ListConfig):
        raise DataError(f"{beside} is no list of overrides")
    if not isinstance(config, DictConfig):
        raise DataError(f"{path} is not a configuration; expected a YAML mapping of settings")
    if lost := redacted_keys(OmegaConf.to_container(config, resolve=False)):
        raise ConfigError(
            f"{path}: {', '.join(lost)} held a secret, and secrets are never written. Start a new "
            f"run that reads it from an environment variable: '{lost[0]}=${{oc.env:NAME}}'"
        )
    return Composed(config, _words(overrides), None)


def of_values(config: dict[str, Any], run_dir: Path) -> DictConfig:
    """Return the resolved configuration of a run's manifest as a composition.

    Its values are as they were used: what looks like an interpolation is text.

    Raises:
        DataError: if a value is no configuration.
    """
    try:
        return OmegaConf.create(_as_text(config))
    except OmegaConfBaseException as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{run_dir}: the configuration in run.json is damaged: {reason}") from error


def _as_text(value: Any) -> Any:
    """Escape what OmegaConf would take for an interpolation."""
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, str):
        return literal(value)
    return value


def load(path: Path) -> DictConfig | ListConfig:
    """Read a YAML file that a run has left.

    Raises:
        DataError: if it cannot be read, or holds what no composition holds: an alias, or a value
            that JSON lacks.
    """
    try:
        text = untrusted.read_bytes(path, untrusted.CONFIGURATION).decode()
        untrusted.require_shallow(text)  # PyYAML's time grows with the square of the depth
        for token in yaml.scan(text):
            if isinstance(token, yaml.AliasToken):  # a few could stand for a terabyte
                raise ValueError(f"the alias *{token.value} in line {token.start_mark.line + 1}")
        found = OmegaConf.load(io.StringIO(text))
        plain = OmegaConf.to_container(found, resolve=False)
        untrusted.parse_json(json.dumps(plain))
        require_bounded(plain)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {untrusted.reason(error)}") from error
    except Exception as error:  # PyYAML and OmegaConf raise many types
        raise DataError(f"{path} is damaged: {error}") from error
    return found
