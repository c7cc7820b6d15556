"""What a training is given: runtime objects in one record, settings in a few frozen ones.

`fit` and `fit_trl` read these. Each setting's type, range, default and meaning stand here alone;
conf/trainer/*.yaml repeats the defaults so that Hydra knows the names, and a test holds the copies
equal. Imports nothing heavy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Gt, Interval, Len

from mathpal.models.loaded import Loaded

if TYPE_CHECKING:
    from mathpal.objectives.objective import Objective
    from mathpal.tokens.chat import TokenTable
    from mathpal.training.recording import Record

Rate = Annotated[float, Gt(0)]
Count = Annotated[int, Ge(1)]
Share = Annotated[float, Interval(ge=0, lt=1)]


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """The runtime objects of one training.

    Attributes:
        loaded: the model (with LoRA or whole) and its tokenizer.
        train: rows that the loss sees.
        validation: rows of `validation/loss`; None for none.
        objective: the loss that a step minimises, and the batches that it is computed on.
        record: called with (finished steps, named values).
        run_dir: run directory with `checkpoints/`; None to keep no checkpoint.
    """

    loaded: Loaded
    train: "TokenTable"
    validation: "TokenTable | None"
    objective: "Objective"
    record: "Record"
    run_dir: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimization:
    """How a gradient changes the weights.

    Attributes:
        lr: peak learning rate.
        optimizer: adamw (fused), adamw_8bit (on a GPU) or adafactor; see `optimizers.build`.
        lora_plus: LoRA's B matrices learn at this multiple of `lr`, 1 or more (LoRA+, arXiv
            2402.12354); null for the same rate.
        weight_decay: decoupled, on matrices.
        betas: AdamW's two decay rates.
        clip: largest global gradient norm; null for no clipping.
    """

    lr: Rate
    optimizer: Literal["adamw", "adamw_8bit", "adafactor"] = "adamw"
    lora_plus: Annotated[float, Ge(1)] | None = None
    weight_decay: Annotated[float, Ge(0)] = 0.0
    betas: Annotated[Sequence[Share], Len(2, 2)] = (0.9, 0.98)
    clip: Rate | None = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long training takes, and the learning rate over that time.

    Attributes:
        max_steps: optimizer steps; either this or `epochs`.
        epochs: passes over the training rows.
        warmup: share of the steps (below 1) or steps (1 and more) of linear warm-up.
        scheduler: the learning rate after the warm-up.
    """

    max_steps: Count | None = None
    epochs: Count | None = None
    warmup: Annotated[float, Ge(0)] = 0.05
    scheduler: Literal["cosine", "linear", "constant"] = "cosine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """Which rows make up a step.

    Attributes:
        batch_tokens: tokens of a micro-batch, padding included.
        accumulate: micro-batches of an optimizer step; the loss is the mean over the supervised
            tokens of all of them, so 1×8 equals 8×1.
        layout: packed puts all rows of a micro-batch into one, drawn at random; padded fills up
            rows of like length; auto is packed for a Gemma-3n that `mathpal.models` runs by its
            own forwards (faster, and more learnt from a token), padded for any other model.
        order: "given" trains on the rows in the data's own order, from easy to hard with
            data.order=easy_to_hard.
        workers: processes that prepare batches; 0 for none.
        seed: of the order of the rows and of dropout.
    """

    batch_tokens: Annotated[int, Ge(16)]
    accumulate: Count = 1
    layout: Literal["auto", "padded", "packed"] = "auto"
    order: Literal["shuffled", "given"] = "shuffled"
    workers: Annotated[int, Ge(0)] = 0
    seed: int = 42


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What computes, and in which precision.

    Attributes:
        precision: auto is bf16-mixed on a GPU and 32-true on a CPU.
        accelerator: auto takes a GPU where there is one.
        gradient_checkpointing: recompute activations (non-reentrant: the reentrant kind gives
            wrong gradients where layers share keys and values).
        devices: GPUs, or processes on a CPU, that train together, each with its own `accumulate`
            micro-batches of a step; the same as one with devices × accumulate.
        strategy: how they share the work: ddp, or fsdp, which divides the weights too (with
            lora=none); auto is ddp.
    """

    precision: Literal["auto", "32-true", "bf16-mixed"] = "auto"
    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    gradient_checkpointing: bool = False
    devices: Count = 1
    strategy: Literal["auto", "ddp", "fsdp"] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """What is measured while training runs.

    Attributes:
        evaluate_every: optimizer steps between validations; there is always one at the end, and
            null is for only that one.
        samples_every: optimizer steps between answers to four validation rows, written to
            `samples.jsonl`, the last ones at the end; null for none.
        record_every: optimizer steps between metric records.
        profile: torch writes a trace and a table of the operations of two early steps to
            `profile/`; the weights are the same with it.
    """

    evaluate_every: Count | None = 250
    samples_every: Count | None = None
    record_every: Count = 10
    profile: Literal["none", "torch"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpointing:
    """Which checkpoints are written and kept, and which weights training ends with.

    Attributes:
        checkpoint_every: optimizer steps between checkpoints; null for only the last and the
            best.
        keep_last: number of newest checkpoints that are kept, beside the best.
        best: metric that decides which step is the best; lower is better for a loss, else higher.
        patience: validations without a better value of `best` before training ends; null for
            no early end.
        finish_with: the weights that are evaluated and exported: of the last step, or the best.
    """

    checkpoint_every: Count | None = 100
    keep_last: Count = 2
    best: str = "validation/loss"
    patience: Count | None = None
    finish_with: Literal["last", "best"] = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarding:
    """Which steps are not applied.

    Attributes:
        spike: a step whose loss is this many nats above the median of the last 50 is not
            applied; null for no limit. A step that is not finite is never applied.
        max_skips: steps within 100 that may be skipped; the next one rolls back to the last
            checkpoint, and when that does not help training stops.
    """

    spike: Rate | None = 3.0
    max_skips: Annotated[int, Ge(0)] = 3
