"""The run directory: what a run leaves, written so that a file with its name is whole.

Standard library only; knows nothing of models, Hydra or Lightning.
"""

import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.errors import DataError

SCHEMA = 1
PACKAGES = (
    "mathpal", "torch", "transformers", "peft", "lightning", "hydra-core", "omegaconf",
    "tokenizers", "safetensors", "numpy", "accelerate", "pydantic",
)  # fmt: skip


def write_text(path: Path, text: str) -> None:
    """Write a file that appears under its name only when it is whole and on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Write JSON (UTF-8, indented) as `write_text` does; NaN becomes null."""
    write_text(path, json.dumps(_plain(value), ensure_ascii=False, indent=2) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file of a run.

    Raises:
        DataError: when it is not there or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            f"{path} is not there; a run directory has it, e.g. outputs/latest"
        ) from None
    except json.JSONDecodeError as error:
        raise DataError(f"{path} is not JSON: {error}") from error


def write_lines(path: Path, objects: list[dict[str, Any]]) -> None:
    """Write JSON Lines as `write_text` does."""
    lines = [json.dumps(_plain(value), ensure_ascii=False) for value in objects]
    write_text(path, "".join(line + "\n" for line in lines))


def append_line(path: Path, value: dict[str, Any]) -> None:
    """Append one JSON object as a line, in a single write."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(_plain(value), ensure_ascii=False) + "\n"
    with path.open("a", encoding="utf-8") as stream:
        stream.write(line)


def _plain(value: Any) -> Any:
    """JSON knows no NaN and no infinity: they become null."""
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def config_hash(config: dict[str, Any]) -> str:
    """sha256 of the resolved configuration, independent of the order of its keys."""
    return hashlib.sha256(json.dumps(_plain(config), sort_keys=True).encode()).hexdigest()


def create(run_dir: Path) -> None:
    """Make the run's directory.

    Raises:
        DataError: when a finished run lies there already.
    """
    if (run_dir / "outcome.json").exists():
        raise DataError(
            f"{run_dir} already holds a finished run, which is never overwritten; "
            "choose another directory (hydra.run.dir=…)"
        )
    run_dir.mkdir(parents=True, exist_ok=True)


def write_manifest(
    run_dir: Path,
    *,
    config: dict[str, Any],
    overrides: list[str],
    fingerprints: dict[str, str],
    accelerator: str,
) -> None:
    """Write run.json, git.diff and requirements.txt: what it takes to do the run again.

    Args:
        config: the resolved configuration.
        overrides: what the command line said beyond the defaults.
        fingerprints: sha256 by name: data, model, tokenizer, template.
        accelerator: the device's name, "none" on a CPU.
    """
    commit, diff = git_state()
    if diff:
        write_text(run_dir / "git.diff", diff)
    write_text(run_dir / "requirements.txt", "".join(f"{line}\n" for line in installed()))
    manifest = {
        "schema": SCHEMA,
        "name": config.get("name"),
        "command": " ".join(["python", *sys.argv]),
        "overrides": overrides,
        "config": config,
        "config_hash": config_hash(config),
        "seed": config.get("seed"),
        "git": {"commit": commit, "dirty": bool(diff)},
        "python": platform.python_version(),
        "packages": {name: version for name in PACKAGES if (version := version_of(name))},
        "hardware": {**hardware(), "accelerator": accelerator},
        "fingerprints": fingerprints,
        "parent": None,
        "restarts": 0,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_json(run_dir / "run.json", manifest)


def write_outcome(
    run_dir: Path,
    *,
    status: str,
    metrics: dict[str, float],
    objective: dict[str, Any] | None,
    timings: dict[str, float],
    error: str | None = None,
) -> None:
    """Write outcome.json, once, at the end.

    Args:
        status: completed, failed, interrupted or pruned.
        metrics: flat, final values.
        objective: {"name": …, "value": …}, what a sweep would compare.
        timings: seconds by stage.
        error: the message, when the run failed.
    """
    outcome = {
        "schema": SCHEMA,
        "status": status,
        "metrics": metrics,
        "objective": objective,
        "timings": timings,
        "error": error,
    }
    write_json(run_dir / "outcome.json", outcome)


def point_latest(run_dir: Path, outputs: Path = Path("outputs")) -> None:
    """Make `outputs/latest` point at the run."""
    outputs.mkdir(exist_ok=True)
    temporary = outputs / f".latest.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(run_dir, outputs))
    os.replace(temporary, outputs / "latest")


class Clock:
    """Seconds by stage of a run: `with clock("fit"): …`."""

    class _Stage(NamedTuple):
        name: str
        began: float

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage: Clock._Stage | None = None

    def __call__(self, name: str) -> None:
        """End the running stage and begin the named one."""
        self.stop()
        self._stage = Clock._Stage(name, time.perf_counter())

    def stop(self) -> None:
        """End the running stage."""
        if self._stage is not None:
            name, began = self._stage
            self.seconds[name] = round(time.perf_counter() - began, 2)
        self._stage = None


def git_state() -> tuple[str | None, str]:
    """The commit and the uncommitted diff of the working tree that holds this code."""
    here = Path(__file__).parent

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", *words], cwd=here, capture_output=True, text=True, timeout=10
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None

    commit = git("rev-parse", "HEAD")
    return (commit.strip() if commit else None), git("diff", "HEAD", "--no-color") or ""


def version_of(package: str) -> str | None:
    """The installed version, None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def installed() -> list[str]:
    """Every installed distribution as name==version, sorted."""
    names = {d.metadata["Name"]: d.version for d in metadata.distributions() if d.metadata["Name"]}
    return sorted((f"{name}=={version}" for name, version in names.items()), key=str.lower)


def hardware() -> dict[str, Any]:
    """Processor, cores and memory of this machine."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        processor = named[0].split(":", 1)[1].strip() if named else processor
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (ValueError, OSError):
        memory = float("nan")
    return {"cpu": processor, "cores": os.cpu_count(), "memory_gb": round(memory, 1)}
