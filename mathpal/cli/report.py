"""`mathpal report`: write the report of a study, or send a finished run to a tracker.

The keyword-only parameters of the function are the verb's settings.
"""

import sys
from pathlib import Path

from pydantic import DirectoryPath

from mathpal.errors import ConfigError
from mathpal.record import directories
from mathpal.settings.checked import Composition


def report(
    composition: Composition,
    *,
    study: DirectoryPath | None = None,
    multirun: DirectoryPath | None = None,
    notebook: Path | None = None,
    storage: str | None = None,
    replay: DirectoryPath | None = None,
) -> None:
    """Write the report of a study or a grid, or send a finished run to a tracker.

    Exactly one of study, multirun and replay must be given.

    Args:
        study: directory of a study, e.g. multirun/lora.
        multirun: directory of a grid, e.g. multirun/default/<date>_<time>.
        notebook: folder of the lab notebook to write to as well, e.g. experiments/lora.
        storage: URL of the study's storage, if study.json has it without the password.
        replay: directory of a finished run, e.g. outputs/latest. The exit code is 1 if the tracker
            did not take everything.

    Raises:
        ConfigError: if none or several of the three are given, or notebook or storage with replay.
    """
    asked = {"study": study, "multirun": multirun, "replay": replay}
    given = {name: value for name, value in asked.items() if value is not None}
    if len(given) != 1:
        found = ", ".join(f"{name}={value}" for name, value in given.items()) or "none of them"
        raise ConfigError(
            f"report takes exactly one of study=DIR, multirun=DIR and replay=DIR; given: {found}"
        )
    if replay is None:
        _write(next(iter(given.values())), notebook, storage)
    elif notebook is not None or storage is not None:
        raise ConfigError("notebook and storage belong to study=DIR or multirun=DIR, not to replay")
    else:
        _send(composition, replay)


def _write(folder: Path, notebook: Path | None, storage: str | None) -> None:
    """Write the report of a study; the last line printed is its path."""
    from mathpal.studies.publishing import publish

    print("\n".join(publish(folder, notebook=notebook, storage=storage)))


def _send(composition: Composition, run_dir: Path) -> None:
    """Send a finished run to a tracker; exit with 1 if the tracker did not take everything."""
    from mathpal.tracking.replaying import replay as send

    into = directories.new(directories.stamped(run_dir / "replay"))
    found = send(run_dir, into, composition.tracker)
    print(
        f"{found.records} metric records, {found.samples} sample generations, "
        f"{', '.join(found.artifacts) or 'no artifacts'}"
    )
    for name, health in found.health.items():
        verdict = f", given up: {health.given_up}" if health.given_up else ""
        print(
            f"{name}: {health.sent} sent, {health.dropped} dropped, {health.failed} failed{verdict}"
        )
    print(into)
    if any(health.dropped or health.failed for health in found.health.values()):
        sys.exit(1)
