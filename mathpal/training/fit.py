"""`fit`: train the weights that require a gradient, with Lightning.

The facade that `conf/trainer/*.yaml` names; Lightning and torch are imported inside.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from annotated_types import Ge, Gt, Interval, Len

from mathpal.models.loaded import Loaded

if TYPE_CHECKING:
    import torch

    from mathpal.objectives.sft import Objective
    from mathpal.tokens.chat import TokenTable
    from mathpal.training.recording import Record, Recorder
    from mathpal.training.validating import Best

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
        whole_weights: the checkpoint to take them from, where the model's own lie in pieces in
            several processes.
        pruned: whether it ended early because its study has no more use for the run.
    """

    steps: int
    metrics: dict[str, float]
    precision: str
    device: str
    notes: tuple[str, ...] = ()
    whole_weights: Path | None = None
    pruned: bool = False


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
    optimizer: Literal["adamw", "adamw_8bit", "adafactor"] = "adamw",
    lora_plus: Annotated[float, Ge(1)] | None = None,
    weight_decay: Annotated[float, Ge(0)] = 0.0,
    betas: Annotated[list[Share], Len(2, 2)] = [0.9, 0.999],  # noqa: B006 - never written to
    clip: Rate | None = 1.0,
    precision: Literal["auto", "32-true", "bf16-mixed"] = "auto",
    accelerator: Literal["auto", "cpu", "gpu"] = "auto",
    gradient_checkpointing: bool = False,
    layout: Literal["auto", "padded", "packed"] = "auto",
    workers: Annotated[int, Ge(0)] = 0,
    devices: Count = 1,
    strategy: Literal["auto", "ddp", "fsdp"] = "auto",
    evaluate_every: Count | None = None,
    samples_every: Count | None = None,
    record_every: Count = 10,
    checkpoint_every: Count | None = None,
    keep_last: Count = 2,
    best: str = "validation/loss",
    patience: Count | None = None,
    finish_with: Literal["last", "best"] = "last",
    spike: Rate | None = 3.0,
    max_skips: Annotated[int, Ge(0)] = 3,
    order: Literal["shuffled", "given"] = "shuffled",
    profile: Literal["none", "torch"] = "none",
    seed: int = 42,
) -> FitResult:
    """Train in place; where the run's directory holds a checkpoint, go on from it.

    Training ends at the next step when a file `prune` appears in the directory.

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
        batch_tokens: tokens of a micro-batch, padding included.
        accumulate: micro-batches an optimizer step; the loss is the mean over the supervised
            tokens of all of them, so 1×8 equals 8×1.
        warmup: share of the steps (below 1) or steps (1 and more) of linear warm-up.
        scheduler: the learning rate after it.
        optimizer: adamw (fused), adamw_8bit (on a GPU) or adafactor; see `optimizers.build`.
        lora_plus: LoRA's B matrices learn at so many times `lr`, 1 and more (LoRA+, arXiv
            2402.12354); null for the same rate.
        weight_decay: decoupled, on matrices.
        betas: AdamW's two decay rates.
        clip: largest global gradient norm; null for no clipping.
        precision: auto is bf16-mixed on a GPU and 32-true on a CPU.
        accelerator: auto takes a GPU where there is one.
        gradient_checkpointing: recompute activations (non-reentrant: the reentrant kind gives
            wrong gradients where layers share keys and values).
        layout: packed puts all rows of a micro-batch into one, drawn at random; padded fills rows
            of like length up; auto is packed for a Gemma-3n that `mathpal.models` runs by its own
            forwards (faster, and more learnt from a token), padded for any other.
        workers: processes that prepare batches; 0 for none.
        devices: GPUs, or processes on a CPU, that train together, each with its own `accumulate`
            micro-batches of a step; the same as one with devices × accumulate.
        strategy: how they share the work: ddp, or fsdp, which divides the weights too (with
            lora=none); auto is ddp.
        evaluate_every: optimizer steps between validations; there is one at the end in any
            case, null is for only that.
        samples_every: optimizer steps between answers to four validation rows, which come to lie
            in `samples.jsonl`, the last ones at the end; null for none.
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
        profile: torch writes a trace and a table of the operations of two early steps to
            `profile/`; the weights are the same with it.
        seed: of the order of the rows and of dropout.

    Raises:
        ConfigError: when not exactly one of max_steps and epochs is given, or something is asked
            for that is not there: a GPU, LoRA, validation rows, a directory, a package.
        DataError: when steps cannot be applied, or a checkpoint cannot be written or read.
    """
    from mathpal.models.backends import enable_checkpointing, set_mode
    from mathpal.tokens.batches import TrainingBatches
    from mathpal.tokens.windows import Plan
    from mathpal.training import engine, settling
    from mathpal.training.followers import followers
    from mathpal.training.guard import Guard
    from mathpal.training.module import TuningModule, schedule
    from mathpal.training.optimizers import build
    from mathpal.training.validating import Best

    settling.require_one_length(max_steps, epochs)
    if patience or finish_with == "best":
        settling.require_measured(best, validated=validation is not None)
    gpu = settling.uses_gpu(accelerator)
    computed_in = settling.settled_precision(precision, gpu=gpu)
    if gradient_checkpointing:
        enable_checkpointing(loaded.model)
    rows_as = settling.settled_layout(layout, loaded.model, strategy)
    batches = TrainingBatches(
        train,
        Plan(batch_tokens, accumulate * devices, seed, order, rows_as),
        steps=max_steps,
        epochs=epochs or 0,
        pad=loaded.tokenizer.pad_token_id,
    )
    module = TuningModule(
        loaded.model,
        objective,
        partial(
            build,
            optimizer,
            lr=lr,
            weight_decay=weight_decay,
            betas=(betas[0], betas[1]),
            lora_plus=lora_plus,
            gpu=gpu,
        ),
        factor=schedule(scheduler, steps=batches.steps, warmup=warmup),
        clip=clip,
        guard=Guard(spike=spike, max_skips=max_skips),
        seed=seed,
    )
    chosen = Best(best, patience)
    follow = followers(
        batches,
        validation,
        loaded.tokenizer,
        record,
        chosen,
        run_dir,
        flops_per_token=engine.flops_per_token(loaded.model),
        record_every=record_every,
        evaluate_every=evaluate_every,
        samples_every=samples_every,
        checkpoint_every=checkpoint_every,
        keep_last=keep_last,
        profile=profile == "torch",
    )
    notes = engine.run(
        module,
        batches,
        follow.callbacks,
        workers=workers,
        devices=devices,
        strategy=strategy,
        accelerator="gpu" if gpu else "cpu",
        precision=computed_in,
        deterministic=not gpu,
    )
    pruned = follow.saver.pruned
    if finish_with == "best" and not pruned:
        follow.saver.take_best(module)
    set_mode(loaded.model, training=False)
    metrics = _final(follow.recorder, chosen, module.device, computed_in)
    kept = run_dir / "checkpoints" / finish_with if run_dir and strategy == "fsdp" else None
    return FitResult(module.step, metrics, computed_in, str(module.device), notes, kept, pruned)


def _final(
    recorder: "Recorder", best: "Best", device: "torch.device", precision: str
) -> dict[str, float]:
    """The values that the run's outcome names."""
    from mathpal.training.recording import memory
    from mathpal.training.throughput import utilisation

    metrics = recorder.totals() | memory(device)
    if "validation/loss" in best.latest:
        metrics["validation/loss"] = best.latest["validation/loss"]
    if "train/tflops" in metrics:
        metrics |= utilisation(metrics["train/tflops"], device, precision)
    return metrics
