"""The run directory: what a run leaves, whole where it has its name, and without secrets.

Standard library only; knows nothing of models, Hydra or Lightning.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.errors import DataError
from mathpal.record.redaction import redact

SCHEMA = 1


def write_text(path: Path, text: str) -> None:
    """Write a file, without secrets, that appears under its name only when whole and on disk."""
    text = redact(text)
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
    write_text(path, json.dumps(_plain(redact(value)), ensure_ascii=False, indent=2) + "\n")


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
    lines = [json.dumps(_plain(value), ensure_ascii=False) for value in redact(objects)]
    write_text(path, "".join(line + "\n" for line in lines))


def append_line(path: Path, value: dict[str, Any]) -> None:
    """Append one JSON object as a line, in a single write."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(_plain(redact(value)), ensure_ascii=False) + "\n"
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
    """sha256 of the resolved configuration without secrets; the order of keys does not count."""
    plain = json.dumps(_plain(redact(config)), sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def create(run_dir: Path) -> None:
    """Make the run's directory.

    Raises:
        DataError: when a run lies there that went through to its end.
    """
    if status(run_dir) == "completed":
        raise DataError(
            f"{run_dir} already holds a finished run, which is never overwritten; "
            "choose another directory (hydra.run.dir=…)"
        )
    run_dir.mkdir(parents=True, exist_ok=True)


def status(run_dir: Path) -> str | None:
    """How the run there ended (see `write_outcome`); None where it did not end in order."""
    path = run_dir / "outcome.json"
    return str(read_json(path).get("status")) if path.exists() else None


def write_outcome(
    run_dir: Path,
    *,
    status: str,
    metrics: dict[str, float],
    objective: dict[str, Any] | None,
    timings: dict[str, float],
    error: str | None = None,
    error_type: str | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Write outcome.json, once, at the end.

    Args:
        status: completed, failed, interrupted or pruned.
        metrics: flat, final values.
        objective: {"name": …, "value": …}, what a sweep would compare; None where the run did
            not reach its end.
        timings: seconds by stage.
        error: the message, when the run failed or was interrupted.
        error_type: name of the exception's class, when it failed.
        notes: what else is to be known, e.g. that the micro-batches were halved.
    """
    outcome = {
        "schema": SCHEMA,
        "status": status,
        "metrics": metrics,
        "objective": objective,
        "timings": timings,
        "error": error,
        "error_type": error_type,
        "notes": list(notes),
    }
    write_json(run_dir / "outcome.json", outcome)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes the given one's name and place when it is whole.

    Yields:
        A hidden folder beside it, not there yet, as what writes into it may want to make it.
    """
    part, old = (folder.with_name(f".{folder.name}.{end}") for end in ("part", "old"))
    for left_over in (part, old):
        shutil.rmtree(left_over, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    yield part
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def point_latest(run_dir: Path, outputs: Path = Path("outputs")) -> None:
    """Make `outputs/latest` point at the run."""
    outputs.mkdir(exist_ok=True)
    temporary = outputs / f".latest.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(run_dir, outputs))
    os.replace(temporary, outputs / "latest")


def short(path: Path) -> Path:
    """The path from here, where it lies below here."""
    path = path.absolute()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


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
