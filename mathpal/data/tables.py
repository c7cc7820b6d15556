"""One file of rows as a data set: the part that all sources of files share.

Knows the way from a file to splits. Knows nothing of particular columns.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mathpal.data.finish import finish
from mathpal.data.numbers import with_decimal_commas
from mathpal.data.reading import read_rows
from mathpal.data.sieve import Make, sieve
from mathpal.problems import Row, Splits


def from_file(
    path: Path,
    run_dir: Path | None,
    *,
    columns: Mapping[str, str | None],
    make: Make,
    split: str | None,
    max_characters: int,
    **settings: Any,
) -> Splits:
    """Read, sieve and split the rows of a file.

    Args:
        path: the file; its suffix chooses the format.
        run_dir: where `data/quarantine.jsonl` is written.
        columns: keyword of `make` to column name; None for a column that is not needed.
        make: makes the problem of a row.
        split: which list to take from a JSON object of several lists.
        max_characters: greatest total length of a row's texts.
        settings: passed on. These further arguments are those of `finish`.

    Raises:
        DataError: nothing readable, wrong columns, too many malformed rows, nothing to train on.
        ConfigError: the shares leave nothing to train on.
    """
    path = Path(path)
    chosen = {keyword: name for keyword, name in columns.items() if name is not None}
    rows = with_decimal_commas(read_rows(path, columns=chosen, split=split), chosen.get("answer"))
    return finish(
        {"train": sieve(rows, columns=chosen, max_characters=max_characters, make=make)},
        run_dir,
        source=f"data.path={path}",
        facts=file_facts(path),
        **settings,
    )


def reread(
    path: Path, columns: Mapping[str, str], split: str | None, further: str | None = None
) -> list[Row]:
    """Read the rows of a file that has been read before.

    Args:
        path: the file.
        columns: keyword to column name.
        split: which list to take from a JSON object of several lists.
        further: a column that is wanted too, where the rows have it.
    """
    path = Path(path)
    wanted = dict(columns)
    if further is not None and path.suffix.lower() == ".parquet":
        import pyarrow.parquet

        # Of a Parquet file only the named columns are read.
        if further in pyarrow.parquet.read_schema(path).names:
            wanted["further"] = further
    return with_decimal_commas(read_rows(path, columns=wanted, split=split), columns.get("answer"))


def file_facts(path: Path) -> dict[str, object]:
    """Return the notes on a file: its name and the sha256 of its bytes."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"title": path.name, "file": path.name, "sha256": digest}
