"""The memory that this machine has for a run, and what it trains on.

Knows torch's and the system's counters; knows nothing of models.
"""

from pathlib import Path
from typing import Literal, NamedTuple

from mathpal.planning.memory import CONTEXT
from mathpal.planning.setting import Device

_CGROUP = Path("/sys/fs/cgroup")


class Room(NamedTuple):
    """Memory for one device.

    Attributes:
        size: bytes.
        source: where the number comes from, in a few words.
    """

    size: float
    source: str


def device(asked: Literal["auto", "gpu", "cpu"], accelerator: str) -> Device:
    """What is planned for: what was asked, else what the trainer would take on this machine.

    Args:
        asked: of the plan.
        accelerator: of the trainer.
    """
    if asked != "auto":
        return asked
    if accelerator in ("gpu", "cpu"):
        return accelerator  # type: ignore[return-value]
    import torch

    return "gpu" if torch.cuda.is_available() else "cpu"


def room(kind: Device, devices: int) -> Room | None:
    """What each of `devices` has on this machine; None where there is no such device.

    Of a GPU what is free now; on a CPU all processes share what is available.
    """
    import torch

    if kind == "gpu":
        if not torch.cuda.is_available():
            return None
        free = min(torch.cuda.mem_get_info(n)[0] for n in range(torch.cuda.device_count()))
        # Asking has made this process's context, which the plan counts.
        return Room(float(free + CONTEXT), f"free on {torch.cuda.get_device_name()}")
    import psutil  # type: ignore[import-untyped]

    available = float(psutil.virtual_memory().available)
    group = _group_room()
    if group is not None and group < available:
        return Room(group / devices, "left in this container")
    return Room(available / devices, "available on this machine")


def _group_room() -> float | None:
    """What the process's control group may still take; None for no limit."""
    try:
        limit = (_CGROUP / "memory.max").read_text().strip()
        used = float((_CGROUP / "memory.current").read_text())
        counts = dict(x.split() for x in (_CGROUP / "memory.stat").read_text().splitlines())
        used -= float(counts["inactive_file"])  # of files read, given up when asked for
        return None if limit == "max" else max(0.0, float(limit) - used)
    except (OSError, ValueError, KeyError):
        return None
