"""The records of a comparison that its page reads; extra keys stand beside."""

from typing import Annotated, Any, Literal, NotRequired

from annotated_types import Ge, Le, Len
from typing_extensions import TypedDict

from mathpal.answers.failures import Failure
from mathpal.record import reading
from mathpal.reporting.records import Count, Share

Whole = Annotated[int, Ge(1), Le(2**53)]
Change = Annotated[float, Ge(-1), Le(1)]
Amount = Annotated[float, Ge(0), Le(2**53)]
Verdict = Literal[
    "correct", "wrong", "wrong_unit", "wrong_form", "no_answer", "multiple_answers", "ambiguous"
]


class Proportion(TypedDict):
    """A share with its 95 % interval."""

    correct: Count
    n: Whole
    accuracy: Share
    low: Share
    high: Share


class Standing(TypedDict):
    """What one system reached, and how it was asked (`record`)."""

    name: str
    accuracy: Proportion
    lenient: Proportion
    unreadable: Proportion
    unfinished: Count
    steps: Proportion | None
    consistent: Proportion | None
    failures: dict[Failure, Count]
    unanswered: dict[str, Count]
    tokens: Amount
    prompt_tokens: Amount
    record: dict[str, Any]


class Difference(TypedDict):
    """Of the second system minus the first."""

    won: Count
    lost: Count
    difference: Change
    low: Change | None
    high: Change | None
    detectable: Amount | None


class Pair(TypedDict):
    """Two systems; `won` and `lost` are ids of problems."""

    first: str
    second: str
    strict: Difference
    p: Share | None
    mcnemar: Share
    won: list[str]
    lost: list[str]


class Group(TypedDict):
    """Accuracy by system in a group of problems."""

    kind: Literal["cohort", "grade", "topic", "family"]
    name: str
    title: str
    n: Whole
    shares: dict[str, Proportion]


class Sentences(TypedDict):
    """The verdict in both languages."""

    en: list[str]
    vi: list[str]


class Compared(TypedDict):
    """compare.json."""

    schema: reading.Schema
    settings: dict[str, Any]
    problems: Whole
    clusters: Whole
    untrained: list[str]
    verdict: Sentences
    systems: Annotated[list[Standing], Len(1)]
    pairs: list[Pair]
    groups: list[Group]


class Percentiles(TypedDict):
    """Seconds."""

    p50: Amount
    p95: Amount


class Speed(TypedDict):
    """How fast a system answers; seconds, and GB of memory."""

    ttft: Percentiles
    between: Percentiles | None
    total: Percentiles
    tokens_per_second: Amount | None
    batch: Whole
    batch_seconds: Amount
    batch_tokens_per_second: Amount
    failed: Count
    peak_memory_gb: Amount


class Cost(TypedDict):
    """Seconds for an answer, seconds of training, share of right answers."""

    answer: Amount
    training: Amount
    accuracy: Share


class Measured(TypedDict):
    """One system in performance.json."""

    speed: Speed | None
    cost: Cost | None


class Performance(TypedDict):
    """performance.json."""

    schema: reading.Schema
    systems: dict[str, Measured]
    verdict: Sentences


class Sample(TypedDict):
    """A line of samples.jsonl: one system's answer to one problem."""

    id: str
    system: str
    family: str
    topic: str
    grade: int | None
    question: str
    gold: str | None
    response: str
    extracted: str | None
    verdict: Verdict
    verdict_lenient: Verdict
    explanation: str
    failure: Failure | None
    tokens: Count
    finished: bool
    sources: list[str]
    error: str
    false_step: NotRequired[str]


class Begun(TypedDict):
    """manifest.json."""

    command: NotRequired[str]
