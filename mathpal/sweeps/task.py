"""The application that a sweep runs: what a sweep asks of it, and the answers of a bare function.

Imports nothing heavy: it is needed before the process from which trials are forked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

Compose = Callable[[list[str]], Any]


@runtime_checkable
class Task(Protocol):
    """A Hydra application that tells a sweep more than a function can.

    It is handed to `hydra.main` in the place of a function. It must survive cloudpickle: launchers
    send it to other processes and to the nodes of a cluster.
    """

    def __call__(self, cfg: Any) -> Any:
        """Run alone, outside a sweep; what happens with errors is the application's choice.

        Args:
            cfg: the composed configuration, without Hydra's own node.
        """

    def trial(self, cfg: Any) -> Any:
        """Run as a trial: every error reaches the caller.

        Args:
            cfg: the composed configuration, without Hydra's own node.

        Returns:
            The value of the objective, or a list with one value an objective; None where the run
            writes its own outcome.json.
        """

    def preload(self) -> Sequence[str]:
        """Return the modules to import once, before trials are forked."""

    def check(self, compositions: Sequence[list[str]], compose: Compose) -> None:
        """Check the compositions of a sweep before its first trial.

        Args:
            compositions: lists of overrides in which every value of the sweep occurs.
            compose: Hydra's composition of one list; raises at its first fault.

        Raises:
            ConfigError: naming the faults, where the application has checks of its own.
        """

    def objective(self, cfg: Any) -> str | None:
        """Return the name of the value that a run returns; None where it is unknown.

        Args:
            cfg: the sweep's configuration, Hydra's own node included.
        """

    def conclude(self, folder: Path, storage: str | None) -> None:
        """Do what is left after the last trial, e.g. write the page of the study.

        Args:
            folder: the study's directory.
            storage: url of the study's storage; None for the journal in its directory.
        """


@dataclass(frozen=True)
class FunctionTask:
    """Any Hydra application: a function of the composed configuration, and no more.

    Attributes:
        function: the function that Hydra was given.
    """

    function: Callable[[Any], Any]

    def __call__(self, cfg: Any) -> Any:
        return self.function(cfg)

    def trial(self, cfg: Any) -> Any:
        return self.function(cfg)

    def preload(self) -> Sequence[str]:
        return ()

    def check(self, compositions: Sequence[list[str]], compose: Compose) -> None:
        for overrides in compositions:
            compose(overrides)

    def objective(self, cfg: Any) -> str | None:
        return None

    def conclude(self, folder: Path, storage: str | None) -> None:
        pass


def as_task(function: Callable[[Any], Any]) -> Task:
    """Return a task function of Hydra as a task, whether it is one already or a bare function."""
    return function if isinstance(function, Task) else FunctionTask(function)
