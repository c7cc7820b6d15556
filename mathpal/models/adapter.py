"""A LoRA adapter on disk, in PEFT's format, against a model in memory."""

from pathlib import Path
from typing import Any


def differing(model: Any, folder: Path) -> list[str]:
    """Return the names of LoRA tensors that a PEFT model and an adapter do not share, bit for bit.

    PEFT itself loads an adapter of another model in part, with a warning at most.
    """
    from peft import get_peft_model_state_dict
    from peft.utils import load_peft_weights

    stored = load_peft_weights(str(folder), device="cpu")
    held = get_peft_model_state_dict(model)
    apart = stored.keys() ^ held.keys()
    return sorted(apart) + [
        n for n, t in held.items() if n in stored and not stored[n].equal(t.cpu())
    ]
