"""The stages of a run between the groups: gates, descriptions, saving and loading.

Each is called once by `run.train`, in its order. Heavy libraries may be imported here.
"""

import hashlib
import json
import logging
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from mathpal import rundir
from mathpal.data.chat import TokenTable, encode, mask_sample
from mathpal.data.gates import gold_gate, leakage_gate
from mathpal.data.preview import marked
from mathpal.models.loaded import Loaded
from mathpal.problems import Problem, Splits

log = logging.getLogger(__name__)


class Tables(NamedTuple):
    """The tokenized training and validation rows; no validation rows give None."""

    train: TokenTable
    validation: TokenTable | None


def load_model(model: partial[Any], lora: partial[Any], *, seed: int) -> Loaded:
    """Load the base and attach what is to be trained; the LoRA weights depend on the seed."""
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    loaded: Loaded = model()
    transformers.set_seed(seed)
    return loaded._replace(model=lora(loaded.model))


def prepare_data(
    splits: Splits, loaded: Loaded, run_dir: Path, *, measured: bool, allow_leakage: bool
) -> Tables:
    """Gate the data, tokenize it, and leave its facts in `data/`.

    Args:
        measured: whether accuracy will be measured, so that there must be golds.
        allow_leakage: warn of held-out questions in the training split instead of stopping.

    Raises:
        DataError: when a gate fails (see `mathpal.data.gates` and the mask gate).
    """
    leakage_gate(splits, allow=allow_leakage, listed=run_dir / "data" / "leakage.jsonl")
    if measured:
        gold_gate(splits.test)
    limit = loaded.max_length
    train = encode(splits.train, loaded.tokenizer, max_length=limit, label="tokenizing")
    validation = (
        encode(splits.validation, loaded.tokenizer, max_length=limit, label="tokenizing validation")
        if splits.validation
        else None
    )
    sample = mask_sample(train, loaded.tokenizer)
    rundir.write_json(run_dir / "data" / "mask_sample.json", sample)
    rundir.write_json(
        run_dir / "data" / "summary.json",
        {"lines": data_lines(splits, train), "notes": splits.notes},
    )
    return Tables(train, validation)


def data_lines(splits: Splits, train: TokenTable) -> list[str]:
    """What a reader should know of the data, a line each."""
    lengths, supervised = train.lengths, train.supervised
    lines = [
        f"{len(splits.train):,} training, {len(splits.validation):,} validation and "
        f"{len(splits.test):,} test problems",
        f"{int(lengths.sum()):,} training tokens, {100 * supervised.sum() / lengths.sum():.0f} % "
        f"of them supervised; median row {int(sorted(lengths)[len(lengths) // 2])}, "
        f"longest {int(lengths.max())}",
    ]
    if train.dropped:
        lines.append(f"{train.dropped:,} training problems left out: longer than model.max_length")
    described = splits.notes.get("description")
    return [*lines, *(str(described).splitlines() if described else [])]


def fingerprints(loaded: Loaded, splits: Splits) -> dict[str, str]:
    """sha256 of what the run was made from."""
    tokenizer = loaded.tokenizer
    return {
        "data": _digest([_row(p) for split in splits[:3] for p in split]),
        "model": loaded.fingerprint,
        "tokenizer": _digest(sorted(tokenizer.get_vocab().items())),
        "template": _digest(tokenizer.chat_template),
    }


def _row(problem: Problem) -> list[Any]:
    row = [problem.id, problem.question, problem.solution, problem.answer]
    return row + [problem.messages, problem.rejected]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


def accelerator() -> str:
    """The GPU's name, "none" where there is none."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "none"


def describe(loaded: Loaded, splits: Splits, tables: Tables, trainer: dict[str, Any]) -> str:
    """What is about to be trained, with one rendered row and its mask."""
    weights = list(loaded.model.parameters())
    total = sum(w.numel() for w in weights)
    trained = sum(w.numel() for w in weights if w.requires_grad)
    sample = mask_sample(tables.train, loaded.tokenizer)
    length = (
        f"{trainer['max_steps']} steps"
        if trainer.get("max_steps")
        else f"{trainer.get('epochs')} epochs"
    )
    return "\n".join(
        [
            f"model    {loaded.name}: {total:,} weights, {trained:,} of them trained",
            *(f"data     {line}" for line in data_lines(splits, tables.train)),
            f"trainer  {length} of {trainer['batch_tokens']} × {trainer.get('accumulate', 1)} "
            f"tokens, lr {trainer['lr']:g}",
            "mask     the loss sees only what stands between «…»:",
            *(f"  | {line}" for line in marked(sample).splitlines()),
        ]
    )


def save_trained(loaded: Loaded, run_dir: Path) -> None:
    """Save `adapter/` (LoRA, PEFT format) or `model/` (full fine-tuning, fp32)."""
    folder = run_dir / ("adapter" if hasattr(loaded.model, "peft_config") else "model")
    part = folder.with_name(f".{folder.name}.part")
    loaded.model.save_pretrained(part)
    loaded.tokenizer.save_pretrained(part)
    part.rename(folder)


def load_trained(model: partial[Any], run_dir: Path) -> Loaded:
    """The base with the run's adapter on it, or the run's fully tuned model; ready to answer."""
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    if (run_dir / "adapter").is_dir():
        from peft import PeftModel

        loaded: Loaded = model()
        tuned = PeftModel.from_pretrained(loaded.model, str(run_dir / "adapter"))
        return loaded._replace(model=tuned.eval())
    from mathpal.models.loading import load_causal_lm

    limit = model.keywords["max_length"]
    loaded = load_causal_lm(path=str(run_dir / "model"), dtype="float32", max_length=limit)
    return loaded._replace(model=loaded.model.eval())


def write_evaluation(report: Any, run_dir: Path) -> str:
    """Write `evaluation/` and give the table as text."""
    from mathpal.evaluation.tables import text_table, write_report

    write_report(report, run_dir / "evaluation")
    return text_table(report)


def write_page(run_dir: Path) -> None:
    """Write report.html."""
    from mathpal.reporting import write_report

    write_report(run_dir)


def describe_timings(seconds: dict[str, float]) -> str:
    """Seconds by stage in one line."""
    stages = " · ".join(f"{name} {value:.0f} s" for name, value in seconds.items())
    return f"time: {stages} · together {sum(seconds.values()):.0f} s"
