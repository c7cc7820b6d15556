"""Turn sieved rows into the splits of a run: the last step of every source of external rows.

Knows the limit on malformed rows, the quarantine, and how training is kept apart from held-out
problems. Knows nothing of where rows come from.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, Lt

from mathpal.data.apart import without_leaks
from mathpal.data.cleaning import has_image
from mathpal.data.limits import NO_LIMIT
from mathpal.data.quarantine import dropped, write_quarantine
from mathpal.data.sieve import SPLITS, Divided, Reject, Sieved, divide, testable
from mathpal.errors import ConfigError, DataError, MathPalError
from mathpal.problems import Fault, LeftOut, Problem, RawRows, Splits

log = logging.getLogger(__name__)

Share = Annotated[float, Ge(0), Lt(1)]
Tolerance = Annotated[float, Ge(0), Le(1)]
Count = Annotated[int, Ge(0)]
Characters = Annotated[int, Gt(0)]

# For the declaration of a source that ends in `finish`, see `mathpal.settings.capabilities.Limits`.
EVERY_ROW = {"max_quarantine": 1.0, "max_test": NO_LIMIT}
ONE_SPLIT = {"validation_share": 0.0, "test_share": 0.0, "max_test": NO_LIMIT}

_ADVICE = {
    "bad_utf8": "save the file as UTF-8",
    "damaged_encoding": "convert the texts to Unicode, for example with UniKey",
    "columns": "put texts that contain the separator in quotation marks, or use .jsonl",
    "quotes": "double the quotation marks inside texts, or use .jsonl",
    "not_json": "write one whole JSON object a line",
    "too_long": "raise data.max_characters",
    "missing_key": "name the right columns (data.question=, data.solution=, …)",
    "turns": "let user and assistant take turns, the assistant last",
    "no_markers": "name the payload key of the marked text with data.content=",
}


class NoTrainingRows(MathPalError):
    """The cause of a `DataError`: no row is left to train on. An audit reads it.

    Attributes:
        splits: without problems, but with the rejected rows and the ways to the raw rows.
    """

    def __init__(self, splits: Splits) -> None:
        super().__init__("no training rows")
        self.splits = splits


def finish(
    given: Mapping[str, Sieved],
    run_dir: Path | None,
    *,
    source: str,
    facts: Mapping[str, object],
    raw: Sequence[RawRows] = (),
    validation_share: Share = 0.05,
    test_share: Share = 0.1,
    max_test: Count = 200,
    max_quarantine: Tolerance = 0.2,
    seed: int = 42,
) -> Splits:
    """Split the rows, drop leaks, and write the quarantine. Raise if too many rows are malformed.

    A problem's split depends on the seed and on its question with the numbers masked, never
    on its place. Reordered or further rows move no problem to another split, and one problem
    with other numbers cannot be in both train and test. The test split takes only problems
    whose answer the checker can read; the others of the test share go to validation. Problems
    beyond `max_test` stay unused. A training problem that gives a held-out problem away (see
    `mathpal.data.leakage`) is dropped; so is a validation problem that gives a test problem
    away. The quarantine lists both with the problem that they give away.

    Args:
        given: sieved rows by split. Only "train" is divided; "validation" and "test" are taken
            as they are if the source has them.
        run_dir: where `data/quarantine.jsonl` is written; None writes none.
        source: the setting that named the rows, for messages, e.g. "data.path=exams.json".
        facts: the notes on the source; "title" opens the description.
        raw: ways to the rows before cleaning.
        validation_share: expected share of the problems, 0 to 1.
        test_share: expected share of the problems, 0 to 1, before `max_test`.
        max_test: most problems to test on.
        max_quarantine: tolerated malformed rows, as a share of all rows, 0 to 1.
        seed: chooses the split.

    Raises:
        DataError: too many malformed rows, nothing to train on.
        ConfigError: the shares leave nothing to train on.
    """
    if validation_share + test_share >= 1:
        raise ConfigError(
            f"data.validation_share={validation_share} and data.test_share={test_share} leave "
            "nothing to train on; their sum must stay below 1"
        )
    rows_read = sum(len(rows) for sieved in given.values() for rows in sieved[:3])
    refused = _refused(given)
    malformed = [reject for sieved in given.values() for reject in sieved.malformed]
    if len(malformed) > max_quarantine * rows_read:
        quarantine = write_quarantine(run_dir, refused)
        raise DataError(_too_many(source, rows_read, malformed, max_quarantine, quarantine))
    split = _divided(given, seed=seed, validation_share=validation_share, test_share=test_share)
    train, validation, leaks = without_leaks(*split)
    test = _one_a_question(split.test)
    rejected = [*refused, *leaks, *_asked_already(split.test, test)]
    quarantine = write_quarantine(run_dir, rejected)
    lost = Counter(left.split for left in leaks)
    if not train:
        found = Splits([], [], [], {}, rejected, raw)
        message = _nothing_left(source, rows_read, lost["train"])
        raise DataError(message) from NoTrainingRows(found)
    notes = {**facts, "rows_read": rows_read}
    splits = Splits(train, validation, test[:max_test], notes, rejected, raw)
    splits.notes.update(_facts(given))
    splits.notes.update(leaks=lost["train"], validation_leaks=lost["validation"])
    splits.notes["test_unused"] = len(split.test) - len(splits.test)
    splits.notes["splits"] = {name: len(getattr(splits, name)) for name in SPLITS}
    splits.notes["description"] = describe(splits.notes)
    if malformed and quarantine is not None:
        log.warning("%d malformed rows left out: %s", len(malformed), quarantine)
    wanted = {"validation": validation_share, "test": ("test" in given or test_share) and max_test}
    for name, share in wanted.items():
        if share and not getattr(splits, name):
            log.warning("%s: the %s split is empty", source, name)
    return splits


def _divided(
    given: Mapping[str, Sieved], *, seed: int, validation_share: float, test_share: float
) -> Divided:
    """The three splits; splits of the source's own stay as they are."""
    split = divide(
        given["train"].kept,
        seed=seed,
        validation_share=0.0 if "validation" in given else validation_share,
        test_share=0.0 if "test" in given else test_share,
    )
    held_out = given["test"].kept if "test" in given else []
    test = split.test + [problem for problem in held_out if testable(problem)]
    others = [problem for problem in held_out if not testable(problem)]
    fixed = given["validation"].kept if "validation" in given else []
    return Divided(split.train, [*split.validation, *fixed, *others], test)


