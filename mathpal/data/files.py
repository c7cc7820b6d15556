"""A file of questions and solutions as a data set: what `data=file` names.

Knows the columns. File formats are in `reading`, usable rows in `sieve`, the way from a file to
the splits in `tables`.
"""

from functools import partial
from pathlib import Path

from pydantic import FilePath

from mathpal.data.finish import EVERY_ROW, ONE_SPLIT, Characters, Count, Share, Tolerance
from mathpal.data.sieve import worked_problem
from mathpal.data.tables import from_file, reread
from mathpal.problems import RawRows, Splits
from mathpal.settings.capabilities import Limits, declares


@declares(limits=Limits(audited=EVERY_ROW, undivided=ONE_SPLIT))
def file(
    run_dir: Path | None,
    *,
    path: FilePath,
    question: str = "question",
    solution: str = "solution",
    answer: str | None = None,
    split: str | None = None,
    validation_share: Share = 0.05,
    test_share: Share = 0.1,
    max_test: Count = 200,
    max_quarantine: Tolerance = 0.2,
    max_characters: Characters = 20_000,
    seed: int = 42,
) -> Splits:
    """Load problems from a JSON, JSONL, CSV, TSV or Parquet file, cleaned and split.

    The arguments that are not explained here are those of `from_file`.

    Args:
        run_dir: where `data/quarantine.jsonl` is written.
        path: the file; its suffix chooses the format.
        question: column of the question.
        solution: column of the worked solution.
        answer: column of the gold answer; None takes the answer that the solution declares.
        split: which list to take from a JSON object of several lists.
        max_characters: longest question and solution together.

    Raises:
        DataError: nothing readable, wrong columns, too many malformed rows, nothing to
            train on.
        ConfigError: the shares leave nothing to train on.
    """
    columns = {"question": question, "solution": solution}
    if answer is not None:
        columns["answer"] = answer
    read = partial(reread, path, columns, split)
    make = partial(worked_problem, columns=columns, max_characters=max_characters)
    return from_file(
        path,
        run_dir,
        columns=columns,
        make=worked_problem,
        raw=[RawRows(read, columns, make)],
        split=split,
        max_characters=max_characters,
        validation_share=validation_share,
        test_share=test_share,
        max_test=max_test,
        max_quarantine=max_quarantine,
        seed=seed,
    )
