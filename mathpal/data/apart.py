"""What is measured on is not trained on: the training problems that have to go.

Knows what of a conversation counts. Knows nothing of what makes two questions alike
(`leakage`).
"""

from collections.abc import Sequence
from dataclasses import replace

from mathpal.problems import Problem


def keep_apart(
    train: list[Problem], validation: list[Problem], test: list[Problem]
) -> tuple[list[Problem], list[str]]:
    """The training problems that give no held-out problem away, and the ids of the others.

    Of a conversation every turn of the user is compared with the test, not only the last.

    Args:
        train: what the loss is to see; ids are unique.
        validation: what the loss is measured on.
        test: what accuracy is measured on.
    """
    turns = [
        replace(problem, question=text, messages=())
        for problem in train
        if len(problem.messages) > 2
        for role, text in problem.messages
        if role == "user"
    ]
    spoken = _spoken(train)
    spoilt = _twins([*spoken, *turns], _spoken(test)) | _twins(spoken, _spoken(validation))
    return [problem for problem in train if problem.id not in spoilt], sorted(spoilt)


def _twins(train: Sequence[Problem], held_out: Sequence[Problem]) -> set[str]:
    """Ids of the training problems that give a held-out one away."""
    from mathpal.data.leakage import find_leaks, without_leaks  # numpy

    # Asked the other way round it names every twin of a held-out question at once, not one a
    # round; a share of n-grams, though, means the held-out question's.
    same = {leak.held_out for leak in find_leaks(held_out, train) if leak.kind != "near"}
    rest = [problem for problem in train if problem.id not in same]
    return same | {leak.train for leak in without_leaks(rest, held_out)[1]}


def _spoken(problems: Sequence[Problem]) -> list[Problem]:
    """Without system turns: these are alike in all of a data set and would count as a copy."""
    return [
        replace(p, messages=tuple(turn for turn in p.messages if turn[0] != "system"))
        if p.messages
        else p
        for p in problems
    ]
