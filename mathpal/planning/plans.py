"""A plan: the memory and work of a composition, whether it fits, and changes that make it fit.

The package's facade: takes a composition, loads no weights.
"""

import math
from typing import Any, Literal, NamedTuple

from mathpal.planning.fixes import Fixes, fixes
from mathpal.planning.machine import Room, room
from mathpal.planning.machine import device as device_of
from mathpal.planning.memory import GB, Memory, memory
from mathpal.planning.setting import Device, Setting
from mathpal.planning.setting import setting as setting_of
from mathpal.planning.work import Work, work
from mathpal.settings.checked import Composition

Asked = Literal["auto", "gpu", "cpu"]


class Data(NamedTuple):
    """Facts about the training rows, known once they are tokenized.

    Attributes:
        tokens: of all training rows.
        longest: tokens of the longest row.
        supervised: share of the tokens that have a label.
        needed: share of the positions that late layers compute: from each row's first target on.
    """

    tokens: int
    longest: int
    supervised: float
    needed: float


class Plan(NamedTuple):
    """The predicted needs of a composition.

    Attributes:
        name: of the model.
        setting: input of all figures.
        memory: of one device.
        work: of the training.
        room: memory that a device has; None if unknown.
        fixes: changes that would make it fit; None if it fits or `room` is unknown.
    """

    name: str
    setting: Setting
    memory: Memory
    work: Work
    room: Room | None
    fixes: Fixes | None

    @property
    def fits(self) -> bool | None:
        """Whether the peak fits into the room; None if the room is unknown."""
        return None if self.room is None else self.memory.peak <= self.room.size

    @property
    def summary(self) -> dict[str, Any]:
        """The plan's entry in a run's manifest; GB are of 2**30 bytes."""
        has = None if self.room is None else round(self.room.size / GB, 2)
        return {"peak_gb": round(self.memory.peak / GB, 2), "room_gb": has, "fits": self.fits}


def plan(
    composition: Composition,
    *,
    device: Asked = "auto",
    memory_gb: float | None = None,
    tflops: float | None = None,
) -> Plan:
    """Plan a composition before its rows are known.

    Rows are assumed to be as long as allowed, with all tokens supervised. With packed rows of
    problems, the share `ASSUMED_NEEDED` of the tokens is.

    Args:
        composition: of a run.
        device: what trains; auto is what this machine would use.
        memory_gb: of each device in GB of 2**30 bytes; None for the free memory of this machine.
        tflops: 10¹² operations a second that training achieves; None: no time is predicted.

    Raises:
        ConfigError: if the model's shapes are unknown, or the device cannot train it.
    """
    kind: Device = device_of(device, composition.settings("trainer").get("accelerator", "auto"))
    setting = setting_of(composition, kind)
    has = room(kind, setting.devices) if memory_gb is None else Room(memory_gb * GB, "stated")
    name = composition.model.keywords.get("path", "gemma3n_scratch")
    return planned(name, setting, has, work(setting, tflops=tflops))


def with_data(made: Plan, data: Data) -> Plan:
    """The same plan with the facts of the actual rows."""
    needed = data.needed if made.setting.layout == "packed" else 1.0
    setting = made.setting._replace(
        row_tokens=data.longest, supervised=data.supervised, needed=needed, rows_known=True
    )
    return planned(made.name, setting, made.room, work(setting, train_tokens=data.tokens))


def planned(name: str, setting: Setting, has: Room | None, todo: Work) -> Plan:
    """Make the plan of a setting, given the available memory and the work."""
    needs = memory(setting)
    short = has is not None and needs.peak > has.size
    found = fixes(setting, has.size) if has is not None and short else None
    return Plan(name, setting, needs, todo, has, found)


def verdict(made: Plan) -> str:
    """Whether the plan fits, and if not, the changes that make it fit, in one or two sentences."""
    needs = f"{made.memory.peak / GB:.1f} GB"
    if made.room is None:
        return f"it needs {needs} on each device; give memory_gb=… to see whether that fits"
    has = f"{made.room.size / GB:.1f} GB {made.room.source}"
    if made.fixes is None:
        return f"it needs {needs} on each device and fits into {has}"
    short = f"it needs {needs} on each device and does not fit into {has}"
    if made.fixes.together:
        return f"{short}. To make it fit, set {' '.join(made.fixes.together)}"
    # Rounded up, so that a device of this size is large enough.
    least = f"{math.ceil(made.fixes.least / GB * 10) / 10:.1f} GB"
    still = f"with all of them it needs {least}" if made.fixes.each else "none is known for it"
    return (
        f"{short}. No change of the settings makes it fit ({still}): use a smaller model, or a "
        f"device that has at least {least} for it"
    )
