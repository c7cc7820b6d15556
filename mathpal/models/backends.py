"""The backend that runs a model's layers: choose it, start it, and switch training and generation.

The backend is plain Transformers or Unsloth. Unsloth patches Transformers, PEFT and TRL when it is
imported, and reads its environment variables then. It must therefore be imported before them:
`mathpal.run` calls `begin_for` first. Knows nothing of checkpoints; `unsloth_loading` reads those.
"""

import atexit
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from mathpal.errors import ConfigError
from mathpal.models import cores

Backend = Literal["auto", "unsloth", "transformers"]
Chosen = Literal["unsloth", "transformers"]
# Unsloth patches these when it is imported. If they were imported before, it only warns.
PATCHED = ("trl", "transformers", "peft")
CE_CHUNKS = "8"  # chunks of Unsloth's own loss; Unsloth's default depends on the free memory


def begin(backend: Backend, run_dir: Path | None = None) -> Chosen:
    """Choose the backend, and import Unsloth if it is chosen. Calling it again changes nothing.

    Args:
        backend: "auto" is Unsloth if its package is installed and there is a GPU.
        run_dir: where Unsloth keeps its compiled modules; None for a temporary folder, removed
            when the process ends.

    Raises:
        ConfigError: if Unsloth is asked for and is not installed or has no GPU. If Unsloth is
            chosen and a package that it patches is already imported.
    """
    installed = find_spec("unsloth") is not None
    if backend == "transformers" or (backend == "auto" and not (installed and _gpu())):
        return "transformers"
    if not installed:
        raise ConfigError(
            "model.backend=unsloth, but Unsloth is not installed: pip install 'mathpal[gpu]', or "
            "model.backend=transformers"
        )
    if not _gpu() and os.environ.get("UNSLOTH_FORCE_CPU") != "1":
        raise ConfigError(
            "model.backend=unsloth needs a CUDA GPU, and this machine shows none; use "
            "model.backend=transformers (UNSLOTH_FORCE_CPU=1 in the environment admits Unsloth's "
            "CPU backend, which is for tests)"
        )
    if "unsloth" in sys.modules:
        return "unsloth"
    early = [name for name in PATCHED if name in sys.modules]
    if early:
        raise ConfigError(
            f"model.backend={backend}: Unsloth must be imported before {', '.join(early)}, which "
            "this process has imported already; start a new process, or use "
            "model.backend=transformers"
        )
    os.environ.update(_environment(run_dir))
    with contextlib.redirect_stdout(sys.stderr):  # it prints a banner; stdout is for answers
        import unsloth  # noqa: F401
    return "unsloth"


def begin_for(model: partial[Any], run_dir: Path | None = None) -> None:
    """Share the cores, and call `begin` with the backend that a bound model loader will use."""
    cores.share_cores()
    asked = model.keywords
    backend = asked.get("backend", "transformers")
    begin(without_offloading(backend, asked.get("offload_ple", False)), run_dir)


def without_offloading(backend: Backend, offload_ple: bool) -> Backend:
    """Return the backend, or Transformers with `offload_ple`, which only Transformers supports.

    Raises:
        ConfigError: if `offload_ple` is set and Unsloth is asked for by name.
    """
    if offload_ple and backend == "unsloth":
        raise ConfigError(
            "model.offload_ple=true with model.backend=unsloth: Unsloth cannot keep the table on "
            "the host; use model.backend=transformers, or model.offload_ple=false"
        )
    return "transformers" if offload_ple else backend


def _gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _environment(run_dir: Path | None) -> dict[str, str]:
    """Environment variables that Unsloth reads when it is imported."""
    # Unsloth's default is one folder below the working directory, where concurrent runs would
    # overwrite each other's modules.
    if run_dir is not None:
        compiled = run_dir.absolute() / "unsloth_compiled_cache"
    else:
        compiled = Path(tempfile.mkdtemp(prefix="mathpal-unsloth-"))
        atexit.register(shutil.rmtree, compiled, ignore_errors=True)
    return {
        "UNSLOTH_COMPILE_LOCATION": str(compiled),
        "UNSLOTH_DISABLE_STATISTICS": "1",  # else it fetches a file to count its users
        "UNSLOTH_CE_LOSS_N_CHUNKS": os.environ.get("UNSLOTH_CE_LOSS_N_CHUNKS", CE_CHUNKS),
    }


def is_unsloth(model: Any) -> bool:
    """Whether Unsloth loaded the model (or the base of a PEFT model)."""
    return hasattr(model, "for_training") and hasattr(model, "for_inference")


def set_mode(model: Any, *, training: bool) -> None:
    """Call `train()` or `eval()`, and set the mode flags of Unsloth's models too.

    Without `for_training`, Unsloth would train with its generation layers. Without
    `for_inference`, it would generate with gradient checkpointing on and the KV cache off.
    """
    checkpointing = bool(getattr(model, "is_gradient_checkpointing", False))
    model.train(training)
    if not is_unsloth(model):
        return
    if training:
        # Pass the current setting: Unsloth's default is the one of loading, no checkpointing.
        model.for_training(use_gradient_checkpointing=checkpointing)
    else:
        model.for_inference()


@contextlib.contextmanager
def answering(model: Any) -> Iterator[None]:
    """Context in generation mode; restores the previous mode at the end."""
    training = model.training
    checkpointing = bool(getattr(model, "is_gradient_checkpointing", False))
    set_mode(model, training=False)
    try:
        yield
    finally:
        model.train(training)
        if training and is_unsloth(model):
            model.for_training(use_gradient_checkpointing=checkpointing)


def enable_checkpointing(model: Any) -> None:
    """Turn on gradient checkpointing, the non-reentrant kind only.

    If layers share keys and values, the reentrant kind gives wrong gradients at the same loss.
    """
    model.gradient_checkpointing_enable({"use_reentrant": False})
    for name, module in model.named_modules():
        function = getattr(module, "_gradient_checkpointing_func", None)
        kind = getattr(function, "keywords", {}).get("use_reentrant", False)
        # Unsloth may replace the requested kind by its own reentrant one.
        assert kind is False, f"reentrant checkpointing of {name}: gradients would be wrong"
