"""`fit`: train the weights that require a gradient, with Lightning.

The facade that `conf/trainer/*.yaml` names; Lightning and torch are imported inside.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

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
    """

    steps: int
    metrics: dict[str, float]
    precision: str
    device: str


def fit(
    loaded: Loaded,
    train: "TokenTable",
    validation: "TokenTable | None",
    objective: "Objective",
    record: "Record",
    *,
    lr: Rate,
    max_steps: Count | None = None,
    epochs: Count | None = None,
    batch_tokens: Annotated[int, Ge(16)],
    accumulate: Count = 1,
    warmup: Annotated[float, Ge(0)] = 0.05,
    scheduler: Literal["cosine", "linear", "constant"] = "cosine",
    weight_decay: Annotated[float, Ge(0)] = 0.0,
    betas: Annotated[list[Share], Len(2, 2)] = [0.9, 0.999],  # noqa: B006 - never written to
    clip: Rate | None = 1.0,
    precision: Literal["auto", "32-true", "bf16-mixed"] = "auto",
    accelerator: Literal["auto", "cpu", "gpu"] = "auto",
    gradient_checkpointing: bool = False,
    evaluate_every: Count | None = None,
    record_every: Count = 10,
    order: Literal["shuffled", "given"] = "shuffled",
    seed: int = 42,
) -> FitResult:
    """Train in place.

    Args:
        loaded: the model (with LoRA or whole) and its tokenizer.
        train: rows the loss sees.
        validation: rows of `validation/loss`; None for none.
        objective: what a step minimises.
        record: called with (finished steps, named values).
        lr: peak learning rate of AdamW.
        max_steps: optimizer steps; either this or `epochs`.
        epochs: passes over the training rows.
        batch_tokens: padded tokens of a micro-batch.
        accumulate: micro-batches an optimizer step; the loss is the mean over the supervised
            tokens of all of them, so 1×8 equals 8×1.
        warmup: share of the steps (below 1) or steps (1 and more) of linear warm-up.
        scheduler: the learning rate after it.
        weight_decay: decoupled, on matrices.
        betas: AdamW's two decay rates.
        clip: largest global gradient norm; null for no clipping.
        precision: auto is bf16-mixed on a GPU and 32-true on a CPU.
        accelerator: auto takes a GPU where there is one.
        gradient_checkpointing: recompute activations (non-reentrant: the reentrant kind gives
            wrong gradients where layers share keys and values).
        evaluate_every: optimizer steps between validations; there is one at the end in any
            case, null is for only that.
        record_every: optimizer steps between metric records.
        order: "given" trains on the rows in the data's own order, from easy to hard with
            data.order=easy_to_hard.
        seed: of the order of the rows and of dropout.

    Raises:
        ConfigError: when not exactly one of max_steps and epochs is given, or a GPU is asked
            for that is not there.
    """
    import lightning
    import torch

    from mathpal.data.batches import Plan, TrainingBatches, ValidationBatches
    from mathpal.training.module import TuningModule, schedule
    from mathpal.training.recording import Recorder

    if (max_steps is None) == (epochs is None):
        raise ConfigError("give exactly one of trainer.max_steps and trainer.epochs")
    gpu = torch.cuda.is_available() and accelerator != "cpu"
    if accelerator == "gpu" and not gpu:
        raise ConfigError("trainer.accelerator=gpu, but torch sees no GPU; use auto or cpu")
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
    )
    module = TuningModule(
        loaded.model,
        objective,
        lr=lr,
        factor=schedule(scheduler, steps=batches.steps, warmup=warmup),
        weight_decay=weight_decay,
        betas=(betas[0], betas[1]),
        clip=clip,
    )
    recorder = Recorder(record, every=record_every, steps=batches.steps)
    every = min(evaluate_every or batches.steps, batches.steps)
    checks = (
        None
        if validation is None
        else ValidationBatches(validation, batch_tokens=batch_tokens, pad=pad)
    )
    lightning.seed_everything(seed, verbose=False)
    trainer = _trainer(
        accelerator="gpu" if gpu else "cpu",
        precision=precision,
        max_steps=batches.steps,
        accumulate_grad_batches=accumulate,
        val_check_interval=every * accumulate,
        callbacks=[recorder],
        deterministic=not gpu,
    )
    loaded.model.train()
    try:
        trainer.fit(module, batches, checks)
        if checks and batches.steps % every:  # the last step fell between two validations
            trainer.validate(module, checks, verbose=False)
    except SystemExit:
        if trainer.interrupted:  # Lightning turns Ctrl-C into exit code 1
            raise KeyboardInterrupt from None
        raise
    loaded.model.eval()
    metrics = recorder.totals()
    if "validation/loss" in trainer.callback_metrics:
        metrics["validation/loss"] = float(trainer.callback_metrics["validation/loss"])
    return FitResult(trainer.global_step, metrics, precision, str(module.device))


def _trainer(**settings: Any) -> Any:
    """A Lightning trainer that writes nothing: the run directory's own files are the record."""
    import lightning

    _quiet_lightning()
    return lightning.Trainer(
        devices=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        **settings,
    )


def _quiet_lightning() -> None:
    """Keep Lightning's advertisements and its own libraries' deprecations off the terminal."""
    import logging
    import warnings

    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    for message in (
        ".*LeafSpec.*",
        ".*does not have many workers.*",
        ".*GPU available but not.*",
        ".*have no `val_dataloader`.*",  # a run without validation rows has none on purpose
    ):
        warnings.filterwarnings("ignore", message=message)
