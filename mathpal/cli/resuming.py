"""Handle `resume=DIR` on the command line of `train`, before Hydra sees it."""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mathpal.errors import ConfigError, MathPalError

_LENGTH = re.compile(r"trainer\.(max_steps|epochs)=(\d+)")
_FOLDER = re.compile(r"hydra\.run\.dir=(.+)")


def resume(words: Sequence[str]) -> None:
    """If the words contain resume=DIR, replace this process by the worker that resumes the run.

    With a longer trainer.max_steps or trainer.epochs beside it, the worker trains a finished run
    further, in a directory of its own (`hydra.run.dir`). Otherwise do nothing.

    Raises:
        ConfigError: if there are other words, as the settings of a run cannot change, or if DIR
            is not a directory.
    """
    named = [word for word in words if re.match(r"\+{0,2}resume=(?!null$)", word)]
    if not named or "--help" in words or "-h" in words:
        return
    others = [word for word in words if word != named[0]]
    lengths = [found for word in others if (found := _LENGTH.fullmatch(word))]
    folders = [found for word in others if (found := _FOLDER.fullmatch(word))]
    further = len(lengths) == 1 and len(folders) <= 1 and len(others) == 1 + len(folders)
    if others and not further:
        raise ConfigError(
            f"{named[0]} must stand alone; also given: {' '.join(others)}. A run is resumed with "
            "the settings that it was started with. To resume it, leave the other words out; to "
            "use them, start a new run without resume. Only a longer trainer.max_steps=… or "
            "trainer.epochs=… may stand beside it, which trains a finished run further"
        )
    from mathpal.run import launching

    folder = named[0].partition("=")[2].strip("'\"")
    if not folder or not os.path.isdir(folder):
        raise ConfigError(
            f"{named[0]}: expected the directory of a run, e.g. outputs/default/2026-11-29_10-30-00"
        )
    told: dict[str, str] = {}
    if further:
        chosen = Path(folders[0][1].strip("'\"")) if folders else None
        folder, told = _extended(Path(folder).resolve(), chosen, lengths[0][1], int(lengths[0][2]))
    command = launching.worker(Path(folder))
    os.execve(command[0], command, launching.environment(**told))


def _extended(
    run: Path, chosen: Path | None, length: str, value: int
) -> tuple[str, dict[str, str]]:
    """Prepare the run that trains `run` further; return its directory and its environment."""
    from mathpal.record import directories, manifest
    from mathpal.run import launching
    from mathpal.run.ancestry import extend

    record = manifest.read(run)
    own = chosen or directories.new(directories.again(record.get("name"), "longer"))
    try:
        again = extend(run, own, length=length, value=value)
    except MathPalError:
        with suppress(OSError):  # what holds something stays
            own.rmdir()
        raise
    return str(again), launching.descending(run, record)
