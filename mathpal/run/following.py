"""What all processes of a run but the first do: the same training, and nothing on disk."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from mathpal.interruption import leaving_at_once
from mathpal.models import backends
from mathpal.problems import Splits


def follow(
    calls: dict[str, partial[Any]], config: dict[str, Any], run_dir: Path
) -> dict[str, float]:
    """Take part in the training of a run that the first process keeps.

    Args:
        calls: group -> its callable with the settings bound.
        config: the resolved configuration.
        run_dir: of the run; its newest checkpoint is where training goes on.

    Returns:
        What training measured here.
    """
    backends.begin_for(calls["model"])
    from mathpal.run import stages

    with tempfile.TemporaryDirectory() as scratch, leaving_at_once():
        loaded = stages.load_model(calls["model"], calls["lora"], seed=config["seed"])
        splits: Splits = calls["data"](None)
        tables = stages.prepare_data(
            splits,
            loaded,
            Path(scratch),
            measured=False,
            allow_leakage=config["allow_leakage"],
            mark_answers=stages.weighs_answers(calls["objective"]),
        )
        fitted = calls["trainer"](
            loaded, tables.train, tables.validation, calls["objective"](), _unrecorded, run_dir
        )
    metrics: dict[str, float] = fitted.metrics
    return metrics


def _unrecorded(step: int, values: dict[str, float]) -> None:
    """The first process keeps the record."""
