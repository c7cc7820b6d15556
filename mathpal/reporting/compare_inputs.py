"""Reads the files of a comparison for its page.

Strict: a page made from damaged files would show a wrong result. Knows the records alone, neither
statistics nor HTML.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.errors import DataError
from mathpal.record import journal, reading, untrusted
from mathpal.reporting.compare_records import Begun, Compared, Performance, Sample

RESULTS, PERFORMANCE, SAMPLES, MANIFEST = (
    "compare.json", "performance.json", "samples.jsonl", "manifest.json"
)  # fmt: skip


class Inputs(NamedTuple):
    """All that the page is made from.

    Attributes:
        samples: by problem in the order of the file, then by system in the order of compare.json.
        performance: None if speed was not measured.
        command: with which the comparison began; "" if it is not recorded.
    """

    compared: Compared
    samples: dict[str, dict[str, Sample]]
    performance: Performance | None
    command: str


def read_inputs(folder: Path) -> Inputs:
    """Read the files of a comparison.

    Raises:
        DataError: naming the file and what is wrong with it.
    """
    compared = reading.read(folder / RESULTS, Compared)
    names = [system["name"] for system in compared["systems"]]
    _require(folder / RESULTS, _faults(compared, names))
    samples = _samples(folder / SAMPLES, names)
    _require(folder / SAMPLES, _incomplete(samples, compared, names))
    performance = None
    if (folder / PERFORMANCE).exists():
        performance = reading.read(folder / PERFORMANCE, Performance)
        lacking = [name for name in names if name not in performance["systems"]]
        _require(folder / PERFORMANCE, (f"the system {name} is missing" for name in lacking))
    manifest = folder / MANIFEST
    command = reading.read(manifest, Begun).get("command", "") if manifest.exists() else ""
    return Inputs(compared, samples, performance, command)


def _samples(path: Path, names: list[str]) -> dict[str, dict[str, Sample]]:
    try:
        lines = journal.read_lines(path, Sample)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {untrusted.reason(error)}") from error
    if lines.damaged:
        raise DataError(f"{path} is damaged: {lines.damaged} of its lines are no graded answers")
    found: dict[str, dict[str, Any]] = {}
    for row in lines.rows:
        if row["system"] not in names:
            raise DataError(f"{path} has answers of {row['system']}, which {RESULTS} does not name")
        own = found.setdefault(row["id"], {})
        if row["system"] in own:
            raise DataError(f"{path} is damaged: {row['system']} answers {row['id']} twice")
        own[row["system"]] = row
    return found


def _faults(compared: Compared, names: list[str]) -> Iterable[str]:
    """Yield what does not fit together in compare.json."""
    if len(set(names)) < len(names):
        yield "two systems have one name"
    for pair in compared["pairs"]:
        if not {pair["first"], pair["second"]} <= {*names}:
            yield f"the pair {pair['first']}, {pair['second']} is of other systems"
    for group in compared["groups"]:
        if group["shares"].keys() != {*names}:
            yield f"the group {group['name']} has other systems"


def _incomplete(
    samples: dict[str, dict[str, Sample]], compared: Compared, names: list[str]
) -> Iterable[str]:
    if len(samples) != compared["problems"]:
        yield f"it has {len(samples)} problems, {RESULTS} has {compared['problems']}"
    for name in names:
        missing = sum(name not in own for own in samples.values())
        if missing:
            yield f"{missing} answers of {name} are missing"
    for pair in compared["pairs"]:
        if unknown := {*pair["won"], *pair["lost"]} - samples.keys():
            yield f"the problem {min(unknown)} of {RESULTS} is missing"


def _require(path: Path, faults: Iterable[str]) -> None:
    for fault in faults:
        raise DataError(f"{path} is damaged: {fault}")
