"""From sieved rows to the splits of a run: the end that every source of foreign rows shares.

Knows how much damage is put up with, where the rows left out go, and that what is measured on
must not be trained on. Knows nothing of where rows come from.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, Lt

from mathpal.data.apart import keep_apart
from mathpal.data.cleaning import has_image
from mathpal.data.sieve import Divided, Reject, Sieved, divide, testable
from mathpal.errors import ConfigError, DataError
from mathpal.problems import Problem, Splits
from mathpal.rundir import write_lines

log = logging.getLogger(__name__)

Share = Annotated[float, Ge(0), Lt(1)]
Tolerance = Annotated[float, Ge(0), Le(1)]
Count = Annotated[int, Ge(0)]
Characters = Annotated[int, Gt(0)]

SPLITS = ("train", "validation", "test")
_MEND = {
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


def finish(
    given: Mapping[str, Sieved],
    run_dir: Path | None,
    *,
    source: str,
    facts: Mapping[str, object],
    validation_share: Share = 0.05,
    test_share: Share = 0.1,
    max_test: Count = 200,
    max_quarantine: Tolerance = 0.2,
    quarantine: Path | None = None,
    seed: int = 42,
) -> Splits:
    """Write the quarantine, stop where too much is damaged, split, and keep the splits apart.

    A problem's split depends on the seed and on its question with the numbers masked, never
    on its place: re-ordering the rows or adding some moves no problem from one split to
    another, and one problem with other numbers cannot be in both train and test. Only
    problems whose answer the checker can read are tested on; the others of the test share
    go to validation, and what exceeds `max_test` is left unused. A training problem that
    gives a held-out one away (see `mathpal.data.leakage`) is dropped.

    Args:
        given: sieved rows by split; "train" alone is divided, "validation" and "test" are
            taken as they are where the source has them.
        run_dir: where `data/quarantine.jsonl` is written; None writes it only where
            `quarantine` says.
        source: the setting that named the rows, for messages, e.g. "data.path=exams.json".
        facts: what the notes say of the source; "title" opens the description.
        validation_share: expected share of the problems, 0 to 1.
        test_share: expected share of the problems, 0 to 1, before `max_test`.
        max_test: most problems to test on.
        max_quarantine: malformed rows that are put up with, as a share of all rows, 0 to 1.
        quarantine: another file for the rows left out.
        seed: chooses the split; the run's seed.

    Raises:
        DataError: too many malformed rows, nothing to train on.
        ConfigError: the shares leave nothing to train on.
    """
    if validation_share + test_share >= 1:
        raise ConfigError(
            f"data.validation_share={validation_share} and data.test_share={test_share} leave "
            "nothing to train on; their sum must stay below 1"
        )
    if quarantine is None and run_dir is not None:
        quarantine = Path(run_dir) / "data" / "quarantine.jsonl"
    rows_read = sum(len(kept) + len(bad) + len(twins) for kept, bad, twins in given.values())
    malformed = [(split, reject) for split in given for reject in given[split].malformed]
    if quarantine is not None:
        twins = [(split, reject) for split in given for reject in given[split].duplicates]
        _write(quarantine, sorted([*malformed, *twins]), several=len(given) > 1)
    rejects = [reject for _, reject in malformed]
    _stop_if_too_many(source, rows_read, rejects, max_quarantine, quarantine)
    split = _divided(given, seed=seed, validation_share=validation_share, test_share=test_share)
    train, leaks = keep_apart(*split)
    if not train:
        raise DataError(
            f"{source}: none of its {rows_read} rows is left to train on; it needs more "
            "rows, or smaller data.test_share and data.validation_share"
        )
    test = _one_a_question(split.test)[:max_test]
    notes = {**facts, "rows_read": rows_read, **_facts(given), "leaks": len(leaks)}
    splits = Splits(train, split.validation, test, notes)
    splits.notes["test_unused"] = len(split.test) - len(test)
    splits.notes["splits"] = {name: len(getattr(splits, name)) for name in SPLITS}
    splits.notes["description"] = describe(splits.notes)
    if malformed:
        where = quarantine or "not written, as there is no run directory"
        log.warning("%d malformed rows left out: %s", len(malformed), where)
    wanted = {"validation": validation_share, "test": ("test" in given or test_share) and max_test}
    for name in wanted:
        if wanted[name] and not getattr(splits, name):
            log.warning("%s leaves no problem in the %s split", source, name)
    return splits


def file_facts(path: Path) -> dict[str, object]:
    """What the notes say of a file: its name and the sha256 of its bytes."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"title": path.name, "file": path.name, "sha256": digest}


