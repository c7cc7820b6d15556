"""What the tables of answers and of worked solutions share: rows, and the parameters of a test."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import pytest

Expected = TypeVar("Expected")
STEP_VERDICTS = {"v": "valid", "i": "invalid", "u": "unchecked"}


def rows(
    gold: str, expected: Expected, *responses: str, question: str | None = None
) -> list[tuple[Expected, str, str | None, str]]:
    """Several responses of which the same is expected: (expected, gold, question, response)."""
    return [(expected, gold, question, response) for response in responses]


def cases(sections: Mapping[str, Iterable[tuple[Any, ...]]]) -> list[Any]:
    """One parameter set a row; the gold stands second in a row, the response last."""
    return [
        pytest.param(*row, id=f"{name}: {row[-1]!a} / {row[1]!a}")
        for name, several in sections.items()
        for row in several
    ]


def step_cases(sections: Mapping[str, Iterable[tuple[str, str]]]) -> list[Any]:
    """One parameter set (text, verdicts) a row (verdicts, text)."""
    return [
        pytest.param(text, verdicts, id=f"{name}: {text!a}")
        for name, several in sections.items()
        for verdicts, text in several
    ]
