"""`fit`: train the weights that require a gradient, with Lightning.

The facade that `conf/trainer/*.yaml` names; Lightning and torch are imported inside.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from annotated_types import Ge, Gt, Interval, Len

from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded

if TYPE_CHECKING:
    from mathpal.data.chat import TokenTable
    from mathpal.objectives.sft import Objective
    from mathpal.training.recording import Record

Rate = Annotated[float, Gt(0)]
Count = Annotated[int, Ge(1)]
Share = Annotated[float, Interval(ge=0, lt=1)]


class FitResult(NamedTuple):
    """What training leaves besides the weights.

    Attributes:
        steps: optimizer steps done.
        metrics: final values, named as in metrics.jsonl.
        precision: what was computed in.
        device: where.
        notes: what else is to be known, e.g. that the micro-batches were halved.
    """

    steps: int
    metrics: dict[str, float]
    precision: str
    device: str
    notes: tuple[str, ...] = ()


def fit(
    loaded: Loaded,
    train: "TokenTable",
    validation: "TokenTable | None",
    objective: "Objective",
    record: "Record",
    run_dir: Path | None,
    *,
    lr: Rate,
    max_steps: Count | None = None,
    epochs: Count | None = None,
    batch_tokens: Annotated[int, Ge(16)],
    accumulate: Count = 1,
    warmup: Annotated[float, Ge(0)] = 0.05,
    scheduler: Literal["cosine", "linear", "constant"] = "cosine",
    optimizer: Literal["adamw"] = "adamw",
    weight_decay: Annotated[float, Ge(0)] = 0.0,
    betas: Annotated[list[Share], Len(2, 2)] = [0.9, 0.999],  # noqa: B006 - never written to
    clip: Rate | None = 1.0,
    precision: Literal["auto", "32-true", "bf16-mixed"] = "auto",
    accelerator: Literal["auto", "cpu", "gpu"] = "auto",
    gradient_checkpointing: bool = False,
    layout: Literal["padded", "packed"] = "padded",
    workers: Annotated[int, Ge(0)] = 0,
    evaluate_every: Count | None = None,
    record_every: Count = 10,
    checkpoint_every: Count | None = None,
    keep_last: Count = 2,
    best: str = "validation/loss",
    patience: Count | None = None,
    finish_with: Literal["last", "best"] = "last",
    spike: Rate | None = 3.0,
    max_skips: Annotated[int, Ge(0)] = 3,
    order: Literal["shuffled", "given"] = "shuffled",
    seed: int = 42,
) -> FitResult:
    """Train in place; where the run's directory holds a checkpoint, go on from it.

    Args:
        loaded: the model (with LoRA or whole) and its tokenizer.
        train: rows the loss sees.
        validation: rows of `validation/loss`; None for none.
        objective: what a step minimises.
        record: called with (finished steps, named values).
        run_dir: where `checkpoints/` lies; None to keep none.
        lr: peak learning rate.
        max_steps: optimizer steps; either this or `epochs`.
        epochs: passes over the training rows.
        batch_tokens: padded tokens of a micro-batch.
        accumulate: micro-batches an optimizer step; the loss is the mean over the supervised
            tokens of all of them, so 1×8 equals 8×1.
        warmup: share of the steps (below 1) or steps (1 and more) of linear warm-up.
        scheduler: the learning rate after it.
        optimizer: adamw is fused where there is a fused one.
        weight_decay: decoupled, on matrices.
        betas: AdamW's two decay rates.
        clip: largest global gradient norm; null for no clipping.
        precision: auto is bf16-mixed on a GPU and 32-true on a CPU.
        accelerator: auto takes a GPU where there is one.
        gradient_checkpointing: recompute activations (non-reentrant: the reentrant kind gives
            wrong gradients where layers share keys and values).
        layout: padded rows, or all rows of a micro-batch packed into one.
        workers: processes that prepare batches; 0 for none.
        evaluate_every: optimizer steps between validations; there is one at the end in any
            case, null is for only that.
        record_every: optimizer steps between metric records.
        checkpoint_every: optimizer steps between checkpoints; null for only the last and the
            best.
        keep_last: so many of the newest checkpoints stay, and the best.
        best: metric that tells the best step; lower is better for a loss, else higher.
        patience: validations without a better value of `best` before training ends; null for
            no end before its time.
        finish_with: the weights that are evaluated and exported: of the last step, or the best.
        spike: a step whose loss is so many nats above the median of the last 50 is not
            applied; null for no limit. One that is not finite never is.
        max_skips: steps within 100 that may go unapplied; the next one rolls back to the last
            checkpoint, and when that does not help training stops.
        order: "given" trains on the rows in the data's own order, from easy to hard with
            data.order=easy_to_hard.
        seed: of the order of the rows and of dropout.

    Raises:
        ConfigError: when not exactly one of max_steps and epochs is given, or a GPU is asked
            for that is not there.
        DataError: when steps cannot be applied, or a checkpoint cannot be written or read.
    """
    import lightning
    import torch

    from mathpal.data.batches import TrainingBatches, ValidationBatches
    from mathpal.data.windows import Plan
    from mathpal.training import engine
    from mathpal.training.guard import Guard
    from mathpal.training.module import TuningModule, schedule
    from mathpal.training.optimizers import build
    from mathpal.training.recording import Recorder, memory
    from mathpal.training.saving import Saver
    from mathpal.training.state import trained
    from mathpal.training.validating import Best, Validator

    if (max_steps is None) == (epochs is None):
        raise ConfigError("give exactly one of trainer.max_steps and trainer.epochs")
    gpu = torch.cuda.is_available() and accelerator != "cpu"
    if accelerator == "gpu" and not gpu:
        raise ConfigError("trainer.accelerator=gpu, but torch sees no GPU; use auto or cpu")
    if (
        (patience or finish_with == "best")
        and best.startswith("validation/")
        and validation is None
    ):
        raise ConfigError(
            f"trainer.best={best} is asked to decide, but there are no validation rows; set "
            "trainer.patience=null trainer.finish_with=last, or give the data a validation split"
        )
    if precision == "auto":
        precision = "bf16-mixed" if gpu else "32-true"
    if gradient_checkpointing:
        loaded.model.gradient_checkpointing_enable({"use_reentrant": False})
    pad = loaded.tokenizer.pad_token_id
    batches = TrainingBatches(
        train,
        Plan(batch_tokens, accumulate, seed, order),
        steps=max_steps,
        epochs=epochs or 0,
        pad=pad,
        layout=layout,
    )
    steps = batches.steps
    weights = trained(loaded.model)
    module = TuningModule(
        loaded.model,
        objective,
        build(optimizer, weights, lr=lr, weight_decay=weight_decay, betas=(betas[0], betas[1])),
        factor=schedule(scheduler, steps=steps, warmup=warmup),
        clip=clip,
        guard=Guard(spike=spike, max_skips=max_skips),
        seed=seed,
    )
    followed = Best(best, patience)

    def note(step: int, values: dict[str, float]) -> None:
        record(step, values)
        followed.note(step, values)

    recorder = Recorder(
        note, every=record_every, steps=steps, flops_per_token=engine.flops_per_token(loaded.model)
    )
    saver = Saver(
        run_dir / "checkpoints" if run_dir else None,
        recorder,
        followed,
        every=checkpoint_every,
        keep_last=keep_last,
        steps=steps,
        rows=batches.rows,
    )
    callbacks: list[lightning.Callback] = [recorder, saver]
    if validation is not None:
        checks = ValidationBatches(validation, batch_tokens=batch_tokens, pad=pad)
        every = min(evaluate_every or steps, steps)
        callbacks.insert(1, Validator(note, checks, every=every, steps=steps))
    notes = engine.run(
        module,
        batches,
        callbacks,
        workers=workers,
        accelerator="gpu" if gpu else "cpu",
        precision=precision,
        deterministic=not gpu,
    )
    if finish_with == "best":
        saver.take_best(module)
    loaded.model.eval()
    metrics = recorder.totals() | memory(module.device)
    if "validation/loss" in followed.latest:
        metrics["validation/loss"] = followed.latest["validation/loss"]
    return FitResult(module.step, metrics, precision, str(module.device), notes)
