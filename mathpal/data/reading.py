"""Read the rows of a file: JSON, JSONL, CSV, TSV or Parquet.

Knows file formats and how each can be broken. Knows nothing of the meaning of a row's texts.
An unreadable row is returned with its fault, never dropped.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mathpal.data.columns import alike, require_columns
from mathpal.data.decoding import lines_of
from mathpal.data.delimited import read_delimited
from mathpal.data.numbers import shortest
from mathpal.errors import DataError
from mathpal.problems import Fault, Row

SUFFIXES = (".json", ".jsonl", ".csv", ".tsv", ".parquet")


def read_rows(path: Path, *, columns: Mapping[str, str], split: str | None = None) -> list[Row]:
    """Read all rows of a file, in its order.

    Args:
        path: the suffix chooses the format. Text is UTF-8, with or without a byte order mark, or
            UTF-16. A `.json` file of one object a line is read as lines. A `.csv` file
            may separate by semicolon or tab, as Excel does in Vietnam; the header decides.
        columns: keyword to column name, such as {"question": "problem"}; each must exist.
        split: which list to take from a JSON object of several, such as "train".

    Raises:
        DataError: unknown format, nothing readable, no such column, no such split.
    """
    suffix = path.suffix.lower()
    if not path.exists():
        raise DataError(f"data.path={path}: there is no such file (looked for {path.absolute()})")
    if not path.is_file() or suffix not in SUFFIXES:
        raise DataError(f"data.path={path}: expected a file ending in {', '.join(SUFFIXES)}")
    if split is not None and suffix != ".json":
        raise DataError(f"data.split={split}: a {suffix} file has no named splits; leave it out")
    if path.stat().st_size == 0:
        raise DataError(f"data.path={path}: the file is empty")

    if suffix == ".parquet":
        rows, header = _read_parquet(path, list(columns.values()))
    elif suffix == ".json":
        rows, header = _read_json(path, split), []
    elif suffix == ".jsonl":
        rows, header = _read_lines(lines_of(path, newline="\n")), []
    else:
        lines, delimiter = lines_of(path, newline=""), "\t" if suffix == ".tsv" else None
        rows, header = read_delimited(path, lines, list(columns.values()), delimiter=delimiter)

    rows = _renamed(rows, columns, [*header, *{key for row in rows for key in row.fields or ()}])
    header = [alike(header, columns.values()).get(name, name) for name in header]
    found = list(dict.fromkeys([*header, *(key for row in rows for key in row.fields or ())]))
    if found:
        require_columns(f"data.path={path}", columns, found)
    if not rows:
        raise DataError(f"data.path={path}: the file holds no rows")
    if all(row.fields is None for row in rows):
        number, _, raw, fault = rows[0]
        assert fault is not None
        hint = ". A JSON list belongs in a .json file" if raw.lstrip()[:1] == "[" else ""
        raise DataError(
            f"data.path={path}: none of its {len(rows)} rows could be read. "
            f"Row {number}: {fault.message}: {raw[:80]!r}{hint}"
        )
    return rows


def _renamed(rows: list[Row], columns: Mapping[str, str], found: list[str]) -> list[Row]:
    """The rows with the names that the settings use, where another form of Unicode differs."""
    names = alike(found, columns.values())
    if not names:
        return rows
    return [
        row
        if row.fields is None
        else row._replace(fields={names.get(key, key): cell for key, cell in row.fields.items()})
        for row in rows
    ]


def _parse(text: str) -> Any:
    try:
        return json.loads(text, strict=False)  # allows a line break inside a text
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _read_json(path: Path, split: str | None) -> list[Row]:
    lines = lines_of(path, newline="\n")
    if not any(line.strip() for line in lines):
        return []
    try:
        document = _parse("".join(lines))
    except ValueError as error:
        # datasets.to_json and pandas write one object a line into files named .json.
        if re.match(r"\s*\{.*\}\s*$", lines[0]) and split is None:
            return _read_lines(lines)
        raise DataError(
            f"data.path={path} is not a whole JSON document: {error}. A download that was cut "
            "off looks like this; a file with one object a line should end in .jsonl"
        ) from error
    return [_row(number, entry) for number, entry in enumerate(_entries(path, document, split), 1)]


def _entries(path: Path, document: Any, split: str | None) -> list[Any]:
    if isinstance(document, list):
        if split is not None:
            raise DataError(f"data.split={split}: {path} is one list without splits; leave it out")
        return document
    lists = {
        key: value
        for key, value in (document.items() if isinstance(document, dict) else ())
        if isinstance(value, list) and (not value or any(isinstance(row, dict) for row in value))
    }
    if not lists:
        keys = f" with keys {list(document)[:8]}" if isinstance(document, dict) else ""
        raise DataError(
            f"data.path={path}: expected a list of objects or an object of such lists "
            f'({{"train": [...]}}), found {type(document).__name__}{keys}'
        )
    if split is None and len(lists) == 1:
        return next(iter(lists.values()))
    if split is None or split not in lists:
        sizes = ", ".join(f"{key} ({len(value)} rows)" for key, value in lists.items())
        given = "no data.split" if split is None else f"data.split={split}"
        raise DataError(
            f"data.path={path} holds {sizes}; got {given}. Write data.split={next(iter(lists))}"
        )
    return lists[split]


def _row(number: int, entry: Any) -> Row:
    if isinstance(entry, dict):
        return Row(number, entry)
    fault = Fault("not_object", f"expected an object, found {type(entry).__name__}")
    return Row(number, None, str(entry)[:500], fault)


def _read_lines(lines: list[str]) -> list[Row]:
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(_row(number, _parse(line)))
        except ValueError as error:
            rows.append(Row(number, None, line[:500], Fault("not_json", f"not JSON: {error}")))
    return rows


def _read_parquet(path: Path, wanted: list[str]) -> tuple[list[Row], list[str]]:
    import pyarrow
    import pyarrow.parquet

    rows: list[Row] = []
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            header = list(file.schema_arrow.names)
            names = alike(header, wanted)
            present = [name for name in header if name in wanted or name in names]
            for batch in file.iter_batches(columns=present) if present else ():
                values = [_values(batch.column(name)) for name in present]
                for cells in zip(*values, strict=True):
                    rows.append(Row(len(rows) + 1, dict(zip(present, cells, strict=True))))
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(f"data.path={path} is not a readable Parquet file: {error}") from error
    return rows, header


def _values(column: Any) -> list[Any]:
    """A column's values. Text is decoded here, since Arrow raises at a byte that is not UTF-8."""
    import pyarrow

    if pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pyarrow.types.is_float32(column.type) or pyarrow.types.is_float16(column.type):
        cells = column.to_pylist()
        return [cell if cell is None else shortest(cell, narrow=True) for cell in cells]
    if not (pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type)):
        return list(column.to_pylist())
    raw = column.cast(pyarrow.large_binary()).to_pylist()
    return [cell if cell is None else cell.decode(errors="surrogateescape") for cell in raw]
