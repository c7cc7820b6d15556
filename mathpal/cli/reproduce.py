"""`mathpal reproduce run=DIR`: a run again, and what of it came out the same.

Knows which facts of a run directory must repeat; what was measured of time and memory need not.
"""

import hashlib
import json
import logging
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import DirectoryPath

from mathpal.errors import ConfigError, DataError
from mathpal.record import files, journal, outcome
from mathpal.run import launching
from mathpal.settings import composition
from mathpal.settings.checked import Composition

log = logging.getLogger(__name__)
# What a run computes, as against what a clock or a meter says of it.
_COMPUTED = re.compile(r"(train/(loss|lr|grad_norm|skipped)|(validation|base|tuned)/.+)")
_MEASURED = re.compile(r"second|memory|latency|time")
WEIGHTS, METRICS = "weights", "metrics"


class Finding(NamedTuple):
    """One line of the comparison.

    Attributes:
        part: what was compared.
        verdict: "identical" or "differs".
        detail: the value, or the two.
    """

    part: str
    verdict: Literal["identical", "differs"]
    detail: str


def reproduce(composition: Composition, *, run: DirectoryPath) -> None:
    """Do a run again in a new directory and print what is identical.

    Args:
        run: a complete run's directory, e.g. outputs/latest.

    Raises:
        ConfigError: when the new directory holds a run already.
        DataError: when the run did not reach its end, so that there is nothing to compare with.
    """
    run = run.resolve()  # outputs/latest will point at the new one
    ended = outcome.find(run)
    if ended is None or ended.status != "completed":
        raise DataError(
            f"{run} is {ended.status if ended else 'not at its end'}, expected a complete run; "
            f"resume it with resume={run}"
        )
    manifest = files.read_json(run / "run.json")
    again = _prepared(run, str(manifest["name"]))
    told = json.dumps({"run": str(run), "trial": None})
    code = launching.wait_for(
        launching.worker(again), env=launching.surroundings(MATHPAL_PARENT=told),
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    if code:
        log.error("the repetition stopped with exit code %d; it lies in %s", code, again)
        sys.exit(code)
    findings = compare(run, again)
    print(table(findings))
    same = is_identical(findings)
    print(f"\nidentical: {WEIGHTS} and {METRICS} are the same to the bit" if same else "\ndiffers")
    print(files.short(again))
    sys.exit(0 if same else 1)


def _prepared(run: Path, name: str) -> Path:
    """A new run directory with the recorded configuration, ready for the worker."""
    stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    again = composition.chosen_directory() or Path("outputs", name, stamp)
    if (again / composition.FOLDER).exists() or (again / "run.json").exists():
        raise ConfigError(f"{again} holds a run already; name a new directory (hydra.run.dir=…)")
    composition.write(again, composition.read(run))
    return again


def compare(one: Path, other: Path) -> list[Finding]:
    """Compare two complete runs.

    Args:
        one: directory of the first.
        other: directory of the second.
    """
    first, second = (files.read_json(path / "run.json") for path in (one, other))
    findings = [_finding("configuration", first["config_hash"], second["config_hash"])]
    findings += [
        _finding("commit", first["git"]["commit"], second["git"]["commit"]),
        _finding("uncommitted changes", _digest(one, "git.diff"), _digest(other, "git.diff")),
        _finding("python", first["python"], second["python"]),
        _parts("packages", first["packages"], second["packages"]),
        _finding("requirements.txt", *(_digest(d, "requirements.txt") for d in (one, other))),
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
    """Whether the trained weights and all that was computed are the same to the bit."""
    decisive = (WEIGHTS, METRICS, "metrics.jsonl")
    return all(f.verdict == "identical" for f in findings if f.part in decisive)


def table(findings: list[Finding]) -> str:
    """The comparison as text, a line each."""
    width = max(len(finding.part) for finding in findings)
    return "\n".join(f"{f.verdict:<11}{f.part:<{width + 2}}{f.detail}" for f in findings)


def _finding(part: str, first: Any, second: Any) -> Finding:
    if first == second:
        return Finding(part, "identical", _brief(first))
    return Finding(part, "differs", f"{_brief(first)} → {_brief(second)}")


def _parts(part: str, first: dict[str, Any], second: dict[str, Any]) -> Finding:
    """Many named values in a line: how many are the same, or which are not."""
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


def _digest(run_dir: Path, name: str) -> str | None:
    path = run_dir / name
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _weights(run_dir: Path) -> str:
    """sha256 of the trained weights, of adapter/ or of the whole model/.

    Raises:
        DataError: when there are none.
    """
    files = sorted((run_dir / "adapter").glob("*.safetensors"))
    files = files or sorted((run_dir / "model").glob("*.safetensors"))
    if not files:
        raise DataError(f"{run_dir} holds no trained weights in adapter/ or model/")
    digests = []
    for path in files:
        with path.open("rb") as stream:
            digests.append(hashlib.file_digest(stream, "sha256").hexdigest())
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
    if not path.is_file():
        return []
    rows, damaged = journal.read_lines(path)
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
