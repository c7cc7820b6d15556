"""What a trial and the study around it tell each other: files in the trial's directory.

The run leaves values and an outcome; the study leaves the file `prune`, and the run then ends.
Knows nothing of Hydra and Optuna.
"""

import json
from pathlib import Path
from typing import Any

from mathpal.errors import DataError
from mathpal.record import files

WORD = "prune"


def tell_to_stop(trial_dir: Path) -> None:
    """Leave the word to stop: the run ends at its next optimizer step, as pruned."""
    (trial_dir / WORD).touch()


def told_to_stop(trial_dir: Path) -> bool:
    """Whether the study has no more use for the trial."""
    return (trial_dir / WORD).exists()


class Pruned(Exception):
    """The study has no more use for the trial."""


def report(trial_dir: Path, step: int, **values: float) -> None:
    """Tell the study how a trial is getting on; for tasks that are no runs of MathPal's.

    Args:
        trial_dir: Hydra's `runtime.output_dir`.
        step: counts up.
        values: by name; `hydra.sweeper.intermediate` is one of them.

    Raises:
        Pruned: when the study has left the word to stop. Let it pass.
    """
    files.append_line(trial_dir / "metrics.jsonl", {"step": step, **values})
    if told_to_stop(trial_dir):
        raise Pruned


class Values:
    """Follow one metric of a run while it is being written.

    Args:
        path: metrics.jsonl, there or not yet.
        name: of the metric.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name, self._read = path, name, 0

    def new(self) -> list[tuple[int, float]]:
        """What came since the last call, as (step, value); a NaN, which JSON lacks, is left out."""
        try:
            with self.path.open("rb") as stream:
                stream.seek(self._read)
                text = stream.read()
        except OSError:
            return []
        whole = text.rfind(b"\n") + 1
        self._read += whole
        found = []
        for line in text[:whole].splitlines():
            try:
                record = json.loads(line)
            except ValueError:  # torn by a crash; what it said is said again
                continue
            value = record.get(self.name)
            if isinstance(value, (int, float)):
                found.append((int(record["step"]), float(value)))
        return found


def status(run_dir: Path) -> str | None:
    """How the last attempt says that it ended; None where it says nothing."""
    try:
        return files.status(run_dir)
    except DataError:
        return None


def outcome(run_dir: Path) -> dict[str, Any] | None:
    """How a run ended; None while it did not, or where it was only interrupted."""
    if status(run_dir) in (None, "interrupted"):
        return None
    found: dict[str, Any] = files.read_json(run_dir / "outcome.json")
    return found
