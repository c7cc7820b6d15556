"""Speed of generation: MathPal's `respond` against Transformers' `model.generate`.

    python benchmarks/gpu/generate.py [--only 'e2b/16/*'] [--seconds N] [--out DIR] [--toy]

E2B's true shape with random bf16 weights and a fresh LoRA r=16, greedy, 256 new tokens an answer,
batches of 1, 16 and 64. Both sides answer two batches of problems of the curriculum: MathPal
through `mathpal.generation.responses.respond`, which replaces finished rows; the peer with one
`generate` call per batch on the plain model. `merged` is MathPal without LoRA layers.
"""

import time
from functools import partial
from typing import Any

import common
from common import Cell, Column
from sft_jobs import LORA
from shapes import E2B, TOY, Shape, random_model, tokenizer
from timing import peak, reset_peak, wait

COLUMNS = (
    Column("tokens_s", "new tokens/s", ",.1f"),
    Column("answers_s", "answers/s", ",.2f"),
    Column("token_ms", "ms a token of a row", ",.1f"),
    Column("seconds", "seconds", ",.2f"),
    Column("peak_gb", "peak GB", ".2f"),
    Column("reserved_gb", "reserved GB", ".2f"),
    Column("shortest", "shortest answer", ",d"),
)


def main(argv: list[str] | None = None) -> None:
    asked = common.arguments(__doc__, argv)
    where = common.device(asked)
    shape, new = (TOY, 8) if asked.toy else (E2B, 256)
    cells: list[Cell] = []
    for batch in (1, 2) if asked.toy else (16, 1, 64):
        for side in ("mathpal", "generate", "merged"):
            work = partial(cell, shape, batch, side, new, where)
            cells.append((f"{shape.name}/{batch}/{side}", work))
    common.measure("generate", cells, COLUMNS, asked)


def cell(shape: Shape, batch: int, side: str, new: int, where: Any) -> dict[str, Any]:
    """Measure one side with one batch size, after a short warm-up."""
    from mathpal.models.accelerate import accelerate_layers
    from mathpal.models.loaded import Loaded
    from mathpal.models.lora import attach_lora

    model = random_model(shape, where)
    if side != "generate":
        accelerate_layers(model)
    if side == "mathpal":
        model = attach_lora(model, **LORA)
    elif side == "generate":
        model = plain_lora(model)
    loaded = Loaded(model.eval(), tokenizer(), shape.name, shape.positions, "random")
    write = library if side == "generate" else own
    asked = questions(2 * batch)
    write(loaded, asked[:batch], batch, min(8, new), where)
    reset_peak(where)
    wait(where)
    began = time.perf_counter()
    lengths = write(loaded, asked, batch, new, where)
    wait(where)
    seconds = time.perf_counter() - began
    return {
        "tokens_s": sum(lengths) / seconds,
        "answers_s": len(lengths) / seconds,
        "token_ms": 1e3 * seconds * batch / sum(lengths),
        "seconds": seconds,
        "shortest": min(lengths),
        **peak(where),
    }


def plain_lora(model: Any) -> Any:
    from peft import LoraConfig, get_peft_model

    from mathpal.models.lora import PROJECTIONS

    names = "|".join(PROJECTIONS)
    pattern = rf".*\.layers\.\d+\.(?:self_attn|mlp)\.(?:{names})$"
    return get_peft_model(
        model, LoraConfig(r=LORA["r"], lora_alpha=LORA["alpha"], target_modules=pattern)
    )


def own(loaded: Any, asked: list[str], batch: int, new: int, where: Any) -> list[int]:
    """Tokens of each answer by MathPal, with cache space for `batch` rows at a time."""
    from mathpal.generation.responses import respond
    from mathpal.tokens.chat import prompt_text

    words = loaded.tokenizer
    longest = max(
        len(words(prompt_text(words, text), add_special_tokens=False).input_ids) for text in asked
    )
    answers = respond(
        loaded, asked, max_new_tokens=new, batch_tokens=batch * (longest + new), label="bench"
    )
    return [answer.tokens for answer in answers]


def library(loaded: Any, asked: list[str], batch: int, new: int, where: Any) -> list[int]:
    """Tokens of each answer by `model.generate`, one left-padded batch after another."""
    import torch

    from mathpal.generation.library import greedy_settings
    from mathpal.tokens.chat import prompt_text, stop_ids

    words, lengths = loaded.tokenizer, []
    settings, stops = greedy_settings(words, new), set(stop_ids(words))
    for begin in range(0, len(asked), batch):
        prompts = [prompt_text(words, text) for text in asked[begin : begin + batch]]
        given = words(prompts, add_special_tokens=False, padding=True, return_tensors="pt")
        with torch.inference_mode():
            out = loaded.model.generate(
                input_ids=given.input_ids.to(where),
                attention_mask=given.attention_mask.to(where),
                generation_config=settings,
            )
        for row in out[:, given.input_ids.shape[1] :].tolist():
            ends = [place for place, token in enumerate(row, 1) if token in stops]
            lengths.append(ends[0] if ends else len(row))
    return lengths


def questions(count: int) -> list[str]:
    """Problems of the families that the tokenizer was trained on."""
    from mathpal.curriculum import FAMILIES, problem

    names = sorted(FAMILIES)[:8]
    return [problem("benchmark", "test", names[i % len(names)], i).question for i in range(count)]


if __name__ == "__main__":
    main()
