"""Measure how fast a system answers, one question at a time and in full batches.

The vocabulary is that of serving benchmarks: TTFT is the time to the first piece of text. The first
question only warms up and is left out; a GPU is waited for before each reading of the clock.
"""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from mathpal.generation.records import Decoding, Question, Response
from mathpal.record.resident import peak_resident
from mathpal.systems.system import System


class Percentiles(NamedTuple):
    """Of times in seconds."""

    p50: float
    p95: float
    p99: float


class Speed(NamedTuple):
    """How fast a system answers.

    Attributes:
        questions: measured one at a time.
        ttft: time to the first piece of text, seconds.
        between: from one piece of text to the next, seconds; None without a second piece.
        total: from question to whole answer, seconds.
        tokens_per_second: of one stream, without the prompt's reading; None for one-token answers.
        batch: questions that were asked together.
        batch_seconds: a question, asked together.
        batch_tokens_per_second: of all answers together.
        failed: questions without an answer; they are in no figure.
        peak_memory_gb: of the device's memory; on a CPU, of the whole process so far.
    """

    questions: int
    ttft: Percentiles
    between: Percentiles | None
    total: Percentiles
    tokens_per_second: float | None
    batch: int
    batch_seconds: float
    batch_tokens_per_second: float
    failed: int
    peak_memory_gb: float


def measure(
    system: System, questions: Sequence[Question], decoding: Decoding, *, alone: int
) -> Speed | None:
    """Measure a system; None if it answered nothing.

    Args:
        system: what answers.
        questions: two or more; all are asked together, the first ones also alone.
        decoding: how answers are generated.
        alone: most questions that are asked one at a time, the warm-up not counted.
    """
    synchronise, peak = _device()
    system.answer(questions[:1], decoding)  # warm-up
    times = [_alone(system, each, decoding, synchronise) for each in questions[1 : alone + 1]]
    synchronise()
    begin = time.perf_counter()
    together = system.answer(questions, decoding)
    synchronise()
    seconds = time.perf_counter() - begin
    sound = [each for each in times if not each.response.error]
    if not sound or not any(not response.error for response in together):
        return None
    decoded = sum(each.response.tokens - 1 for each in sound)
    decoding_time = sum(each.total - each.ttft for each in sound)
    between = [gap for each in sound for gap in each.between]
    return Speed(
        len(sound),
        percentiles([each.ttft for each in sound]),
        percentiles(between) if between else None,
        percentiles([each.total for each in sound]),
        decoded / decoding_time if between and decoding_time else None,
        len(questions),
        seconds / len(questions),
        sum(response.tokens for response in together) / seconds,
        len(times) - len(sound) + sum(bool(response.error) for response in together),
        peak(),
    )


class _Timed(NamedTuple):
    ttft: float
    between: list[float]
    total: float
    response: Response


def _alone(
    system: System, question: Question, decoding: Decoding, synchronise: Callable[[], None]
) -> _Timed:
    moments: list[float] = []
    synchronise()
    begin = time.perf_counter()
    (response,) = system.answer(
        [question], decoding, streamed=lambda place, text: moments.append(time.perf_counter())
    )
    synchronise()
    total = time.perf_counter() - begin
    first = moments[0] - begin if moments else total
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    return _Timed(first, gaps, total, response)


def percentiles(times: Sequence[float]) -> Percentiles:
    """Return the median, the 95th and the 99th percentile, interpolated linearly.

    Example:
        >>> percentiles([1.0, 2.0, 3.0]).p50
        2.0
    """
    ordered = sorted(times)

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (place - low) * (ordered[high] - ordered[low])

    return Percentiles(at(0.5), at(0.95), at(0.99))


def _device() -> tuple[Callable[[], None], Callable[[], float]]:
    """Return how to wait for the device, and how to read its peak memory in GB."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.synchronize, lambda: torch.cuda.max_memory_allocated() / 1e9
    return lambda: None, lambda: peak_resident() / 1e9
