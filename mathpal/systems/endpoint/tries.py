"""Ask until there is an answer: when to try again, how long to wait, when to give up.

Knows no HTTP. Clocks and waiting are given, so that tests need no time.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from mathpal.systems.endpoint.failure import STOPPED, Failure

FIRST_WAIT_S, LONGEST_BACKOFF_S = 1.0, 60.0


class Timing(NamedTuple):
    """Clocks, and a way to wait.

    Attributes:
        now: seconds of a clock that only moves forward.
        today: seconds since 1970.
        wait: wait so many seconds, or until the event is set.
    """

    now: Callable[[], float] = time.monotonic
    today: Callable[[], float] = time.time
    wait: Callable[[threading.Event, float], Any] = threading.Event.wait


CLOCKS = Timing()


class Limits(NamedTuple):
    """When a question is given up.

    Attributes:
        tries: most requests, 1 or more.
        request_s: longest time of one request, in seconds.
        question_s: longest time of all of them and the waits between, in seconds; waiting for the
            rate limit does not count.
    """

    tries: int
    request_s: float
    question_s: float


class Tried(NamedTuple):
    """The last result of several tries.

    Attributes:
        result: what the last try returned.
        tries: their number.
    """

    result: Any
    tries: int


class Pace:
    """Spaces the requests of all threads evenly.

    Args:
        per_minute: most requests in a minute; None for no limit.
        timing: clocks.
    """

    def __init__(self, per_minute: int | None, timing: Timing) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._timing = timing
        self._lock = threading.Lock()
        self._next = timing.now()

    def wait(self, stop: threading.Event) -> float:
        """Wait for this request's turn, or until the event is set; return the seconds."""
        with self._lock:
            now = self._timing.now()
            turn = max(now, self._next)
            self._next = turn + self._gap
        if turn > now:
            self._timing.wait(stop, turn - now)
        return turn - now


def backoff(tries: int, share: float) -> float:
    """Return the seconds before the next try: 1, 2, 4 … 60, less a part that differs by question.

    Args:
        tries: so far, 1 or more.
        share: 0 to 1; 0 takes half of the time, 1 all of it.
    """
    longest = min(FIRST_WAIT_S * 2.0 ** min(tries - 1, 10), LONGEST_BACKOFF_S)
    return longest * (0.5 + 0.5 * share)


def with_tries(
    attempt: Callable[[float], Any],
    limits: Limits,
    pace: Pace,
    timing: Timing,
    stop: threading.Event,
    *,
    share: Callable[[int], float],
    note: Callable[[Failure, float], None],
) -> Tried:
    """Call until something else than a failure returns that another try may mend.

    Args:
        attempt: one request that takes at most so many seconds.
        limits: when to give up.
        pace: of all requests.
        timing: clocks.
        stop: give up when it is set.
        share: of the wait after so many tries, see `backoff`.
        note: called with a failure and the seconds until the next try.
    """
    end = 0.0
    for tries in range(1, limits.tries + 1):
        waited = pace.wait(stop)
        if stop.is_set():
            return Tried(STOPPED, tries)
        end = timing.now() + limits.question_s if tries == 1 else end + waited
        result = attempt(min(limits.request_s, max(end - timing.now(), 0.001)))
        if not isinstance(result, Failure) or not result.again or tries == limits.tries:
            break
        seconds = max(backoff(tries, share(tries)), result.wait)
        if timing.now() + seconds >= end:
            break
        note(result, seconds)
        timing.wait(stop, seconds)
    return Tried(result, tries)
