"""Compare systems that answered the same problems: shares, paired differences, groups, flips.

Knows graded samples; neither asks nor grades.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import fmean
from typing import Any, NamedTuple

from mathpal.answers.failures import FAILURES, Failure
from mathpal.problems import Problem
from mathpal.statistics.differences import Difference, difference
from mathpal.statistics.means import holm
from mathpal.statistics.proportions import Proportion, wilson

Sample = Mapping[str, Any]


class Standing(NamedTuple):
    """What one system reached by itself.

    Attributes:
        accuracy: exact matches.
        lenient: right in any layout.
        unreadable: answers in which no answer can be read.
        unfinished: answers that were cut off at the token limit.
        steps: valid among the checked steps of all answers; None without any.
        consistent: right answers among those whose checked steps are all valid; None without any.
        failures: wrong answers by kind.
        unanswered: questions that the system failed to answer, by reason; they count as wrong.
        tokens: mean length of an answer.
        prompt_tokens: mean length of a prompt; 0 if unknown.
    """

    name: str
    accuracy: Proportion
    lenient: Proportion
    unreadable: Proportion
    unfinished: int
    steps: Proportion | None
    consistent: Proportion | None
    failures: Mapping[Failure, int]
    unanswered: Mapping[str, int]
    tokens: float
    prompt_tokens: float


class Pair(NamedTuple):
    """Two systems on the same problems; differences are second minus first.

    Attributes:
        strict: of exact matches.
        lenient: of answers that are right in any layout.
        p: of `strict`, corrected by Holm for the number of pairs; None for one cluster.
        mcnemar: its exact p, corrected in the same way.
        won: ids of the problems that only the second answers correctly.
        lost: ids of the problems that only the first answers correctly.
    """

    first: str
    second: str
    strict: Difference
    lenient: Difference
    p: float | None
    mcnemar: float
    won: Sequence[str]
    lost: Sequence[str]


class Group(NamedTuple):
    """The problems of one grade, topic, family or cohort.

    Attributes:
        kind: "grade", "topic", "family" or "cohort".
        shares: accuracy by system.
    """

    kind: str
    name: str
    n: int
    shares: Mapping[str, Proportion]


class Comparison(NamedTuple):
    """The result of a comparison."""

    standings: Sequence[Standing]
    pairs: Sequence[Pair]
    groups: Sequence[Group]
    clusters: int


def compared(problems: Sequence[Problem], samples: Mapping[str, Sequence[Sample]]) -> Comparison:
    """Compare systems.

    Args:
        problems: one or more.
        samples: by system, in the order of the problems; see `mathpal.evaluation.grading`.
    """
    clusters = [cluster(problem) for problem in problems]
    right = {name: [s["verdict"] == "correct" for s in found] for name, found in samples.items()}
    loose = {
        name: [s["verdict_lenient"] == "correct" for s in found] for name, found in samples.items()
    }
    pairs = []
    for first, second in combinations(samples, 2):
        won = [p.id for p, a, b in zip(problems, right[first], right[second]) if b and not a]
        lost = [p.id for p, a, b in zip(problems, right[first], right[second]) if a and not b]
        strict = difference(right[first], right[second], clusters)
        lenient = difference(loose[first], loose[second], clusters)
        pairs.append(Pair(first, second, strict, lenient, strict.p, strict.mcnemar, won, lost))
    return Comparison(
        [standing(name, found) for name, found in samples.items()],
        _corrected(pairs),
        list(_groups(problems, right)),
        len(set(clusters)),
    )


def cluster(problem: Problem) -> str:
    """Return the group of problems that are alike, so that they are no independent draws.

    It is the family of a generated problem; else the wording without its numbers.
    """
    from mathpal.data.leakage import wording

    if problem.template or problem.family not in ("", problem.source):
        return f"family {problem.family}"
    return "".join("0" if c.isdigit() else c for c in wording(problem.question))


def standing(name: str, samples: Sequence[Sample]) -> Standing:
    """Summarise the answers of one system."""
    n = len(samples)
    checked = [s for s in samples if s["steps_valid"] + s["steps_invalid"]]
    valid = sum(s["steps_valid"] for s in checked)
    steps = valid + sum(s["steps_invalid"] for s in checked)
    sound = [s for s in checked if not s["steps_invalid"]]
    kinds = Counter(s["failure"] for s in samples)

    def share(key: str, value: str) -> Proportion:
        return wilson(sum(s[key] == value for s in samples), n)

    return Standing(
        name,
        share("verdict", "correct"),
        share("verdict_lenient", "correct"),
        share("verdict", "no_answer"),
        sum(not s["finished"] for s in samples),
        wilson(valid, steps) if steps else None,
        wilson(sum(s["verdict"] == "correct" for s in sound), len(sound)) if sound else None,
        {kind: kinds[kind] for kind in FAILURES},
        dict(Counter(s["error"] for s in samples if s.get("error"))),
        fmean(s["tokens"] for s in samples),
        fmean(s["prompt_tokens"] for s in samples),
    )


def _corrected(pairs: Sequence[Pair]) -> list[Pair]:
    """Correct the p values of the pairs for their number; a pair without p takes no part."""
    having = [pair.p for pair in pairs if pair.p is not None]
    clustered = iter(holm(having))
    exact = holm([pair.mcnemar for pair in pairs])
    return [
        pair._replace(p=None if pair.p is None else next(clustered), mcnemar=p)
        for pair, p in zip(pairs, exact, strict=True)
    ]


def _groups(problems: Sequence[Problem], right: Mapping[str, Sequence[bool]]) -> Iterable[Group]:
    """Yield the groups of each kind in their order; a kind with a single group is left out."""
    kinds: dict[str, list[str]] = {
        "cohort": [problem.cohort for problem in problems],
        "grade": ["" if p.grade is None else str(p.grade) for p in problems],
        "topic": [problem.topic for problem in problems],
        "family": [problem.family for problem in problems],
    }
    for kind, names in kinds.items():
        found = sorted({*names} - {""}, key=lambda name: (len(name), name))
        for name in found if len(found) > 1 else ():
            places = [place for place, own in enumerate(names) if own == name]
            shares = {
                system: wilson(sum(own[place] for place in places), len(places))
                for system, own in right.items()
            }
            yield Group(kind, name, len(places), shares)
