"""Running Lightning: one attempt after another until the steps are done.

An attempt ends early only when a GPU runs out of memory; the next one goes on from the last
finished step with micro-batches of half the size and twice as many of them, on the same rows.
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
    """Train until the steps are done, from the newest checkpoint where there is one.

    Args:
        module: what is trained.
        batches: of the whole run.
        callbacks: the last of them a `Saver`.
        workers: processes that prepare batches.
        devices: processes that train together, each of them calling this; a window's
            micro-batches are dealt out among them.
        strategy: "auto", "ddp" or "fsdp", see `fit`.
        settings: of `lightning.Trainer`.

    Returns:
        What is to be known of how it went.

    Raises:
        OutOfMemoryError: when memory does not even suffice for the smallest micro-batch.
    """
    saver = callbacks[-1]
    assert isinstance(saver, Saver)
    settings["strategy"] = _strategy(module.model, strategy, devices)
    start = checkpoints.newest(saver.folder) if saver.folder else None
    if start:
        log.info("going on from the checkpoint of step %d", start.step)
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
                    f"trainer.batch_tokens={batches.plan.batch_tokens // 2} and twice "
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
    """Lightning's strategy; one process needs none."""
    from lightning.pytorch.strategies import DDPStrategy, ModelParallelStrategy

    if devices == 1:
        return "auto"
    if name == "fsdp":
        return ModelParallelStrategy(data_parallel_size=devices, tensor_parallel_size=1)
    # Layers that use the keys and values of others have projections that get no gradient.
    shares = bool(getattr(model.config, "num_kv_shared_layers", 0))
    return DDPStrategy(find_unused_parameters=shares)


def _surroundings(devices: int) -> list[Any]:
    """Who started this process, where Lightning would guess wrong.

    In a Slurm job it takes every process for a rank of srun, and on SIGUSR1 puts the job back in
    the queue by itself; a process that trains alone is none. Several were started by torchrun,
    which Lightning sees first.
    """
    from lightning.pytorch.plugins.environments import LightningEnvironment

    return [LightningEnvironment()] if devices == 1 else []


def _halved(batches: Batches, error: Exception) -> Batches:
    plan = batches.plan
    smaller = plan._replace(batch_tokens=plan.batch_tokens // 2, accumulate=plan.accumulate * 2)
    if smaller.batch_tokens < batches.longest or plan.batch_tokens % 2:
        raise OutOfMemoryError(
            f"out of memory with micro-batches of {plan.batch_tokens} tokens, and the longest "
            f"row has {batches.longest}: they cannot be halved. Set "
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
    """Train from `module.step` to the end; settings are of `lightning.Trainer`."""
    _quiet_lightning()
    parts = batches.plan.accumulate  # of a window, over all processes
    assert parts % devices == 0, "fit plans a whole number of micro-batches a process"
    trainer = lightning.Trainer(
        devices=devices,
        max_steps=batches.steps - module.step,
        accumulate_grad_batches=parts // devices,
        callbacks=list(callbacks),
        use_distributed_sampler=False,
        # The run directory's own files are the record, and the checkpoints are our own.
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        plugins=_surroundings(devices),
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
    """Floating point operations of a training step for each token, by the usual rule.

    6 times the weights of the linear layers where all of them are trained, 4 times where they
    are frozen under LoRA (no gradient of the weights themselves); attention and the head are
    left out.
    """
    linear = sum(
        layer.in_features * layer.out_features
        for name, layer in model.named_modules()
        if isinstance(layer, torch.nn.Linear) and "lora_" not in name and "lm_head" not in name
    )
    frozen = any(not weight.requires_grad for weight in model.parameters())
    return float((4 if frozen else 6) * linear)


def _quiet_lightning() -> None:
    """Keep Lightning's advertisements and its own libraries' deprecations off the terminal."""
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for message in (
        ".*LeafSpec.*",
        ".*does not have many workers.*",
        ".*GPU available but not.*",
        ".*srun.*is available on your system but is not used.*",  # one process needs none
    ):
        warnings.filterwarnings("ignore", message=message)
