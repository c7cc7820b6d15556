"""What math-verify says about graded responses, where it is installed: an opinion to look at.

Lists where the two disagree; never changes a verdict. On hard Vietnamese cases math-verify is
wrong about every second time ("1,5" is a set to it, 36 m equals 36 km).
"""

import importlib
import logging
import threading
from collections.abc import Iterable
from typing import Any, NamedTuple

from mathpal.answers.extraction import declared_answer
from mathpal.errors import ConfigError

log = logging.getLogger(__name__)

_LONGEST = 400  # characters handed over; its parsers are not linear
_SECONDS = 3


class Judged(NamedTuple):
    """One graded response.

    Attributes:
        id: of the problem.
        response: the generated text.
        gold: the gold answer as text.
        verdict: ours, one of `mathpal.answers.VERDICTS`.
    """

    id: str
    response: str
    gold: str
    verdict: str


class Disagreement(NamedTuple):
    """A response that is correct for one checker and not for the other.

    Attributes:
        id: of the problem.
        ours: our verdict.
        theirs: "correct", "wrong", or "unreadable" where math-verify parses nothing.
    """

    id: str
    ours: str
    theirs: str


def _opinion(package: Any, response: str, gold: str) -> str:
    # Its time limit is an alarm signal, which only the main thread may set.
    seconds = _SECONDS if threading.current_thread() is threading.main_thread() else None
    declared = (declared_answer(response) or response[-_LONGEST:])[:_LONGEST]
    expected = package.parse(gold[:_LONGEST], parsing_timeout=seconds)
    given = package.parse(declared, parsing_timeout=seconds)
    if not expected or not given:
        return "unreadable"
    return "correct" if package.verify(expected, given, timeout_seconds=seconds) else "wrong"


def checker() -> Any:
    """The math-verify package.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        return importlib.import_module("math_verify")
    except ImportError as error:
        raise ConfigError(
            "a second opinion needs math-verify, which is not installed:"
            ' pip install "mathpal[verify]", or leave the second opinion off.'
        ) from error


def disagreements(judged: Iterable[Judged]) -> list[Disagreement]:
    """Where math-verify and our verdicts differ on whether a response is correct.

    Args:
        judged: graded responses.

    Raises:
        ConfigError: math-verify is not installed.

    Source: https://github.com/huggingface/Math-Verify
    """
    package = checker()
    noisy = logging.getLogger("math_verify")
    level = noisy.level
    noisy.setLevel(logging.ERROR)  # it warns at every call made without its alarm
    try:
        found = []
        count = 0
        for item in judged:
            count += 1
            theirs = _opinion(package, item.response, item.gold)
            if (theirs == "correct") != (item.verdict == "correct"):
                found.append(Disagreement(item.id, item.verdict, theirs))
    finally:
        noisy.setLevel(level)
    log.info("math-verify disagrees on %d of %d responses", len(found), count)
    return found
