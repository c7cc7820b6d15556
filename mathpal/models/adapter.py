"""A LoRA adapter on disk, in PEFT's format, against the settings and the model that use it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mathpal.errors import ConfigError
from mathpal.record import untrusted
from mathpal.settings.faults import Fault, shown

_CONFIG, _WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def folder_of(start: Path) -> Path:
    """Return the adapter's folder: `start` itself, or its `adapter/` if `start` is a run."""
    return start / "adapter" if (start / "adapter").is_dir() else start


def start_fault(settings: Mapping[str, Any]) -> Fault | None:
    """Return why `lora.start` cannot be trained on with the other settings of LoRA.

    Args:
        settings: of `mathpal.models.lora.attach_lora`.
    """
    if (start := settings["start"]) is None:
        return None
    folder = folder_of(Path(start))
    given = f"lora.start={start}"
    try:
        found = untrusted.parse_json(untrusted.read_bytes(folder / _CONFIG).decode())
        missing = not (folder / _WEIGHTS).is_file()
    except (OSError, ValueError):
        found, missing = None, True
    if missing or not isinstance(found, dict) or found.get("peft_type") != "LORA":
        expected = f"a finished run with LoRA, or a folder with {_CONFIG} and {_WEIGHTS}"
        return Fault(given, f"{expected} of a LoRA adapter")
    variant = "dora" if found.get("use_dora") else "rslora" if found.get("use_rslora") else "lora"
    own = {"r": found.get("r"), "alpha": found.get("lora_alpha"), "variant": variant}
    wrong = [name for name, value in own.items() if settings[name] != value]
    if wrong:
        stated = " ".join(f"lora.{name}={shown(settings[name])}" for name in wrong)
        fix = " ".join(f"lora.{name}={shown(own[name])}" for name in wrong)
        return Fault(f"{given} {stated}", "the adapter's own settings", fix)
    further = [n for n in ("modules_to_save", "rank_pattern", "alpha_pattern") if found.get(n)]
    if further or found.get("bias", "none") != "none":
        return Fault(
            given, f"an adapter of plain LoRA; this one has {', '.join(further) or 'biases'}"
        )
    return None


def load_into(model: Any, start: Path) -> None:
    """Copy an adapter's weights into a model with fresh LoRA weights.

    Raises:
        ConfigError: if the adapter is damaged, or has other layers or shapes.
    """
    from peft import get_peft_model_state_dict, set_peft_model_state_dict
    from peft.utils import load_peft_weights
    from safetensors import SafetensorError

    folder = folder_of(start)
    try:
        stored = load_peft_weights(str(folder), device="cpu")
    except (OSError, SafetensorError) as error:
        raise ConfigError(
            f"lora.start={start}: {folder / _WEIGHTS} is damaged ({error}); copy it again, or name "
            "another adapter"
        ) from error
    held = get_peft_model_state_dict(model)
    apart = [n for n in sorted({**stored, **held}) if _shape(stored, n) != _shape(held, n)]
    if apart:
        layers = sorted({name.split(".lora_")[0].rpartition(".")[2] for name in stored})
        raise ConfigError(
            f"lora.start={start}: its LoRA weights do not fit this model: {len(apart)} tensors are "
            f"on one side only or have another shape, e.g. {apart[0]}. The adapter is on "
            f"{', '.join(layers)}; expected: an adapter of this base with the same lora.targets"
        )
    set_peft_model_state_dict(model, stored)


def _shape(tensors: Mapping[str, Any], name: str) -> Any:
    return tensors[name].shape if name in tensors else None


def weights_digest(start: Path) -> str:
    """Return the sha256 of an adapter's weights."""
    with (folder_of(start) / _WEIGHTS).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def ranks(folder: Path) -> set[int]:
    """Return the ranks of an adapter's LoRA weights; reads no weights."""
    from safetensors import safe_open

    with safe_open(folder / _WEIGHTS, framework="pt") as stored:
        names = [name for name in list(stored.keys()) if ".lora_A." in name]
        return {stored.get_slice(name).get_shape()[0] for name in names}


def differing(model: Any, folder: Path) -> list[str]:
    """Return the names of LoRA tensors that a PEFT model and an adapter do not share, bit for bit.

    PEFT itself loads an adapter of another model in part, with a warning at most.
    """
    from peft import get_peft_model_state_dict
    from peft.utils import load_peft_weights

    stored = load_peft_weights(str(folder), device="cpu")
    held = get_peft_model_state_dict(model)
    same = {name for name, one in held.items() if name in stored and stored[name].equal(one.cpu())}
    return sorted((stored.keys() | held.keys()) - same)
