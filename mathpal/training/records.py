"""The records of a checkpoint: what its JSON files hold. Knows no tensors."""

from typing import Annotated, Any, NotRequired

from annotated_types import Ge
from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from mathpal.record.reading import Schema, Step

Count = Annotated[int, Ge(0)]


class Described(TypedDict):
    """A file as it was written."""

    sha256: str
    bytes: Count


class Manifest(TypedDict):
    """manifest.json of a checkpoint."""

    schema: Schema
    step: Step
    files: dict[str, Described]


class GuardState(TypedDict):
    """Of `guard.Guard`."""

    losses: list[float]
    bad: list[Step]
    skipped: Count
    rolled_back: bool


@with_config(ConfigDict(extra="forbid"))
class SumsState(TypedDict):
    """Sums over some steps, of `recording.Recorder`."""

    steps: NotRequired[Count]
    tokens: NotRequired[Count]
    padded: NotRequired[Count]
    supervised: NotRequired[Count]
    loss: NotRequired[float]
    busy: NotRequired[float]
    waited: NotRequired[float]


class RecorderState(TypedDict):
    """Of `recording.Recorder`."""

    last_loss: float
    since: SumsState
    whole: SumsState


class BestState(TypedDict):
    """Of `validating.Best`."""

    value: float | None
    step: Step | None
    misses: Count
    latest: dict[str, float]


class Group(TypedDict):
    """A group of the optimizer: numbers of its weights; its settings stand beside them."""

    params: list[Count]


class OptimizerState(TypedDict):
    """What of the optimizer's state is no tensor."""

    groups: list[Group]
    values: dict[str, Any]


class State(TypedDict):
    """state.json of a checkpoint."""

    guard: GuardState
    recorder: RecorderState
    best: BestState
    stopped: bool
    optimizer: OptimizerState
