"""Measure how well the machine was used: start-up seconds, and the share of its peak speed.

Knows clocks and matrix products; `recording` counts the tokens.
"""

import itertools
import logging
import os
import time
from pathlib import Path

import torch

log = logging.getLogger(__name__)

PROBE_SECONDS = 0.3
_SIDES = {
    "cpu": 1024,
    "cuda": 8192,
}  # side of the matrices: large enough to be limited by arithmetic
_trainings = itertools.count()


def startup() -> dict[str, float]:
    """Return the seconds from the process's start until now, for its first training only.

    Call it once after a training's first optimizer step. Empty for later trainings of the same
    process (a sweep), and when the system does not report the process's start.
    """
    age = _process_age()
    if next(_trainings) or age is None:
        return {}
    return {"train/startup_seconds": age}


def _process_age() -> float | None:
    """Return the seconds since this process began; None without /proc."""
    try:
        # The command's name, in brackets, may contain spaces; field 22 is counted from its end.
        behind = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        began = int(behind[19]) / os.sysconf("SC_CLK_TCK")  # seconds after the system's start
        return time.clock_gettime(time.CLOCK_BOOTTIME) - began
    except (OSError, AttributeError, ValueError, IndexError):
        return None


def utilisation(tflops: float, device: torch.device, precision: str) -> dict[str, float]:
    """Return `train/mfu`: the share of the device's measured peak that training achieved, 0 to 1.

    The operations of a step are counted by the usual rule, 4 for each weight of the linear layers
    and token under LoRA (a forward pass, and a backward pass to the activations alone), 6 where
    all weights are trained; attention, the head and what checkpointing recomputes are left out.
    The peak is that of one large matrix product in the same precision, probed for a third of a
    second, so call this after the last step.

    Args:
        tflops: 10¹² floating point operations a second that training achieved by that rule.
        device: the device that trained.
        precision: as Lightning calls it; "bf16-mixed" multiplies in bf16, else fp32.

    Returns:
        `train/mfu` and `train/peak_tflops`; empty where the device has no room for the probe.

    Source: Chowdhery et al. 2022 (PaLM, arXiv 2204.02311), appendix B.
    """
    dtype = torch.bfloat16 if precision.startswith("bf16") else torch.float32
    try:
        peak = matmul_peak(device, dtype) / 1e12
    except torch.OutOfMemoryError:
        log.info("no memory left on %s to measure its peak speed: train/mfu is left out", device)
        return {}
    return {"train/mfu": tflops / peak, "train/peak_tflops": peak}


def matmul_peak(device: torch.device, dtype: torch.dtype, seconds: float = PROBE_SECONDS) -> float:
    """Return the floating point operations per second of the fastest of repeated matrix products.

    Args:
        device: the device to measure.
        dtype: of the matrices.
        seconds: how long to repeat; there are at least two products.
    """
    side = _SIDES.get(device.type, 1024)
    # Random numbers, because zeros would let a GPU run at a higher clock. They come from a
    # generator of their own, so that the global random state is unchanged.
    generator = torch.Generator(device).manual_seed(0)
    matrix = torch.randn(side, side, device=device, generator=generator).to(dtype)
    product = torch.empty_like(matrix)
    best, end, tries = float("inf"), time.perf_counter() + seconds, 0
    while tries < 2 or time.perf_counter() < end:
        _wait(device)
        began = time.perf_counter()
        torch.mm(matrix, matrix, out=product)
        _wait(device)
        best, tries = min(best, time.perf_counter() - began), tries + 1
    return 2 * side**3 / best


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
