"""Answers a second: MathPal's `respond` against a plain loop over Transformers' `model.generate`.

Both answer the same problems greedily with the shipped model and fresh LoRA weights, alternating in
one process. The peer is plain Transformers and PEFT: it left-pads batches in the order of the data,
as most evaluation scripts do, and uses its fastest batch size on this machine. With --same-model
the peer uses MathPal's loaded model, so that only the loops differ.

    python benchmarks/generate_cpu.py --problems 420 --repeats 5
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

BATCH_SIZES = (8, 16, 32, 64, 128)
FAMILIES = [  # those of conf/data/vimath.yaml
    "van_toc", "cung_chieu_duoi_kip", "van_toc_dong_nuoc", "nguoc_chieu_gap_nhau",
    "dien_tich_tam_giac", "the_tich_hinh_hop", "gia_tri_phan_tram", "tong_ti", "hieu_ti",
    "ti_le_nghich",
]  # fmt: skip


def main() -> None:
    asked = _arguments()
    import torch

    if asked.threads:
        torch.set_num_threads(asked.threads)
    from mathpal.generation.responses import respond

    loaded = _model()
    plain = loaded if asked.same_model else loaded._replace(model=_plain_model())
    problems = _problems(asked.problems)

    def ours() -> list[str]:
        answers = respond(
            loaded, problems,
            max_new_tokens=asked.max_new_tokens, batch_tokens=asked.batch_tokens,
        )  # fmt: skip
        return [answer.text for answer in answers]

    def peer(batch_size: int) -> list[str]:
        return plain_loop(plain, problems, asked.max_new_tokens, batch_size)

    ours()  # warm
    tried = {size: _timed(lambda size=size: peer(size))[0] for size in BATCH_SIZES}
    best = min(tried, key=tried.__getitem__)
    seconds: dict[str, list[float]] = {"peer": [], "ours": []}
    texts: dict[str, list[str]] = {}
    for repeat in range(asked.repeats):
        # Alternate which side is first, so that heat and other load affect both alike.
        for name in ("peer", "ours") if repeat % 2 == 0 else ("ours", "peer"):
            spent, texts[name] = _timed(ours if name == "ours" else lambda: peer(best))
            seconds[name].append(spent)
    same = [a == b for a, b in zip(texts["peer"], texts["ours"], strict=True)]
    result = {
        "problems": len(problems),
        "max_new_tokens": asked.max_new_tokens,
        "batch_tokens": asked.batch_tokens,
        "same_model": asked.same_model,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "peer_seconds_by_batch_size": tried,
        "peer_batch_size": best,
        "seconds": seconds,
        "ratios": [p / o for p, o in zip(seconds["peer"], seconds["ours"], strict=True)],
        "identical": sum(same) / len(same),
    }
    if asked.json:
        json.dump(result, sys.stdout, indent=1)
        print()
    else:
        print(table(result))


def plain_loop(loaded: Any, problems: list[Any], max_new_tokens: int, batch_size: int) -> list[str]:
    """Answer the problems as a typical script without MathPal would.

    Args:
        loaded: model and tokenizer, which pads on the left.
        problems: the turns before each answer.
        max_new_tokens: most tokens of an answer.
        batch_size: problems a call of `generate`.
    """
    import torch

    from mathpal.generation.library import greedy_settings
    from mathpal.tokens.chat import prompt_text

    tokenizer, settings = loaded.tokenizer, greedy_settings(loaded.tokenizer, max_new_tokens)
    texts: list[str] = []
    for begin in range(0, len(problems), batch_size):
        prompts = [prompt_text(tokenizer, turns) for turns in problems[begin : begin + batch_size]]
        inputs = tokenizer(prompts, add_special_tokens=False, padding=True, return_tensors="pt")
        with torch.inference_mode():
            out = loaded.model.generate(**inputs, generation_config=settings)
        written = out[:, inputs.input_ids.shape[1] :]
        texts += tokenizer.batch_decode(written, skip_special_tokens=True)
    return texts


def table(result: dict[str, Any]) -> str:
    """The result as Markdown: medians, the median ratio, and the ranges."""
    rows = [
        ("model.generate, batches of " + str(result["peer_batch_size"]), "peer"),
        (f"mathpal respond, batch_tokens={result['batch_tokens']}", "ours"),
    ]
    lines = ["| | seconds (median) | least – most | problems/s |", "|---|---:|---:|---:|"]
    for title, name in rows:
        spent = result["seconds"][name]
        middle = statistics.median(spent)
        lines.append(
            f"| {title} | {middle:.2f} | {min(spent):.2f} – {max(spent):.2f} "
            f"| {result['problems'] / middle:.1f} |"
        )
    ratios = result["ratios"]
    tried = ", ".join(f"{n}: {s:.1f} s" for n, s in result["peer_seconds_by_batch_size"].items())
    return "\n".join(
        [
            *lines,
            "",
            f"Ratio: {statistics.median(ratios):.2f} ({min(ratios):.2f} – {max(ratios):.2f}) over "
            f"{len(ratios)} repeats of {result['problems']} problems, at most "
            f"{result['max_new_tokens']} tokens an answer, {result['threads']} threads, "
            f"torch {result['torch']}.",
            f"Identical answers: {result['identical']:.1%}.",
            f"model.generate by batch size: {tried}.",
        ]
    )


def _model() -> Any:
    import torch

    from mathpal.models.loading import load_gemma3n
    from mathpal.models.lora import attach_lora

    torch.manual_seed(42)
    loaded = load_gemma3n(path="shipped:gemma3n_tiny", dtype="float32")
    return loaded._replace(model=attach_lora(loaded.model, r=16, alpha=32).eval())


def _plain_model() -> Any:
    """The same weights loaded by Transformers and PEFT; fresh LoRA weights change no answer."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    from mathpal.models.loading import ASSETS
    from mathpal.models.lora import PROJECTIONS

    model = AutoModelForCausalLM.from_pretrained(ASSETS / "gemma3n_tiny", dtype=torch.float32)
    config = LoraConfig(r=16, lora_alpha=32, target_modules=[*PROJECTIONS], task_type="CAUSAL_LM")
    return get_peft_model(model, config).eval()


def _problems(count: int) -> list[Any]:
    """The turns of `count` test problems, evenly spread over those of the default run."""
    from mathpal.data.vimath import vimath
    from mathpal.evaluation.evaluate import spread
    from mathpal.tokens.chat import asked_turns

    splits = vimath(
        None, train=len(FAMILIES) * 2, grades=[5], families=FAMILIES, replay=0.4,
        replay_grades=[1, 2, 3, 4],
        validation_per_family=1, test_per_family=20, replay_test_per_family=2,
    )  # fmt: skip
    return [asked_turns(problem) for problem in spread(splits.test, count)]


def _timed(work: Callable[[], list[str]]) -> tuple[float, list[str]]:
    begin = time.perf_counter()
    texts = work()
    return time.perf_counter() - begin, texts


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--problems", type=int, default=420, help="how many (all: 420)")
    parser.add_argument("--repeats", type=int, default=5, help="of each, in turn")
    parser.add_argument("--max-new-tokens", type=int, default=192)
    parser.add_argument("--batch-tokens", type=int, default=65536, help="of mathpal's cache")
    parser.add_argument("--threads", type=int, default=0, help="of torch; 0 leaves its own choice")
    parser.add_argument("--same-model", action="store_true", help="compare the loops alone")
    parser.add_argument("--json", action="store_true", help="all figures instead of a table")
    return parser.parse_args()


if __name__ == "__main__":
    main()
