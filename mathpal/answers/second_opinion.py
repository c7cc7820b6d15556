"""Compares our verdicts with those of math-verify, if it is installed.

Lists the disagreements for a person to look at; never changes a verdict. On hard Vietnamese cases
math-verify is wrong about half the time: it reads "1,5" as a set and equates 36 m with 36 km.
"""

import importlib
import logging
import threading
from collections.abc import Iterable
from typing import Any, NamedTuple

from mathpal.answers.declared import declared_answer
from mathpal.errors import ConfigError

log = logging.getLogger(__name__)

_LONGEST = 400  # characters given to math-verify, whose parsers take more than linear time
_SECONDS = 3


class Judged(NamedTuple):
    """One graded response.

    Attributes:
        id: the problem's id.
        response: the generated text.
        gold: the gold answer as text.
        verdict: our verdict, one of `mathpal.answers.VERDICTS`.
    """

    id: str
    response: str
    gold: str
    verdict: str


class Disagreement(NamedTuple):
    """A response that only one of the two checkers calls correct.

    Attributes:
        id: the problem's id.
        ours: our verdict.
        theirs: "correct", "wrong", or "unreadable" if math-verify can parse nothing.
    """

    id: str
    ours: str
    theirs: str


def _opinion(package: Any, response: str, gold: str) -> str:
    # math-verify limits time by an alarm signal, which only the main thread may set.
    seconds = _SECONDS if threading.current_thread() is threading.main_thread() else None
    declared = (declared_answer(response) or response[-_LONGEST:])[:_LONGEST]
    expected = package.parse(gold[:_LONGEST], parsing_timeout=seconds)
    given = package.parse(declared, parsing_timeout=seconds)
    if not expected or not given:
        return "unreadable"
    return "correct" if package.verify(expected, given, timeout_seconds=seconds) else "wrong"


def checker() -> Any:
    """Import and return the math-verify package.

    Raises:
        ConfigError: math-verify is not installed.
    """
    try:
        return importlib.import_module("math_verify")
    except ImportError as error:
        raise ConfigError(
            "a second opinion needs math-verify, which is not installed:"
            ' run pip install "mathpal[verify]", or turn the second opinion off.'
        ) from error


def disagreements(judged: Iterable[Judged]) -> list[Disagreement]:
    """Return the responses on whose correctness math-verify and our verdict differ.

    Args:
        judged: graded responses.

    Raises:
        ConfigError: math-verify is not installed.

    Source: https://github.com/huggingface/Math-Verify
    """
    package = checker()
    noisy = logging.getLogger("math_verify")
    level = noisy.level
    noisy.setLevel(logging.ERROR)  # math-verify warns at every call without a time limit
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
