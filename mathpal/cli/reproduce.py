"""`mathpal reproduce run=DIR`: repeat a run, and compare the results.

Knows which values of a run directory must be identical; measured time and memory may differ.
"""

import hashlib
import logging
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import DirectoryPath

from mathpal.errors import ConfigError, DataError
from mathpal.record import directories, files, journal, manifest, outcome, untrusted
from mathpal.record.schemas import Measured
from mathpal.run import launching
from mathpal.settings import composition
from mathpal.settings.checked import Composition

log = logging.getLogger(__name__)
# Metrics that a run computes; those that match _MEASURED are readings of a clock or a meter.
_COMPUTED = re.compile(r"(train/(loss|lr|grad_norm|skipped)|(validation|base|tuned)/.+)")
_MEASURED = re.compile(r"second|memory|latency|time")
_COMPARED = ("config_hash", "git", "python", "packages", "hardware", "fingerprints")
WEIGHTS, METRICS = "weights", "metrics"


class Finding(NamedTuple):
    """One line of the comparison.

    Attributes:
        part: what was compared.
        verdict: "identical" or "differs".
        detail: the common value, or both values.
    """

    part: str
    verdict: Literal["identical", "differs"]
    detail: str


def reproduce(composition: Composition, *, run: DirectoryPath) -> None:
    """Repeat a run in a new directory and print what is identical; exit with 1 if results differ.

    Args:
        run: a complete run's directory, e.g. outputs/latest.

    Raises:
        ConfigError: if the new directory already holds a run.
        DataError: if the run is not complete, so that there is nothing to compare with.
    """
    run = run.resolve()  # outputs/latest will point at the new one
    ended = outcome.find(run)
    if ended is None or ended.status != "completed":
        raise DataError(
            f"{run} is {ended.status if ended else 'not at its end'}, expected a complete run; "
            f"resume it with resume={run}"
        )
    record = manifest.read(run)
    again = _prepared(run, record.get("name"))
    told = launching.descending(run, record)
    code = launching.wait_for(
        launching.worker(again), env=launching.environment(**told), stdout=subprocess.DEVNULL
    )
    if code:
        log.error("the repeated run stopped with exit code %d; its directory is %s", code, again)
        sys.exit(code)
    findings = compare(run, again)
    print(table(findings))
    same = is_identical(findings)
    print(f"\nidentical: {WEIGHTS} and {METRICS} are the same to the bit" if same else "\ndiffers")
    print(files.short(again))
    sys.exit(0 if same else 1)


def _prepared(run: Path, name: str | None) -> Path:
    """Create a run directory with the recorded configuration, ready for the worker."""
    again = composition.chosen_directory() or directories.new(directories.again(name, "reproduced"))
    if (again / composition.FOLDER).exists() or (again / "run.json").exists():
        raise ConfigError(f"{again} holds a run already; choose another with hydra.run.dir=DIR")
    composition.write(again, composition.read(run))
    return again


def compare(one: Path, other: Path) -> list[Finding]:
    """Compare two complete runs.

    Args:
        one: directory of the first.
        other: directory of the second.
    """
    first, second = (manifest.read(path, *_COMPARED) for path in (one, other))
    findings = [_finding("configuration", first["config_hash"], second["config_hash"])]
    findings += [
        _finding("commit", first["git"]["commit"], second["git"]["commit"]),
        _finding("uncommitted changes", _digest(one / "git.diff"), _digest(other / "git.diff")),
        _finding("python", first["python"], second["python"]),
        _parts("packages", first["packages"], second["packages"]),
        _finding("requirements.txt", *(_digest(d / "requirements.txt") for d in (one, other))),
        _parts("hardware", first["hardware"], second["hardware"]),
        _parts("determinism", first.get("determinism") or {}, second.get("determinism") or {}),
    ]
    prints, printed = first["fingerprints"], second["fingerprints"]
    findings += [
        _finding(name, prints.get(name), printed.get(name)) for name in {**prints, **printed}
    ]
    findings.append(_finding(WEIGHTS, _weights(one), _weights(other)))
    findings.append(_parts(METRICS, *(_final(path) for path in (one, other))))
    findings.append(_records(_recorded(one), _recorded(other)))
    return findings


def is_identical(findings: list[Finding]) -> bool:
    """Whether the trained weights and all computed metrics are identical to the bit."""
    decisive = (WEIGHTS, METRICS, "metrics.jsonl")
    return all(f.verdict == "identical" for f in findings if f.part in decisive)


def table(findings: list[Finding]) -> str:
    """Return the comparison as text, one finding per line."""
    width = max(len(finding.part) for finding in findings)
    return "\n".join(f"{f.verdict:<11}{f.part:<{width + 2}}{f.detail}" for f in findings)


def _finding(part: str, first: Any, second: Any) -> Finding:
    if first == second:
        return Finding(part, "identical", _brief(first))
    return Finding(part, "differs", f"{_brief(first)} → {_brief(second)}")


def _parts(part: str, first: dict[str, Any], second: dict[str, Any]) -> Finding:
    """Compare many named values; the detail is their number, or lists those that differ."""
    names = {**first, **second}
    changed = [
        f"{name} {_brief(first.get(name))} → {_brief(second.get(name))}"
        for name in names
        if first.get(name) != second.get(name)
    ]
    if not changed:
        return Finding(part, "identical", f"all {len(names)}")
    return Finding(part, "differs", "; ".join(changed))


def _brief(value: Any) -> str:
    if value is None:
        return "none"
    return value[:12] if isinstance(value, str) and len(value) >= 40 else str(value)


def _digest(path: Path) -> str | None:
    """Return the sha256 of a file; None without one."""
    try:
        with untrusted.open_file(path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {untrusted.reason(error)}") from error


def _weights(run_dir: Path) -> str:
    """Return the sha256 of the trained weights in adapter/ or, without those, in model/.

    Raises:
        DataError: if there are none.
    """
    files = sorted((run_dir / "adapter").glob("*.safetensors"))
    files = files or sorted((run_dir / "model").glob("*.safetensors"))
    if not files:
        raise DataError(f"{run_dir} holds no trained weights in adapter/ or model/")
    digests = [str(_digest(path)) for path in files]
    return digests[0] if len(digests) == 1 else hashlib.sha256(repr(digests).encode()).hexdigest()


def _final(run_dir: Path) -> dict[str, Any]:
    return _computed(outcome.read(run_dir).metrics)


def _computed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if _COMPUTED.fullmatch(name) and not _MEASURED.search(name)
    }


def _recorded(run_dir: Path) -> list[tuple[int, str, Any]]:
    """Return the computed values, record by record: (step, name, value) in the file's order.

    Raises:
        DataError: when the record is damaged.
    """
    path = run_dir / "metrics.jsonl"
    try:
        rows, damaged = journal.read_lines(path, Measured)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DataError(f"{path} cannot be read: {untrusted.reason(error)}") from error
    if damaged:
        raise DataError(f"{path} has {damaged} damaged lines; it cannot be compared")
    return [(row["step"], name, value) for row in rows for name, value in _computed(row).items()]


def _records(first: list[tuple[int, str, Any]], second: list[tuple[int, str, Any]]) -> Finding:
    if first == second:
        return Finding("metrics.jsonl", "identical", f"all {len(first)} values")
    for mine, yours in zip(first, second):
        if mine != yours:
            place = f"step {mine[0]} {mine[1]} {mine[2]} → step {yours[0]} {yours[1]} {yours[2]}"
            return Finding("metrics.jsonl", "differs", f"first at {place}")
    return Finding("metrics.jsonl", "differs", f"{len(first)} values → {len(second)}")
