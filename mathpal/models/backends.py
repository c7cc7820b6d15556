"""Who runs a model's layers: plain Transformers, or Unsloth. Which one, from when on, in what mode.

Unsloth changes Transformers, PEFT and TRL when it is imported, so it must come before all of them,
and it reads its environment variables then. `mathpal.run` calls `begin` before anything else is
imported. Knows nothing of checkpoints; `unsloth_loading` reads those.
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
# Unsloth patches these when it is imported, and only warns where they were imported before.
PATCHED = ("trl", "transformers", "peft")
CE_CHUNKS = "8"  # of Unsloth's own loss; by default as many as fit into the memory that is free


def begin(backend: Backend, run_dir: Path | None = None) -> Chosen:
    """Decide for a backend, and import Unsloth if that is it; again is as good as once.

    Args:
        backend: "auto" is Unsloth where its package is installed and there is a GPU.
        run_dir: where Unsloth keeps what it compiles; None for a folder that goes with the process.

    Raises:
        ConfigError: when Unsloth is asked for and not installed, there is no GPU for it, or one of
            the packages that it patches is in the process already.
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
    with contextlib.redirect_stdout(sys.stderr):  # it introduces itself; answers go to stdout
        import unsloth  # noqa: F401
    return "unsloth"


def begin_for(model: partial[Any], run_dir: Path | None = None) -> None:
    """`begin` with the backend that a bound loader will take; from then on share the cores."""
    cores.share_cores()
    asked = model.keywords
    backend = asked.get("backend", "transformers")
    begin(without_offloading(backend, asked.get("offload_ple", False)), run_dir)


def without_offloading(backend: Backend, offload_ple: bool) -> Backend:
    """The backend to begin with: the table of `offload_ple` can stay on the host in Transformers.

    Raises:
        ConfigError: when Unsloth is asked for by name.
    """
    if offload_ple and backend == "unsloth":
        raise ConfigError(
            "model.offload_ple=true with model.backend=unsloth: Unsloth has no such table; use "
            "model.backend=transformers, or model.offload_ple=false"
        )
    return "transformers" if offload_ple else backend


def _gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _environment(run_dir: Path | None) -> dict[str, str]:
    """What Unsloth reads when it is imported."""
    # By default it is one folder beneath the working directory: runs side by side would write
    # over each other's modules.
    if run_dir is not None:
        compiled = run_dir.absolute() / "unsloth_compiled_cache"
    else:
        compiled = Path(tempfile.mkdtemp(prefix="mathpal-unsloth-"))
        atexit.register(shutil.rmtree, compiled, ignore_errors=True)
    return {
        "UNSLOTH_COMPILE_LOCATION": str(compiled),
        "UNSLOTH_DISABLE_STATISTICS": "1",  # it would fetch a file from the hub to be counted
        "UNSLOTH_CE_LOSS_N_CHUNKS": os.environ.get("UNSLOTH_CE_LOSS_N_CHUNKS", CE_CHUNKS),
    }


def is_unsloth(model: Any) -> bool:
    """Whether Unsloth has loaded the model (or the model within a PEFT model)."""
    return hasattr(model, "for_training") and hasattr(model, "for_inference")


def set_mode(model: Any, *, training: bool) -> None:
    """`train()` or `eval()`, with the flags that Unsloth's models have beside it.

    In training without `for_training` Unsloth would go on with the layers of generation; its
    generation without `for_inference` keeps checkpointing on and the cache off.
    """
    checkpointing = bool(getattr(model, "is_gradient_checkpointing", False))
    model.train(training)
    if not is_unsloth(model):
        return
    if training:
        # Not its own choice, which would be that of loading: none.
        model.for_training(use_gradient_checkpointing=checkpointing)
    else:
        model.for_inference()


@contextlib.contextmanager
def answering(model: Any) -> Iterator[None]:
    """In the mode for generation, and back in the one that was found."""
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
    """Recompute activations, by the non-reentrant kind of checkpointing only.

    The reentrant kind gives wrong gradients where layers share keys and values, at the same loss.
    """
    model.gradient_checkpointing_enable({"use_reentrant": False})
    for name, module in model.named_modules():
        function = getattr(module, "_gradient_checkpointing_func", None)
        kind = getattr(function, "keywords", {}).get("use_reentrant", False)
        # Unsloth puts its own reentrant kind in the place of the one that was asked for.
        assert kind is False, f"reentrant checkpointing of {name}: gradients would be wrong"
