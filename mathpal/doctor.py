"""Is this machine ready? Each check is a function that finds one thing out.

Run by `mathpal doctor`; heavy libraries are imported by the checks that need them.
"""

import os
import platform
import shutil
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

from mathpal import rundir

SHIPPED = "shipped:gemma3n_tiny"
ENOUGH_DISK_GB = 2.0


class Check(NamedTuple):
    """What a check found: verdict "ok", "warn" or "FAIL"."""

    name: str
    verdict: str
    finding: str


def examine() -> list[Check]:
    """All checks, in the order in which a user would mend what they find."""
    import transformers

    transformers.utils.logging.disable_progress_bar()
    return [_safely(check) for check in CHECKS]


def _safely(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:
        name = check.__name__.strip("_").replace("_", " ")
        return Check(name, "FAIL", f"{type(error).__name__}: {error}".splitlines()[0])


def _python() -> Check:
    version = platform.python_version()
    return Check("python", "ok", f"{version} on {platform.system()} {platform.machine()}")


def _packages() -> Check:
    wrong = []
    for line in metadata.requires("mathpal") or []:
        need = Requirement(line)
        if need.marker and not need.marker.evaluate({"extra": ""}):
            continue
        found = rundir.version_of(need.name)
        if found is None or not need.specifier.contains(found, prereleases=True):
            wrong.append(f"{need.name} {found or 'missing'} (wants {need.specifier})")
    if wrong:
        return Check("packages", "FAIL", f"{'; '.join(wrong)}; mend: pip install -e .")
    main = ("torch", "transformers", "peft", "lightning", "hydra-core")
    return Check("packages", "ok", ", ".join(f"{n} {rundir.version_of(n)}" for n in main))


def _extras() -> Check:
    extras = {"gpu": "unsloth", "wandb": "wandb", "comet": "comet_ml", "sweeps": "optuna"}
    missing = [name for name, package in extras.items() if rundir.version_of(package) is None]
    text = (
        f"not installed: {', '.join(missing)} (pip install 'mathpal[NAME]')" if missing else "all"
    )
    return Check("extras", "ok", text)


def _device() -> Check:
    import torch

    hardware = rundir.hardware()
    machine = f"{hardware['cpu']}, {hardware['cores']} cores, {hardware['memory_gb']} GB"
    if not torch.cuda.is_available():
        return Check("device", "ok", f"no GPU: the tiny model trains on the CPU ({machine})")
    memory = torch.cuda.get_device_properties(0).total_memory / 2**30
    name = f"{torch.cuda.get_device_name()}, {memory:.0f} GB"
    if not torch.cuda.is_bf16_supported():
        return Check("device", "FAIL", f"{name}: no bf16, and fp16 overflows on Gemma-3n")
    return Check("device", "ok", f"{name}, bf16 ({machine})")


def _load() -> Check:
    """Other work on the cores: threads that wait for each other make it cost a multiple."""
    if not hasattr(os, "getloadavg"):
        return Check("load", "ok", "not known on this system")
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load < 0.7 * cores:
        return Check("load", "ok", f"{load:.1f} on {cores} cores")
    return Check(
        "load", "warn", f"{load:.1f} on {cores} cores: CPU training beside it may be many times "
        "slower; OMP_NUM_THREADS=1 helps"
    )  # fmt: skip


def _disk() -> Check:
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    probe = Path.cwd() / f".mathpal-doctor-{os.getpid()}"
    probe.write_bytes(b"")
    probe.unlink()
    verdict = "ok" if free > ENOUGH_DISK_GB else "warn"
    return Check("disk", verdict, f"{free:.0f} GB free, {Path.cwd().name}/ is writable")


def _shipped_model() -> Check:
    from mathpal.models.loading import load_gemma3n

    loaded = load_gemma3n(path=SHIPPED, dtype="float32", max_length=512)
    text = "Một hình chữ nhật có chiều dài 12 cm. 🙂"
    back = loaded.tokenizer.decode(loaded.tokenizer(text, add_special_tokens=False).input_ids)
    if back != text:
        return Check("model", "FAIL", f"the tokenizer changes {text!r} to {back!r}")
    weights = sum(w.numel() for w in loaded.model.parameters())
    return Check("model", "ok", f"{SHIPPED}: {weights:,} weights load, text comes back unchanged")


def _training_step() -> Check:
    import torch

    from mathpal.models.loading import load_gemma3n

    loaded = load_gemma3n(path=SHIPPED, dtype="float32", max_length=512)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = loaded.model.to(device)
    ids = torch.arange(2048, device=device).reshape(32, 64) % 256 + 300  # (B, T)
    began = time.perf_counter()
    model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    seconds = time.perf_counter() - began
    norm = torch.nn.utils.get_total_norm([w.grad for w in model.parameters() if w.grad is not None])
    verdict = "ok" if torch.isfinite(norm) else "FAIL"
    finding = f"{ids.numel()} tokens forward and backward in {seconds:.2f} s on {device}"
    return Check("training", verdict, f"{finding}, gradient norm {float(norm):.3g}")


CHECKS = (_python, _packages, _extras, _device, _load, _disk, _shipped_model, _training_step)
