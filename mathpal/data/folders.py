"""A folder that appears under its name only when it is whole, and is never lost by accident.

Knows the mark of a finished folder (`MANIFEST`). Knows nothing of what is in it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mathpal.errors import ConfigError
from mathpal.record.files import whole_folder

MANIFEST = "build.json"


def require_free(folder: Path, *, overwrite: bool) -> None:
    """Stop where a folder must not be written.

    Args:
        folder: where something is to be made.
        overwrite: whether a finished one may be replaced; anything else never is.

    Raises:
        ConfigError: it is a file, the folder worked in, a finished folder, or one of something
            else.
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


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes this name at the end; after an error nothing is left.

    Args:
        folder: allowed by `require_free`.

    Raises:
        ConfigError: it cannot be made here.
    """
    with ExitStack() as ending:
        try:
            draft = ending.enter_context(whole_folder(folder.resolve(), fsync=False, shared=True))
        except OSError as error:
            raise ConfigError(f"out={folder} cannot be made: {error.strerror}") from error
        yield draft
