"""What is measured on is not trained on: the problems that have to go.

Knows what of a conversation counts. Knows nothing of what makes two questions alike
(`leakage`).
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
    """The training problems that give no held-out problem away, and why the others do.

    The held-out problems stay as they are, so a score stays comparable when training rows are
    added. Of a conversation every turn of the user is compared with the test, not only the last.

    Args:
        train: what the loss is to see; ids are unique.
        validation: what the loss is measured on.
        test: what accuracy is measured on.
    """
    from mathpal.data.leakage import giving_away  # numpy

    spoilt = giving_away([*train, *asked_apart(train)], test)
    rest = [problem for problem in train if problem.id not in spoilt]
    spoilt |= giving_away(rest, validation)
    kept = [problem for problem in rest if problem.id not in spoilt]
    return kept, [spoilt[problem.id] for problem in train if problem.id in spoilt]


def without_leaks(
    train: Sequence[Problem], validation: Sequence[Problem], test: Sequence[Problem]
) -> tuple[list[Problem], list[Problem], list[LeftOut]]:
    """Training and validation problems that give no other away, and those that do.

    The test split stays as it is; validation gives way to it, training to both.

    Args:
        train: what the loss is to see; ids are unique within each split.
        validation: what the loss is measured on.
        test: what accuracy is measured on.
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


def asked_apart(problems: Sequence[Problem]) -> list[Problem]:
    """Every turn of the user in longer conversations, as a problem of the conversation's id."""
    return [
        replace(problem, question=text, messages=())
        for problem in problems
        if sum(role == "user" for role, _ in problem.messages) > 1
        for role, text in problem.messages
        if role == "user"
    ]
