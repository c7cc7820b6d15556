"""What a tracker's own package has to be wrapped in to receive a run, and how it is found.

Knows no package. A sink may be slow, raise or hang: `mathpal.tracking.delivery` bears with it.
"""

import importlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from mathpal.errors import ConfigError

Rows = list[dict[str, str]]


class Experiment(NamedTuple):
    """What a sink is told when it starts; without secrets.

    Attributes:
        folder: its own, `tracking/<name>/` in the run directory; everything offline goes there.
        id: 32 hexadecimal digits, the same for every process of a run: a resumed run continues
            the same experiment.
        resumed: whether an earlier process of the run has started this sink.
        name: the experiment's name, shared by its runs.
        title: the run's own.
        hyperparameters: dotted name -> value, of the resolved configuration and of what the
            manifest says about code, data and model.
        patience_s: seconds that the sink has at the end.
    """

    folder: Path
    id: str
    resumed: bool
    name: str
    title: str
    hyperparameters: dict[str, Any]
    patience_s: float


class Sink(Protocol):
    """A tracker. Every call comes from one and the same thread, `start` first.

    What is given has no secrets in it and belongs to the sink. Any exception may be raised.

    A sink may also have `abandon()`: called from another thread when it is given up while a call
    hangs, it ends what would keep the process from exiting.
    """

    def start(self, experiment: Experiment) -> None:
        """Open the experiment; what takes long or needs a network belongs here."""

    def log(self, step: int, moment: float, values: dict[str, float]) -> None:
        """Take metrics of a step; steps never fall. `moment` is in seconds since 1970."""

    def texts(self, step: int, rows: Rows) -> None:
        """Take sample generations; every row has the same keys."""

    def artifact(self, path: Path, name: str) -> None:
        """Take a file or a folder that stays where it is."""

    def finish(self, outcome: dict[str, Any]) -> None:
        """Take final metrics and status, and close."""


def require(package: str, extra: str) -> None:
    """See that a package is there, without importing it.

    Raises:
        ConfigError: naming the extra that brings it.
    """
    if find_spec(package) is None:
        raise ConfigError(
            f"tracker={extra} needs {package}, which is not installed: "
            f'pip install "mathpal[{extra}]"'
        )


def package(name: str) -> Any:
    """Import an optional package, which type checkers need not know."""
    return importlib.import_module(name)


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Nested mappings as one of dotted names: {"a": {"b": 1}} becomes {"a.b": 1}."""
    if not isinstance(value, dict):
        return {prefix: value}
    parts = (flat(item, f"{prefix}.{key}" if prefix else str(key)) for key, item in value.items())
    return {name: item for part in parts for name, item in part.items()}
