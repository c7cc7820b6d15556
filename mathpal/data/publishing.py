"""Publish a built folder: to the Hub as a data set, to Comet or W&B as an artifact.

Keys come from the environment only. A missing key or package is an error before the build.
"""

import importlib
import importlib.util
import os
import re
from pathlib import Path
from typing import Any, Literal

from mathpal.errors import ConfigError, DataError

Service = Literal["comet", "wandb"]
PROJECT = "mathpal"
LOCAL_ONLY = "audit/*.jsonl"  # the rows that were left out, and a copy of the others
_REPOSITORY = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_SERVICES = {
    "comet": ("comet_ml", "mathpal[comet]", "COMET_API_KEY"),
    "wandb": ("wandb", "mathpal[wandb]", "WANDB_API_KEY"),
}


def require_access(push: str | None, artifact: Service | None) -> None:
    """Require the packages and keys for publishing.

    Raises:
        ConfigError: a package or an environment variable is missing, or `push` is malformed.
    """
    if push is not None:
        if not _REPOSITORY.fullmatch(push):
            raise ConfigError(
                f"push={push}: expected owner or owner/name, as in push=my-team/grade-6"
            )
        _require(f"push={push}", "huggingface_hub", "mathpal[data]", "HF_TOKEN")
    if artifact is not None:
        package, extra, key = _SERVICES[artifact]
        if artifact == "wandb" and os.environ.get("WANDB_MODE") == "offline":
            key = "WANDB_MODE"  # a run on this disk needs no key
        _require(f"artifact={artifact}", package, extra, key)


def _require(setting: str, package: str, extra: str, key: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise ConfigError(f"{setting} needs the package {package}: pip install '{extra}'")
    if not os.environ.get(key):
        raise ConfigError(f"{setting} needs the environment variable {key}; it is not set")


def push_folder(folder: Path, push: str, *, name: str, private: bool) -> str:
    """Upload a built folder to the Hub, replacing the data set's files; return the address.

    The audit's rows (`audit/*.jsonl`) are not uploaded.

    Args:
        folder: of a built data set.
        push: owner/name, created if it does not exist; or the owner.
        name: of the data set, if `push` is the owner only.
        private: whether only the owner's team sees the data set. An existing public one is then
            refused.

    Raises:
        ConfigError: the data set must be private and is public.
        DataError: no network, no permission.
    """
    import huggingface_hub

    repository = push if "/" in push else f"{push}/{name}"
    api: Any = huggingface_hub.HfApi(token=os.environ["HF_TOKEN"])
    try:
        api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
        public = private and not api.repo_info(repository, repo_type="dataset").private
        if not public:
            api.upload_folder(
                repo_id=repository,
                folder_path=str(folder),
                repo_type="dataset",
                commit_message="mathpal data build",
                ignore_patterns=[LOCAL_ONLY],
                delete_patterns=["data/*", "*.json"],
            )
    except Exception as error:  # whatever the network and three libraries raise
        raise DataError(_failed(f"push={repository}", folder, error)) from error
    if public:
        raise ConfigError(
            f"push={repository} exists and is public; write private=false to publish there, or "
            f"name another. {folder} is whole"
        )
    return f"https://huggingface.co/datasets/{repository}"


def log_artifact(folder: Path, service: Service, name: str) -> str:
    """Record a built folder as an artifact of the type "dataset"; return its description.

    Args:
        folder: of a built data set.
        service: "comet" or "wandb".
        name: of the artifact.

    Raises:
        DataError: no network, a wrong key.
    """
    try:
        log = _to_comet if service == "comet" else _to_wandb
        log(importlib.import_module(_SERVICES[service][0]), folder, name)
    except Exception as error:  # whatever the network and the service's library raise
        raise DataError(_failed(f"artifact={service}", folder, error)) from error
    return f"{service} artifact {name}"


def _to_comet(comet_ml: Any, folder: Path, name: str) -> None:
    project = os.environ.get("COMET_PROJECT_NAME", PROJECT)
    experiment = comet_ml.start(project_name=project)
    try:
        artifact = comet_ml.Artifact(name=name, artifact_type="dataset")
        artifact.add(str(folder))
        experiment.log_artifact(artifact)
    finally:
        experiment.end()


def _to_wandb(wandb: Any, folder: Path, name: str) -> None:
    project = os.environ.get("WANDB_PROJECT", PROJECT)
    with wandb.init(project=project, job_type="data build") as run:
        artifact = wandb.Artifact(name=name, type="dataset")
        artifact.add_dir(str(folder))
        run.log_artifact(artifact)


def _failed(setting: str, folder: Path, error: Exception) -> str:
    reason = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
    return (
        f"{setting} failed: {reason}. {folder} is whole; check the network and the key's rights, "
        "then repeat the command with overwrite=true"
    )
