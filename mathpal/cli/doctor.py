"""Check this machine (`mathpal doctor`) and a model's gradients on it (`mathpal doctor grads`).

Each check is a function. Heavy libraries are imported by the functions that need them.
"""

import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from annotated_types import Ge, Gt
from packaging.requirements import Requirement

from mathpal.errors import ConfigError
from mathpal.record import environment
from mathpal.settings.checked import Composition
from mathpal.settings.run_settings import Seed

SHIPPED = "shipped:gemma3n_tiny"
ENOUGH_DISK_GB = 2.0


class Check(NamedTuple):
    """The result of a check.

    Attributes:
        name: what was checked.
        verdict: "ok", "warn" or "FAIL".
        finding: details, on one line.
    """

    name: str
    verdict: str
    finding: str


def examine() -> list[Check]:
    """Run all checks, in the order in which a user would fix their findings."""
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
        found = environment.version_of(need.name)
        if found is None or not need.specifier.contains(found, prereleases=True):
            wrong.append(f"{need.name} {found or 'missing'} (wants {need.specifier})")
    if wrong:
        return Check("packages", "FAIL", f"{'; '.join(wrong)}; fix: pip install -e .")
    main = ("torch", "transformers", "peft", "lightning", "hydra-core")
    return Check("packages", "ok", ", ".join(f"{n} {environment.version_of(n)}" for n in main))


def _extras() -> Check:
    extras = {"gpu": "unsloth", "wandb": "wandb", "comet": "comet_ml", "sweeps": "optuna"}
    missing = [name for name, package in extras.items() if environment.version_of(package) is None]
    text = (
        f"not installed: {', '.join(missing)} (pip install 'mathpal[NAME]')" if missing else "all"
    )
    return Check("extras", "ok", text)


def _device() -> Check:
    import torch

    hardware = environment.hardware()
    machine = f"{hardware['cpu']}, {hardware['cores']} cores, {hardware['memory_gb']} GB"
    if not torch.cuda.is_available():
        return Check("device", "ok", f"no GPU: the tiny model trains on the CPU ({machine})")
    memory = torch.cuda.get_device_properties(0).total_memory / 2**30
    name = f"{torch.cuda.get_device_name()}, {memory:.0f} GB"
    if not torch.cuda.is_bf16_supported():
        return Check("device", "FAIL", f"{name}: no bf16, and fp16 overflows on Gemma-3n")
    return Check("device", "ok", f"{name}, bf16 ({machine})")


def _load() -> Check:
    """Check the load: training shares the cores with other programs (`mathpal.models.cores`)."""
    if not hasattr(os, "getloadavg"):
        return Check("load", "ok", "unknown on this system")
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load < 0.7 * cores:
        return Check("load", "ok", f"{load:.1f} on {cores} cores")
    return Check(
        "load", "warn", f"{load:.1f} on {cores} cores: CPU training will have about its share of "
        "the cores, not all of them"
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


def grads(
    composition: Composition,
    *,
    rows: Annotated[int, Ge(16)] = 16,
    precision: Literal["auto", "32-true", "bf16-mixed"] = "auto",
    tolerance: Annotated[float, Gt(0)] | None = None,
    reentrant: bool = False,
    seed: Seed = 42,
) -> None:
    """Check the gradients of every training path; exit with 1 if one is wrong.

    Args:
        rows: number of generated problems in the one step that is compared.
        precision: as in trainer.precision; auto is bf16-mixed on a GPU and 32-true on a CPU.
        tolerance: largest relative error of the whole gradient; None for the precision's default.
        reentrant: also check reentrant checkpointing; it does not affect the verdict.
        seed: seed of the LoRA weights and the rows.
    """
    from mathpal.models import backends

    backends.begin_for(composition.model)
    import transformers

    from mathpal.objectives.sft import sft
    from mathpal.training.gradient_check import REENTRANT, examine

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    transformers.set_seed(seed)
    loaded = composition.model()
    model = composition.lora(loaded.model)
    mixed = precision == "bf16-mixed" or (precision == "auto" and model.device.type == "cuda")
    findings = examine(
        model,
        _rows(loaded, rows, seed),
        sft(),
        pad=loaded.tokenizer.pad_token_id,
        mixed=mixed,
        tolerance=tolerance,
        reentrant=reentrant,
        seed=seed,
    )
    print(text_table(findings))
    wrong = [f.path.name for f in findings if not f.right and f.path != REENTRANT]
    print(f"wrong gradients: {'; '.join(wrong)}" if wrong else "the gradients are right")
    if wrong:
        sys.exit(1)


def _rows(loaded: Any, count: int, seed: int) -> Any:
    """Tokenize generated problems of many families."""
    from mathpal.curriculum import FAMILIES, problem
    from mathpal.tokens.chat import encode

    names = sorted(FAMILIES)
    problems = [
        problem(f"doctor{seed}", "train", names[number * 7 % len(names)], number)
        for number in range(2 * count)
    ]
    table = encode(problems, loaded.tokenizer, max_length=loaded.max_length, label="rows")
    if len(table.starts) <= count:
        raise ConfigError(
            f"model.max_length={loaded.max_length} keeps {len(table.starts) - 1} of "
            f"{len(problems)} problems, but {count} are needed; raise model.max_length"
        )
    end = table.starts[count]
    return table._replace(
        ids=table.ids[:end], starts=table.starts[: count + 1], supervised=table.supervised[:end]
    )


def text_table(findings: Sequence[Any]) -> str:
    """Return a table of the findings of `gradient_check`: relative errors and the verdict."""
    width = max(len(finding.path.name) for finding in findings)
    lines = [f"{'path':<{width}}  {'whole':>8}  {'largest':>8}  verdict  largest of"]
    for path, whole, largest, weight, right in findings:
        verdict = "ok" if right else "WRONG"
        lines.append(
            f"{path.name:<{width}}  {whole:>8.1e}  {largest:>8.1e}  {verdict:<7}  {_short(weight)}"
        )
    return "\n".join(lines)


def _short(weight: str) -> str:
    return weight[max(0, weight.find("layers.")) :].replace(".default.weight", "")
