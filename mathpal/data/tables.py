"""One file of rows as a data set: what all sources of that kind share.

Knows the way from the file to the splits. Knows nothing of columns and of what a row holds.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mathpal.data.finish import file_facts, finish
from mathpal.data.reading import read_rows
from mathpal.data.sieve import Make, sieve
from mathpal.problems import Splits


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
        columns: what `make` needs to column names; one of None is not needed.
        make: makes a problem of a row.
        split: which list to take from a JSON object of several lists.
        max_characters: longest texts of a row together.
        settings: handed on. These further arguments are those of `finish`.

    Raises:
        DataError: nothing readable, wrong columns, too many malformed rows, nothing to train on.
        ConfigError: the shares leave nothing to train on.
    """
    path = Path(path)
    chosen = {keyword: name for keyword, name in columns.items() if name is not None}
    rows = read_rows(path, columns=chosen, split=split)
    return finish(
        {"train": sieve(rows, columns=chosen, max_characters=max_characters, make=make)},
        run_dir,
        source=f"data.path={path}",
        facts=file_facts(path),
        **settings,
    )
