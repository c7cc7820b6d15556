"""Run Lightning, again after each out-of-memory error, until the steps are done.

When a GPU runs out of memory, the next attempt resumes from the last finished step. It trains on
the same rows, in twice as many micro-batches of half the size.
"""

import logging
import warnings
from collections.abc import Sequence
from typing import Any

import lightning
import torch
from torch.utils.data import DataLoader

from mathpal.errors import OutOfMemoryError
from mathpal.interruption import ignored_in_worker
from mathpal.models.backends import set_mode
from mathpal.objectives.objective import Batches
from mathpal.training import checkpoints
from mathpal.training.module import TuningModule
from mathpal.training.saving import Saver

log = logging.getLogger(__name__)


def run(
    module: TuningModule,
    batches: Batches,
    callbacks: Sequence[lightning.Callback],
    *,
    workers: int,
    devices: int = 1,
    strategy: str = "auto",
    **settings: Any,
) -> tuple[str, ...]:
    """Train until the steps are done; if there is a checkpoint, resume from the newest one.

    Args:
        module: the model with its objective and optimizer.
        batches: micro-batches of the whole run.
        callbacks: in calling order; the last one is a `Saver`.
        workers: processes that prepare batches.
        devices: processes that train together. Each of them calls this function; the
            micro-batches of a step are divided among them.
        strategy: "auto", "ddp" or "fsdp", see `fit`.
        settings: passed to `lightning.Trainer`.

    Returns:
        Notes for the run's outcome, e.g. that the micro-batches were halved.

    Raises:
        OutOfMemoryError: when the micro-batches cannot be halved, or there are several devices.
    """
    saver = callbacks[-1]
    assert isinstance(saver, Saver)
    settings["strategy"] = _strategy(module.model, strategy, devices)
    start = checkpoints.newest(saver.folder) if saver.folder else None
    if start:
        log.info("resuming from the checkpoint of step %d", start.step)
    notes: list[str] = []
    while True:
        saver.begin_at(module, start)
        if module.step >= batches.steps or saver.stopped:
            return tuple(notes)
        try:
            attempt(module, batches, callbacks, workers=workers, devices=devices, settings=settings)
            return tuple(notes)
        except torch.OutOfMemoryError as error:
            if devices > 1:  # the other processes are waiting for this one's gradient
                raise OutOfMemoryError(
                    f"out of memory at step {module.step + 1} in one of {devices} processes; set "
                    f"trainer.batch_tokens={batches.plan.batch_tokens // 2} and double "
                    "trainer.accumulate"
                ) from error
            start = saver.captured(module)
            batches = _halved(batches, error)
            note = (
                f"out of memory at step {module.step + 1}: from there on "
                f"{batches.plan.accumulate} micro-batches of {batches.plan.batch_tokens} tokens"
            )
            log.warning("%s", note)
            notes.append(note)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _strategy(model: Any, name: str, devices: int) -> Any:
    """Return Lightning's strategy; a single process needs none."""
    from lightning.pytorch.strategies import DDPStrategy, ModelParallelStrategy

    if devices == 1:
        return "auto"
    if name == "fsdp":
        return ModelParallelStrategy(data_parallel_size=devices, tensor_parallel_size=1)
    # In layers that share the keys and values of others, some projections get no gradient.
    shares = bool(getattr(model.config, "num_kv_shared_layers", 0))
    return DDPStrategy(find_unused_parameters=shares)


def _environments(devices: int) -> list[Any]:
    """Return the cluster environment to use instead of the one that Lightning detects.

    In a Slurm job Lightning takes every process for a rank of srun, and requeues the job on
    SIGUSR1. A process that trains alone is no such rank. Several processes were started by
    torchrun, which Lightning detects first.
    """
    from lightning.pytorch.plugins.environments import LightningEnvironment

    return [LightningEnvironment()] if devices == 1 else []


def _halved(batches: Batches, error: Exception) -> Batches:
    plan = batches.plan
    smaller = plan._replace(batch_tokens=plan.batch_tokens // 2, accumulate=plan.accumulate * 2)
    if smaller.batch_tokens < batches.longest or plan.batch_tokens % 2:
        raise OutOfMemoryError(
            f"out of memory with micro-batches of {plan.batch_tokens} tokens, which cannot be "
            f"halved, since the longest row has {batches.longest}. Set "
            "trainer.gradient_checkpointing=true, a smaller model.max_length, or "
            "model.quantization=4bit"
        ) from error
    return batches.replanned(smaller)


def attempt(
    module: TuningModule,
    batches: Batches,
    callbacks: Sequence[lightning.Callback],
    *,
    workers: int,
    devices: int = 1,
    settings: dict[str, Any],
) -> None:
    """Train from `module.step` to the last step; `settings` go to `lightning.Trainer`."""
    _quiet_lightning()
    parts = batches.plan.accumulate  # of a step, over all processes
    assert parts % devices == 0, "fit plans a whole number of micro-batches for each process"
    trainer = lightning.Trainer(
        devices=devices,
        max_steps=batches.steps - module.step,
        accumulate_grad_batches=parts // devices,
        callbacks=list(callbacks),
        use_distributed_sampler=False,
        # MathPal writes its own metric records and checkpoints.
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        plugins=_environments(devices),
        **settings,
    )
    loader: DataLoader[Any] = DataLoader(
        batches,  # type: ignore[arg-type]
        batch_size=None,
        sampler=range(module.step * parts + trainer.global_rank, len(batches), trainer.world_size),
        num_workers=workers,
        worker_init_fn=ignored_in_worker if workers else None,
        pin_memory=settings["accelerator"] == "gpu",
    )
    set_mode(module.model, training=True)
    trainer.fit(module, loader)


def flops_per_token(model: Any) -> float:
    """Return the floating point operations of a training step for each token, by the usual rule.

    They are 6 times the weights of the linear layers if all of them are trained, and 4 times if
    some are frozen, as under LoRA (no gradient of the weights themselves). Attention and the head
    are left out.
    """
    linear = sum(
        layer.in_features * layer.out_features
        for name, layer in model.named_modules()
        if isinstance(layer, torch.nn.Linear) and "lora_" not in name and "lm_head" not in name
    )
    frozen = any(not weight.requires_grad for weight in model.parameters())
    return float((4 if frozen else 6) * linear)


def _quiet_lightning() -> None:
    """Silence Lightning's tips, and warnings that do not concern the user."""
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for message in (
        ".*LeafSpec.*",
        ".*does not have many workers.*",
        ".*GPU available but not.*",
        ".*srun.*is available on your system but is not used.*",  # a single process needs no srun
    ):
        warnings.filterwarnings("ignore", message=message)
