"""Handle `resume=DIR` on the command line of `train`, before Hydra sees it."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from mathpal.errors import ConfigError


def resume(words: Sequence[str]) -> None:
    """If the words contain resume=DIR, replace this process by the worker that resumes the run.

    Otherwise do nothing.

    Raises:
        ConfigError: if there are other words, as the settings of a run cannot change, or if DIR
            is not a directory.
    """
    named = [word for word in words if re.match(r"\+{0,2}resume=(?!null$)", word)]
    if not named or "--help" in words or "-h" in words:
        return
    others = [word for word in words if word != named[0]]
    if others:
        raise ConfigError(
            f"{named[0]} must stand alone; also given: {' '.join(others)}. A run is resumed with "
            "the settings that it was started with. To resume it, leave the other words out; to "
            "use them, start a new run without resume"
        )
    from mathpal.run import launching

    folder = named[0].partition("=")[2].strip("'\"")
    if not folder or not os.path.isdir(folder):
        raise ConfigError(f"{named[0]}: expected the directory of a run, e.g. outputs/latest")
    command = launching.worker(Path(folder))
    os.execve(command[0], command, launching.environment())
