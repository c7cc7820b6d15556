"""The records that only the page reads: of an evaluation, of the data and of the memory plan."""

from typing import Annotated, Any, Literal, NotRequired

from annotated_types import Ge, Le
from typing_extensions import TypedDict

Count = Annotated[int, Ge(0), Le(2**53)]
Size = Annotated[float, Ge(0), Le(2**63)]  # bytes
Share = Annotated[float, Ge(0), Le(1)]


class Interval(TypedDict):
    """A share of the answers with its interval; which share it is stands beside."""

    low: Share
    high: Share
    accuracy: NotRequired[Share]
    share: NotRequired[Share]


class System(Interval):
    """One system's answers to a group of problems."""

    lenient: NotRequired[Interval | None]
    unreadable: NotRequired[Interval | None]
    failures: NotRequired[dict[str, Count] | None]


class Group(TypedDict):
    """A row of results.json."""

    group: str
    title: NotRequired[str | None]
    cohort: NotRequired[str | None]
    n: Count
    base: NotRequired[System | None]
    tuned: NotRequired[System | None]


class Settings(TypedDict):
    """How the answers were generated; other settings stand beside."""

    instruction: NotRequired[dict[str, str | None] | None]


class Evaluated(TypedDict):
    """evaluation/results.json."""

    rows: list[Group]
    settings: NotRequired[Settings | None]
    verdicts: NotRequired[dict[str, dict[str, Count]] | None]


class Claim(TypedDict):
    """What the checker read in one line of an answer."""

    line: Count
    role: str
    polarity: str
    text: str


class Sample(TypedDict):
    """A line of evaluation/samples.jsonl: one system's answer to one problem."""

    id: str | int
    system: Literal["base", "tuned"]
    verdict: str
    family: NotRequired[str | None]
    cohort: NotRequired[str | None]
    question: NotRequired[str | None]
    gold: NotRequired[Any]
    response: NotRequired[str | None]
    extracted: NotRequired[Any]
    explanation: NotRequired[str | None]
    verdict_lenient: NotRequired[str | None]
    failure: NotRequired[str | None]
    tokens: NotRequired[Count | None]
    claims: NotRequired[list[Claim] | None]


class Token(TypedDict):
    """A token of the mask sample."""

    text: str
    supervised: bool


class Mask(TypedDict):
    """data/mask_sample.json."""

    tokens: list[Token]
    prompt_tokens: Count
    supervised_tokens: Count


class Summary(TypedDict):
    """data/summary.json."""

    lines: NotRequired[list[str] | None]
    notes: NotRequired[dict[str, Any] | None]


class Room(TypedDict):
    """The memory of the device."""

    size: Size


class Planned(TypedDict):
    """plan.json."""

    verdict: str
    device: str
    precision: str
    room: NotRequired[Room | None]
    training: NotRequired[dict[str, Size] | None]
    evaluation: NotRequired[dict[str, Size] | None]
