"""A file of questions and solutions as a data set: what `data=file` names.

Knows nothing of file formats (`reading`), of what makes a row usable (`sieve`) and of splits
(`finish`).
"""

from pathlib import Path

from pydantic import FilePath

from mathpal.data.finish import Characters, Count, Share, Tolerance, file_facts, finish
from mathpal.data.reading import read_rows
from mathpal.data.sieve import sieve
from mathpal.problems import Splits


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
    quarantine: Path | None = None,
    seed: int = 42,
) -> Splits:
    """Problems from a JSON, JSONL, CSV, TSV or Parquet file, cleaned and split.

    The arguments that are not explained here are those of `finish`.

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
    path = Path(path)
    columns = {"question": question, "solution": solution}
    if answer is not None:
        columns["answer"] = answer
    rows = read_rows(path, columns=columns, split=split)
    return finish(
        {"train": sieve(rows, columns=columns, max_characters=max_characters)},
        run_dir,
        source=f"data.path={path}",
        facts=file_facts(path),
        validation_share=validation_share,
        test_share=test_share,
        max_test=max_test,
        max_quarantine=max_quarantine,
        quarantine=quarantine,
        seed=seed,
    )
