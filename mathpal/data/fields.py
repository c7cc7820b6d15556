"""A column of a source's rows that a problem does not carry, such as the link of a scraped page.

Reads the source's rows once more, below its cleaning. Knows which sources have rows of fields.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

from mathpal.data import hub, qdrant
from mathpal.data.cleaning import clean
from mathpal.data.reading import SUFFIXES, read_rows
from mathpal.errors import DataError


def fields_of(source: partial[Any], name: str) -> dict[str, str]:
    """Cleaned question to the field's text, for the rows that have it.

    Args:
        source: the bound callable of a `data` group: a file, a data set of the Hub, a Qdrant
            collection, or a mixture with one of these.
        name: the column, or the payload key.

    Raises:
        DataError: where no row has the field.
    """
    found: dict[str, str] = {}
    for question, value in _rows(source, name):
        if isinstance(question, str) and value not in (None, ""):
            found.setdefault(clean(question), str(value))
    if not found:
        raise DataError(
            f"group={name}: no row of data={source.func.__name__} has a field of this name; name a "
            "column or payload key of its rows, or group=question"
        )
    return found


def _rows(source: partial[Any], name: str) -> Iterator[tuple[Any, Any]]:
    """(question, the field) of every row."""
    settings: dict[str, Any] = {
        key: parameter.default for key, parameter in signature(source.func).parameters.items()
    } | source.keywords
    if "sources" in settings:
        for part in settings["sources"].values():
            yield from _rows(part, name)
    elif "collection" in settings:
        yield from _of_qdrant(settings, name)
    elif source.func is hub.hub:
        yield from _of_hub(settings, name)
    elif settings.get("path") is not None and "question" in settings:
        yield from _of_file(Path(settings["path"]), settings, name)


def _of_file(path: Path, settings: Mapping[str, Any], name: str) -> Iterator[tuple[Any, Any]]:
    assert path.suffix.lower() in SUFFIXES, "the source has read it"
    question = settings["question"]
    if path.suffix.lower() == ".parquet":
        import pyarrow.parquet

        if name not in pyarrow.parquet.read_schema(path).names:
            return
        # Of a Parquet file only the columns that are named are read.
        columns = {"question": question, "solution": name}
    else:
        columns = {"question": question}
    for row in read_rows(path, columns=columns, split=settings.get("split")):
        if row.fields is not None:
            yield row.fields.get(question), row.fields.get(name)


def _of_hub(settings: Mapping[str, Any], name: str) -> Iterator[tuple[Any, Any]]:
    splits = hub.load(settings["path"], settings["subset"], settings["revision"])
    question = settings["question"]
    for rows in splits.values():
        if {question, name} <= set(rows.column_names):
            for fields in rows.select_columns(list(dict.fromkeys((question, name)))):
                yield fields[question], fields[name]


def _of_qdrant(settings: Mapping[str, Any], name: str) -> Iterator[tuple[Any, Any]]:
    path, url, collection = settings["path"], settings["url"], settings["collection"]
    for payload in qdrant.read(f"group={name}", path, url, collection):
        for row in qdrant.rows_of(payload, settings["content"], first=1):
            if row.fields is not None:
                yield row.fields["question"], row.fields.get(name)