def _one_a_question(test: list[Problem]) -> list[Problem]:
    """The first problem of every question; preference pairs may share a question."""
    return list({problem.question: problem for problem in reversed(test)}.values())[::-1]


def _asked_already(split: list[Problem], test: list[Problem]) -> list[LeftOut]:
    """The test problems whose question another test problem asks."""
    tested = {problem.question: problem.id for problem in test}
    return [
        dropped(problem, "test", Fault("asked", f"{tested[problem.question]} asks the same"))
        for problem in split
        if tested[problem.question] != problem.id
    ]


def _refused(given: Mapping[str, Sieved]) -> list[LeftOut]:
    """Malformed rows and copies, in the order of the rows."""
    rows = sorted(
        (split, reject)
        for split, sieved in given.items()
        for reject in (*sieved.malformed, *sieved.duplicates)
    )
    several = len(given) > 1
    return [
        LeftOut(reject.number, split if several else "", reject.fault, reject.excerpt)
        for split, reject in rows
    ]


def _facts(given: Mapping[str, Sieved]) -> dict[str, object]:
    kept = [problem for sieved in given.values() for problem in sieved.kept]
    checkable = sum(problem.answer is not None for problem in kept)
    reasons = Counter(r.fault.code for sieved in given.values() for r in sieved.malformed)
    return {
        "kept": len(kept),
        "quarantined": dict(reasons.most_common()),
        "duplicates": sum(len(sieved.duplicates) for sieved in given.values()),
        "cleaned": dict(sum((Counter(s.removed) for s in given.values()), Counter()).most_common()),
        "images": sum(has_image(problem.question + problem.solution) for problem in kept),
        "checkable": checkable,
        "not_checkable": len(kept) - checkable,
    }


def _nothing_left(source: str, rows_read: int, leaks: int) -> str:
    why = f" ({leaks} give a held-out question away and were dropped)" if leaks else ""
    return (
        f"{source}: none of its {rows_read} rows is left to train on{why}; it needs more rows, or "
        "smaller data.test_share and data.validation_share"
    )


def _too_many(
    source: str, total: int, malformed: list[Reject], limit: float, quarantine: Path | None
) -> str:
    counts = Counter(reject.fault.code for reject in malformed).most_common()
    lines = [
        f"{source}: {len(malformed)} of {total} rows are malformed; "
        f"data.max_quarantine={limit:g} allows {int(limit * total)}",
        "reasons: " + ", ".join(f"{code} {count}" for code, count in counts),
        *(f"row {number}: {fault.message}: {text[:120]}" for number, fault, text in malformed[:3]),
    ]
    advice = [_ADVICE[code] for code, _ in counts if code in _ADVICE]
    lines.append("; ".join([*advice, "to train on the other rows, raise data.max_quarantine"]))
    if quarantine is not None:
        lines.append(f"all of them are listed in {quarantine}")
    return "\n".join(lines)


def number(value: int) -> str:
    """A count with a space between thousands."""
    return f"{value:,}".replace(",", " ")


def describe(notes: Mapping[str, Any]) -> str:
    """Describe the notes of `finish` in a few plain lines."""
    quarantined, splits = notes["quarantined"], notes["splits"]
    reasons = ", ".join(f"{code} {number(count)}" for code, count in quarantined.items())
    cleaned = ", ".join(f"{number(count)} {kind}" for kind, count in notes["cleaned"].items())
    lines = [
        f"{notes['title']}: {number(notes['rows_read'])} rows read, "
        f"{number(notes['duplicates'])} duplicates dropped, "
        f"{number(sum(quarantined.values()))} malformed rows set aside"
        f"{f' ({reasons})' if reasons else ''}, {number(notes['kept'])} kept",
        f"{number(notes['checkable'])} state an answer that the checker can read, "
        f"{number(notes['not_checkable'])} do not; {number(notes['images'])} show an image",
        *([f"cleaning: {cleaned}"] if cleaned else []),
        f"train {number(splits['train'])}, validation {number(splits['validation'])}, "
        f"test {number(splits['test'])}",
    ]
    if notes["test_unused"]:
        unused = number(notes["test_unused"])
        lines[-1] += f"; {unused} left unused: beyond data.max_test, or asked in the test already"
    if notes["leaks"]:
        lines[-1] += f"; {number(notes['leaks'])} too like a held-out question, dropped from train"
    if lost := notes["validation_leaks"]:
        lines[-1] += f"; {number(lost)} too like a test question, dropped from validation"
    return "\n".join(lines)
