"""The environment of a run: code, packages, machine, scheduler.

Standard library only; reads everything and writes nothing.
"""

import json
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

PACKAGES = (
    "mathpal", "torch", "transformers", "peft", "lightning", "hydra-core", "omegaconf",
    "tokenizers", "safetensors", "numpy", "accelerate", "pydantic", "unsloth", "unsloth_zoo", "trl",
    "bitsandbytes",
)  # fmt: skip
# The cluster's names for the job; all that are set are recorded.
_SCHEDULER = (
    "SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT",
    "SLURM_JOB_PARTITION", "SLURM_JOB_NODELIST", "PBS_JOBID", "LSB_JOBID", "JOB_ID",
)  # fmt: skip
# Variables on which a bit-identical result depends.
_BITS = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "PYTHONHASHSEED", "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR",
)  # fmt: skip


class GitState(NamedTuple):
    """The state of the working tree that holds this code.

    Attributes:
        commit: None outside a repository, and of an installed package.
        diff: the uncommitted changes, as `git apply` takes them; "" for none.
        untracked: files that git neither tracks nor ignores.
    """

    commit: str | None
    diff: str
    untracked: list[str]


def code() -> GitState:
    """Return the commit, the uncommitted diff and the untracked files of the running code."""
    commit, diff = git_state()
    if commit is None:
        return GitState(None, "", [])
    listed = _git("ls-files", "--others", "--exclude-standard", "--full-name", ":/") or ""
    return GitState(commit, diff, listed.splitlines())


def git_state() -> tuple[str | None, str]:
    """Return the commit and the uncommitted diff of the running code; None and "" without one."""
    if not _is_in_repository():
        return None, ""
    commit = _git("rev-parse", "HEAD")
    diff = _git("diff", "HEAD", "--no-color", "--no-ext-diff", "--binary")
    return (commit.strip() if commit else None), diff or ""


def _is_in_repository() -> bool:
    """Return whether a repository holds this code as its own.

    An installed package may lie in a folder of somebody else's repository, like a virtual
    environment; even if that one tracks it, its commit says nothing about this code.
    """
    here = Path(__file__).resolve()
    name = here.relative_to(here.parents[2]).as_posix()
    try:
        installed = metadata.distribution("mathpal")
        if name in (installed.read_text("RECORD") or "") and _same(installed.locate_file(name)):
            return False
    except metadata.PackageNotFoundError:
        pass
    return _git("ls-files", "--error-unmatch", here.name) is not None


def _same(path: Any) -> bool:
    return Path(str(path)).resolve() == Path(__file__).resolve()


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *words], cwd=Path(__file__).parent, capture_output=True, text=True,
            encoding="utf-8", errors="replace", timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def version_of(package: str) -> str | None:
    """Return the installed version; None where the package is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def versions() -> dict[str, str]:
    """Return the versions of the installed packages on which a result depends."""
    return {name: version for name in PACKAGES if (version := version_of(name))}


def installed() -> list[str]:
    """Return every installed distribution as name==version, sorted."""
    names = {d.metadata["Name"]: d.version for d in metadata.distributions() if d.metadata["Name"]}
    return sorted((f"{name}=={version}" for name, version in names.items()), key=str.lower)


def hardware() -> dict[str, Any]:
    """Return processor, cores and memory of this machine."""
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


def scheduler() -> dict[str, str]:
    """Return the cluster's names for this job; empty outside a cluster."""
    return {name: os.environ[name] for name in _SCHEDULER if os.environ.get(name)}


def variables() -> dict[str, str]:
    """Return the set environment variables on which a bit-identical result may depend."""
    return {name: os.environ[name] for name in _BITS if name in os.environ}


def parent() -> dict[str, Any] | None:
    """Return the run and trial to which this run belongs, from MATHPAL_PARENT.

    The variable holds a JSON object {"run": …, "trial": …}, or only the name of a run.
    """
    text = os.environ.get("MATHPAL_PARENT", "").strip()
    if not text:
        return None
    try:
        told = json.loads(text)
    except ValueError:
        told = text
    if not isinstance(told, dict):
        return {"run": text, "trial": None}
    return {"run": told.get("run"), "trial": told.get("trial")}


def driver() -> str | None:
    """Return the version of NVIDIA's driver; None without one."""
    words = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.split()
    return lines[0] if done.returncode == 0 and lines else None
