"""run.json: the inputs and the environment of a run, and how often it was resumed.

Knows the content of a manifest and when two manifests describe different runs; not what is done
with a run.
"""

import logging
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from mathpal.errors import DataError
from mathpal.record import environment, files, outcome, provenance, reading, untrusted
from mathpal.record.redaction import redact
from mathpal.record.schemas import Manifest, Restart

log = logging.getLogger(__name__)
NAME = "run.json"
_ABSENT = object()


def read(run_dir: Path, *needed: str) -> Manifest:
    """Read the manifest of a run.

    Raises:
        DataError: when run.json is absent or damaged, or lacks a needed key.
    """
    manifest = reading.read(run_dir / NAME, Manifest)
    if missing := [key for key in needed if key not in manifest]:
        raise DataError(f"{run_dir / NAME} is damaged: {', '.join(missing)} is missing")
    return manifest


def known(run_dir: Path) -> Manifest | None:
    """Return what can be read of the manifest of a run, any key of which may be missing."""
    try:
        return reading.read_tolerantly(run_dir / NAME, Manifest).value
    except FileNotFoundError:
        return None


def recorded(run_dir: Path) -> Manifest | None:
    """Return the manifest of a run; None without one, and for that of a dry run."""
    if not os.path.lexists(run_dir / NAME):
        return None
    manifest = read(run_dir, "config", "config_hash", "git", "packages", "fingerprints")
    return None if manifest["config"].get("dry_run") else manifest


def require_same_configuration(manifest: Manifest, config: dict[str, Any]) -> None:
    """Refuse to resume a run with another configuration than its own.

    Args:
        manifest: of the run.
        config: the resolved configuration with which it is to be resumed.

    Raises:
        DataError: naming every setting that differs.
    """
    if manifest["config_hash"] == files.config_hash(config):
        return
    before, now = dict(_flat(manifest["config"])), dict(_flat(redact(config)))
    changed = [
        f"  {key}: was {before.get(key, 'not there')!r}, is {now.get(key, 'not there')!r}"
        for key in sorted(before.keys() | now.keys())
        if before.get(key, _ABSENT) != now.get(key, _ABSENT)
    ]
    raise DataError(
        "this directory holds a run of another configuration, which cannot resume it:\n"
        + "\n".join(changed or ["  the hash in run.json is not that of its configuration"])
        + "\nChoose another directory (hydra.run.dir=…), or restore the environment variables"
    )


def _flat(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested dicts by their dotted keys; tuples become lists."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _flat(item, f"{where}.{key}" if where else str(key))
    else:
        yield where, list(value) if isinstance(value, tuple) else value


def begin(
    run_dir: Path,
    *,
    config: dict[str, Any],
    overrides: list[str],
    fingerprints: dict[str, str],
    accelerator: str,
    backend: str = "transformers",
    plan: dict[str, Any] | None = None,
    day: str | None = None,
    start: dict[str, Any] | None = None,
    from_step: int = 0,
) -> Manifest:
    """Write run.json, git.diff and requirements.txt, or add a restart to an earlier run.json.

    Args:
        config: the resolved configuration.
        overrides: of the command line.
        fingerprints: sha256 by name: data, model, tokenizer, template.
        accelerator: the device's name, "none" on a CPU.
        backend: what runs the model's layers; `model.backend` may leave the choice to the machine.
        plan: the memory gate's estimate; None where it had none.
        day: the day that the prompts name, YYYY-MM-DD; None if they name none.
        start: the run or adapter whose weights are trained on, and their sha256.
        from_step: step of the checkpoint from which a resumed run continues; 0 without one.

    Returns:
        The content of run.json.

    Raises:
        DataError: when the run began with other data, another model, tokenizer or template.
    """
    earlier = recorded(run_dir)
    if earlier is not None:
        _require_same_inputs(earlier, fingerprints)
        manifest = _continued(earlier, run_dir, from_step)
    else:
        manifest = provenance.described(run_dir, config, overrides, fingerprints, accelerator)
        manifest["backend"] = backend
        manifest |= {"plan": plan, "date": day, "start": start, "begins_at_step": from_step}
        if start is not None and manifest["parent"] is None:
            manifest["parent"] = {"run": start["run"], "trial": None}
    manifest = redact(manifest)
    files.write_json(run_dir / NAME, manifest)
    # Only now has the new attempt begun: the earlier attempt's outcome is no longer the run's.
    (run_dir / outcome.NAME).unlink(missing_ok=True)
    return manifest


def changed_inputs(earlier: Manifest, fingerprints: dict[str, str]) -> list[str]:
    """Return the names of the fingerprints that are not those of a manifest.

    A fingerprint that the manifest lacks, as it is of an earlier version, is not compared.
    """
    before = earlier["fingerprints"]
    return [name for name, now in fingerprints.items() if before.get(name, now) != now]


def day_of(earlier: Manifest | None) -> date | None:
    """Return the day that a run's prompts name; None where nothing was recorded.

    Earlier versions did not record it: prompts then named the day on which the run began.
    """
    if earlier is None:
        return None
    try:
        return date.fromisoformat(earlier.get("date") or earlier.get("started", "")[:10])
    except ValueError:
        return None


def _require_same_inputs(earlier: Manifest, fingerprints: dict[str, str]) -> None:
    if changed := changed_inputs(earlier, fingerprints):
        raise DataError(
            f"the run began with other inputs: {', '.join(changed)} "
            f"{'differs' if len(changed) == 1 else 'differ'} from run.json, so its checkpoints "
            "would continue with something else. Restore them, or start a new run"
        )


def _continued(earlier: Manifest, run_dir: Path, from_step: int) -> Manifest:
    """Return the first attempt's manifest with one more restart."""
    changed = []
    commit, diff = environment.git_state()
    if commit != earlier["git"]["commit"]:
        changed.append(f"commit {earlier['git']['commit']} → {commit}")
    if redact(diff) != _kept_diff(run_dir):
        changed.append("uncommitted changes")
    before, now = earlier["packages"], environment.versions()
    changed += [
        f"{name} {before.get(name)} → {now.get(name)}"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]
    if changed:
        log.warning("resuming with other code than the run began with: %s", "; ".join(changed))
    restart: Restart = {"time": provenance.now(), "from_step": from_step, "reason": _ended(run_dir)}
    if changed:
        restart["changed"] = changed
    history = [*earlier.get("history", []), restart]
    return {**earlier, "restarts": len(history), "history": history}


def _kept_diff(run_dir: Path) -> str | None:
    """Return git.diff; "" without one, None for one that cannot be read."""
    try:
        return untrusted.read_bytes(run_dir / "git.diff", untrusted.LINES).decode()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        return None


def _ended(run_dir: Path) -> str:
    """Return why the earlier attempt did not complete."""
    earlier = outcome.find(run_dir)
    if earlier is None:
        return "killed: it left no outcome.json"
    return f"{earlier.status}: {earlier.error}" if earlier.error else earlier.status
