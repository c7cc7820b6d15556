"""Tells how to run a run again, what its directory holds and how long its stages took.

Knows the keys of run.json; starts no process and reads no git repository.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.record.schemas import Git, Manifest


class Entry(NamedTuple):
    """One file or folder of the run directory.

    Attributes:
        size: bytes; for a folder, of all files in it.
        files: number of files in a folder; 0 for a file.
        target: target of a link; "" for anything else.
    """

    name: str
    size: int
    files: int
    target: str


def reproduce(manifest: Manifest, run_dir: Path) -> list[str]:
    """Return the shell commands that reproduce the run.

    Args:
        manifest: the content of run.json.
        run_dir: the run directory; its git.diff and requirements.txt are used if they exist.

    Raises:
        ValueError: the manifest records neither a commit nor a command.
    """
    place = shown_path(run_dir)
    lines = []
    git: Git = manifest.get("git") or {"commit": None}
    if git.get("commit"):
        lines.append(f"git checkout {shlex.quote(str(git['commit']))}")
    if git.get("dirty"):
        kept = (run_dir / "git.diff").is_file()
        apply = f"git apply {shlex.quote(f'{place}/git.diff')}"
        lines.append(
            apply if kept else "# The uncommitted changes of this run are lost: no git.diff."
        )
    if (run_dir / "requirements.txt").is_file():
        lines.append(f"python -m pip install -r {shlex.quote(f'{place}/requirements.txt')}")
    command = _command(manifest)
    if command:
        lines.append(command)
    if not lines:
        raise ValueError("neither a commit nor a command is recorded")
    return lines


def alone(manifest: Manifest) -> str:
    """Return the command that runs this trial of a sweep alone; "" if the recorded command does.

    Args:
        manifest: the content of run.json.
    """
    overrides = [str(override) for override in manifest.get("overrides") or []]
    command = _command(manifest)
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    if not command or all(override in words for override in overrides):
        return ""
    return shlex.join(["python", "train.py", *overrides])


def shown_path(run_dir: Path) -> str:
    """Return the run directory's path below the repository, without the machine's folders.

    Args:
        run_dir: the run directory.
    """
    parts = run_dir.absolute().parts
    for root in ("outputs", "multirun"):
        if root in parts:
            return "/".join(parts[parts.index(root) :])
    return run_dir.absolute().name


def inventory(run_dir: Path, *, leave_out: str) -> list[Entry]:
    """List the run directory, with one entry per folder; opens no file and follows no link.

    Args:
        run_dir: the run directory.
        leave_out: name of the page itself, which is about to be replaced.
    """
    entries = []
    for path in sorted(run_dir.iterdir(), key=lambda p: (not p.is_dir(), p.name)):
        if path.name == leave_out or path.name.startswith(f".{leave_out}"):
            continue
        if path.is_symlink():
            entries.append(Entry(path.name, 0, 0, str(path.readlink())))
        elif path.is_dir():
            files = [p for p in path.rglob("*") if p.is_file() and not p.is_symlink()]
            entries.append(Entry(f"{path.name}/", sum(_size(p) for p in files), len(files), ""))
        else:
            entries.append(Entry(path.name, _size(path), 0, ""))
    return entries


def stages(timings: Mapping[str, Any]) -> tuple[list[tuple[str, float, float]], float]:
    """Return (stage, seconds, share of the whole) for each stage, and the seconds of the whole.

    Args:
        timings: stage to seconds; a stage called "total" is the whole, else the sum is.

    Raises:
        ValueError: no stage was timed.
    """
    seconds = {str(stage): float(value) for stage, value in timings.items()}
    if not seconds:
        raise ValueError("no stage was timed")
    total = seconds.pop("total", sum(seconds.values()))
    return [(stage, s, s / total if total > 0 else 0.0) for stage, s in seconds.items()], total


def _command(manifest: Manifest) -> str:
    command = manifest.get("command") or ""
    return shlex.join(map(str, command)) if isinstance(command, list) else str(command)


def _size(path: Path) -> int:
    # A running run may delete a checkpoint while its files are being counted.
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
