"""The sides of sft.py: each trains the steps of a job and records the end of each step."""

import re
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from sft_jobs import LORA, LR, Job, Run, rows
from sft_peers import peft, unsloth
from shapes import random_model, table
from timing import peak, reset_peak, wait


def train(job: Job, where: Any) -> Run:
    """Train one side."""
    if job.side.startswith("mathpal"):
        return mathpal(job, where)
    if job.side.startswith("peft"):
        return peft(job, where)
    return unsloth(job, where)


def mathpal(job: Job, where: Any, each: Callable[[int], None] | None = None) -> Run:
    """MathPal's own `fit`, as a run calls it; `each` is called after every step."""
    import torch

    from mathpal.models.accelerate import accelerate_layers
    from mathpal.models.loaded import Loaded
    from mathpal.models.lora import attach_lora
    from mathpal.objectives.sft import sft
    from mathpal.training.fit import fit
    from mathpal.training.job import TrainingJob

    base = random_model(job.shape, where)
    accelerate_layers(base)
    torch.manual_seed(0)
    model = attach_lora(base, **LORA)
    objective = sft()
    if job.side == "mathpal-compiled":
        # The objective inspects the head on its first call; make that call before compiling.
        with torch.no_grad():
            objective(model, one_row(job, where))
        compile_layers(base)
    ticks: list[float] = []
    losses: list[float] = []
    memory: dict[str, Any] = {}

    def record(step: int, values: dict[str, float]) -> None:
        wait(where)
        ticks.append(time.perf_counter())
        losses.append(values["train/loss"])
        if step == job.warm:  # the peak of an attempt that did not fit does not count
            reset_peak(where)
        if step == job.steps:
            memory.update(peak(where))
        if each is not None:
            each(step)

    began = time.perf_counter()
    result = fit(
        TrainingJob(
            Loaded(model, SimpleNamespace(pad_token_id=0), job.shape.name, job.length, "random"),
            rows(job),
            None,
            objective,
            record,
            None,
        ),
        lr=LR,
        max_steps=job.steps,
        batch_tokens=job.micro,
        accumulate=job.tokens // job.micro,
        gradient_checkpointing=job.side == "mathpal-checkpointing",
        accelerator="gpu" if where.type == "cuda" else "cpu",
        layout="padded" if job.side == "mathpal-padded" else "auto",
        record_every=1,
        spike=None,
    )
    shrunk = re.findall(r"micro-batches of (\d+) tokens", " ".join(result.notes))
    micro = int(shrunk[-1]) if shrunk else job.micro
    notes = [result.precision, *result.notes]
    return Run(ticks, ticks[0] - began, losses, job.tokens // 2, micro, memory, notes)


def one_row(job: Job, where: Any) -> Any:
    """A batch of one row."""
    import numpy as np

    from mathpal.tokens.batches import padded

    batch = padded(table(job.shape, [job.length]), np.array([0]), pad=0, normaliser=1.0)
    for name in ("input_ids", "labels"):
        batch[name] = batch[name].to(where)
    return batch


def compile_layers(base: Any) -> None:
    """Compile each decoder layer; layers of one kind share the compiled code.

    torch.compile guards on the identity of an instance's own forward, so every layer would be
    compiled again. Therefore each such forward becomes the method of a subclass.
    """
    import torch._dynamo

    torch._dynamo.config.recompile_limit = 64
    torch._dynamo.config.accumulated_recompile_limit = 1024
    kinds: dict[type, type] = {}
    for module in base.model.layers.modules():
        own = vars(module).get("forward")
        if isinstance(own, partial):
            kind = type(module)
            kinds.setdefault(kind, type(kind.__name__, (kind,), {"forward": own.func}))
            del module.forward
            module.__class__ = kinds[kind]
    for layer in base.model.layers:
        layer.compile(dynamic=False)


def profiled(job: Job, where: Any) -> dict[str, Any]:
    """Profile one step of `mathpal`: its operations and kernels."""
    from profile_tables import summary, text
    from torch.profiler import ProfilerActivity, profile

    kinds = [ProfilerActivity.CPU]
    if where.type == "cuda":
        kinds.append(ProfilerActivity.CUDA)
    recorder = profile(activities=kinds)
    window: list[float] = []

    def each(step: int) -> None:
        if step == job.warm:
            recorder.start()
        if step in (job.warm, job.warm + 1):
            window.append(time.perf_counter())
        if step == job.warm + 1:
            recorder.stop()

    run = mathpal(job._replace(steps=job.warm + 2), where, each)
    values = summary(recorder, 1e3 * (window[1] - window[0]), steps=1)
    # A profiled step is slower: compare the GPU's busy time with a step that is not profiled.
    plain = [1e3 * (b - a) for a, b in zip(run.ticks, run.ticks[1:])][1 : job.warm - 1]
    values["plain_step_ms"] = round(min(plain), 2)
    if "busy_ms" in values:
        values["busy_share"] = values["busy_ms"] / values["plain_step_ms"]
    print(text(values), flush=True)
    return {"micro": run.micro, **values}
