"""Checkpoints on disk: `step-00000100/` folders, each either complete or absent.

Knows files and hashes; `training.state` knows what the tensors mean. Only tensors (safetensors) and
plain JSON are written and read, so loading a checkpoint cannot run code.
"""

import hashlib
import json
import logging
import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from mathpal.errors import DataError
from mathpal.record import files, reading, untrusted
from mathpal.record.files import SCHEMA, whole_folder
from mathpal.training.records import Described, Manifest, State

log = logging.getLogger(__name__)
Tensors = dict[str, torch.Tensor]

WEIGHTS, OPTIMIZER, STATE, MANIFEST = (
    "weights.safetensors", "optimizer.safetensors", "state.json", "manifest.json",
)  # fmt: skip
_SPARE = 16 * 2**20  # bytes that must be free beyond a checkpoint's tensors


class Checkpoint(NamedTuple):
    """The state from which training resumes exactly.

    Attributes:
        step: finished optimizer steps.
        weights: the trained weights, by name.
        optimizer: the optimizer's tensors, by "<number of the weight>/<name>".
        plain: everything else. No random state is stored: each step draws its
            random numbers from (seed, step), and the step is the position in the data.
    """

    step: int
    weights: Tensors
    optimizer: Tensors
    plain: State


def write(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write `folder/step-…`, which gets this name only when it is complete and on disk.

    Raises:
        DataError: when the disk cannot hold it; earlier checkpoints are untouched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob(".step-*"):
        files.remove(left_over)
    target = folder / f"step-{checkpoint.step:08d}"
    _require_space(folder, checkpoint)
    try:
        # It may replace a damaged checkpoint, or one of an abandoned attempt.
        with whole_folder(target, fsync=True) as part:
            save_file(_stored(checkpoint.weights), part / WEIGHTS)
            save_file(_stored(checkpoint.optimizer), part / OPTIMIZER)
            (part / STATE).write_text(json.dumps(checkpoint.plain), encoding="utf-8")
            manifest: Manifest = {
                "schema": SCHEMA,
                "step": checkpoint.step,
                "files": {name: _describe(part / name) for name in (WEIGHTS, OPTIMIZER, STATE)},
            }
            (part / MANIFEST).write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    except (OSError, SafetensorError) as error:
        raise DataError(
            f"{target} could not be written: {error}. Earlier checkpoints are intact; "
            f"free space on that disk and continue with resume={folder.parent}"
        ) from error
    return target


def _stored(tensors: Tensors) -> Tensors:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _require_space(folder: Path, checkpoint: Checkpoint) -> None:
    tensors = [*checkpoint.weights.values(), *checkpoint.optimizer.values()]
    needed = sum(t.numel() * t.element_size() for t in tensors) + _SPARE
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DataError(
            f"{folder}: a checkpoint needs {needed / 2**20:.0f} MB and the disk has "
            f"{free / 2**20:.0f} MB left. Earlier checkpoints are intact; free space and "
            f"continue with resume={folder.parent}"
        )


def _describe(path: Path) -> Described:
    with untrusted.open_file(path) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"sha256": digest, "bytes": path.stat().st_size}


def steps(folder: Path) -> dict[int, Path]:
    """Return the checkpoint folders, damaged ones included, by step in rising order.

    Raises:
        DataError: if the folder is a link to another run's, whose checkpoints would be removed.
    """
    owner = folder.resolve().parent
    if folder.is_symlink() and os.path.lexists(owner / "run.json"):
        raise DataError(
            f"{folder} is a link to the checkpoints of another run, {owner}; expected a folder of "
            "its own, or a link to one outside of runs. Remove the link, or copy the folder here"
        )
    found = {
        int(match[1]): path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if (match := re.fullmatch(r"step-(\d{8,})", path.name)) and path.is_dir()
    }
    return dict(sorted(found.items()))


def fault(path: Path) -> str | None:
    """Return why the checkpoint is damaged, or None if its checksums match."""
    try:
        _checked(path)
    except DataError as error:
        return str(error)
    return None


def _checked(path: Path) -> State:
    """Compare a checkpoint with its manifest, and return its plain values."""
    stated = reading.read(path / MANIFEST, Manifest)
    if stated["step"] != _number(path):
        raise DataError(f"{path / MANIFEST} is that of step {stated['step']}")
    for name in (WEIGHTS, OPTIMIZER, STATE):
        try:
            found, expected = _describe(path / name), stated["files"][name]
        except KeyError:
            raise DataError(f"{path / MANIFEST} does not list {name}") from None
        except OSError as error:
            raise DataError(f"{path / name} cannot be read: {untrusted.reason(error)}") from error
        if found["bytes"] != expected["bytes"]:
            raise DataError(
                f"{path / name} has {found['bytes']} bytes instead of {expected['bytes']}"
            )
        if found["sha256"] != expected["sha256"]:
            raise DataError(f"{path / name} is damaged: its sha256 differs from the manifest's")
    return reading.read(path / STATE, State, finite=False)


def _number(path: Path) -> int:
    return int(path.name.removeprefix("step-"))


def newest_sound(folder: Path) -> int:
    """Return the step of the newest checkpoint whose checksums match; 0 without one."""
    found = reversed(steps(folder).items())
    return next((step for step, path in found if fault(path) is None), 0)


def read(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        DataError: when it is damaged.
    """
    plain = _checked(path)
    try:
        weights, optimizer = load_file(path / WEIGHTS), load_file(path / OPTIMIZER)
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path} is damaged: {error}") from error
    return Checkpoint(_number(path), weights, optimizer, plain)


def newest(folder: Path, before: int | None = None) -> Checkpoint | None:
    """Read the newest checkpoint whose checksums match, and log each newer one that is damaged.

    Args:
        folder: of the checkpoints.
        before: consider only steps below this one.

    Raises:
        DataError: when there are checkpoints and all of them are damaged.
    """
    damaged = []
    for step, path in reversed(steps(folder).items()):
        if before is not None and step >= before:
            continue
        try:
            return read(path)
        except DataError as error:
            log.warning("%s is not used: %s", path, error)
            damaged.append(path.name)
    if damaged:
        raise DataError(
            f"{folder} holds no checkpoint that can be trusted ({', '.join(damaged)} are damaged); "
            "remove that folder to train from the beginning"
        )
    return None


def prune(folder: Path, keep_last: int, *, best: int | None) -> None:
    """Remove all but the newest `keep_last` checkpoints and that of the step `best`."""
    for step, path in list(steps(folder).items())[:-keep_last]:
        if step != best:
            files.remove(path)
