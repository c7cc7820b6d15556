"""What a run was, where it ran and how to run it again, from run.json and the directory.

Knows the manifest's keys; starts no process and reads no other repository.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """One file or folder of the run directory.

    Attributes:
        size: bytes, of a folder's whole content.
        files: how many files a folder holds; 0 for a file.
        target: where a link points; "" for all else.
    """

    name: str
    size: int
    files: int
    target: str


def reproduce(manifest: dict[str, Any], run_dir: Path) -> list[str]:
    """The shell lines that run this run again.

    Args:
        manifest: the content of run.json.
        run_dir: the run directory, to see which of its files a repetition needs.
    """
    place = shown_path(run_dir)
    lines = []
    git = manifest.get("git") or {}
    if git.get("commit"):
        lines.append(f"git checkout {shlex.quote(str(git['commit']))}")
    if git.get("dirty"):
        kept = (run_dir / "git.diff").is_file()
        apply = f"git apply {shlex.quote(f'{place}/git.diff')}"
        lines.append(
            apply if kept else "# There were uncommitted changes, and no git.diff kept them."
        )
    if (run_dir / "requirements.txt").is_file():
        lines.append(f"python -m pip install -r {shlex.quote(f'{place}/requirements.txt')}")
    command = _command(manifest)
    if command:
        lines.append(command)
    if not lines:
        raise ValueError("neither a commit nor a command is recorded")
    return lines


def alone(manifest: dict[str, Any]) -> str:
    """The line that runs this member of a sweep by itself; "" where the command says it all.

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
    """The run directory as seen from the repository, without the folders of this machine.

    Args:
        run_dir: the run directory.
    """
    parts = run_dir.absolute().parts
    for root in ("outputs", "multirun"):
        if root in parts:
            return "/".join(parts[parts.index(root) :])
    return run_dir.absolute().name


def inventory(run_dir: Path, *, leave_out: str) -> list[Entry]:
    """What lies in the run directory, folders summed up; nothing is read and no link followed.

    Args:
        run_dir: the run directory.
        leave_out: the name of the page itself, which is about to be replaced.
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
    """The stages of a run with their share of the whole, and the whole.

    Args:
        timings: stage to seconds; a stage called "total" is the whole.
    """
    seconds = {str(stage): float(value) for stage, value in timings.items()}
    if not seconds:
        raise ValueError("no stage was timed")
    total = seconds.pop("total", sum(seconds.values()))
    return [(stage, s, s / total if total > 0 else 0.0) for stage, s in seconds.items()], total


def _command(manifest: dict[str, Any]) -> str:
    command = manifest.get("command") or ""
    return shlex.join(map(str, command)) if isinstance(command, list) else str(command)


def _size(path: Path) -> int:
    # A run that still goes on may remove a checkpoint while its files are being counted.
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
