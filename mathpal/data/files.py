"""A file of questions and solutions as a data set: what `data=file` names.

Knows how much damage is put up with and where the rows left out go. Knows nothing of file
formats (`reading`), markup (`cleaning`) and of what makes a row usable (`sieve`).
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import FilePath

from mathpal.data.cleaning import has_image
from mathpal.data.reading import read_rows
from mathpal.data.sieve import Reject, Sieved, divide, sieve
from mathpal.errors import ConfigError, DataError
from mathpal.problems import Splits
from mathpal.rundir import write_lines

log = logging.getLogger(__name__)

SPLITS = ("train", "validation", "test")
_MEND = {
    "bad_utf8": "save the file as UTF-8",
    "damaged_encoding": "convert the texts to Unicode, for example with UniKey",
    "columns": "put texts that contain the separator in quotation marks, or use .jsonl",
    "quotes": "double the quotation marks inside texts, or use .jsonl",
    "not_json": "write one whole JSON object a line",
    "too_long": "raise data.max_characters",
    "missing_key": "name the right columns with data.question= and data.solution=",
}


def file(
    run_dir: Path | None,
    *,
    path: FilePath,
    question: str = "question",
    solution: str = "solution",
    answer: str | None = None,
    split: str | None = None,
    validation_share: Annotated[float, Ge(0), Lt(1)] = 0.05,
    test_share: Annotated[float, Ge(0), Lt(1)] = 0.1,
    max_test: Annotated[int, Ge(0)] = 200,
    max_quarantine: Annotated[float, Ge(0), Le(1)] = 0.2,
    max_characters: Annotated[int, Gt(0)] = 20_000,
    quarantine: Path | None = None,
    seed: int = 42,
) -> Splits:
    """Problems from a JSON, JSONL, CSV, TSV or Parquet file, cleaned and split.

    A problem's split depends on the seed and on its question with the numbers masked, never
    on its place: re-ordering the file or adding rows moves no problem from one split to
    another, and one problem with other numbers cannot be in both train and test. Only
    problems whose answer the checker can read are tested on; the others of the test share
    go to validation, and what exceeds `max_test` is left unused.

    Args:
        run_dir: where `data/quarantine.jsonl` is written; None writes it only where
            `quarantine` says.
        path: the file; its suffix chooses the format.
        question: column of the question.
        solution: column of the worked solution.
        answer: column of the gold answer; None takes the answer that the solution declares.
        split: which list to take from a JSON object of several lists.
        validation_share: expected share of the problems, 0 to 1.
        test_share: expected share of the problems, 0 to 1, before `max_test`.
        max_test: most problems to test on.
        max_quarantine: malformed rows that are put up with, as a share of all rows, 0 to 1.
        max_characters: longest question and solution together.
        quarantine: another file for the rows left out.
        seed: chooses the split; the run's seed.

    Raises:
        DataError: nothing readable, wrong columns, too many malformed rows, nothing to
            train on.
        ConfigError: the shares leave nothing to train on.
    """
    if validation_share + test_share >= 1:
        raise ConfigError(
            f"data.validation_share={validation_share} and data.test_share={test_share} leave "
            "nothing to train on; their sum must stay below 1"
        )
    path = Path(path)
    if quarantine is None and run_dir is not None:
        quarantine = Path(run_dir) / "data" / "quarantine.jsonl"
    columns = {"question": question, "solution": solution}
    if answer is not None:
        columns["answer"] = answer
    rows = read_rows(path, columns=columns, split=split)
    sieved = sieve(rows, columns=columns, max_characters=max_characters)
    if quarantine is not None:
        _write(quarantine, sorted([*sieved.malformed, *sieved.duplicates]))
    _stop_if_too_many(path, len(rows), sieved.malformed, max_quarantine, quarantine)
    train, validation, held_out = divide(
        sieved.kept, seed=seed, validation_share=validation_share, test_share=test_share
    )
    if not train:
        raise DataError(
            f"data.path={path}: none of its {len(rows)} rows is left to train on; it needs more "
            "rows, or smaller data.test_share and data.validation_share"
        )
    splits = Splits(train, validation, held_out[:max_test], _facts(path, len(rows), sieved))
    splits.notes["test_unused"] = len(held_out) - len(splits.test)
    splits.notes["splits"] = {name: len(getattr(splits, name)) for name in SPLITS}
    splits.notes["description"] = describe(splits.notes)
    if sieved.malformed:
        where = quarantine or "not written, as there is no run directory"
        log.warning("%d malformed rows left out: %s", len(sieved.malformed), where)
    for name, wanted in (("validation", validation_share), ("test", test_share and max_test)):
        if wanted and not getattr(splits, name):
            log.warning("data.path=%s leaves no problem in the %s split", path, name)
    return splits


def _facts(path: Path, rows_read: int, sieved: Sieved) -> dict[str, object]:
    kept = sieved.kept
    checkable = sum(problem.answer is not None for problem in kept)
    reasons = Counter(reject.fault.code for reject in sieved.malformed)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "file": path.name,
        "sha256": digest,
        "rows_read": rows_read,
        "kept": len(kept),
        "quarantined": dict(reasons.most_common()),
        "duplicates": len(sieved.duplicates),
        "images": sum(has_image(problem.question + problem.solution) for problem in kept),
        "checkable": checkable,
        "not_checkable": len(kept) - checkable,
    }


def describe(notes: Mapping[str, Any]) -> str:
    """The notes of `file` in a few plain lines."""
    quarantined, splits = notes["quarantined"], notes["splits"]
    reasons = ", ".join(f"{code} {_number(count)}" for code, count in quarantined.items())
    lines = [
        f"{notes['file']}: {_number(notes['rows_read'])} rows read, "
        f"{_number(notes['duplicates'])} duplicates dropped, "
        f"{_number(sum(quarantined.values()))} malformed rows set aside"
        f"{f' ({reasons})' if reasons else ''}, {_number(notes['kept'])} kept",
        f"{_number(notes['checkable'])} state an answer that the checker can read, "
        f"{_number(notes['not_checkable'])} do not; {_number(notes['images'])} show an image",
        f"train {_number(splits['train'])}, validation {_number(splits['validation'])}, "
        f"test {_number(splits['test'])}",
    ]
    if notes["test_unused"]:
        lines[-1] += f"; {_number(notes['test_unused'])} beyond data.max_test left unused"
    return "\n".join(lines)


def _number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _write(target: Path, rejects: list[Reject]) -> None:
    if rejects or target.exists():
        rows = [{"row": n, **fault._asdict(), "excerpt": text} for n, fault, text in rejects]
        write_lines(target, rows)


def _stop_if_too_many(
    path: Path, total: int, malformed: list[Reject], limit: float, quarantine: Path | None
) -> None:
    if len(malformed) <= limit * total:
        return
    counts = Counter(reject.fault.code for reject in malformed).most_common()
    lines = [
        f"data.path={path}: {len(malformed)} of {total} rows are malformed; "
        f"data.max_quarantine={limit:g} allows {int(limit * total)}",
        "reasons: " + ", ".join(f"{code} {count}" for code, count in counts),
        *(f"row {number}: {fault.message}: {text[:120]}" for number, fault, text in malformed[:3]),
    ]
    advice = [_MEND[code] for code, _ in counts if code in _MEND]
    lines.append("; ".join([*advice, "to train on the other rows, raise data.max_quarantine"]))
    if quarantine is not None:
        lines.append(f"all of them are listed in {quarantine}")
    raise DataError("\n".join(lines))
