"""The folders of what the Hub's libraries fetch: what to do if one cannot be written.

Knows the environment variables of huggingface_hub and datasets; imports neither.
"""

import errno
import os
from pathlib import Path

_FAULTS = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR,
    errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EIO,
}  # fmt: skip
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_PLACES = ("HF_HUB_CACHE", "HF_DATASETS_CACHE", "HF_XET_CACHE", "HF_TOKEN_PATH", "HF_HOME")


def unwritable_cache(error: BaseException) -> str | None:
    """Say which variable to set if a cache of the Hub cannot be used; None for another error.

    Args:
        error: of huggingface_hub, datasets or transformers, with its causes.
    """
    seen: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in seen:
        seen.append(link)
        if isinstance(link, OSError):
            found = _fault(link)
            if found is not None:
                return found
        link = link.__cause__ or link.__context__
    return None


def _fault(error: OSError) -> str | None:
    full = error.errno in _NO_ROOM or "Not enough disk space" in str(error)
    if not full and error.errno not in _FAULTS:
        return None
    name, place = _place(error.filename)
    if name is None and not full:
        return None
    why = "has no room left" if full else "cannot be used"
    reason = f": {error.strerror}, {error.filename}" if error.filename else ""
    return (
        f"the cache of the Hub's files {name or 'HF_HOME'}={place} {why}{reason}. Set "
        f"{name or 'HF_HOME'} to a folder that you can write to and that has room"
    )


def _place(filename: object) -> tuple[str | None, Path]:
    """The variable whose folder holds a file, and the folder; without one, None and HF_HOME's."""
    home = Path(os.environ.get("HF_HOME") or _default_home()).expanduser()
    for name in _PLACES if isinstance(filename, str) else ():
        given = os.environ.get(name)
        folder = Path(given).expanduser() if given else home if name == "HF_HOME" else None
        if folder is not None and Path(str(filename)).is_relative_to(folder):
            return name, folder
    return None, home


def _default_home() -> str:
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
