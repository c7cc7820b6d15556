"""Divide problems anew: whole groups, the same share of every stratum, chosen by a seed.

Knows the group and the stratum of a problem. Knows nothing of files. The sources' own split
(`sieve.divide`) depends on a hash alone, so further rows move no problem. This division keeps
the shares as exact as whole groups allow, so further rows may move some problems.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from mathpal.answers import parse_gold
from mathpal.data.cleaning import masked
from mathpal.data.sieve import Divided, asked_text, digest
from mathpal.errors import DataError
from mathpal.problems import Problem

Stratum = Literal["grade", "kind", "family", "topic", "stratum"]
QUESTION = "question"
OWN = ("family", "topic", "template", "grade")  # groups that a problem carries itself
UNKNOWN = ""


def kind_of(problem: Problem) -> str | None:
    """Return the kind of the problem's gold; None without a gold."""
    if problem.kind is not None or problem.answer is None:
        return problem.kind
    return parse_gold(problem.answer).kind


def strata_of(problems: Sequence[Problem], key: Stratum | None) -> list[str]:
    """Return the stratum of each problem; "" if it is unknown or key is None.

    Raises:
        DataError: the stratum of every problem is unknown.
    """
    if key is None:
        return [UNKNOWN] * len(problems)
    found = [kind_of(p) if key == "kind" else getattr(p, key) for p in problems]
    strata = [UNKNOWN if value is None else str(value) for value in found]
    if not any(strata):
        raise DataError(
            f"stratify={key}: none of the {len(problems)} problems has one; choose another of "
            "grade, kind, family, topic, stratum, or stratify=null"
        )
    return strata


def groups_of(
    problems: Sequence[Problem], group: str, fields: Mapping[str, str] | None = None
) -> list[str]:
    """Return the group of each problem. Problems of one group stay in one split.

    Args:
        problems: the problems to divide.
        group: "question" for the question with its numbers masked (for generated problems, whose
            masked questions are alike by design, family and parameters); one of `OWN`; or the
            name of a field. Problems without the property are grouped by their question.
        fields: question to the field's text; needed for a field.
    """
    if group in OWN:
        found = [getattr(p, group) for p in problems]
    else:
        found = [None if fields is None else fields.get(p.question) for p in problems]
    return [
        f"{group}\x1f{value}" if value else _question_key(p)
        for p, value in zip(problems, found, strict=True)
    ]


def _question_key(problem: Problem) -> str:
    if problem.parameters:
        return f"parameters\x1f{problem.family}\x1f{problem.parameters}"
    return f"question\x1f{masked(asked_text(problem)) or problem.id}"


def divide_anew(
    problems: Sequence[Problem],
    groups: Sequence[str],
    strata: Sequence[str],
    *,
    validation_share: float,
    test_share: float,
    seed: int,
) -> Divided:
    """Divide into training, validation and test problems.

    A group belongs to the stratum of most of its problems. The groups of a stratum come in an
    order that the seed chooses; a group is taken if it brings the stratum nearer to its share.
    The difference that remains is carried over to the next stratum. At least one group of every
    stratum stays in the training split.

    Args:
        problems: all of them.
        groups: the group of each problem.
        strata: the stratum of each problem.
        validation_share: share of the problems, 0 to 1.
        test_share: share of the problems, 0 to 1; with `validation_share` below 1.
        seed: chooses the groups.

    Raises:
        DataError: a split with a share would stay empty.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        members[group].append(index)
    waiting: dict[str, list[str]] = defaultdict(list)
    for group in sorted(members, key=lambda name: (digest(f"{seed}\x1f{name}"), name)):
        counts = Counter(strata[index] for index in members[group])
        waiting[max(counts, key=lambda name: (counts[name], name))].append(group)
    sizes = {group: len(indices) for group, indices in members.items()}
    totals = {stratum: sum(sizes[name] for name in names) for stratum, names in waiting.items()}
    test = _take(waiting, sizes, {name: test_share * total for name, total in totals.items()})
    validation = _take(
        waiting, sizes, {name: validation_share * total for name, total in totals.items()}
    )
    for name, share, taken in (
        ("test", test_share, test),
        ("validation", validation_share, validation),
    ):
        if share and not taken:
            raise DataError(
                f"{name}_share={share:g} leaves no {name} problem: {len(problems)} problems make "
                f"{len(members)} groups in {len(totals)} strata, and a group is never divided. "
                "It needs more problems, a larger share, or another group"
            )
    rest = [name for names in waiting.values() for name in names]
    parts = ([problems[i] for name in chosen for i in members[name]] for chosen in
             (rest, validation, test))  # fmt: skip
    return Divided(*(sorted(part, key=lambda p: digest(f"{seed}\x1f{p.id}")) for part in parts))


def _take(
    waiting: dict[str, list[str]], sizes: Mapping[str, int], wanted: Mapping[str, float]
) -> list[str]:
    """Take from `waiting` the groups that come nearest to the wanted size of every stratum."""
    chosen: list[str] = []
    missing = 0.0
    for stratum in sorted(waiting):
        missing += wanted[stratum]
        rest: list[str] = []
        left = len(waiting[stratum])
        for group in waiting[stratum]:
            nearer = abs(missing - sizes[group]) < abs(missing)
            if nearer and left > 1:
                chosen.append(group)
                missing -= sizes[group]
                left -= 1
            else:
                rest.append(group)
        waiting[stratum] = rest
    return chosen
