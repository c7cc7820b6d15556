"""Measure milliseconds and gigabytes of GPU work: with warm-up, synchronisation and spread."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

Values = dict[str, Any]


def wait(where: Any) -> None:
    """Wait until the device has finished all queued work."""
    import torch

    if where.type == "cuda":
        torch.cuda.synchronize(where)


def timed(
    work: Callable[[], Any], where: Any, *, warm: int = 3, times: int = 10, seconds: float = 5.0
) -> list[float]:
    """Milliseconds of each of up to `times` calls, at least two, after `warm` others.

    Args:
        work: the call to time.
        where: the device.
        warm: calls that are not timed.
        times: most timed calls.
        seconds: no further call begins after this time.
    """
    for _ in range(warm):
        work()
    wait(where)
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while len(taken) < times and (len(taken) < 2 or time.perf_counter() < end):
        began = time.perf_counter()
        work()
        wait(where)
        taken.append(1e3 * (time.perf_counter() - began))
    return taken


def spread(name: str, taken: Sequence[float]) -> Values:
    """Median and range of milliseconds, under `name`."""
    return {
        name: round(statistics.median(taken), 4),
        f"{name}_range": f"{min(taken):.4g}–{max(taken):.4g}",
        f"{name}_all": [round(value, 4) for value in taken],
    }


def reset_peak(where: Any) -> None:
    """Reset the peak memory."""
    import torch

    if where.type == "cuda":
        torch.cuda.synchronize(where)
        torch.cuda.reset_peak_memory_stats(where)


def peak(where: Any) -> Values:
    """Peak memory since `reset_peak`; on a CPU, the peak of the process so far."""
    import torch

    from mathpal.training.recording import memory

    if where.type != "cuda":
        return {"peak_gb": round(memory(where)["train/peak_memory_gb"], 3)}
    return {
        "peak_gb": round(torch.cuda.max_memory_allocated(where) / 2**30, 3),
        "reserved_gb": round(torch.cuda.max_memory_reserved(where) / 2**30, 3),
    }


def ceilings(where: Any, *, toy: bool) -> Values:
    """Speed limits of the card: a large bf16 matrix product, and a copy in its memory."""
    import torch

    from mathpal.training.throughput import matmul_peak

    product = matmul_peak(where, torch.float32 if toy else torch.bfloat16, 0.05 if toy else 1.0)
    source = torch.randn(2**20 if toy else 2**30, device=where)
    target = torch.empty_like(source)
    taken = timed(lambda: target.copy_(source), where, times=10)
    moved = 2 * source.numel() * source.element_size()
    return {
        "matmul_tflops": round(product / 1e12, 2),
        "copy_tb_s": round(moved / min(taken) / 1e9, 3),
    }
