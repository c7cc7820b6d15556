"""The files and folders that a configuration names: a run does not depend on where it began.

Knows which settings are paths. `path` may also be a name of a hub: such a value stays as it is.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

PATHS = ("path", "start")  # settings of groups that name a file or folder


def absolute(config: DictConfig) -> DictConfig:
    """Return the configuration with the paths that exist made absolute.

    Links to folders are followed: outputs/latest is another run tomorrow. A file keeps its name,
    because a link's target, e.g. in the Hub's cache, may have no extension.
    """

    def whole(path: str) -> str:
        found = Path(path).expanduser()
        if not found.exists():
            return path
        if found.is_dir():
            return os.path.realpath(found)
        return os.path.join(os.path.realpath(found.parent), found.name)

    return _changed(config, whole)


def moved(config: DictConfig, before: Path, now: Path) -> DictConfig:
    """Return the configuration with paths that are gone looked for beside the run.

    If a project is moved as a whole, its files keep their places relative to the run directory.

    Args:
        config: of the run.
        before: the run's directory when it began.
        now: the run's directory.
    """
    old, new = before, now.absolute()
    while old.name and old.name == new.name:
        old, new = old.parent, new.parent

    def found(path: str) -> str:
        if not Path(path).is_absolute() or Path(path).exists() or old == new:
            return path
        place = new / os.path.relpath(path, old)
        return str(place) if Path(path).is_relative_to(old) and place.exists() else path

    return _changed(config, found)


def _changed(config: DictConfig, change: Callable[[str], str]) -> DictConfig:
    """Return a copy with `change` applied to each path; interpolations stay as they are."""
    plain = OmegaConf.to_container(config, resolve=False)

    def walk(node: Any) -> None:
        for key, value in node.items() if isinstance(node, dict) else ():
            if key in PATHS and isinstance(value, str) and value and "${" not in value:
                node[key] = change(value)
            walk(value)

    for group in plain.values() if isinstance(plain, dict) else ():
        walk(group)
    assert isinstance(plain, dict)
    return OmegaConf.create(plain)
