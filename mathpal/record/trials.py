"""The messages between a trial and its study: files in the trial's directory.

The trial leaves values (`report`); the study leaves the file `prune`, and the trial then ends.
Knows nothing of Hydra and Optuna.
"""

from pathlib import Path

from mathpal.record import files

WORD = "prune"  # the name of the file that asks a trial to stop


class Pruned(Exception):
    """The study has pruned the trial."""


def tell_to_stop(trial_dir: Path) -> None:
    """Ask a trial to stop: it ends after its current optimizer step, as pruned."""
    (trial_dir / WORD).touch()


def told_to_stop(trial_dir: Path) -> bool:
    """Return whether the study has asked the trial to stop."""
    return (trial_dir / WORD).exists()


def report(trial_dir: Path, step: int, **values: float) -> None:
    """Report intermediate values of a trial to its study; for tasks that are no runs of MathPal.

    Args:
        trial_dir: Hydra's `runtime.output_dir`.
        step: counts up.
        values: by name; `hydra.sweeper.intermediate` is one of them.

    Raises:
        Pruned: when the study has asked the trial to stop. Do not catch it.
    """
    files.append_line(trial_dir / "metrics.jsonl", {"step": step, **values})
    if told_to_stop(trial_dir):
        raise Pruned
