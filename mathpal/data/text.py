"""Plain text for continued pre-training as a data set: what `data=text` names.

Knows what one text is. Knows nothing of tokens and of how a long text is cut
(`mathpal.tokens.plain`).
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import FilePath

from mathpal.data.cells import read_texts
from mathpal.data.decoding import lines_of
from mathpal.data.finish import Share, Tolerance, finish
from mathpal.data.sieve import digest, sieve
from mathpal.data.tables import file_facts, from_file
from mathpal.data.verbatim import fences
from mathpal.errors import DataError
from mathpal.problems import Fault, Problem, Row, Splits
from mathpal.settings.capabilities import Limits, declares
from mathpal.tokens.plain import text_problem

NO_LIMIT = 2**62  # a long text is cut into rows, never left out


@declares(
    has_answers=False,
    limits=Limits(audited={"max_quarantine": 1.0}, undivided={"validation_share": 0.0}),
)
def text(
    run_dir: Path | None,
    *,
    path: FilePath,
    column: str = "text",
    split: str | None = None,
    validation_share: Share = 0.05,
    max_quarantine: Tolerance = 0.2,
    seed: int = 42,
) -> Splits:
    """Load texts that are learnt from the first word to the last, without a chat template.

    A `.txt` file holds texts between blank lines; a JSON, JSONL, CSV, TSV or Parquet file has
    one a row. A text longer than model.max_length becomes several rows; no word is lost. There
    are no questions, and so no test problems: such a run needs evaluation=none.

    The arguments that are not explained here are those of `finish`.

    Args:
        run_dir: where `data/quarantine.jsonl` is written.
        path: the file; its suffix chooses the format.
        column: column of the text; not used for a `.txt` file.
        split: which list to take from a JSON object of several lists.

    Raises:
        DataError: nothing readable, no such column, too many malformed rows, nothing to
            train on.
    """
    settings: dict[str, Any] = {
        "validation_share": validation_share,
        "test_share": 0.0,
        "max_quarantine": max_quarantine,
        "seed": seed,
    }
    path = Path(path)
    if path.suffix.lower() != ".txt":
        columns = {"text": column}
        return from_file(
            path, run_dir, columns=columns, make=_text, split=split, max_characters=NO_LIMIT,
            **settings,
        )  # fmt: skip
    sieved = sieve(_paragraphs(path), columns={"text": "text"}, max_characters=NO_LIMIT, make=_text)
    return finish(
        {"train": sieved}, run_dir, source=f"data.path={path}", facts=file_facts(path), **settings
    )


def _text(
    fields: Mapping[str, Any],
    columns: Mapping[str, str],
    max_characters: int,
    removed: Counter[str] | None = None,
) -> Problem | Fault:
    texts = read_texts(fields, [columns["text"]], max_characters, removed)
    if isinstance(texts, Fault):
        return texts
    return text_problem(f"text/{digest(texts[0])}", texts[0])


def _paragraphs(path: Path) -> list[Row]:
    """The texts between blank lines; a row's number is that of its first line."""
    rows: list[Row] = []
    begin, held = 0, ""
    lines = [*lines_of(path, newline=""), ""]
    # A blank line in a code fence divides no texts.
    code = {n for first, end in fences(lines) if end <= len(lines) for n in range(first, end)}
    for number, line in enumerate(lines, 1):
        if line.strip() or number - 1 in code:
            begin, held = begin or number, held + line
        elif held:
            rows.append(Row(begin, {"text": held}))
            begin, held = 0, ""
    if not rows:
        raise DataError(f"data.path={path}: the file holds no text")
    return rows
