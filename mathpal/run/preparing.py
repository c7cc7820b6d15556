"""Prepare a training: load the model and the data, pass the gates, tokenize.

Every process of a run prepares the same. Heavy libraries are imported inside the functions.
"""

import logging
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mathpal.data.gates import gold_gate, leakage_gate
from mathpal.generation.chat import MANY_TURNS, has_many_turns
from mathpal.models.loaded import Loaded
from mathpal.objectives.objective import Objective
from mathpal.problems import Splits
from mathpal.record import files
from mathpal.record.attempts import Clock
from mathpal.settings.checked import Call, Composition
from mathpal.settings.run_settings import RunSettings
from mathpal.tokens.chat import TokenTable
from mathpal.tokens.day import fix_day, fixed_day
from mathpal.tokens.preview import marked, mask_sample

log = logging.getLogger(__name__)


class Tables(NamedTuple):
    """The tokenized rows, and facts about them to print.

    Attributes:
        train: training rows.
        validation: validation rows; None if there are none.
        sample: the first training row with its mask (see `mask_sample`).
        lines: facts about the data, one per line.
    """

    train: TokenTable
    validation: TokenTable | None
    sample: dict[str, object]
    lines: list[str]


class Prepared(NamedTuple):
    """Everything that a training needs.

    Attributes:
        loaded: the model with its trainable weights, and its tokenizer.
        objective: the loss and its batches.
        splits: the problems.
        tables: the tokenized problems.
    """

    loaded: Loaded
    objective: Objective
    splits: Splits
    tables: Tables


def prepare(
    composition: Composition,
    settings: RunSettings,
    clock: Clock,
    run_dir: Path | None,
    *,
    day: date,
) -> Prepared:
    """Load the model and the data, pass the gates, tokenize.

    Args:
        composition: the run's groups.
        settings: the run's settings outside the groups.
        clock: measures the seconds of each stage.
        run_dir: where to write facts about the data; None in a process that writes no record.
        day: the day that prompts name, if the chat template asks for it.

    Raises:
        DataError: if a gate fails.
    """
    clock("model")
    loaded = load_model(composition.model, composition.lora, seed=settings.seed)
    fix_day(loaded.tokenizer, day)
    objective: Objective = composition.objective()
    clock("data")
    splits: Splits = composition.data(run_dir)
    tables = tokenize(
        splits,
        loaded,
        objective,
        run_dir,
        measured=composition.can("evaluation").measures and run_dir is not None,
        allow_leakage=settings.allow_leakage,
    )
    return Prepared(loaded, objective, splits, tables)


def load_model(model: Call, lora: Call, *, seed: int) -> Loaded:
    """Load the base and attach the trainable weights; LoRA weights are drawn from the seed."""
    import transformers

    quiet_transformers()
    loaded: Loaded = model()
    transformers.set_seed(seed)
    return loaded._replace(model=lora(loaded.model))


def quiet_transformers() -> None:
    """Keep Transformers' advice and progress bars off the terminal."""
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()


def tokenize(
    splits: Splits,
    loaded: Loaded,
    objective: Objective,
    run_dir: Path | None,
    *,
    measured: bool,
    allow_leakage: bool,
) -> Tables:
    """Pass the gates, tokenize, and write facts about the data to `data/`.

    Args:
        splits: the problems.
        loaded: has the tokenizer and the largest row length.
        objective: encodes problems as rows.
        run_dir: where to write the facts; None writes nothing.
        measured: whether accuracy will be measured, so that test problems need gold answers.
        allow_leakage: if held-out questions are in the training split, warn instead of failing.

    Raises:
        DataError: if a gate fails (see `mathpal.data.gates` and `mathpal.tokens.mask_gate`).
    """
    facts = None if run_dir is None else run_dir / "data"
    leakage_gate(splits, allow=allow_leakage, listed=facts and facts / "leakage.jsonl")
    if measured:
        gold_gate(splits.test)
    rows = partial(objective.encode, tokenizer=loaded.tokenizer, max_length=loaded.max_length)
    train = rows(splits.train, label="tokenizing training")
    validation = (
        rows(splits.validation, label="tokenizing validation") if splits.validation else None
    )
    sample = mask_sample(train, loaded.tokenizer)
    tables = Tables(train, validation, sample, data_lines(splits, train, validation))
    if facts is not None:
        files.write_json(facts / "mask_sample.json", tables.sample)
        summary = {
            "lines": tables.lines,
            "notes": splits.notes,
            MANY_TURNS: sum(has_many_turns(problem) for problem in splits.train),
        }
        files.write_json(facts / "summary.json", summary)
    return tables


def data_lines(splits: Splits, train: TokenTable, validation: TokenTable | None) -> list[str]:
    """Return facts about the data, one per line."""
    lengths, supervised = train.lengths, train.supervised
    middle = len(lengths) // 2
    lines = [
        f"{len(splits.train):,} training, {len(splits.validation):,} validation and "
        f"{len(splits.test):,} test problems",
        f"{int(lengths.sum()):,} training tokens, {100 * supervised.sum() / lengths.sum():.0f} % "
        f"of them supervised; median row {int(np.partition(lengths, middle)[middle])}, "
        f"longest {int(lengths.max())}",
    ]
    lines += [
        f"{table.dropped:,} {name} problems left out: longer than model.max_length"
        for name, table in (("training", train), ("validation", validation))
        if table is not None and table.dropped
    ]
    described = splits.notes.get("description")
    return [*lines, *(str(described).splitlines() if described else [])]


def described(prepared: Prepared, trainer: dict[str, Any]) -> str:
    """Describe the model, data and trainer, and show one row with its loss mask."""
    loaded, tables = prepared.loaded, prepared.tables
    weights, day = list(loaded.model.parameters()), fixed_day(loaded.tokenizer)
    total = sum(w.numel() for w in weights)
    trained = sum(w.numel() for w in weights if w.requires_grad)
    length = (
        f"{trainer['max_steps']} steps" if trainer["max_steps"] else f"{trainer['epochs']} epochs"
    )
    return "\n".join(
        [
            f"model    {loaded.name}: {total:,} weights, {trained:,} of them trained, "
            f"by {loaded.backend}",
            *(f"lora     {line}" for line in _placement(loaded.model)),
            *(f"data     {line}" for line in tables.lines),
            f"trainer  {length} of {trainer['batch_tokens']} × {trainer['accumulate']} "
            f"tokens, lr {trainer['lr']:g}",
            *([f"prompt   its date is {day} from here on"] if day else []),
            "mask     only the tokens between «…» count for the loss:",
            *(f"  | {line}" for line in marked(tables.sample).splitlines()),
        ]
    )


def _placement(model: Any) -> list[str]:
    """Say which layers have LoRA; nothing without LoRA."""
    from mathpal.models.lora import placement

    return placement(model) if hasattr(model, "peft_config") else []
