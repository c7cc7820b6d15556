"""Compose overrides as Hydra would, with its flags; what Hydra refuses is a fault.

Knows Hydra's search path. Does not know what a configuration means.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.settings.faults import Fault


class Place(NamedTuple):
    """Where Hydra composes from.

    Attributes:
        config: name of the primary file; None for Hydra's own node alone.
        conf: folder of the primary file.
        further: folder of `--config-dir`, which adds options.
        own: settings to add to the composed configuration.
    """

    config: str | None
    conf: Path
    further: Path | None = None
    own: Mapping[str, str] = {}

    def has_group(self, name: str) -> bool:
        """Return whether a folder with options has this name."""
        return any(os.path.isdir(folder / name) for folder in self.folders)

    def options(self, group: str) -> list[str]:
        """Return the options of a group."""
        found = {path.stem for each in self.folders for path in (each / group).glob("*.yaml")}
        return sorted(found)

    @property
    def folders(self) -> list[Path]:
        return [self.conf] if self.further is None else [self.conf, self.further]


def compose(place: Place, overrides: Sequence[str]) -> Any:
    """Compose the overrides, Hydra's own node included; a fault if they do not compose."""
    import hydra
    from hydra.core.global_hydra import GlobalHydra

    try:
        if GlobalHydra.instance().is_initialized():  # in a sweep, with these folders
            return hydra.compose(place.config, list(overrides), return_hydra_config=True)
        with _initialized(place):
            cfg = hydra.compose(place.config, list(overrides), return_hydra_config=True)
            for name, value in place.own.items():
                cfg[name] = value
            return cfg
    except Exception as error:  # Hydra raises errors of many types, and assertions of its own
        return _fault(place, overrides, error)


def _fault(place: Place, overrides: Sequence[str], error: Exception) -> Fault:
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    first, *rest = str(error).strip().splitlines() or [type(error).__name__]
    first = first.partition(" : Override(")[0]
    if isinstance(error, HydraException | OmegaConfBaseException):
        advice = next((line for line in rest if line.startswith("To append")), "")
        return Fault(first, "a composition that Hydra accepts", advice)
    if len(overrides) > 1:  # the error does not tell which of them is meant
        alone = (text for text in overrides if isinstance(compose(place, [text]), Fault))
        return Fault(next(alone, " ".join(overrides)), f"an override that Hydra accepts ({first})")
    return Fault(" ".join(overrides), f"an override that Hydra accepts ({first})")


@contextmanager
def _initialized(place: Place) -> Iterator[None]:
    """Initialize Hydra as `hydra.main` does, with the folder of `--config-dir`."""
    from hydra import version
    from hydra._internal.hydra import Hydra
    from hydra._internal.utils import create_config_search_path
    from hydra.core.config_search_path import SearchPathQuery
    from hydra.core.global_hydra import GlobalHydra

    version.setbase("1.3")
    path = create_config_search_path(str(place.conf))
    if place.further is not None:
        path.prepend("command-line", f"file://{place.further}", SearchPathQuery(provider="schema"))
    Hydra.create_main_hydra2(task_name="app", config_search_path=path)
    try:
        yield
    finally:
        GlobalHydra.instance().clear()
