"""run.json: what a run was made from and with, and how often it was taken up again.

Knows what belongs to a manifest and when two do not describe the same run; what is done with a
run is not decided here.
"""

import logging
import platform
import shlex
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mathpal.errors import DataError
from mathpal.record import environment, files
from mathpal.record.redaction import redact

log = logging.getLogger(__name__)
NAME = "run.json"
_ABSENT = object()


def recorded(run_dir: Path) -> dict[str, Any] | None:
    """The manifest that a run left there; None for none, and for a rehearsal's (dry_run)."""
    if not (run_dir / NAME).exists():
        return None
    manifest: dict[str, Any] = files.read_json(run_dir / NAME)
    return None if manifest["config"].get("dry_run") else manifest


def require_same_configuration(manifest: dict[str, Any], config: dict[str, Any]) -> None:
    """Refuse to go on with a run under another configuration than its own.

    Args:
        manifest: of the run.
        config: the resolved configuration under which it is to go on.

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
        "this directory holds a run of another configuration, with which it cannot go on:\n"
        + "\n".join(changed or ["  the hash in run.json is not that of its configuration"])
        + "\nChoose another directory (hydra.run.dir=…), or set the environment as it was"
    )


def _flat(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """The values of nested dicts by their dotted keys; lists and tuples alike."""
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
    from_step: int = 0,
) -> dict[str, Any]:
    """Write run.json, git.diff and requirements.txt, or note in run.json that the run goes on.

    Args:
        config: the resolved configuration.
        overrides: what the command line said beyond the defaults.
        fingerprints: sha256 by name: data, model, tokenizer, template.
        accelerator: the device's name, "none" on a CPU.
        backend: who runs the model's layers; model.backend may leave that to the machine.
        plan: what the memory gate found; None where it could not tell.
        from_step: step of the checkpoint from which a resumed run continues; 0 without one.

    Returns:
        What run.json holds.

    Raises:
        DataError: when the run began with other data, another model, tokenizer or template.
    """
    earlier = recorded(run_dir)
    if earlier is not None:
        _require_same_inputs(earlier, fingerprints)
        manifest = _continued(earlier, run_dir, from_step)
    else:
        manifest = _described(run_dir, config, overrides, fingerprints, accelerator)
        manifest["backend"] = backend
        manifest["plan"] = plan
    manifest = redact(manifest)
    files.write_json(run_dir / NAME, manifest)
    # Only now has the new attempt begun, and the earlier one's end is no longer the run's.
    (run_dir / "outcome.json").unlink(missing_ok=True)
    return manifest


def _require_same_inputs(earlier: dict[str, Any], fingerprints: dict[str, str]) -> None:
    before = earlier["fingerprints"]
    changed = [
        name for name in {**before, **fingerprints} if before.get(name) != fingerprints.get(name)
    ]
    if changed:
        raise DataError(
            f"the run began with other inputs: {', '.join(changed)} "
            f"{'differs' if len(changed) == 1 else 'differ'} from what run.json recorded, so its "
            "checkpoints would go on with something else. Put them back as they were, or start a "
            "new run"
        )


def _described(
    run_dir: Path,
    config: dict[str, Any],
    overrides: list[str],
    fingerprints: dict[str, str],
    accelerator: str,
) -> dict[str, Any]:
    code = environment.code()
    if code.diff:
        files.write_text(run_dir / "git.diff", code.diff)
    lines = environment.installed()
    files.write_text(run_dir / "requirements.txt", "".join(f"{line}\n" for line in lines))
    words = [str(redact(word)) for word in sys.argv]
    return {
        "schema": files.SCHEMA,
        "name": config.get("name"),
        "argv": words,
        "command": shlex.join(["python", *words]),
        "overrides": overrides,
        "config": config,
        "config_hash": files.config_hash(config),
        "seed": config.get("seed"),
        "git": {
            "commit": code.commit,
            "dirty": bool(code.diff),
            "untracked": code.untracked,
        },
        "python": platform.python_version(),
        "packages": environment.versions(),
        "determinism": {**_flags(), "environment": environment.variables()},
        "hardware": {**environment.hardware(), "accelerator": accelerator, **_cuda()},
        "fingerprints": fingerprints,
        "parent": environment.parent(),
        "scheduler": environment.scheduler(),
        "restarts": 0,
        "history": [],
        "started": _now(),
    }


def _flags() -> dict[str, Any]:
    """How sums are done: their order depends on the threads, their bits on the rest."""
    import torch

    return {
        "threads": torch.get_num_threads(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "float32_matmul_precision": torch.get_float32_matmul_precision(),
        "cudnn_deterministic": torch.backends.cudnn.deterministic,
        "cudnn_benchmark": torch.backends.cudnn.benchmark,
    }


def _cuda() -> dict[str, Any]:
    import torch

    if not torch.cuda.is_available():
        return {}
    return {
        "accelerators": torch.cuda.device_count(),
        "cuda": torch.version.cuda,
        "driver": environment.driver(),
    }


def _continued(earlier: dict[str, Any], run_dir: Path, from_step: int) -> dict[str, Any]:
    """The first attempt's manifest, with one more restart."""
    changed = []
    commit, diff = environment.git_state()
    if commit != earlier["git"]["commit"]:
        changed.append(f"commit {earlier['git']['commit']} → {commit}")
    kept = run_dir / "git.diff"
    if redact(diff) != (kept.read_text(encoding="utf-8") if kept.exists() else ""):
        changed.append("uncommitted changes")
    before, now = earlier["packages"], environment.versions()
    changed += [
        f"{name} {before.get(name)} → {now.get(name)}"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]
    if changed:
        log.warning("going on with other code than the run began with: %s", "; ".join(changed))
    restart = {"time": _now(), "from_step": from_step, "reason": _ended(run_dir)}
    if changed:
        restart["changed"] = changed
    history = [*earlier.get("history", []), restart]
    return {**earlier, "restarts": len(history), "history": history}


def _ended(run_dir: Path) -> str:
    """Why the earlier attempt did not reach its end."""
    path = run_dir / "outcome.json"
    if not path.exists():
        return "killed: it left no outcome.json"
    outcome = files.read_json(path)
    status, error = outcome.get("status"), outcome.get("error")
    return f"{status}: {error}" if error else str(status)  # a pruned one met none


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
