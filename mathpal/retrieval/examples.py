"""Choose solved problems to show before a question.

Knows numbers of examples, twins and token budgets. Knows nothing of chat templates: the caller
counts the tokens.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from mathpal.errors import DataError
from mathpal.problems import Problem
from mathpal.retrieval.retriever import Index

MISFITS = 20  # examples that may be too long for the budget before the choice ends
_FIRST = 8  # hits looked at for each example wanted; more only if twins fill them


class Example(NamedTuple):
    """A solved problem as it is shown, whole.

    Attributes:
        id: of the problem.
        question: what was asked; of a conversation, all turns before the answer.
        solution: the worked solution.
    """

    id: str
    question: str
    solution: str


def text_of(example: Example) -> str:
    """Return question and solution on lines of their own, as tokens are counted by default."""
    return f"{example.question}\n{example.solution}"


def choose(
    index: Index,
    question: str,
    *,
    k: int,
    budget: int,
    count: Callable[[str], int],
    text: Callable[[Example], str] = text_of,
    without: Collection[str] = (),
) -> list[Example]:
    """Choose at most k whole examples for a question, within a number of tokens.

    The most similar problems are taken first. One that does not fit in the rest of the budget is
    passed over, as is a twin of one that was taken (the same question with other numbers); twins
    come back only where no other problem is left that fits.

    Args:
        index: solved problems; leave out those that give test problems away (`retriever.safe`).
        question: what will be asked.
        k: most examples; 0 for none.
        budget: most tokens of all examples together.
        count: returns the tokens of a text.
        text: makes the text whose tokens are counted, with what surrounds an example.
        without: ids that are not to be chosen, such as the question's own.

    Returns:
        The examples in the order to show them: the most similar one last, next to the question.
    """
    from mathpal.retrieval.terms import shape  # imports NumPy

    taken: dict[int, Example] = {}  # rank to example
    twins: dict[int, Example] = {}
    shapes: set[str] = set()
    misfits = 0
    for rank, example in enumerate(_nearest(index, question, k, without)):
        if len(taken) == k or misfits == MISFITS:
            break
        key = shape(example.question)
        if key in shapes:
            twins[rank] = example
        elif (size := count(text(example))) <= budget:
            budget -= size
            taken[rank] = example
            shapes |= {key} - {""}
        else:
            misfits += 1
    for rank, example in islice(twins.items(), k + MISFITS):
        if len(taken) == k:
            break
        if (size := count(text(example))) <= budget:
            budget -= size
            taken[rank] = example
    return [taken[rank] for rank in sorted(taken, reverse=True)]


def _nearest(index: Index, question: str, k: int, without: Collection[str]) -> Iterator[Example]:
    """Yield problems, most similar first. Few are searched for before more are wanted."""
    seen, depth = 0, _FIRST * k
    while depth:
        (hits,) = index.search([question], depth, without=[without])
        for hit in hits[seen:]:
            yield example_of(index.problems[hit.place])
        if len(hits) < depth:
            return
        seen, depth = depth, 4 * depth


def fixed(problems: Sequence[Problem], chosen: Sequence[str | int]) -> list[Example]:
    """Return given problems as examples, in the given order.

    Args:
        problems: the solved problems to choose from.
        chosen: ids, or numbers from 1 in the order of the problems.

    Raises:
        DataError: there is no such problem, or one is named twice; all of these are named.
    """
    ids = {problem.id: place for place, problem in enumerate(problems)}
    places = [ids.get(one) if isinstance(one, str) else one - 1 for one in chosen]
    missing = [
        str(one)
        for one, place in zip(chosen, places)
        if place is None or not 0 <= place < len(problems)
    ]
    if missing:
        raise DataError(
            f"examples {', '.join(missing)}: expected ids of problems, or numbers from 1 to "
            f"{len(problems)}"
        )
    twice = [str(one) for n, one in enumerate(chosen) if places[n] in places[:n]]
    if twice:
        raise DataError(f"examples {', '.join(twice)}: each example can be shown once")
    return [example_of(problems[place]) for place in places if place is not None]


def example_of(problem: Problem) -> Example:
    """Make an example of a solved problem."""
    from mathpal.data.sieve import asked_text

    return Example(problem.id, asked_text(problem), problem.solution)
