"""Refuses writes outside the folders of the tests, in this process and the Python ones it starts.

Python imports a module of this name by itself where its folder is on PYTHONPATH. The writes of
libraries in other languages are not seen. Standard library only.
"""

import os
import sys
from typing import Any

PLACES = "MATHPAL_TESTS_PLACES"  # "+folder" may be written, "-folder" not; the deepest decides
TOUCHED = "MATHPAL_TESTS_TOUCHED"  # file with a line for each refused write
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# event -> the places of its paths and of their dir_fds among its arguments
_EVENTS = {
    "os.mkdir": ((0, 2),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.truncate": ((0, None),),
}


def watch() -> None:
    """Refuse and note writes from now on, while the environment names the places."""
    sys.addaudithook(_seen)


def _seen(event: str, args: tuple[Any, ...]) -> None:
    if event == "open":
        if isinstance(args[0], (str, bytes)) and args[2] & _WRITES:
            _require(os.path.realpath(os.fsdecode(args[0])), event)
    elif event in _EVENTS:
        for at, folder in _EVENTS[event]:
            if isinstance(args[at], int):
                continue
            path = os.fsdecode(args[at])
            if folder is not None and args[folder] not in (-1, None):
                path = os.path.join(f"/proc/self/fd/{args[folder]}", path)
            above, name = os.path.split(os.path.abspath(path) if path[0] != "/" else path)
            path = os.path.join(os.path.realpath(above), name)
            if event != "os.mkdir" or not os.path.isdir(path):  # exist_ok
                _require(path, event)


def _require(path: str, event: str) -> None:
    if may_be_written(path):
        return
    with open(os.environ[TOUCHED], "a") as stream:
        stream.write(f"{os.environ.get('PYTEST_CURRENT_TEST', '?')}: {event} {path}\n")
    raise PermissionError(1, "a test writes outside its folders", path)


def may_be_written(path: str) -> bool:
    """Whether the deepest of the named places above the path allows it."""
    if PLACES not in os.environ or "__pycache__" in path or path == os.environ[TOUCHED]:
        return True
    places = os.environ[PLACES].split(os.pathsep)
    above = [p for p in places if path == p[1:] or path.startswith(p[1:].rstrip("/") + "/")]
    return max(above, key=len)[0] == "+"


if PLACES in os.environ:
    watch()
