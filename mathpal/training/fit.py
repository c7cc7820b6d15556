"""`fit`: train the weights that require a gradient, with Lightning.

The facade that `conf/trainer/*.yaml` names; Lightning and torch are imported inside.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mathpal.settings.flat import flat
from mathpal.training.job import (
    Batching,
    Checkpointing,
    Guarding,
    Hardware,
    Measuring,
    Optimization,
    Schedule,
    TrainingJob,
)

if TYPE_CHECKING:
    import torch

    from mathpal.training.callbacks import Callbacks


class FitResult(NamedTuple):
    """What training leaves besides the weights.

    Attributes:
        steps: optimizer steps done.
        metrics: final values, named as in metrics.jsonl.
        precision: what was computed in.
        device: where.
        notes: other facts of the training, e.g. that the micro-batches were halved.
        whole_weights: the checkpoint with the whole weights, where the model's own are divided
            among several processes.
        pruned: whether training ended early because the study stopped the run.
    """

    steps: int
    metrics: dict[str, float]
    precision: str
    device: str
    notes: tuple[str, ...] = ()
    whole_weights: Path | None = None
    pruned: bool = False


@flat()
def fit(
    job: TrainingJob,
    *,
    optimization: Optimization,
    schedule: Schedule,
    batching: Batching,
    hardware: Hardware,
    measuring: Measuring,
    checkpointing: Checkpointing,
    guarding: Guarding,
) -> FitResult:
    """Train in place; where the run directory holds a checkpoint, resume from it.

    Training ends at the next step when a file `prune` appears in the run directory.

    Raises:
        ConfigError: when not exactly one of max_steps and epochs is given, or a setting needs
            what is not there: a GPU, LoRA, validation rows, a directory, a package.
        DataError: when steps cannot be applied, or a checkpoint cannot be written or read.
    """
    from mathpal.models.backends import enable_checkpointing, set_mode
    from mathpal.tokens.windows import Plan
    from mathpal.training import engine, settling
    from mathpal.training.callbacks import callbacks
    from mathpal.training.guard import Guard
    from mathpal.training.module import TuningModule
    from mathpal.training.module import schedule as learning_rate
    from mathpal.training.optimizers import build

    settling.require_one_length(schedule.max_steps, schedule.epochs)
    if checkpointing.patience or checkpointing.finish_with == "best":
        settling.require_measured(checkpointing.best, validated=job.validation is not None)
    model, tokenizer = job.loaded.model, job.loaded.tokenizer
    gpu = settling.uses_gpu(hardware.accelerator)
    precision = settling.settled_precision(hardware.precision, gpu=gpu)
    if hardware.gradient_checkpointing:
        enable_checkpointing(model)
    plan = Plan(
        batching.batch_tokens,
        batching.accumulate * hardware.devices,
        batching.seed,
        batching.order,
        settling.settled_layout(batching.layout, model, hardware.strategy),
    )
    batches = job.objective.training_batches(
        job.train,
        plan,
        steps=schedule.max_steps,
        epochs=schedule.epochs or 0,
        pad=tokenizer.pad_token_id,
    )
    module = TuningModule(
        model,
        job.objective,
        partial(build, optimization, gpu=gpu),
        factor=learning_rate(schedule.scheduler, steps=batches.steps, warmup=schedule.warmup),
        clip=optimization.clip,
        guard=Guard(spike=guarding.spike, max_skips=guarding.max_skips),
        seed=batching.seed,
    )
    watching = callbacks(
        job, batches, measuring, checkpointing, flops_per_token=engine.flops_per_token(model)
    )
    notes = engine.run(
        module,
        batches,
        watching.in_order,
        workers=batching.workers,
        devices=hardware.devices,
        strategy=hardware.strategy,
        accelerator="gpu" if gpu else "cpu",
        precision=precision,
        deterministic=not gpu,
    )
    pruned = watching.saver.pruned
    if checkpointing.finish_with == "best" and not pruned:
        watching.saver.take_best(module)
    set_mode(model, training=False)
    whole = None
    if job.run_dir and hardware.strategy == "fsdp":
        whole = job.run_dir / "checkpoints" / checkpointing.finish_with
    return FitResult(
        module.step,
        _final(watching, module.device, precision),
        precision,
        str(module.device),
        notes,
        whole,
        pruned,
    )


def _final(watching: "Callbacks", device: "torch.device", precision: str) -> dict[str, float]:
    """The values that the run's outcome names."""
    from mathpal.training.recording import memory
    from mathpal.training.throughput import utilisation

    metrics = watching.recorder.totals() | memory(device)
    if "validation/loss" in watching.best.latest:
        metrics["validation/loss"] = watching.best.latest["validation/loss"]
    if "train/tflops" in metrics:
        metrics |= utilisation(metrics["train/tflops"], device, precision)
    return metrics
