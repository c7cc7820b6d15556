"""Compare Unsloth's gradients with and without its checkpointing. Arguments: FOLDER SHAPE TOY.

Same model, LoRA weights and rows each time, in fp32. Runs in a separate process, because Unsloth
must be imported first. The last line printed is the result as JSON.
"""

import json
import os
import sys
from typing import Any

import unsloth  # isort: skip
from unsloth import FastModel  # isort: skip
import torch
from sft_jobs import LORA
from shapes import SHAPES, table


def main() -> None:
    folder, name, toy = sys.argv[1], sys.argv[2], sys.argv[3] == "1"
    rows = table(SHAPES[name], [64, 64] if toy else [96, 96, 96, 96])
    found = {again: gradients(folder, rows, again, toy) for again in (False, "unsloth", True)}
    from mathpal.training.gradient_check import Path, compare

    plain = found.pop(False)
    findings = {str(again): compare(Path("u"), own, plain, 1e-4) for again, own in found.items()}
    worst = max(findings.values(), key=lambda finding: finding.whole)
    wrong = [again for again, finding in findings.items() if not finding.right]
    values = {
        "verdict": "right"
        if not wrong
        else "WRONG: use_gradient_checkpointing=" + ", ".join(wrong),
        "whole": worst.whole,
        "largest": worst.largest,
        "weight": worst.weight,
        "limit": 1e-4,
        "weights": len(plain),
        "unsloth": unsloth.__version__,
        "each": {again: finding.whole for again, finding in findings.items()},
    }
    print(json.dumps(values), flush=True)
    os._exit(0)  # compiler threads may keep the process alive


def gradients(folder: str, rows: Any, again: Any, toy: bool) -> dict[str, Any]:
    """Gradients of the mean loss of all rows, as Unsloth computes them."""
    from mathpal.training.gradient_check import randomise_lora_b

    model, _ = FastModel.from_pretrained(
        folder, max_seq_length=512, load_in_4bit=False, dtype=torch.float32,
        attn_implementation="sdpa", **({"device_map": "cpu"} if toy else {}),
    )  # fmt: skip
    model = FastModel.get_peft_model(
        model, finetune_vision_layers=False, finetune_language_layers=True,
        finetune_attention_modules=True, finetune_mlp_modules=True, r=LORA["r"],
        lora_alpha=LORA["alpha"], lora_dropout=0.0, bias="none",
        use_gradient_checkpointing=again, random_state=0,
    )  # fmt: skip
    model.train()
    randomise_lora_b(model, 0)
    where = next(model.parameters()).device
    count = len(rows.lengths)
    ids = torch.from_numpy(rows.ids.astype("int64")).view(count, -1).to(where)  # (B, T)
    seen = torch.from_numpy(rows.supervised).view(count, -1).to(where)
    loss = model(input_ids=ids, labels=ids.masked_fill(~seen, -100)).loss
    loss.backward()
    return {
        name: weight.grad.detach().float().cpu()
        for name, weight in model.named_parameters()
        if weight.grad is not None
    }


if __name__ == "__main__":
    main()
