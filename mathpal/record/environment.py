"""What a run is done with: code, packages, machine, scheduler. Standard library only; reads all,
writes nothing.
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
# What a cluster calls the job; all that are set are kept.
_SCHEDULER = (
    "SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT",
    "SLURM_JOB_PARTITION", "SLURM_JOB_NODELIST", "PBS_JOBID", "LSB_JOBID", "JOB_ID",
)  # fmt: skip
# Variables on which the bits of a result depend.
_BITS = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "PYTHONHASHSEED", "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR",
)  # fmt: skip


class GitState(NamedTuple):
    """The working tree that holds this code.

    Attributes:
        commit: None outside a repository.
        diff: what is not committed, as `git apply` takes it; "" for nothing.
        untracked: files that git knows nothing of and does not ignore.
    """

    commit: str | None
    diff: str
    untracked: list[str]


def code() -> GitState:
    """The commit, the uncommitted diff and the untracked files of the code that runs."""
    commit, diff = git_state()
    listed = _git("ls-files", "--others", "--exclude-standard", "--full-name", ":/") or ""
    return GitState(commit, diff, listed.splitlines())


def git_state() -> tuple[str | None, str]:
    """The commit and the uncommitted diff of the working tree that holds this code."""
    commit = _git("rev-parse", "HEAD")
    diff = _git("diff", "HEAD", "--no-color", "--no-ext-diff", "--binary")
    return (commit.strip() if commit else None), diff or ""


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
    """The installed version, None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def versions() -> dict[str, str]:
    """The versions of the packages on which a result depends, of those that are installed."""
    return {name: version for name in PACKAGES if (version := version_of(name))}


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


def scheduler() -> dict[str, str]:
    """What the cluster calls this job; empty outside one."""
    return {name: os.environ[name] for name in _SCHEDULER if os.environ.get(name)}


def variables() -> dict[str, str]:
    """The environment variables on which the bits of a result may depend, of those set."""
    return {name: os.environ[name] for name in _BITS if name in os.environ}


def parent() -> dict[str, Any] | None:
    """The run and trial of which this run is a part, from MATHPAL_PARENT.

    That is a JSON object {"run": …, "trial": …}, or the name of a run alone.
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
    """The version of NVIDIA's driver, None where there is none."""
    words = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.split()
    return lines[0] if done.returncode == 0 and lines else None
