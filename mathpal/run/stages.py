"""The stages of a run between the groups: gates, descriptions, saving and loading.

Each is called once by `run.train`, in its order. Heavy libraries may be imported here.
"""

import hashlib
import json
import logging
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mathpal.data.gates import gold_gate, leakage_gate
from mathpal.models.backends import set_mode
from mathpal.models.loaded import Loaded
from mathpal.problems import Problem, Splits
from mathpal.record import files
from mathpal.tokens.chat import TokenTable, mask_sample
from mathpal.tokens.preview import marked
from mathpal.tokens.token_cache import encode_cached

log = logging.getLogger(__name__)


class Tables(NamedTuple):
    """The tokenized rows, and what a reader should know of them.

    Attributes:
        train: training rows.
        validation: validation rows; None where there are none.
        sample: the first training row with its mask (see `mask_sample`).
        lines: facts about the data, a line each.
    """

    train: TokenTable
    validation: TokenTable | None
    sample: dict[str, object]
    lines: list[str]


def load_model(model: partial[Any], lora: partial[Any], *, seed: int) -> Loaded:
    """Load the base and attach what is to be trained; the LoRA weights depend on the seed."""
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    loaded: Loaded = model()
    transformers.set_seed(seed)
    return loaded._replace(model=lora(loaded.model))


def prepare_data(
    splits: Splits,
    loaded: Loaded,
    run_dir: Path,
    *,
    measured: bool,
    allow_leakage: bool,
    mark_answers: bool,
) -> Tables:
    """Gate the data, tokenize it, and leave its facts in `data/`.

    Args:
        measured: whether accuracy will be measured, so that there must be golds.
        mark_answers: find the tokens of the final answers; the objective weighs them.
        allow_leakage: warn of held-out questions in the training split instead of stopping.

    Raises:
        DataError: when a gate fails (see `mathpal.data.gates` and the mask gate).
    """
    leakage_gate(splits, allow=allow_leakage, listed=run_dir / "data" / "leakage.jsonl")
    if measured:
        gold_gate(splits.test)
    limit = loaded.max_length
    encoded = partial(
        encode_cached, mark_answers=mark_answers, tokenizer=loaded.tokenizer, max_length=limit
    )
    train = encoded(splits.train, label="tokenizing")
    validation = (
        encoded(splits.validation, label="tokenizing validation") if splits.validation else None
    )
    tables = Tables(
        train, validation, mask_sample(train, loaded.tokenizer), data_lines(splits, train)
    )
    files.write_json(run_dir / "data" / "mask_sample.json", tables.sample)
    files.write_json(
        run_dir / "data" / "summary.json", {"lines": tables.lines, "notes": splits.notes}
    )
    return tables


def weighs_answers(objective: partial[Any]) -> bool:
    """Whether the objective asks which tokens state the answer."""
    return bool(objective.keywords.get("answer_weight", 1.0) != 1.0)


def data_lines(splits: Splits, train: TokenTable) -> list[str]:
    """What a reader should know of the data, a line each."""
    lengths, supervised = train.lengths, train.supervised
    middle = len(lengths) // 2
    lines = [
        f"{len(splits.train):,} training, {len(splits.validation):,} validation and "
        f"{len(splits.test):,} test problems",
        f"{int(lengths.sum()):,} training tokens, {100 * supervised.sum() / lengths.sum():.0f} % "
        f"of them supervised; median row {int(np.partition(lengths, middle)[middle])}, "
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
        "data": data_fingerprint(splits),
        "model": loaded.fingerprint,
        "tokenizer": _digest(sorted(tokenizer.get_vocab().items())),
        "template": _digest(tokenizer.chat_template),
    }


def _row(problem: Problem) -> list[Any]:
    row = [problem.id, problem.question, problem.solution, problem.answer]
    return row + [problem.messages, problem.rejected]


def data_fingerprint(splits: Splits) -> str:
    """sha256 of all rows as one JSON list, without its whole text in memory."""
    digest, comma = hashlib.sha256(b"["), ""
    for split in splits[:3]:
        for problem in split:
            digest.update((comma + json.dumps(_row(problem), ensure_ascii=False)).encode())
            comma = ", "
    digest.update(b"]")
    return digest.hexdigest()


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
    length = (
        f"{trainer['max_steps']} steps"
        if trainer.get("max_steps")
        else f"{trainer.get('epochs')} epochs"
    )
    return "\n".join(
        [
            f"model    {loaded.name}: {total:,} weights, {trained:,} of them trained, "
            f"by {loaded.backend}",
            *(f"data     {line}" for line in tables.lines),
            f"trainer  {length} of {trainer['batch_tokens']} × {trainer.get('accumulate', 1)} "
            f"tokens, lr {trainer['lr']:g}",
            "mask     the loss sees only what stands between «…»:",
            *(f"  | {line}" for line in marked(tables.sample).splitlines()),
        ]
    )


def restore(loaded: Loaded, checkpoint: Path) -> None:
    """Put a checkpoint's weights into the model, ready to answer."""
    from mathpal.training import checkpoints
    from mathpal.training.state import restore_weights

    restore_weights(loaded.model, checkpoints.read(checkpoint.resolve()))
    set_mode(loaded.model, training=False)


def save_trained(loaded: Loaded, run_dir: Path) -> None:
    """Save `adapter/` (LoRA, PEFT format) or `model/` (full fine-tuning, fp32)."""
    folder = run_dir / ("adapter" if hasattr(loaded.model, "peft_config") else "model")
    with files.whole_folder(folder, fsync=False) as part:
        loaded.model.save_pretrained(part)
        loaded.tokenizer.save_pretrained(part)


def load_trained(model: partial[Any], run_dir: Path) -> Loaded:
    """The base with the run's adapter on it, or the run's fully tuned model; ready to answer."""
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    if (run_dir / "adapter").is_dir():
        from peft import PeftModel

        from mathpal.models.accelerate import accelerate_layers

        loaded: Loaded = model()
        tuned = PeftModel.from_pretrained(loaded.model, str(run_dir / "adapter"))
        if loaded.backend == "transformers":
            accelerate_layers(tuned)
        set_mode(tuned, training=False)
        return loaded._replace(model=tuned)
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
