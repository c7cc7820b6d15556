"""Gather the rows of a data set to build: extract, audit, divide.

Knows the order of these steps. Each has a module of its own.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from mathpal.data.apart import keep_apart
from mathpal.data.audit import CHECKS, Audit, audit
from mathpal.data.audit.copies import first_pairs
from mathpal.data.audit.entries import Material, material_of
from mathpal.data.audit.findings import spoils
from mathpal.data.cleaning import masked
from mathpal.data.leakage import Leak, plain, wording
from mathpal.data.limits import undivided
from mathpal.data.sieve import SPLITS, Divided, asked_text, copy_text
from mathpal.errors import DataError
from mathpal.problems import Problem, Splits
from mathpal.tokens.plain import is_text

Divide = Callable[[list[Problem]], Divided]
_COPIES = ("duplicate_exact", "duplicate_wording")  # one row of each group is kept
_KEYS = {"duplicate_exact": plain, "duplicate_wording": wording, "duplicate_masked": masked}


class Gathered(NamedTuple):
    """Rows ready to be written.

    Attributes:
        splits: the problems, with the source's notes.
        audit: of all rows of the source, with these splits.
        left_out: rows left out because `checkable_only` was set and the audit spoiled them.
        leaks: training rows dropped because they give a held-out row away.
        fingerprint: sha256 of the source's problems, independent of their order.
    """

    splits: Splits
    audit: Audit
    left_out: int
    leaks: int
    fingerprint: str


def extract(source: partial[Any], *, divide: bool) -> Splits:
    """Load the rows of a source.

    Args:
        source: the bound callable of a `data` group.
        divide: whether the caller divides the problems anew; the source then holds none out.

    Raises:
        DataError: an error of the source.
    """
    try:
        splits: Splits = (undivided(source) if divide else source)(None)
    except DataError as error:
        raise DataError(f"{error}\n`mathpal data audit` lists every row") from error
    return splits


def gather(splits: Splits, divide: Divide | None, *, checkable_only: bool) -> Gathered:
    """Leave out rows that the audit spoils, divide the others, audit the result.

    Args:
        splits: the source's rows, see `extract`.
        divide: divides all problems; None keeps the source's own splits.
        checkable_only: whether to leave out rows that the audit spoils.

    Raises:
        DataError: plain text, no row left to train on, or an error of `divide`.
    """
    given = [problem for part in splits[:3] for problem in part]
    if any(map(is_text, given)):
        raise DataError(
            "data build makes sets of questions and solutions; plain text has neither, a run "
            "reads it as it is with data=text"
        )
    rows = material_of(splits)
    if checkable_only:
        splits = _checkable(splits, audit(rows))
    left_out = len(given) - sum(map(len, splits[:3]))
    leaks: list[Leak] = []
    if divide is not None:
        train, validation, test = divide([p for part in splits[:3] for p in part])
        train, leaks = keep_apart(train, validation, test)
        splits = Splits(train, validation, test, splits.notes)
    if not splits.train:
        raise DataError(
            f"none of the {len(given)} problems is left to train on; {left_out} were left out "
            f"by the audit and {len(leaks)} give a held-out question away"
        )
    found = audit(_placed(rows, splits))
    return Gathered(splits, found, left_out, len(leaks), _fingerprint(given))


def _placed(rows: Material, splits: Splits) -> Material:
    """The rows with their final splits; "" for rows that were left out."""
    place = {(p.question, p.solution): name for name in SPLITS for p in getattr(splits, name)}
    entries = [
        replace(entry, split=place.get((entry.question, entry.solution), ""))
        for entry in rows.entries
    ]
    return rows._replace(
        entries=entries, sizes={name: len(getattr(splits, name)) for name in SPLITS}
    )


def _checkable(splits: Splits, found: Audit) -> Splits:
    """The splits without rows that the audit spoils.

    One of several copies stays: a test row before a validation row before a training row.
    """
    sound = {
        (entry.question, entry.solution)
        for entry, findings in zip(found.material.entries, found.findings, strict=True)
        if not spoils([finding for finding in findings if finding.code not in _COPIES])
    }
    seen: set[str] = set()

    def kept(problems: Sequence[Problem]) -> list[Problem]:
        rows = []
        for problem in problems:
            asked = _question(problem)
            if (problem.question, problem.solution) in sound and asked not in seen:
                seen.add(asked)
                rows.append(problem)
        return rows

    test, validation = kept(splits.test), kept(splits.validation)
    return Splits(kept(splits.train), validation, test, splits.notes)


def _question(problem: Problem) -> str:
    """A key that is equal for problems that the audit takes for copies."""
    text = copy_text(problem)
    return (plain(text) if problem.parameters else wording(text)) or problem.id


def _fingerprint(problems: Iterable[Problem]) -> str:
    rows = sorted(
        json.dumps([p.id, p.question, p.solution, p.answer, p.messages, p.rejected, p.unlearnt])
        for p in problems
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def remaining(audit: Audit, problems: Sequence[Problem]) -> Counter[str]:
    """Count the kept rows by check that still fails.

    Copies are counted among the kept rows only. Typing faults count 0, since cleaning fixes them.

    Args:
        audit: of the source's rows.
        problems: the kept rows.
    """
    waiting = {(problem.question, problem.solution) for problem in problems}
    counts: Counter[str] = Counter()
    for entry, found in zip(audit.material.entries, audit.findings, strict=True):
        if (entry.question, entry.solution) in waiting:
            waiting.discard((entry.question, entry.solution))
            counts.update({finding.code for finding in found} - set(_KEYS))
    for code, key in _KEYS.items():
        # As in the audit: generated rows are compared by exact text only.
        own = [p for p in problems if code == "duplicate_exact" or not p.parameters]
        text = copy_text
        if code == "duplicate_masked":
            text, own = asked_text, [own[i] for i in first_pairs(dict(enumerate(own)))]
        keys = [name for problem in own if (name := key(text(problem)))]
        counts[code] = len(keys) - len(set(keys))
    for code, check in CHECKS.items():
        if check.group == "typing":
            counts[code] = 0
    return counts
