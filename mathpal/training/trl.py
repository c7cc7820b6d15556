"""`fit_trl`: the same training by TRL's SFTTrainer, as a reference for MathPal's own engine.

The facade that `conf/trainer/trl.yaml` names; TRL and torch are imported inside.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mathpal.errors import ConfigError
from mathpal.models.loaded import Loaded
from mathpal.record.trials import told_to_stop
from mathpal.settings.capabilities import declares
from mathpal.settings.flat import flat
from mathpal.training.fit import FitResult
from mathpal.training.job import (
    Batching,
    Hardware,
    Measuring,
    Optimization,
    Schedule,
    TrainingJob,
)

if TYPE_CHECKING:
    from mathpal.tokens.chat import TokenTable
    from mathpal.tokens.windows import Plan
    from mathpal.training.driving import Follower

# Settings of `fit` that TRL's loop has no counterpart for.
_ABSENT = (
    "lora_plus", "layout", "workers", "accelerator", "devices", "strategy", "samples_every",
    "profile",
)  # fmt: skip


@declares(own_loss=True)
@flat(without=_ABSENT)
def fit_trl(
    job: TrainingJob,
    *,
    optimization: Optimization,
    schedule: Schedule,
    batching: Batching,
    hardware: Hardware,
    measuring: Measuring,
) -> FitResult:
    """Train in place by TRL's loop and loss, on the micro-batches that `fit` would train on.

    It is a reference to compare with: micro-batches, response-only labels, dropout's random
    numbers, optimizer and schedule are those of `fit`, so that the losses of both can be compared
    step by step. The training loss is TRL's; the job's objective gives the validation loss. It
    keeps no checkpoints, so a stopped run cannot be resumed. It has no guard either: a step that
    is not finite ends the run. It trains on one GPU; TRL's loss has no kernel for a CPU.

    Raises:
        ConfigError: when TRL is not installed or cannot train here, or the run has already begun.
        DataError: when a step is not finite.
    """
    from mathpal.models.backends import set_mode
    from mathpal.tokens.windows import Plan
    from mathpal.training import settling
    from mathpal.training.module import schedule as learning_rate
    from mathpal.training.optimizers import build

    settling.require_one_length(schedule.max_steps, schedule.epochs)
    gpu = settling.uses_gpu("auto")
    model, tokenizer = job.loaded.model, job.loaded.tokenizer
    _require_trl(job.loaded, gpu)
    _require_fresh(job.run_dir)
    from transformers.trainer_callback import PrinterCallback
    from trl import SFTTrainer

    from mathpal.training.driving import driven

    precision = settling.settled_precision(hardware.precision, gpu=gpu)
    mixed, pad = precision == "bf16-mixed", tokenizer.pad_token_id
    plan = Plan(batching.batch_tokens, batching.accumulate, batching.seed, batching.order)
    batches: Any = job.objective.training_batches(
        job.train, plan, steps=schedule.max_steps, epochs=schedule.epochs or 0, pad=pad
    )
    factor = learning_rate(schedule.scheduler, steps=batches.steps, warmup=schedule.warmup)
    every = measuring.evaluate_every
    follower = _follower(job, batches, factor, optimization.lr, every=every, mixed=mixed)
    build_optimizer = partial(build, optimization, gpu=gpu)
    with tempfile.TemporaryDirectory() as scratch:
        trainer = driven(SFTTrainer, batches, build_optimizer, factor, batching.seed)(
            model=model,
            args=_arguments(
                scratch,
                plan,
                measuring,
                steps=batches.steps,
                clip=optimization.clip,
                checkpointing=hardware.gradient_checkpointing,
                mixed=mixed,
                gpu=gpu,
            ),
            train_dataset=_placeholder(job.train),
            processing_class=tokenizer,
            callbacks=[follower],
        )
        trainer.remove_callback(PrinterCallback)  # standard output is for the run directory's path
        _widen_trained(model)
        set_mode(model, training=True)
        trainer.train()
    set_mode(model, training=False)
    steps, notes = trainer.state.global_step, ("trained by TRL",)
    return FitResult(
        steps, follower.latest, precision, str(model.device), notes, pruned=follower.pruned
    )


def _require_trl(loaded: Loaded, gpu: bool) -> None:
    from importlib.util import find_spec

    from mathpal.models.backends import is_unsloth

    if find_spec("trl") is None:
        raise ConfigError("trainer=trl needs TRL: pip install 'mathpal[gpu]', or trainer=default")
    # Without a GPU, Unsloth replaces TRL's kernel by a loss of its own.
    if not gpu and not is_unsloth(loaded.model):
        raise ConfigError(
            "trainer=trl needs a CUDA GPU, and this machine shows none: TRL's loss is a Triton "
            "kernel; use trainer=default, which trains the same on a CPU"
        )


def _require_fresh(run_dir: Path | None) -> None:
    """Raise if the run has begun: without checkpoints it cannot be resumed."""
    if run_dir is None:
        return
    recorded = run_dir / "metrics.jsonl"
    if recorded.is_file() and recorded.stat().st_size:
        raise ConfigError(
            f"{run_dir} has already begun, and trainer=trl cannot resume a run: it keeps no "
            "checkpoints; start again in another directory, or use trainer=default"
        )


def _follower(
    job: TrainingJob,
    batches: Any,
    factor: Callable[[int], float],
    lr: float,
    *,
    every: int | None,
    mixed: bool,
) -> "Follower":
    """Return the callback that records, and validates if there are validation rows."""
    from mathpal.training.driving import Follower, validation_loss

    validate = None
    if job.validation is not None:
        checks: Any = job.objective.validation_batches(
            job.validation, batch_tokens=batches.plan.batch_tokens, pad=batches.pad
        )
        validate = partial(validation_loss, objective=job.objective, batches=checks, mixed=mixed)
    return Follower(
        job.record,
        batches,
        lr=lr,
        factor=factor,
        validate=validate,
        evaluate_every=every,
        unwanted=partial(told_to_stop, job.run_dir) if job.run_dir else lambda: False,
    )


def _widen_trained(model: Any) -> None:
    """Cast trained weights to fp32.

    TRL casts LoRA around a quantized model to bf16, which loses small updates.
    """
    for weight in model.parameters():
        if weight.requires_grad and weight.dtype.itemsize < 4:
            weight.data = weight.data.float()


def _arguments(
    folder: str,
    plan: "Plan",
    measuring: Measuring,
    *,
    steps: int,
    clip: float | None,
    checkpointing: bool,
    mixed: bool,
    gpu: bool,
) -> Any:
    """Return TRL's settings, with everything off that MathPal does itself."""
    from trl import SFTConfig

    return SFTConfig(
        output_dir=folder,
        per_device_train_batch_size=1,  # item of the loader, which is a whole micro-batch
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        gradient_checkpointing_kwargs={"use_reentrant": False},
        logging_strategy="steps",
        logging_nan_inf_filter=False,  # else the mean omits losses that are not finite
        save_strategy="no",
        eval_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        max_steps=steps,
        gradient_accumulation_steps=plan.accumulate,
        max_grad_norm=clip or 0.0,
        logging_steps=measuring.record_every,
        bf16=mixed,
        use_cpu=not gpu,
        seed=plan.seed % 2**32,  # NumPy takes no more; the steps draw from the whole seed
        gradient_checkpointing=checkpointing,
    )


def _placeholder(table: "TokenTable") -> Any:
    """Return a data set of one row, since TRL requires one; the batches come from the loader."""
    from datasets import Dataset

    end = int(table.starts[1])
    ids, seen = table.ids[:end].tolist(), table.supervised[:end].tolist()
    labels = [token if one else -100 for token, one in zip(ids, seen, strict=True)]
    return Dataset.from_dict({"input_ids": [ids], "labels": [labels]})
