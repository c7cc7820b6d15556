"""The device of this machine that would train, and its free memory.

Knows torch's and the system's counters; knows nothing of models.
"""

from typing import Literal, NamedTuple

from mathpal.planning.groups import group_room
from mathpal.planning.memory import CONTEXT
from mathpal.planning.setting import Device


class Room(NamedTuple):
    """Memory available to one device.

    Attributes:
        size: bytes.
        source: origin of the number, as shown in the verdict.
    """

    size: float
    source: str


def device(asked: Literal["auto", "gpu", "cpu"], accelerator: str) -> Device:
    """The device to plan for; with "auto", the device that the trainer would use here.

    Args:
        asked: the plan's setting.
        accelerator: the trainer's setting.
    """
    if asked != "auto":
        return asked
    if accelerator in ("gpu", "cpu"):
        return accelerator  # type: ignore[return-value]
    import torch

    return "gpu" if torch.cuda.is_available() else "cpu"


def room(kind: Device, devices: int) -> Room | None:
    """Memory available to each of `devices` on this machine; None if there is no such device.

    On GPUs, the memory that is free now; on a CPU, an equal share of the available memory.
    """
    import torch

    if kind == "gpu":
        if not torch.cuda.is_available():
            return None
        free = min(torch.cuda.mem_get_info(n)[0] for n in range(torch.cuda.device_count()))
        # This query has created the process's CUDA context, which the plan counts as well.
        return Room(float(free + CONTEXT), f"free on {torch.cuda.get_device_name()}")
    import psutil  # type: ignore[import-untyped]

    available = float(psutil.virtual_memory().available)
    group = group_room()
    no_gpu = "" if torch.cuda.is_available() else " (no GPU is visible)"
    if group is not None and group < available:
        return Room(group / devices, f"left in this job or container{no_gpu}")
    return Room(available / devices, f"available on this machine{no_gpu}")
