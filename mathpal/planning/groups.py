"""The memory that the control groups of this process leave: nested ones, of both versions.

Containers, Slurm and systemd limit memory so. A process is killed when it or a group above it
passes its limit, so the smallest room counts. Knows Linux's files; elsewhere there is no limit.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple


class _Files(NamedTuple):
    """Names of a version's files: limit, use, and the key of memory.stat for freeable pages."""

    limit: str
    used: str
    freeable: str


_FILES = {
    "cgroup2": _Files("memory.max", "memory.current", "inactive_file"),
    "cgroup": _Files("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}


def group_room(process: Path = Path("/proc/self")) -> float | None:
    """Bytes left below the nearest memory limit of the process's groups; None without a limit.

    Args:
        process: the process's folder in /proc.
    """
    try:
        paths = dict(_paths(os.fsdecode((process / "cgroup").read_bytes())))
        mounts = os.fsdecode((process / "mountinfo").read_bytes())
    except OSError:
        return None
    rooms = [
        room
        for kind, mount, root in _mounts(mounts)
        if kind in paths
        for folder in _upwards(mount, _inside(paths[kind], root))
        if (room := _room(folder, _FILES[kind])) is not None
    ]
    return min(rooms, default=None)


def _paths(text: str) -> Iterator[tuple[str, PurePosixPath]]:
    """Yield the version and path of each group in /proc/self/cgroup that can limit memory."""
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield "cgroup2", PurePosixPath(path)
        elif "memory" in controllers.split(","):
            yield "cgroup", PurePosixPath(path)


def _mounts(text: str) -> Iterator[tuple[str, Path, PurePosixPath]]:
    """Yield version, place and root of each mounted hierarchy in /proc/self/mountinfo."""
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        fields, (kind, _, options) = before.split(" "), after.split(" ", 2)
        if kind == "cgroup2" or (kind == "cgroup" and "memory" in options.split(",")):
            yield kind, Path(_plain(fields[4])), PurePosixPath(_plain(fields[3]))


def _plain(escaped: str) -> str:
    """Decode the kernel's octal escapes of spaces and the like."""
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), escaped)


def _inside(path: PurePosixPath, root: PurePosixPath) -> PurePosixPath:
    """A group's path below a mount: a container may see only a part of the hierarchy."""
    return path.relative_to(root if path.is_relative_to(root) else "/")


def _upwards(mount: Path, path: PurePosixPath) -> Iterator[Path]:
    """Yield the folders of a group and of all groups above it, as far as they are mounted."""
    inner = [part for part in path.parts if part != ".."]  # of a group outside a namespace
    for count in range(len(inner), -1, -1):
        yield mount.joinpath(*inner[:count])


def _room(folder: Path, names: _Files) -> float | None:
    """Bytes left in one group; None if it has no limit or is not mounted here."""
    try:
        limit = (folder / names.limit).read_text().strip()
        used = float((folder / names.used).read_text())
        counts = dict(x.split() for x in (folder / "memory.stat").read_text().splitlines())
        used -= float(counts[names.freeable])  # page cache, which the kernel can free
        return None if limit == "max" else max(0.0, float(limit) - used)
    except (OSError, ValueError, KeyError):
        return None
