"""Write files, folders and links that appear under their name only when they are complete.

Text and JSON are written without secrets. Standard library only; knows nothing of models, Hydra
or Lightning.
"""

import hashlib
import json
import logging
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from mathpal.errors import DataError
from mathpal.record import leftovers
from mathpal.record.redaction import redact
from mathpal.record.untrusted import require_appendable

log = logging.getLogger(__name__)

SCHEMA: Final = 1


@contextmanager
def whole_file(path: Path, *, fsync: bool, suffix: str = ".part") -> Iterator[Path]:
    """Write a file under a temporary name, and give it its own name when it is complete.

    After an error the temporary file is removed and an earlier file of that name stays. What a
    killed writer of that name left is removed first.

    Args:
        path: of the file; its folder is made.
        fsync: wait until the content is on disk before the file gets its name, so that a power
            cut cannot leave an empty file.
        suffix: of the temporary name, for a writer that chooses the format by it.

    Yields:
        The temporary path, hidden beside `path`: an empty file, to be written into. A library that
        puts another file in its place would lose its lock.

    Raises:
        DataError: if there is a folder of that name.
    """
    if path.is_dir():
        raise DataError(f"{path} is a folder, expected a file; move it away")
    path.parent.mkdir(parents=True, exist_ok=True)
    leftovers.clear(path.parent, path.name, suffix)
    temporary = path.with_name(f".{path.name}.{_token()}{suffix}")
    try:
        with leftovers.held(temporary, Path.touch):
            yield temporary
            if fsync:
                _sync(temporary)
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path, *, fsync: bool, shared: bool = False) -> Iterator[Path]:
    """Fill a folder under a temporary name, and give it its own name when it is complete.

    An earlier folder of that name is moved aside first. After an error it is back in its place,
    and the temporary folder is removed. What a killed writer of that name left is removed first.

    Args:
        folder: to write; the folders above it are made.
        fsync: wait until all files and the names are on disk; a power cut then leaves either the
            complete folder or none.
        shared: whether other processes may write this folder at the same time.

    Yields:
        The temporary folder, hidden beside `folder`, empty.
    """
    mark = f".{_token()}" if shared else ""
    part, old = (folder.with_name(f".{folder.name}{mark}.{end}") for end in ("part", "old"))
    _clear(part, old, folder)
    leftovers.clear(folder.parent, folder.name, ".part")
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        make = partial(Path.mkdir, exist_ok=True)
        with leftovers.held(part, make) if shared else nullcontext(make(part)):
            yield part
            if fsync:
                _sync_tree(part)
            if folder.exists():
                os.replace(folder, old)
            os.replace(part, folder)
        if fsync:
            _sync(folder.parent)
    finally:
        _clear(part, old, folder)


def _clear(part: Path, old: Path, folder: Path) -> None:
    """Remove the temporary folders; the one moved aside goes back where nothing replaced it."""
    if old.exists() and not folder.exists():
        os.replace(old, folder)
    for left_over in (part, old):
        remove(left_over)


def remove(path: Path) -> None:
    """Remove a folder, as far as possible; of a link the link alone."""
    if path.is_symlink():
        with suppress(OSError):
            path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


def link(path: Path, target: Path) -> None:
    """Make `path` a relative symbolic link to `target`, replacing an earlier link in one step.

    A link is a convenience: where it cannot be set, the log warns, once for each path.
    """
    temporary = path.with_name(f".{path.name}.{_token()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.symlink_to(os.path.relpath(target, path.parent))
        try:
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        taken = path.is_dir() and not path.is_symlink()
        why = "a folder of that name is there" if taken else error.strerror or str(error)
        _warn_once(path, f"{path} is not set to {target}: {why}. Nothing else depends on this link")


@cache
def _warn_once(path: Path, text: str) -> None:
    log.warning("%s", text)


def _token() -> str:
    """A temporary name's own part: process ids repeat on other machines and in containers."""
    return secrets.token_hex(4)


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write a text file as a whole and on disk, without secrets."""
    text = redact(text)
    with whole_file(path, fsync=True) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write JSON (UTF-8, indented) as `write_text` does; NaN and infinity become null."""
    write_text(path, json.dumps(_plain(redact(value)), ensure_ascii=False, indent=2) + "\n")


def write_lines(path: Path, objects: list[dict[str, Any]]) -> None:
    """Write JSON Lines as `write_text` does."""
    lines = [json.dumps(_plain(value), ensure_ascii=False) for value in redact(objects)]
    write_text(path, "".join(line + "\n" for line in lines))


def append_line(path: Path, value: dict[str, Any]) -> None:
    """Append one JSON object as a line, in a single write and without secrets."""
    append_lines(path, [value])


def append_lines(path: Path, values: Sequence[dict[str, Any]]) -> None:
    """Append JSON objects as lines, in a single write and without secrets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    require_appendable(path)
    lines = (json.dumps(_plain(redact(value)), ensure_ascii=False) + "\n" for value in values)
    content = "".join(lines)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(content)


def _plain(value: Any) -> Any:
    """A value of JSON's kinds; NaN and infinity, which JSON lacks, become None."""
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def config_hash(config: dict[str, Any]) -> str:
    """Return the sha256 of a resolved configuration without secrets, whatever the keys' order."""
    plain = json.dumps(_plain(redact(config)), sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def point_latest(run_dir: Path, outputs: Path = Path("outputs")) -> None:
    """Make `outputs/latest` point at a run in `outputs`; a run elsewhere leaves it alone."""
    if Path(os.path.abspath(run_dir)).is_relative_to(outputs.absolute()):
        link(outputs / "latest", run_dir)


def short(path: Path) -> Path:
    """Return the path relative to the working directory where it lies inside, else absolute."""
    path = path.absolute()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
