"""Runs that begin with the weights of another: from its adapter, or where its training ended.

Knows what the new run takes over and records, and what must be the same in both.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from mathpal.errors import ConfigError, DataError
from mathpal.record import files, manifest, outcome
from mathpal.settings import composition as composed
from mathpal.settings.checked import Composition
from mathpal.settings.paths import moved
from mathpal.settings.preflight import preflight

BASE = ("model", "base_weights", "tokenizer", "tokenizer_rules")  # what an adapter belongs to


def start_of(composition: Composition) -> dict[str, Any] | None:
    """Return what run.json records of `lora.start`; None for fresh weights."""
    start = composition.settings("lora").get("start")
    if start is None:
        return None
    from mathpal.models.adapter import weights_digest

    return {"run": str(Path(start).resolve()), "weights": weights_digest(Path(start))}


def require_inputs_of(run: str | None, prints: dict[str, str], names: Sequence[str]) -> None:
    """Require that an earlier run had the same inputs; what is no run is not compared.

    Args:
        run: directory of the earlier run.
        prints: fingerprints of the new run.
        names: of the fingerprints to compare.

    Raises:
        DataError: naming those that differ.
    """
    if run is None or not (Path(run) / manifest.NAME).is_file():
        return
    earlier = manifest.read(Path(run), "fingerprints")
    compared = {name: value for name, value in prints.items() if name in names}
    if changed := manifest.changed_inputs(earlier, compared):
        raise DataError(
            f"{run}, whose weights are trained on, was trained with other inputs: "
            f"{', '.join(changed)}. Use the same, or start from fresh weights"
        )


def extend(run: Path, folder: Path, *, length: str, value: int) -> Path:
    """Prepare a run that trains a finished one further: the same settings, but for the length.

    It begins at the last step of the finished run, with its optimizer state; `resume` then trains
    it. The learning rate follows the schedule of the new length.

    Args:
        run: the finished run, which stays as it is.
        folder: of the new run.
        length: "max_steps" or "epochs".
        value: the whole length, that of the finished run included.

    Raises:
        ConfigError: if the new length is not longer, or training ended early by its own rule.
        DataError: if the run is not complete, has no checkpoint, or `folder` holds a run.
    """
    from mathpal.training import checkpoints

    ended = outcome.find(run)
    if ended is None or ended.status != "completed":
        raise DataError(f"{run} is not complete; finish it first with resume={run}")
    if (folder / composed.FOLDER).exists() or (folder / manifest.NAME).exists():
        raise DataError(f"{folder} holds a run already; choose another with hydra.run.dir=DIR")
    asked = composed.read(run)
    began_in = Path(manifest.read(run).get("directory", run))
    config = moved(asked.config, began_in, run)
    before = OmegaConf.select(config, f"trainer.{length}")
    last = checkpoints.newest(run / "checkpoints")
    if last is None:
        raise DataError(f"{run}/checkpoints is empty; train on with lora.start={run} instead")
    reached = last.step if length == "max_steps" else before
    if reached is None or value <= reached:
        known = "another kind of length" if reached is None else f"{reached} done"
        raise ConfigError(
            f"resume={run} trainer.{length}={value}: {known}; expected more, to train further"
        )
    if last.plain["stopped"]:
        raise ConfigError(
            f"{run} ended early by trainer.patience; to train on its weights, use lora.start={run}"
        )
    OmegaConf.update(config, f"trainer.{length}", value)
    preflight(config)
    for step in {last.step, last.plain["best"]["step"] or last.step}:
        source = checkpoints.steps(run / "checkpoints").get(step)
        if source is not None:
            _copy(source, folder / "checkpoints" / source.name)
    words = [word for word in asked.overrides if not word.startswith(f"trainer.{length}=")]
    words.append(f"trainer.{length}={value}")
    composed.write(folder, asked._replace(config=config, overrides=words))
    return folder


def _copy(checkpoint: Path, place: Path) -> None:
    """Copy a checkpoint whole, in place of what an attempt that was killed has left there."""
    try:
        with files.whole_folder(place, fsync=False) as part:
            shutil.copytree(checkpoint, part, dirs_exist_ok=True)
    except OSError as error:
        raise DataError(
            f"{checkpoint} cannot be copied to {place}: {error}; free some space or choose another "
            "directory with hydra.run.dir=DIR"
        ) from error