def _divided(
    given: Mapping[str, Sieved], *, seed: int, validation_share: float, test_share: float
) -> Divided:
    """The three splits, those that the source has as they are."""
    split = divide(
        given["train"].kept,
        seed=seed,
        validation_share=0.0 if "validation" in given else validation_share,
        test_share=0.0 if "test" in given else test_share,
    )
    held_out = given["test"].kept if "test" in given else []
    test = split.test + [problem for problem in held_out if testable(problem)]
    asked = {problem.question for problem in test}
    others = [problem for problem in held_out if not testable(problem)]
    fixed = given["validation"].kept if "validation" in given else []
    validation = [p for p in [*split.validation, *fixed, *others] if p.question not in asked]
    return Divided(split.train, validation, test)


def _one_a_question(test: list[Problem]) -> list[Problem]:
    """The first of the problems that ask the same: preference pairs may."""
    return list({problem.question: problem for problem in reversed(test)}.values())[::-1]


def _facts(given: Mapping[str, Sieved]) -> dict[str, object]:
    kept = [problem for sieved in given.values() for problem in sieved.kept]
    checkable = sum(problem.answer is not None for problem in kept)
    reasons = Counter(r.fault.code for sieved in given.values() for r in sieved.malformed)
    return {
        "kept": len(kept),
        "quarantined": dict(reasons.most_common()),
        "duplicates": sum(len(sieved.duplicates) for sieved in given.values()),
        "images": sum(has_image(problem.question + problem.solution) for problem in kept),
        "checkable": checkable,
        "not_checkable": len(kept) - checkable,
    }


def describe(notes: Mapping[str, Any]) -> str:
    """The notes of `finish` in a few plain lines."""
    quarantined, splits = notes["quarantined"], notes["splits"]
    reasons = ", ".join(f"{code} {number(count)}" for code, count in quarantined.items())
    lines = [
        f"{notes['title']}: {number(notes['rows_read'])} rows read, "
        f"{number(notes['duplicates'])} duplicates dropped, "
        f"{number(sum(quarantined.values()))} malformed rows set aside"
        f"{f' ({reasons})' if reasons else ''}, {number(notes['kept'])} kept",
        f"{number(notes['checkable'])} state an answer that the checker can read, "
        f"{number(notes['not_checkable'])} do not; {number(notes['images'])} show an image",
        f"train {number(splits['train'])}, validation {number(splits['validation'])}, "
        f"test {number(splits['test'])}",
    ]
    if notes["test_unused"]:
        lines[-1] += f"; {number(notes['test_unused'])} beyond data.max_test left unused"
    if notes["leaks"]:
        lines[-1] += f"; {number(notes['leaks'])} too like a held-out question, dropped from train"
    return "\n".join(lines)


def number(value: int) -> str:
    """A count with a space between thousands."""
    return f"{value:,}".replace(",", " ")


def _write(target: Path, rejects: list[tuple[str, Reject]], *, several: bool) -> None:
    if rejects or target.exists():
        rows = [
            {**({"split": split} if several else {}), "row": n, **fault._asdict(), "excerpt": text}
            for split, (n, fault, text) in rejects
        ]
        write_lines(target, rows)


def _stop_if_too_many(
    source: str, total: int, malformed: list[Reject], limit: float, quarantine: Path | None
) -> None:
    if len(malformed) <= limit * total:
        return
    counts = Counter(reject.fault.code for reject in malformed).most_common()
    lines = [
        f"{source}: {len(malformed)} of {total} rows are malformed; "
        f"data.max_quarantine={limit:g} allows {int(limit * total)}",
        "reasons: " + ", ".join(f"{code} {count}" for code, count in counts),
        *(f"row {number}: {fault.message}: {text[:120]}" for number, fault, text in malformed[:3]),
    ]
    advice = [_MEND[code] for code, _ in counts if code in _MEND]
    lines.append("; ".join([*advice, "to train on the other rows, raise data.max_quarantine"]))
    if quarantine is not None:
        lines.append(f"all of them are listed in {quarantine}")
    raise DataError("\n".join(lines))
