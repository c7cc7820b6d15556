"""`fit_trl`: the same training by TRL's SFTTrainer, as a reference for MathPal's own engine.

The facade that `conf/trainer/trl.yaml` names; TRL and torch are imported inside.
"""

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Len

from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded
from mathpal.record.trials import told_to_stop
from mathpal.training.fit import Count, FitResult, Rate, Share

if TYPE_CHECKING:
    from mathpal.objectives.sft import Objective
    from mathpal.tokens.chat import TokenTable
    from mathpal.training.recording import Record


def fit_trl(
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
    optimizer: Literal["adamw", "adamw_8bit", "adafactor"] = "adamw",
    weight_decay: Annotated[float, Ge(0)] = 0.0,
    betas: Annotated[list[Share], Len(2, 2)] = [0.9, 0.999],  # noqa: B006 - never written to
    clip: Rate | None = 1.0,
    precision: Literal["auto", "32-true", "bf16-mixed"] = "auto",
    gradient_checkpointing: bool = False,
    evaluate_every: Count | None = None,
    record_every: Count = 10,
    order: Literal["shuffled", "given"] = "shuffled",
    seed: int = 42,
) -> FitResult:
    """Train in place by TRL's loop and loss, on the micro-batches that `fit` would train on.

    It is there to compare with: micro-batches, response-only labels, dropout's random numbers,
    optimizer and schedule are those of `fit`, so that the losses of both can be laid side by side.
    It keeps no checkpoints: a run that was stopped cannot be gone on with. It has no guard either;
    a step that is not finite ends the run. One GPU; on a CPU TRL's loss has no kernel.

    Args:
        loaded: the model (with LoRA or whole) and its tokenizer.
        train: rows the loss sees.
        validation: rows of `validation/loss`; None for none.
        objective: gives the validation loss; the training loss is TRL's.
        record: called with (finished steps, named values).
        run_dir: of the run.
        lr: peak learning rate.
        max_steps: optimizer steps; either this or `epochs`.
        epochs: passes over the training rows.
        batch_tokens: padded tokens of a micro-batch.
        accumulate: micro-batches an optimizer step.
        warmup: share of the steps (below 1) or steps (1 and more) of linear warm-up.
        scheduler: the learning rate after it.
        optimizer: adamw (fused), adamw_8bit or adafactor; see `optimizers.build`.
        weight_decay: decoupled, on matrices.
        betas: AdamW's two decay rates.
        clip: largest global gradient norm; null for no clipping.
        precision: auto is bf16-mixed on a GPU.
        gradient_checkpointing: recompute activations (non-reentrant).
        evaluate_every: optimizer steps between validations; there is one at the end in any case.
        record_every: optimizer steps between metric records.
        order: "given" trains on the rows in the data's own order.
        seed: of the order of the rows and of dropout.

    Raises:
        ConfigError: when TRL is not installed or cannot train here, or the run has begun before.
        DataError: when a step is not finite.
    """
    from mathpal.models.backends import set_mode
    from mathpal.tokens.batches import TrainingBatches, ValidationBatches
    from mathpal.tokens.windows import Plan
    from mathpal.training import settling
    from mathpal.training.module import schedule
    from mathpal.training.optimizers import build

    settling.require_one_length(max_steps, epochs)
    gpu = settling.uses_gpu("auto")
    _require_trl(loaded, gpu)
    _require_fresh(run_dir)
    from transformers.trainer_callback import PrinterCallback
    from trl import SFTTrainer

    from mathpal.training.driving import Follower, driven, validation_loss

    computed_in = settling.settled_precision(precision, gpu=gpu)
    plan, pad = Plan(batch_tokens, accumulate, seed, order), loaded.tokenizer.pad_token_id
    batches = TrainingBatches(train, plan, steps=max_steps, epochs=epochs or 0, pad=pad)
    validate = None
    mixed = computed_in == "bf16-mixed"
    if validation is not None:
        checks = ValidationBatches(validation, batch_tokens=batch_tokens, pad=pad)
        validate = partial(validation_loss, objective=objective, batches=checks, mixed=mixed)
    factor = schedule(scheduler, steps=batches.steps, warmup=warmup)
    making = partial(
        build, optimizer, lr=lr, weight_decay=weight_decay, betas=(betas[0], betas[1]), gpu=gpu
    )
    follower = Follower(
        record,
        batches,
        lr=lr,
        factor=factor,
        validate=validate,
        evaluate_every=evaluate_every,
        unwanted=partial(told_to_stop, run_dir) if run_dir else lambda: False,
    )
    with tempfile.TemporaryDirectory() as scratch:
        trainer = driven(SFTTrainer, batches, making, factor, seed)(
            model=loaded.model,
            args=_arguments(
                scratch,
                max_steps=batches.steps,
                gradient_accumulation_steps=accumulate,
                max_grad_norm=clip or 0.0,
                logging_steps=record_every,
                bf16=mixed,
                use_cpu=not gpu,
                seed=seed,
                gradient_checkpointing=gradient_checkpointing,
            ),
            train_dataset=_formality(train),
            processing_class=loaded.tokenizer,
            callbacks=[follower],
        )
        trainer.remove_callback(PrinterCallback)  # standard output is for the run's directory
        for weight in loaded.model.parameters():
            # TRL turns LoRA around a quantized model to bf16, which swallows small updates.
            if weight.requires_grad and weight.dtype.itemsize < 4:
                weight.data = weight.data.float()
        set_mode(loaded.model, training=True)
        trainer.train()
    set_mode(loaded.model, training=False)
    device = str(loaded.model.device)
    steps, notes = trainer.state.global_step, ("trained by TRL",)
    return FitResult(steps, follower.latest, computed_in, device, notes, pruned=follower.pruned)


