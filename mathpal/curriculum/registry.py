"""What a family of generated problems is: its record, its random choices, its registration.

A family is one decorated function from a `Draw` to a `Draft`. This module knows no particular
family (see `families`, one file per topic) and draws no problems for a split (see `items`).
"""

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, NamedTuple, TypeVar

T = TypeVar("T")
Wordings = Literal["all", "seen", "unseen"]

TOPICS = (
    "numbers", "fractions", "decimals", "ratio", "word_problems", "measure", "motion",
    "geometry", "number_theory", "statistics",
)  # fmt: skip
STRATA = ("standard", "advanced")
UNSEEN_SHARE = 4  # of a problem's wordings, one in four is held out as unseen, at least one


def digest(text: str) -> str:
    """Return eight hexadecimal digits of a text's hash, the same on every machine."""
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


class Draw:
    """The random choices of one problem, seeded by a hash of its coordinates.

    Args:
        coordinates: name the problem; other coordinates give other choices.
        wordings: which surface templates may be drawn: "seen" ones are those that the template
            regime trains on, "unseen" ones those it holds out.
    """

    def __init__(self, *coordinates: str | int, wordings: Wordings = "all") -> None:
        key = "\x1f".join(str(c) for c in coordinates).encode()
        seed = int.from_bytes(hashlib.blake2b(key, digest_size=16).digest(), "big")
        self._random = random.Random(seed)
        self._wordings = wordings
        self.template_id = ""

    def integer(self, low: int, high: int, step: int = 1) -> int:
        """Return one of low, low + step, low + 2 step, … up to high, which is included."""
        return self._random.randrange(low, high + 1, step)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options, all equally likely."""
        return options[self._random.randrange(len(options))]

    def distinct(self, options: Sequence[T], count: int) -> list[T]:
        """Return `count` different options in random order."""
        return self._random.sample(list(options), count)

    def template(self, *texts: str) -> str:
        """Return one of at least two surface templates that ask the same thing in other words.

        Call it exactly once per problem: the chosen text gives the problem its `template_id`.
        """
        assert len(texts) > 1, "a problem needs two wordings or more"
        seen, unseen = _seen_and_unseen(texts)
        text = self.pick({"all": texts, "seen": seen, "unseen": unseen}[self._wordings])
        self.template_id = _cached_digest(text)
        return text


_cached_digest = lru_cache(maxsize=None)(digest)


@cache
def _seen_and_unseen(texts: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part the wordings, by hash, into those the template regime trains on and those held out."""
    ranked = sorted(texts, key=_cached_digest)
    cut = len(texts) - max(1, len(texts) // UNSEEN_SHARE)
    return tuple(ranked[:cut]), tuple(ranked[cut:])


class Solution(NamedTuple):
    """A worked solution in its layout (see `layouts`).

    Attributes:
        working: everything before the declaration.
        declaration: the last line, "Đáp số: 70 m".
        steps: the lines of the working that are equations.
    """

    working: str
    declaration: str
    steps: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole solution."""
        return f"{self.working}\n{self.declaration}"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a family function returns: the texts, and the values that identify the problem.

    Attributes:
        question: the problem's text.
        solution: the worked solution; it ends in the declared answer.
        answer: the gold as text, exactly as declared.
        parameters: the values that identify the problem. Names of persons and things stay out,
            so that a problem with other names counts as the same one.
        slips: wrong answers, in the form of the right one, that come from typical errors of
            pupils. They are the first distractors in multiple choice; one that happens to equal
            the answer is left out there.
    """

    question: str
    solution: Solution
    answer: str
    parameters: tuple[object, ...]
    slips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """A registered family; `family` explains the fields."""

    name: str
    number: int
    grade: int
    kind: str
    topic: str
    stratum: str
    title: str
    make: Callable[[Draw], Draft]


FAMILIES: dict[str, Family] = {}


def family(
    *, number: int, grade: int, kind: str, topic: str, stratum: str = "standard"
) -> Callable[[Callable[[Draw], Draft]], Callable[[Draw], Draft]]:
    """Register the decorated function as a family named like the function.

    Args:
        number: its number in the curriculum's list of 69 (docs/curriculum.md).
        grade: school grade 1-6 (programme GDPT 2018).
        kind: kind of its gold, one of `mathpal.answers.KINDS`.
        topic: one of `TOPICS`.
        stratum: "standard", or "advanced" for entrance-exam problems (nâng cao).

    The first line of the function's docstring becomes the family's title.
    """
    assert topic in TOPICS and stratum in STRATA and grade in range(1, 7)

    def register(make: Callable[[Draw], Draft]) -> Callable[[Draw], Draft]:
        name = make.__name__
        assert name not in FAMILIES, f"family {name} is registered twice"
        assert make.__doc__, f"family {name} needs a docstring: its first line is the title"
        title = make.__doc__.strip().splitlines()[0].rstrip(".")
        FAMILIES[name] = Family(name, number, grade, kind, topic, stratum, title, make)
        return make

    return register
