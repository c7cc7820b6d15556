"""The records of a run directory and of a study: what their readers rely on.

`reading` checks a file against one of these. Keys that only later versions write are not required:
runs of earlier commits stay readable. Records of one package stand there: of a checkpoint in
`training`, of the page's other files in `reporting`.
"""

from typing import Annotated, Any, Literal, NotRequired

from annotated_types import Ge, Le
from typing_extensions import TypedDict

from mathpal.record.reading import Schema, Step

Config = dict[str, Any]
Status = Literal["completed", "failed", "interrupted", "pruned"]


class Git(TypedDict):
    """The state of the repository that holds the code."""

    commit: str | None
    dirty: NotRequired[bool]
    untracked: NotRequired[list[str]]


class Restart(TypedDict):
    """One more attempt at a run."""

    from_step: int
    time: NotRequired[str]
    reason: NotRequired[str]
    changed: NotRequired[list[str]]


class Manifest(TypedDict, total=False):
    """run.json; a reader names the keys that it needs."""

    schema: Schema
    name: str | None
    argv: list[str]
    command: str | list[str]
    overrides: list[str]
    config: Config
    config_hash: str
    seed: int | None
    git: Git
    python: str
    packages: dict[str, str]
    determinism: dict[str, Any]
    hardware: dict[str, Any]
    fingerprints: dict[str, str]
    parent: dict[str, Any] | None
    scheduler: dict[str, str]
    restarts: int
    history: list[Restart]
    started: str
    backend: str
    plan: dict[str, Any] | None
    working_directory: str
    directory: str
    date: str | None
    start: dict[str, Any] | None
    begins_at_step: Step


class Compared(TypedDict):
    """The value of a run that a sweep compares."""

    name: NotRequired[str | None]
    value: NotRequired[float | list[float | None] | None]


class Ending(TypedDict):
    """outcome.json."""

    schema: NotRequired[Schema]
    status: Status
    metrics: NotRequired[dict[str, float | None] | None]
    objective: NotRequired[Compared | None]
    timings: NotRequired[dict[str, float] | None]
    error: NotRequired[str | None]
    error_type: NotRequired[str | None]
    notes: NotRequired[list[str] | None]


class Measured(TypedDict):
    """A line of metrics.jsonl, system.jsonl or samples.jsonl; values of any names stand beside."""

    step: Step
    time: NotRequired[float]


class Sign(TypedDict):
    """attempt.json, and the heartbeat of a driver: the process that is at work."""

    host: str
    pid: Annotated[int, Ge(1), Le(2**31 - 1)]
    started: float


class Identity(TypedDict):
    """tracking/<sink>.json: how a tracker names the run."""

    id: str


class Facts(TypedDict):
    """study.json."""

    schema: NotRequired[Schema]
    study_name: str
    storage: NotRequired[str | None]
    directions: NotRequired[list[Literal["minimize", "maximize"]] | None]
    metrics: NotRequired[list[str] | None]
    intermediate: NotRequired[str | None]
    n_trials: NotRequired[int | None]
    seeds: NotRequired[list[int] | None]
    kind: NotRequired[str | None]
    command: NotRequired[str | None]
    question: NotRequired[str | None]
    space: NotRequired[dict[str, Any] | None]
    fixed: NotRequired[list[str] | None]
    config_hash: NotRequired[str | None]
