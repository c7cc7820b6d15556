"""Drop training problems that give a held-out problem away.

Knows which turns of a conversation are compared. What makes two questions alike is in `leakage`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mathpal.data.quarantine import dropped
from mathpal.problems import Fault, LeftOut, Problem

if TYPE_CHECKING:
    from mathpal.data.leakage import Leak


def keep_apart(
    train: Sequence[Problem], validation: Sequence[Problem], test: Sequence[Problem]
) -> tuple[list[Problem], list[Leak]]:
    """Return the training problems that give no held-out problem away, and the leaks of the rest.

    The held-out problems stay unchanged, so a score stays comparable when training rows are
    added. Every user turn of a conversation is compared with the test, not only the last.

    Args:
        train: problems to train on; ids are unique.
        validation: problems of the validation loss.
        test: problems that accuracy is measured on.
    """
    from mathpal.data.leakage import giving_away  # numpy

    leaks = giving_away([*train, *user_turns(train)], test)
    rest = [problem for problem in train if problem.id not in leaks]
    leaks |= giving_away(rest, validation)
    kept = [problem for problem in rest if problem.id not in leaks]
    return kept, [leaks[problem.id] for problem in train if problem.id in leaks]


def without_leaks(
    train: Sequence[Problem], validation: Sequence[Problem], test: Sequence[Problem]
) -> tuple[list[Problem], list[Problem], list[LeftOut]]:
    """Return training and validation problems without leaks, and the dropped problems.

    The test split stays unchanged. A validation problem is dropped if it gives a test problem
    away; a training problem if it gives a validation or a test problem away.

    Args:
        train: problems to train on; ids are unique within each split.
        validation: problems of the validation loss.
        test: problems that accuracy is measured on.
    """
    kept, from_validation = keep_apart(validation, [], test)
    rest, from_train = keep_apart(train, kept, test)
    left_out: list[LeftOut] = []
    for name, problems, leaks in (
        ("train", train, from_train),
        ("validation", validation, from_validation),
    ):
        known = {problem.id: problem for problem in problems}
        for leak in leaks:
            left_out.append(dropped(known[leak.train], name, Fault("leak", leak.reason())))
    return rest, kept, left_out


def user_turns(problems: Sequence[Problem]) -> list[Problem]:
    """Return each user turn of longer conversations as a problem with the conversation's id."""
    return [
        replace(problem, question=text, messages=())
        for problem in problems
        if sum(role == "user" for role, _ in problem.messages) > 1
        for role, text in problem.messages
        if role == "user"
    ]
