"""samples.jsonl: the model's answers to a few validation rows while it is trained.

Knows its rows, and what a training needs to record them; not how the answers come about.
"""

import time
from pathlib import Path
from typing import Protocol, runtime_checkable

from mathpal.record.journal import Journal

NAME = "samples.jsonl"
Rows = list[dict[str, str]]


@runtime_checkable
class RunRecord(Protocol):
    """A record that takes sample generations as well as metrics."""

    def __call__(self, step: int, values: dict[str, float]) -> None:
        """Record metrics.

        Args:
            step: finished optimizer steps.
            values: by name.
        """

    def texts(self, step: int, rows: Rows) -> None:
        """Record sample generations.

        Args:
            step: finished optimizer steps.
            rows: with the same keys each, e.g. "prompt", "response", "reference".
        """


class Samples:
    """The writer of a run's sample generations: a journal with one object a row.

    Args:
        path: of the file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._journal = Journal(path)

    def append(self, step: int, rows: Rows) -> None:
        """Append {"step", "time", **row} for each row; `time` is in seconds since 1970.

        As for metrics, the first call of a process cuts off what an earlier process left of this
        step and of later ones.

        Args:
            step: finished optimizer steps.
            rows: with the same keys each.

        Raises:
            DataError: when the file cannot be written.
        """
        moment = round(time.time(), 3)
        for row in rows:
            self._journal.append(step, {"time": moment, **row})

    def is_repeated(self, step: int) -> bool:
        """Return whether samples of this step were cut off: an earlier process recorded them."""
        return any(at == step for at, _ in self._journal.cut)
