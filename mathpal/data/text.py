"""Plain text for continued pre-training as a data set: what `data=text` names.

Knows what one text is. Knows nothing of tokens and of how a long text is cut (`plain`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import FilePath

from mathpal.data.finish import Share, Tolerance, file_facts, finish
from mathpal.data.plain import text_problem
from mathpal.data.reading import Fault, Row, lines_of, read_rows
from mathpal.data.sieve import digest, read_texts, sieve
from mathpal.errors import DataError
from mathpal.problems import Problem, Splits

NO_LIMIT = 2**62  # a long text is cut into rows, never left out


def text(
    run_dir: Path | None,
    *,
    path: FilePath,
    column: str = "text",
    split: str | None = None,
    validation_share: Share = 0.05,
    max_quarantine: Tolerance = 0.2,
    quarantine: Path | None = None,
    seed: int = 42,
) -> Splits:
    """Texts that are learnt from the first word to the last, without a chat template.

    A `.txt` file holds texts between blank lines; a JSON, JSONL, CSV, TSV or Parquet file has
    one a row. A text longer than model.max_length becomes several rows, and no word is lost.
    There are no questions and so no test problems: such a run needs evaluation=none.

    The arguments that are not explained here are those of `finish`.

    Args:
        run_dir: where `data/quarantine.jsonl` is written.
        path: the file; its suffix chooses the format.
        column: column of the text; without meaning for a `.txt` file.
        split: which list to take from a JSON object of several lists.

    Raises:
        DataError: nothing readable, no such column, too many malformed rows, nothing to
            train on.
    """
    path = Path(path)
    if path.suffix.lower() == ".txt":
        columns = {"text": "text"}
        rows = _paragraphs(path)
    else:
        columns = {"text": column}
        rows = read_rows(path, columns=columns, split=split)
    sieved = sieve(rows, columns=columns, max_characters=NO_LIMIT, make=_text)
    return finish(
        {"train": sieved},
        run_dir,
        source=f"data.path={path}",
        facts=file_facts(path),
        validation_share=validation_share,
        test_share=0.0,
        max_quarantine=max_quarantine,
        quarantine=quarantine,
        seed=seed,
    )


def _text(
    fields: Mapping[str, Any], columns: Mapping[str, str], max_characters: int
) -> Problem | Fault:
    texts = read_texts(fields, [columns["text"]], max_characters)
    if isinstance(texts, Fault):
        return texts
    return text_problem(f"text/{digest(texts[0])}", texts[0])


def _paragraphs(path: Path) -> list[Row]:
    """The texts between blank lines; a row's number is that of its first line."""
    rows: list[Row] = []
    begin, held = 0, ""
    for number, line in enumerate([*lines_of(path, newline=""), ""], 1):
        if line.strip():
            begin, held = begin or number, held + line
        elif held:
            rows.append(Row(begin, {"text": held}))
            begin, held = 0, ""
    if not rows:
        raise DataError(f"data.path={path}: the file holds no text")
    return rows
