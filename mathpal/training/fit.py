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

    from mathpal.objectives.objective import Batches
    from mathpal.training.callbacks import Callbacks
    from mathpal.training.module import TuningModule


class FitResult(NamedTuple):
    """The result of a training, besides the weights.

    Attributes:
        steps: optimizer steps done.
        metrics: final values, named as in metrics.jsonl.
        precision: precision of the computation, e.g. bf16-mixed.
        device: the device that trained.
        notes: other facts of the training, e.g. that the micro-batches were halved.
        whole_weights: the checkpoint with the complete weights, if the model's own are divided
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
    """Train in place; if the run directory has a checkpoint, resume from it.

    Training ends at the next step when a file `prune` appears in the run directory.

    Raises:
        ConfigError: when not exactly one of max_steps and epochs is given, or a setting needs
            something that is missing: a GPU, LoRA, validation rows, a directory, a package.
        DataError: when too many steps are bad, or a checkpoint cannot be written or read.
    """
    from mathpal.models.backends import enable_checkpointing, set_mode
    from mathpal.training import engine, settling
    from mathpal.training.callbacks import callbacks

    settling.require_one_length(schedule.max_steps, schedule.epochs)
    if checkpointing.patience or checkpointing.finish_with == "best":
        settling.require_measured(checkpointing.best, validated=job.validation is not None)
    model = job.loaded.model
    gpu = settling.uses_gpu(hardware.accelerator)
    precision = settling.settled_precision(hardware.precision, gpu=gpu)
    if hardware.gradient_checkpointing:
        enable_checkpointing(model)
    batches = _batches(job, schedule, batching, hardware)
    module = _module(
        job, optimization, schedule, guarding, steps=batches.steps, seed=batching.seed, gpu=gpu
    )
    attached = callbacks(
        job, batches, measuring, checkpointing, flops_per_token=engine.flops_per_token(model)
    )
    notes = engine.run(
        module,
        batches,
        attached.in_order,
        workers=batching.workers,
        devices=hardware.devices,
        strategy=hardware.strategy,
        accelerator="gpu" if gpu else "cpu",
        precision=precision,
        deterministic=not gpu,
    )
    pruned = attached.saver.pruned
    if checkpointing.finish_with == "best" and not pruned:
        attached.saver.take_best(module)
    set_mode(model, training=False)
    whole = None
    if job.run_dir and hardware.strategy == "fsdp":
        whole = job.run_dir / "checkpoints" / checkpointing.finish_with
    metrics = _final_metrics(attached, module.device, precision)
    device = str(module.device)
    return FitResult(module.step, metrics, precision, device, notes, whole, pruned)


def _batches(
    job: TrainingJob, schedule: Schedule, batching: Batching, hardware: Hardware
) -> "Batches":
    """Return the micro-batches of the whole run, for all processes together."""
    from mathpal.tokens.windows import Plan
    from mathpal.training import settling

    plan = Plan(
        batching.batch_tokens,
        batching.accumulate * hardware.devices,
        batching.seed,
        batching.order,
        settling.settled_layout(batching.layout, job.loaded.model, hardware.strategy),
    )
    return job.objective.training_batches(
        job.train,
        plan,
        steps=schedule.max_steps,
        epochs=schedule.epochs or 0,
        pad=job.loaded.tokenizer.pad_token_id,
    )


def _module(
    job: TrainingJob,
    optimization: Optimization,
    schedule: Schedule,
    guarding: Guarding,
    *,
    steps: int,
    seed: int,
    gpu: bool,
) -> "TuningModule":
    """Return the Lightning module of a training of `steps` optimizer steps."""
    from mathpal.training.guard import Guard
    from mathpal.training.module import TuningModule
    from mathpal.training.module import schedule as learning_rate
    from mathpal.training.optimizers import build

    return TuningModule(
        job.loaded.model,
        job.objective,
        partial(build, optimization, gpu=gpu),
        factor=learning_rate(schedule.scheduler, steps=steps, warmup=schedule.warmup),
        clip=optimization.clip,
        guard=Guard(spike=guarding.spike, max_skips=guarding.max_skips),
        seed=seed,
    )


def _final_metrics(
    attached: "Callbacks", device: "torch.device", precision: str
) -> dict[str, float]:
    """Return the metrics of the run's outcome."""
    from mathpal.training.recording import memory
    from mathpal.training.throughput import utilisation

    metrics = attached.recorder.totals() | memory(device)
    if "validation/loss" in attached.best.latest:
        metrics["validation/loss"] = attached.best.latest["validation/loss"]
    if "train/tflops" in metrics:
        metrics |= utilisation(metrics["train/tflops"], device, precision)
    return metrics
