"""What run.json says of the command, the code, the packages and the machine of a new run."""

import platform
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mathpal.record import environment, files
from mathpal.record.redaction import redact
from mathpal.record.schemas import Manifest


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def verb_command(verb: str, *, without: str) -> str:
    """Return this process's command line of `mathpal VERB`, as it is typed, without secrets.

    Args:
        verb: its words.
        without: name of a setting that is left out.
    """
    words = [str(redact(word)) for word in sys.argv[1:] if not word.startswith(f"{without}=")]
    return shlex.join(["mathpal", *verb.split(), *words])


def described(
    run_dir: Path,
    config: dict[str, Any],
    overrides: list[str],
    fingerprints: dict[str, str],
    accelerator: str,
) -> Manifest:
    """Return the content of a new run.json; write git.diff and requirements.txt beside it.

    The arguments are those of `mathpal.record.manifest.begin`.
    """
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
        "directory": str(run_dir.absolute()),
        "working_directory": str(Path.cwd()),
        "overrides": overrides,
        "config": config,
        "config_hash": files.config_hash(config),
        "seed": config.get("seed"),
        "git": {"commit": code.commit, "dirty": bool(code.diff), "untracked": code.untracked},
        "python": platform.python_version(),
        "packages": environment.versions(),
        "determinism": {**_flags(), "environment": environment.variables()},
        "hardware": {**environment.hardware(), "accelerator": accelerator, **_cuda()},
        "fingerprints": fingerprints,
        "parent": environment.parent(),
        "scheduler": environment.scheduler(),
        "restarts": 0,
        "history": [],
        "started": now(),
    }


def _flags() -> dict[str, Any]:
    """Return the settings of torch on which the bits of a sum depend."""
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
