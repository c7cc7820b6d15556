"""The input of a training: one record of runtime objects, and frozen records of settings.

`fit` and `fit_trl` take these. Each setting's type, range, default and meaning are defined only
here. conf/trainer/*.yaml repeats the defaults so that Hydra knows the names, and a test compares
both. Imports nothing heavy.
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
        train: training rows.
        validation: rows of `validation/loss`; None for none.
        objective: the loss that a step minimises, and its batches.
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
        weight_decay: decoupled weight decay, on matrices only.
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
        max_steps: optimizer steps; give either this or `epochs`.
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
        layout: packed joins rows, drawn at random, into one sequence per micro-batch; padded fills
            up rows of similar length; auto is packed for a Gemma-3n that `mathpal.models` runs by
            its own forward passes (faster, and more is learnt from each token), and padded for
            any other model and with strategy=fsdp.
        order: given trains on the rows in the data's own order, which is from easy to hard with
            data.order=easy_to_hard; shuffled draws them at random.
        workers: processes that prepare batches; 0 for none.
        seed: seed of the row order and of dropout.
    """

    batch_tokens: Annotated[int, Ge(16)]
    accumulate: Count = 1
    layout: Literal["auto", "padded", "packed"] = "auto"
    order: Literal["shuffled", "given"] = "shuffled"
    workers: Annotated[int, Ge(0)] = 0
    seed: int = 42


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """The devices that train, and the precision.

    Attributes:
        precision: auto is bf16-mixed on a GPU and 32-true on a CPU.
        accelerator: auto uses a GPU if there is one.
        gradient_checkpointing: recompute activations to save memory (non-reentrant, because the
            reentrant kind gives wrong gradients if layers share keys and values).
        devices: GPUs, or processes on a CPU, that train together. Each computes `accumulate`
            micro-batches of a step; the result is that of one device with devices × accumulate.
        strategy: how several devices share the work: ddp, or fsdp, which also divides the weights
            (only with lora=none); auto is ddp.
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
        evaluate_every: optimizer steps between validations. There is always one at the end; null
            for only that one.
        samples_every: optimizer steps between sample answers to four validation rows, which are
            written to `samples.jsonl`; there are always some at the end; null for none at all.
        record_every: optimizer steps between metric records.
        profile: torch writes a trace and a table of the operations of two early steps to
            `profile/`; the trained weights stay the same.
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
        keep_last: number of newest checkpoints that are kept, in addition to the best.
        best: metric that decides which step is the best; lower is better for a loss, else higher.
        patience: measurements in a row that may bring no better value of `best`; one more ends
            training; null for no early end.
        finish_with: the step whose weights are evaluated and exported: the last or the best.
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
            applied; null for no limit. A step whose loss or gradient is not finite is never
            applied.
        max_skips: bad steps within 100 that are only skipped. One more restores the last
            checkpoint from before them; if that has happened before, training stops.
    """

    spike: Rate | None = 3.0
    max_skips: Annotated[int, Ge(0)] = 3
