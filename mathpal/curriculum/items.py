"""Draws the problem that belongs to given coordinates, and decides the split of each problem.

A regime says what "unseen" means in the test split:
- iid: other values than in training, in wordings that training also uses;
- template: other values, in wordings that training never uses;
- range: the largest number of each question exceeds that of every training question;
- family: whole families are held out. The data source chooses them; problems are drawn as in iid.
"""

import hashlib
import re
from functools import cache
from typing import Literal

from mathpal.curriculum.choices import as_choice
from mathpal.curriculum.registry import FAMILIES, Draft, Draw, Wordings
from mathpal.problems import Problem

Split = Literal["train", "validation", "test"]
Regime = Literal["iid", "template", "range", "family"]

SPLIT_SHARES = {"train": 80, "validation": 8, "test": 12}
MAX_ATTEMPTS = 1_000
RANGE_SAMPLE = 400  # problems drawn to find the boundary of the range regime
RANGE_SHARE = 0.8  # share of them that lies below the boundary
_NUMBER = re.compile(r"\d+(?: \d{3}(?!\d))*(?:,\d+)?")


def split_of(family_name: str, parameters: str) -> Split:
    """Return a problem's split, chosen by a hash of its family and parameters.

    Two problems with the same parameters land in the same split, whatever their wording,
    so train and test cannot share a problem.
    """
    code = hashlib.blake2b(f"{family_name}\x1f{parameters}".encode(), digest_size=4).digest()
    point = int.from_bytes(code, "big") % 100
    if point < SPLIT_SHARES["train"]:
        return "train"
    return "validation" if point < SPLIT_SHARES["train"] + SPLIT_SHARES["validation"] else "test"


def magnitude(question: str) -> float:
    """Return the largest number in a question; 0 for a question without numbers."""
    found = _NUMBER.findall(question)
    return max((float(n.replace(" ", "").replace(",", ".")) for n in found), default=0.0)


@cache
def range_boundary(family_name: str) -> float | None:
    """Return the largest magnitude that the range regime trains on.

    None for a family whose problems all have the same magnitude.
    """
    make = FAMILIES[family_name].make
    sizes = sorted(
        magnitude(make(Draw("range", family_name, i)).question) for i in range(RANGE_SAMPLE)
    )
    boundary = sizes[int(RANGE_SHARE * RANGE_SAMPLE)]
    below = [size for size in sizes if size < sizes[-1]]
    return min(boundary, below[-1]) if below else None


def problem(
    namespace: str,
    split: str,
    family_name: str,
    index: int,
    *,
    regime: Regime = "iid",
    multiple_choice: bool = False,
) -> Problem:
    """Return the problem at these coordinates; it is the same on every machine, in any order.

    Args:
        namespace: separates independent draws (a run uses its data seed).
        split: "train", "validation" or "test".
        family_name: a key of `FAMILIES`.
        index: 0, 1, 2, …
        regime: what is unseen in the test split; see the module's docstring.
        multiple_choice: turn it into multiple choice; its answer is then a letter.

    Raises:
        KeyError: for an unknown family.

    Example:
        >>> problem("demo", "train", "cong_tru", 0) == problem("demo", "train", "cong_tru", 0)
        True
    """
    entry = FAMILIES[family_name]
    wordings: Wordings = "all"
    if regime == "template":
        wordings = "unseen" if split == "test" else "seen"
    for attempt in range(MAX_ATTEMPTS):
        key = (namespace, split, family_name, index, attempt)
        draw = Draw(*key, wordings=wordings)
        draft = entry.make(draw)
        parameters = ",".join(str(value) for value in draft.parameters)
        if not _belongs(family_name, draft, parameters, split, regime):
            continue
        kind, template = entry.kind, f"{family_name}#{draw.template_id}"
        if multiple_choice:
            draft, kind = as_choice(draft, kind, Draw("choice", *key)), "choice"
            template += "+choice"
        return Problem(
            id=f"{family_name}/{namespace}/{split}/{index}",
            question=draft.question,
            solution=draft.solution.text,
            answer=draft.answer,
            kind=kind,
            family=family_name,
            grade=entry.grade,
            template=template,
            parameters=parameters,
            topic=entry.topic,
            stratum=entry.stratum,
            difficulty=difficulty(draft),
            steps=draft.solution.steps,
        )
    raise AssertionError(f"{family_name} draws too few different problems for split {split}")


def _belongs(family_name: str, draft: Draft, parameters: str, split: str, regime: Regime) -> bool:
    """Return whether a drawn problem belongs to the split."""
    if regime == "range":
        boundary = range_boundary(family_name)
        assert boundary is not None, f"{family_name} has problems of one magnitude only"
        beyond = magnitude(draft.question) > boundary
        if beyond or split == "test":
            return beyond and split == "test"
        # The boundary separates test from the rest; the hash only separates validation.
        return (split_of(family_name, parameters) == "validation") is (split == "validation")
    return split_of(family_name, parameters) == split


def difficulty(draft: Draft) -> int:
    """Return the number of equations plus the digits of the largest number in the problem."""
    text = f"{draft.question}\n{draft.solution.working}"
    return len(draft.solution.steps) + max(map(len, re.findall(r"\d+", text)), default=0)
