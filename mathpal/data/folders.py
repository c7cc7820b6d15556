"""Write a folder that appears under its name only when complete, and replace none by accident.

Knows the file that marks a finished folder (`MANIFEST`). Knows nothing of the other files.
"""

import glob
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mathpal.errors import ConfigError
from mathpal.record import leftovers
from mathpal.record.files import whole_folder

MANIFEST = "build.json"


def require_free(folder: Path, *, overwrite: bool) -> None:
    """Require that a folder may be written.

    Args:
        folder: the folder to write.
        overwrite: whether a finished data set may be replaced. A folder of other files never is.

    Raises:
        ConfigError: the path is a file, the working directory, a finished data set without
            `overwrite`, or a folder of other files.
    """
    place = folder.resolve()
    if place == Path.cwd() or place == Path(place.anchor):
        raise ConfigError(f"out={folder} is the folder you are in; name a new one")
    if place.exists() and not place.is_dir():
        raise ConfigError(f"out={folder} is a file; name a folder")
    if not place.is_dir() or not any(place.iterdir()):
        return
    if not (place / MANIFEST).is_file():
        raise ConfigError(
            f"out={folder} holds other files (no {MANIFEST} among them) and is never replaced; "
            "name another folder"
        )
    if not overwrite:
        raise ConfigError(
            f"out={folder} holds a finished data set; overwrite=true replaces it, or name another"
        )


def sweep(target: Path) -> None:
    """Remove what killed processes left beside a file or folder while they wrote it.

    What a living process writes is locked (see `record.leftovers`) and stays. A folder that a
    killed process had moved aside is put back.
    """
    for left in target.parent.glob(f".{glob.escape(target.name)}.*"):
        if left.suffix == ".old" and not target.exists():
            os.replace(left, target)
        elif left.suffix in (".part", ".old"):
            leftovers.remove(left)


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """Give a folder to write into, which takes this name at the end. An error leaves nothing.

    What earlier processes left unfinished, because they were killed, is removed.

    Args:
        folder: allowed by `require_free`.

    Raises:
        ConfigError: the folder cannot be created.
    """
    with ExitStack() as ending:
        try:
            sweep(folder.resolve())
            draft = ending.enter_context(whole_folder(folder.resolve(), fsync=False, shared=True))
        except OSError as error:
            raise ConfigError(f"out={folder} cannot be made: {error.strerror}") from error
        yield draft
