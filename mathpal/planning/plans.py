"""A plan: what a composition will need, whether it fits, and what would make it.

The facade: takes a composition, loads no weights.
"""

from typing import Any, Literal, NamedTuple

from mathpal.planning.machine import Room, room
from mathpal.planning.machine import device as device_of
from mathpal.planning.memory import GB, Memory, memory
from mathpal.planning.mends import Mends, mends
from mathpal.planning.setting import Device, Setting, setting
from mathpal.planning.work import Work, work
from mathpal.settings.checked import Composition

Asked = Literal["auto", "gpu", "cpu"]


class Data(NamedTuple):
    """What the rows say, once they are tokenized.

    Attributes:
        tokens: of all training rows.
        longest: tokens of the longest row.
        supervised: share of the tokens that have a label.
        asking: share of the positions from each row's first target on.
    """

    tokens: int
    longest: int
    supervised: float
    asking: float


class Plan(NamedTuple):
    """What a composition needs.

    Attributes:
        name: of the model.
        setting: what all of it was computed from.
        memory: of one device.
        work: of the training.
        room: what a device has; None where that is not known.
        mends: what would make it fit; None where it fits, or nothing is known to fit into.
    """

    name: str
    setting: Setting
    memory: Memory
    work: Work
    room: Room | None
    mends: Mends | None

    @property
    def fits(self) -> bool | None:
        """None where the room is not known."""
        return None if self.room is None else self.memory.peak <= self.room.size

    @property
    def summary(self) -> dict[str, Any]:
        """What a run's manifest keeps of it; GB are of 2**30 bytes."""
        has = None if self.room is None else round(self.room.size / GB, 2)
        return {"peak_gb": round(self.memory.peak / GB, 2), "room_gb": has, "fits": self.fits}


def plan(
    composition: Composition,
    *,
    device: Asked = "auto",
    memory_gb: float | None = None,
    tflops: float | None = None,
) -> Plan:
    """Plan a composition; without its rows the longest are assumed, and all tokens supervised.

    Of packed rows `ASSUMED_ASKING` of them.

    Args:
        composition: of a run.
        device: what trains; auto is what this machine would take.
        memory_gb: of each device in GB of 2**30 bytes; None for what this machine has.
        tflops: 10¹² operations a second that training achieves; None leaves the time open.

    Raises:
        ConfigError: when the model's shapes are not to be had, or the device cannot do it.
    """
    kind: Device = device_of(device, composition.settings("trainer").get("accelerator", "auto"))
    asked = setting(composition, kind)
    has = room(kind, asked.devices) if memory_gb is None else Room(memory_gb * GB, "stated")
    name = composition.model.keywords.get("path", "gemma3n_scratch")
    return planned(name, asked, has, work(asked, tflops=tflops))


def with_data(made: Plan, data: Data) -> Plan:
    """The same plan for what the rows are really like."""
    asking = data.asking if made.setting.layout == "packed" else 1.0
    asked = made.setting._replace(
        row_tokens=data.longest, supervised=data.supervised, asking=asking, rows_known=True
    )
    return planned(made.name, asked, made.room, work(asked, train_tokens=data.tokens))


def planned(name: str, asked: Setting, has: Room | None, todo: Work) -> Plan:
    """The plan of a setting with the room that there is and the work to do."""
    needs = memory(asked)
    short = has is not None and needs.peak > has.size
    found = mends(asked, has.size) if has is not None and short else None
    return Plan(name, asked, needs, todo, has, found)


def verdict(made: Plan) -> str:
    """Whether it fits, and the mend, in one sentence or two."""
    needs = f"{made.memory.peak / GB:.1f} GB"
    if made.room is None:
        return f"it needs {needs} on each device; memory_gb=… says whether that fits"
    has = f"{made.room.size / GB:.1f} GB {made.room.source}"
    if made.mends is None:
        return f"it needs {needs} on each device and fits into {has}"
    together = made.mends.together
    mend = " ".join(together) if together else "a larger device: no change known here is enough"
    return f"it needs {needs} on each device and does not fit into {has}. Mend: {mend}"
