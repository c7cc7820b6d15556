"""The rows of a data set to be built: extracted, cleaned, audited, divided.

Knows the order of these steps; each is in a module of its own.
"""

import hashlib
import json
import logging
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial, wraps
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple

from mathpal.data.apart import keep_apart
from mathpal.data.audit import Audit, audit, material
from mathpal.data.audit.entries import Material
from mathpal.data.audit.findings import spoils
from mathpal.data.finish import finish
from mathpal.data.leakage import Leak, plain, wording
from mathpal.data.sieve import SPLITS, Divided, copy_text
from mathpal.errors import DataError
from mathpal.problems import Problem, Splits
from mathpal.tokens.plain import is_text

Divide = Callable[[list[Problem]], Divided]
_COPIES = ("duplicate_exact", "duplicate_wording")  # one row of each group is worth having
_WHOLE = {"validation_share": 0.0, "test_share": 0.0, "max_test": 10**9}


class Gathered(NamedTuple):
    """Rows ready to be written.

    Attributes:
        splits: with the source's notes.
        audit: of all rows of the source, with these splits.
        left_out: rows that the audit spoiled, where only the checkable ones were wanted.
        leaks: training rows dropped because they give a held-out one away.
        fingerprint: sha256 of what the source gave, whatever its order.
    """

    splits: Splits
    audit: Audit
    left_out: int
    leaks: int
    fingerprint: str


def gather(source: partial[Any], divide: Divide | None, *, checkable_only: bool) -> Gathered:
    """Ask the source, leave out what the audit spoils, divide, audit the result.

    Args:
        source: the bound callable of a `data` group.
        divide: divides all problems; None keeps the source's own splits.
        checkable_only: whether rows that the audit spoils are left out.

    Raises:
        DataError: what the source or `divide` raises, plain text, no row left to train on.
    """
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        splits = _asked_for(source if divide is None else _undivided(source), work)
        given = [problem for part in splits[:3] for problem in part]
        if any(map(is_text, given)):
            raise DataError(
                "data build makes sets of questions and solutions; plain text has neither, a run "
                "reads it as it is with data=text"
            )
        fingerprint = _fingerprint(given)
        rows = material(_replayed(source, splits, work))
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
    return Gathered(splits, found, left_out, len(leaks), fingerprint)


def _asked_for(source: partial[Any], work: Path) -> Splits:
    """What the source gives, without its words on a file that will not be there."""
    log = logging.getLogger(finish.__module__)

    def lasting(record: logging.LogRecord) -> bool:
        return str(work) not in record.getMessage()

    log.addFilter(lasting)
    try:
        splits: Splits = source(work)
    except DataError as error:
        lines = [line for line in str(error).splitlines() if str(work) not in line]
        raise DataError("\n".join([*lines, "`mathpal data audit` lists every row"])) from error
    finally:
        log.removeFilter(lasting)
    return splits


def _undivided(source: partial[Any]) -> partial[Any]:
    """The source with all its problems, in whatever split."""
    known = signature(source.func).parameters
    settings = {**source.keywords, **{k: v for k, v in _WHOLE.items() if k in known}}
    if "sources" in settings:
        settings["sources"] = {n: _undivided(part) for n, part in settings["sources"].items()}
    return partial(source.func, **settings)


def _replayed(source: partial[Any], splits: Splits, work: Path) -> partial[Any]:
    """A source that gives these splits again, and the quarantine that the real one has left."""
    left = {
        path.relative_to(work): path.read_text(encoding="utf-8")
        for path in work.rglob("quarantine.jsonl")
    }

    @wraps(source.func)
    def again(run_dir: Path | None, **settings: Any) -> Splits:
        if run_dir is not None:
            for place, text in left.items():
                (run_dir / place).parent.mkdir(parents=True, exist_ok=True)
                (run_dir / place).write_text(text, encoding="utf-8")
        return splits

    return partial(again, **source.keywords)


def _placed(rows: Material, splits: Splits) -> Material:
    """The rows with the splits that they are in at last; "" for those that were left out."""
    place = {(p.question, p.solution): name for name in SPLITS for p in getattr(splits, name)}
    entries = [
        replace(entry, split=place.get((entry.question, entry.solution), ""))
        for entry in rows.entries
    ]
    return rows._replace(
        entries=entries, sizes={name: len(getattr(splits, name)) for name in SPLITS}
    )


def _checkable(splits: Splits, found: Audit) -> Splits:
    """The splits without what the audit spoils; of copies the first stays, a held-out one first."""
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
    """Equal for problems that the audit takes for copies."""
    text = copy_text(problem)
    return (plain(text) if problem.parameters else wording(text)) or problem.id


def _fingerprint(problems: Iterable[Problem]) -> str:
    rows = sorted(
        json.dumps([p.id, p.question, p.solution, p.answer, p.messages, p.rejected])
        for p in problems
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
