"""A composed configuration and what stands in `.hydra/` of it: written without secrets, read again.

Hydra's own writing is off, as it would write secrets. Values stay as they were composed, so that
`${oc.env:NAME}` asks the environment anew whenever the run is taken up.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from omegaconf import DictConfig, OmegaConf

from mathpal.errors import ConfigError, DataError
from mathpal.record import files
from mathpal.record.redaction import redact, redacted_keys

FOLDER = ".hydra"
CONF = next(
    folder
    for folder in (Path(__file__).parents[1] / "conf", Path(__file__).parents[2] / "conf")
    if folder.is_dir()
)


class Composed(NamedTuple):
    """What was composed.

    Attributes:
        config: the configuration, unresolved, without Hydra's own node.
        overrides: what the command line said beyond the defaults.
        hydra: Hydra's own node; None where Hydra had no part in it.
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
    """Part what `compose` or Hydra's command line composed."""
    config = OmegaConf.masked_copy(cfg, [str(key) for key in cfg if key != "hydra"])
    hydra = cfg.hydra if "hydra" in cfg else _hydra()
    overrides = [] if hydra is None else _words(hydra.overrides.task)
    return Composed(config, overrides, hydra)


def _words(overrides: Any) -> list[str]:
    # Not by iterating, which would put what the environment holds in the place of its name.
    return [str(word) for word in OmegaConf.to_container(overrides, resolve=False)]  # type: ignore[union-attr]


def _hydra() -> DictConfig | None:
    """Hydra's own node, where Hydra runs the job."""
    from hydra.core.hydra_config import HydraConfig

    return HydraConfig.instance().cfg.hydra if HydraConfig.initialized() else None  # type: ignore[union-attr]


def chosen_directory() -> Path | None:
    """The directory that `hydra.run.dir` names, where a verb has none of its own."""
    hydra = _hydra()
    chosen = Path.cwd() if hydra is None else Path(hydra.runtime.output_dir)
    return None if chosen.resolve() == Path.cwd().resolve() else chosen


def resolved(config: DictConfig) -> dict[str, Any]:
    """The configuration as plain values."""
    plain: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]
    return plain


def write(run_dir: Path, composed: Composed) -> None:
    """Write `.hydra/` of a run, and take the secrets out of what Hydra wrote of its sweep."""
    folder = run_dir / FOLDER
    files.write_text(folder / "config.yaml", _yaml(composed.config))
    files.write_text(folder / "overrides.yaml", _yaml(OmegaConf.create(composed.overrides)))
    if composed.hydra is None:
        return
    files.write_text(folder / "hydra.yaml", _yaml(OmegaConf.create({"hydra": composed.hydra})))
    if is_swept(composed):
        sweep = Path(composed.hydra.sweep.dir) / "multirun.yaml"
        if sweep.is_file():
            files.write_text(sweep, _yaml(OmegaConf.load(sweep)))


def is_swept(composed: Composed) -> bool:
    """Whether a sweep of Hydra runs it, rather than a command of its own."""
    if composed.hydra is None:
        return False
    mode = OmegaConf.select(composed.hydra, "mode", throw_on_missing=False)
    return mode is not None and mode.name == "MULTIRUN"


def _yaml(node: Any) -> str:
    return OmegaConf.to_yaml(OmegaConf.create(redact(OmegaConf.to_container(node, resolve=False))))


def read(run_dir: Path) -> Composed:
    """Read what `write` wrote.

    Raises:
        ConfigError: when a value that is needed was a secret, which stands nowhere.
        DataError: when no run began there.
    """
    path = run_dir / FOLDER / "config.yaml"
    if not path.is_file():
        raise DataError(
            f"{run_dir} is no run to go on with: {FOLDER}/config.yaml is not there. Name the "
            "directory of a run, e.g. outputs/latest"
        )
    try:
        config, overrides = (_load(path), _load(path.with_name("overrides.yaml")))
    except Exception as error:  # of PyYAML or OmegaConf, of many kinds
        raise DataError(f"{path.parent} cannot be read: {error}") from error
    if not isinstance(config, DictConfig):
        raise DataError(f"{path} is no configuration: names with their values are expected")
    if lost := redacted_keys(OmegaConf.to_container(config, resolve=False)):
        raise ConfigError(
            f"{path}: {', '.join(lost)} held a secret, and secrets are written nowhere. Start the "
            f"run with one from the environment, which is asked again: '{lost[0]}=${{oc.env:NAME}}'"
        )
    return Composed(config, _words(overrides), None)


def _load(path: Path) -> Any:
    return OmegaConf.load(path) if path.is_file() else OmegaConf.create([])