def _require_trl(loaded: Loaded, gpu: bool) -> None:
    from importlib.util import find_spec

    from mathpal.models.backends import is_unsloth

    if find_spec("trl") is None:
        raise ConfigError("trainer=trl needs TRL: pip install 'mathpal[gpu]', or trainer=default")
    # Unsloth puts a loss of its own in the place of TRL's kernel where there is no GPU.
    if not gpu and not is_unsloth(loaded.model):
        raise ConfigError(
            "trainer=trl needs a CUDA GPU, and this machine shows none: TRL's loss is a Triton "
            "kernel; use trainer=default, which trains the same on a CPU"
        )


def _require_fresh(run_dir: Path | None) -> None:
    """Without checkpoints there is nothing to go on from, and the record would begin twice."""
    if run_dir is None:
        return
    recorded = run_dir / "metrics.jsonl"
    if recorded.is_file() and recorded.stat().st_size:
        raise ConfigError(
            f"{run_dir} has begun before, and trainer=trl cannot go on with a run: it keeps no "
            "checkpoints; start it anew in another directory, or use trainer=default"
        )


def _arguments(folder: str, **settings: Any) -> Any:
    """TRL's settings with all that MathPal does itself turned off."""
    from trl import SFTConfig

    return SFTConfig(
        output_dir=folder,
        per_device_train_batch_size=1,  # of what the loader gives: a whole micro-batch
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        gradient_checkpointing_kwargs={"use_reentrant": False},
        logging_strategy="steps",
        logging_nan_inf_filter=False,  # else a loss that is not finite is left out of the mean
        save_strategy="no",
        eval_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        **settings,
    )


def _formality(table: "TokenTable") -> Any:
    """TRL asks for a data set of its kind; the batches come from the loader."""
    from datasets import Dataset

    end = int(table.starts[1])
    ids, seen = table.ids[:end].tolist(), table.supervised[:end].tolist()
    labels = [token if one else -100 for token, one in zip(ids, seen, strict=True)]
    return Dataset.from_dict({"input_ids": [ids], "labels": [labels]})
