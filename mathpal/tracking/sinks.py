"""The protocol of a sink, which wraps a tracker's package, and the import of such packages.

Knows no package. A sink may be slow, raise or hang: `mathpal.tracking.delivery` isolates it.
"""

import importlib
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from mathpal.errors import ConfigError
from mathpal.record.outcome import Outcome
from mathpal.record.samples import Rows


class Experiment(NamedTuple):
    """The description of a run for a sink, without secrets.

    Attributes:
        folder: the sink's folder, `tracking/<name>/` in the run directory, for its offline files.
        id: 32 hexadecimal digits, the same for every process of a run: a resumed run continues
            the same experiment.
        resumed: whether an earlier process of the run has started this sink.
        name: the experiment's name, shared by its runs.
        title: the run's title.
        hyperparameters: dotted name -> value, of the resolved configuration and of the manifest's
            facts about code, data and model.
        patience_s: seconds that the sink has to finish.
    """

    folder: Path
    id: str
    resumed: bool
    name: str
    title: str
    hyperparameters: dict[str, Any]
    patience_s: float


class Sink(Protocol):
    """The receiver of a run's records. All calls come from one thread, `start` first.

    The arguments hold no secrets, and the sink may keep them. Any exception may be raised.

    A sink may also have `abandon()`. It is called from another thread when the sink is given up
    while a call hangs, and must end anything that would keep the process from exiting.
    """

    def start(self, experiment: Experiment) -> None:
        """Open the experiment; slow work and network access belong here."""

    def log(self, step: int, moment: float, values: dict[str, float]) -> None:
        """Take metrics of a step; steps never decrease. `moment` is in seconds since 1970."""

    def texts(self, step: int, rows: Rows) -> None:
        """Take sample generations; every row has the same keys."""

    def artifact(self, path: Path, name: str) -> None:
        """Take a file or a folder; it stays in place."""

    def finish(self, outcome: Outcome) -> None:
        """Take the final metrics, none of which is None, and the status; then close."""


def require(package: str, extra: str) -> None:
    """Require an installed package, without importing it.

    Raises:
        ConfigError: naming the extra that brings it.
    """
    if find_spec(package) is None:
        raise ConfigError(
            f"tracker={extra} needs {package}, which is not installed: "
            f'pip install "mathpal[{extra}]"'
        )


def replay_command(experiment: Experiment, tracker: str) -> str:
    """Return the command that sends a run which a tracker has kept offline."""
    run_dir = experiment.folder.parents[1]
    return f"mathpal report replay={shlex.quote(str(run_dir))} tracker={tracker}"


def package(name: str) -> Any:
    """Import an optional package, unknown to type checkers."""
    return importlib.import_module(name)


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Flatten nested mappings to dotted names: {"a": {"b": 1}} becomes {"a.b": 1}."""
    if not isinstance(value, dict):
        return {prefix: value}
    parts = (flat(item, f"{prefix}.{key}" if prefix else str(key)) for key, item in value.items())
    return {name: item for part in parts for name, item in part.items()}
