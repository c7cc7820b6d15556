"""What a family of generated problems is, and how an item gets its randomness.

A family is one decorated function from a `Draw` to a `Draft`. This module does not know
any particular family; they live one file a topic beside it.
"""

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mathpal.problems import Problem

T = TypeVar("T")

SPLIT_SHARES = {"train": 80, "validation": 8, "test": 12}
MAX_ATTEMPTS = 1_000


class Draw:
    """Random choices of one item, keyed by a hash of its coordinates."""

    def __init__(self, *coordinates: str | int) -> None:
        key = "\x1f".join(str(c) for c in coordinates).encode()
        seed = int.from_bytes(hashlib.blake2b(key, digest_size=16).digest(), "big")
        self._random = random.Random(seed)
        self.template_id = 0

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return self._random.randrange(low, high + 1)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, all equally likely."""
        return options[self._random.randrange(len(options))]

    def distinct(self, options: Sequence[T], count: int) -> list[T]:
        """`count` different options in random order."""
        return self._random.sample(list(options), count)

    def template(self, *texts: str) -> str:
        """One of the surface templates; its position becomes the item's template id."""
        self.template_id = self._random.randrange(len(texts))
        return texts[self.template_id]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a family function returns: the texts, and the values that identify the problem.

    Attributes:
        question: the problem's text.
        solution: the worked solution; it ends in the declared answer.
        answer: the gold as text, exactly as declared.
        parameters: the values that make this problem what it is. Names and objects that
            only dress it up stay out, so that a re-dressed problem counts as the same one.
    """

    question: str
    solution: str
    answer: str
    parameters: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A registered family: see `family` for the meaning of the fields."""

    name: str
    number: int
    grade: int
    kind: str
    title: str
    make: Callable[[Draw], Draft]


FAMILIES: dict[str, Family] = {}


def family(
    *, number: int, grade: int, kind: str
) -> Callable[[Callable[[Draw], Draft]], Callable[[Draw], Draft]]:
    """Register the decorated function as a family named like the function.

    Args:
        number: its number in the curriculum list (docs of the families).
        grade: school grade 1-5 (programme GDPT 2018).
        kind: kind of its gold, one of `mathpal.answers.KINDS`.

    The first line of the function's docstring becomes the family's title.
    """

    def register(make: Callable[[Draw], Draft]) -> Callable[[Draw], Draft]:
        name = make.__name__
        assert name not in FAMILIES, f"family {name} is registered twice"
        assert make.__doc__, f"family {name} needs a docstring: its first line is the title"
        title = make.__doc__.strip().splitlines()[0].rstrip(".")
        FAMILIES[name] = Family(name, number, grade, kind, title, make)
        return make

    return register


def split_of(family_name: str, parameters: str) -> str:
    """The split a problem belongs to, by a hash of what identifies it.

    Two problems with the same parameters land in the same split, whatever their wording,
    so train and test cannot share a problem.
    """
    digest = hashlib.blake2b(f"{family_name}\x1f{parameters}".encode(), digest_size=4).digest()
    point = int.from_bytes(digest, "big") % 100
    for split, share in SPLIT_SHARES.items():
        if point < share:
            return split
        point -= share
    raise AssertionError("the shares of the splits add up to 100")


def problem(namespace: str, split: str, family_name: str, index: int) -> Problem:
    """The item at these coordinates; the same on every machine, in any order.

    Args:
        namespace: separates independent draws (a run uses its data seed).
        split: "train", "validation" or "test".
        family_name: a key of `FAMILIES`.
        index: 0, 1, 2, …

    Raises:
        KeyError: for an unknown family.

    Example:
        >>> problem("demo", "train", "cong_tru", 0) == problem("demo", "train", "cong_tru", 0)
        True
    """
    entry = FAMILIES[family_name]
    for attempt in range(MAX_ATTEMPTS):
        draw = Draw(namespace, split, family_name, index, attempt)
        draft = entry.make(draw)
        parameters = ",".join(str(value) for value in draft.parameters)
        if split_of(family_name, parameters) == split:
            return Problem(
                id=f"{family_name}/{namespace}/{split}/{index}",
                question=draft.question,
                solution=draft.solution,
                answer=draft.answer,
                kind=entry.kind,
                family=family_name,
                grade=entry.grade,
                template=f"{family_name}#{draw.template_id}",
                parameters=parameters,
            )
    raise AssertionError(f"{family_name} draws too few different problems for split {split}")
