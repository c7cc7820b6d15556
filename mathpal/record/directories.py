"""Make the directories of runs: unique where the program names them, with a message on failure.

Standard library only.
"""

import itertools
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from mathpal.errors import DataError

STAMP = "%Y-%m-%d_%H-%M-%S"


def stamped(folder: Path) -> Path:
    """Return the path of a folder inside `folder`, named after the time."""
    return folder / datetime.now().strftime(STAMP)


def again(name: str | None, otherwise: str) -> Path:
    """Return the path of a run like an earlier one, in outputs/ whatever that one's name is.

    Args:
        name: of the earlier run, as its run.json has it.
        otherwise: the name where it has none that could be a folder's.
    """
    plain = name and name.isprintable() and Path(name).name == name and name != ".."
    return stamped(Path("outputs", name if name and plain else otherwise))


def new(path: Path) -> Path:
    """Make a directory that was not there: `path`, or `path` with -2, -3, … at the end.

    Two processes never get the same one.

    Raises:
        DataError: if it cannot be made.
    """
    make(path.parent)
    for number in itertools.count(1):
        wanted = path if number == 1 else path.with_name(f"{path.name}-{number}")
        try:
            with suppress(FileExistsError):
                wanted.mkdir()
                return wanted
        except OSError as error:
            raise _explained(wanted, error) from error
    raise AssertionError


def make(path: Path) -> None:
    """Make a directory and those above it, where they are missing.

    Raises:
        DataError: if it cannot be made, or cannot be written in.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _explained(path, error) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise DataError(f"{path} cannot be written in. {_FIX}")


_FIX = (
    "Make it writable, or choose another with hydra.run.dir=DIR (for a sweep hydra.sweep.dir=DIR)"
)


def _explained(path: Path, error: OSError) -> DataError:
    reason = error.strerror or str(error)
    for place in (path, *path.parents):
        if place.is_symlink() and not place.exists():
            reason = f"{place} is a link to {os.readlink(place)}, which is not there"
        elif place.exists() and not place.is_dir():
            reason = f"{place} is a file"
    return DataError(f"the directory {path} cannot be made: {reason}. {_FIX}")
