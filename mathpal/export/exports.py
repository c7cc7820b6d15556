"""Exports, each verified by loading it again and comparing.

The facade that `conf/export/*.yaml` names.
"""

import logging
from pathlib import Path
from typing import Any

from mathpal.errors import DataError
from mathpal.models.adapter import differing
from mathpal.models.loaded import Loaded
from mathpal.models.origin import mark
from mathpal.record.files import whole_folder, write_json
from mathpal.settings.capabilities import declares

log = logging.getLogger(__name__)
PROBE = "Tính: 12 + 30"


def nothing(loaded: Loaded, run_dir: Path) -> None:
    """Export nothing in addition to what training has saved."""


@declares(needs_lora=True)
def export_adapter(loaded: Loaded, run_dir: Path) -> Path:
    """Verify `adapter/`: the tensors that PEFT loads are bit-identical to the trained ones.

    Returns:
        The adapter's folder.

    Raises:
        DataError: if a tensor on disk is missing or differs from the trained one.
    """
    from peft import get_peft_model_state_dict

    folder = run_dir / "adapter"
    if wrong := differing(loaded.model, folder):
        raise DataError(f"{folder} does not hold the trained weights: {wrong[:3]}")
    tensors = len(get_peft_model_state_dict(loaded.model))
    record = {"format": "peft", "tensors": tensors, "identical": True}
    write_json(run_dir / "export" / "adapter.json", record)
    return folder


def export_merged_16bit(loaded: Loaded, run_dir: Path) -> Path:
    """Merge the LoRA weights and save the model in bf16, in Hugging Face layout.

    Any Transformers program loads it without MathPal. `merged_16bit.json` beside the folder gives
    the distance of its next-token distribution from the trained model's on a probe prompt (total
    variation, 0..1).

    Returns:
        `export/merged_16bit`.
    """
    import copy

    import torch
    from transformers import AutoModelForCausalLM

    from mathpal.tokens.chat import prompt_text

    folder = run_dir / "export" / "merged_16bit"
    with whole_folder(folder, fsync=False) as part:
        # Merging changes the base weights in place; the run still needs them unchanged.
        model: Any = copy.deepcopy(loaded.model)
        if hasattr(model, "merge_and_unload"):
            model = model.merge_and_unload()
        mark(model.config)
        model.to(torch.bfloat16).save_pretrained(part)
        loaded.tokenizer.save_pretrained(part)
        reloaded = AutoModelForCausalLM.from_pretrained(part, dtype=torch.float32)
        ids = loaded.tokenizer(
            prompt_text(loaded.tokenizer, PROBE), add_special_tokens=False, return_tensors="pt"
        ).input_ids
        with torch.inference_mode():
            expected = loaded.model(ids.to(loaded.model.device)).logits[0, -1].float().softmax(-1)
            found = reloaded(ids).logits[0, -1].float().softmax(-1)
        distance = float((expected.cpu() - found).abs().sum() / 2)
    write_json(
        run_dir / "export" / "merged_16bit.json",
        {"format": "safetensors bf16", "probe": PROBE, "total_variation": distance},
    )
    log.info("exported %s (total variation on the probe %.1e)", folder, distance)
    return folder
