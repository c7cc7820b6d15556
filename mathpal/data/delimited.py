"""Read files with separators and quotation marks (CSV, TSV).

Knows how such files are put together, how they break, and which lines a break costs. Knows nothing
of the columns' meanings.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from mathpal.data.decoding import BYTE_ORDER_MARK
from mathpal.errors import DataError
from mathpal.problems import Fault, Row

FIELD_LIMIT = 2**31 - 1  # the csv module's default limit of 131,072 would stop the reading
DELIMITERS = ",;\t|"
LOOKED_AT = 20  # records that choose the separator
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.I)  # Excel's own first line


class Record(NamedTuple):
    """One record: its cells, or the reason why it could not be read.

    Attributes:
        cells: the texts between the separators; None where the record could not be read.
        raw: the record's own text.
        problem: why it could not be read; "" for a record that was read.
    """

    cells: list[str] | None
    raw: str
    problem: str = ""


def read_delimited(
    path: Path, lines: list[str], wanted: list[str], *, delimiter: str | None
) -> tuple[list[Row], list[str]]:
    """Return the rows and the header.

    Args:
        path: for messages.
        lines: with their line ends.
        wanted: names of columns.
        delimiter: None finds it.

    Raises:
        DataError: the header cannot be read, or names a wanted column twice.
    """
    lines = lines[next((n for n, line in enumerate(lines) if line.strip()), len(lines)) :]
    if not lines:
        return [], []
    if stated := _SEPARATOR.fullmatch(lines[0]):
        delimiter, lines = stated[1], lines[1:]
    delimiter = delimiter or find_delimiter(lines, wanted)
    rows: list[Row] = []
    header: list[str] = []
    fault: Fault | None = None  # of the rows below a header that names other columns
    for record in records(_parted(lines), delimiter):
        cells = record.cells
        if not header:
            if cells is None:
                raise DataError(f"data.path={path}: the header cannot be read: {record.problem}")
            header = [name.strip() for name in cells]
            continue
        number = len(rows) + 1
        if cells is None:
            own: Fault | None = Fault("quotes", record.problem)
        elif _is_header(cells, header, wanted):
            own = Fault("header", "a second header: files were put together")
            same = _plain(cells) == _plain(header)
            fault = None if same else Fault("header", "below a second header with other columns")
        elif fault is None and len(cells) != len(header):
            # A decimal comma without quotation marks shifts the texts.
            own = Fault("columns", f"{len(cells)} columns where the header has {len(header)}")
        else:
            own = fault
        if own is None and cells is not None:
            rows.append(Row(number, dict(zip(header, cells, strict=True))))
        else:
            rows.append(Row(number, None, record.raw[:500], own))
    twice = [name for name in wanted if _plain(header).count(_plain([name])[0]) > 1]
    if twice:
        raise DataError(f"data.path={path}: the header names {', '.join(twice)} more than once")
    return rows, header


def _plain(names: list[str]) -> list[str]:
    """Names as they are compared."""
    return [unicodedata.normalize("NFC", name).strip(' \t\r\n"\ufeff').casefold() for name in names]


def _is_header(cells: list[str], header: list[str], wanted: list[str]) -> bool:
    """Whether a record is a header again, with the same or with other columns."""
    names = _plain(cells)
    return names == _plain(header) or (len(wanted) > 1 and set(_plain(wanted)) <= set(names))


def _parted(lines: list[str]) -> list[str]:
    """The lines, divided where a header follows a last line without a line end."""
    glued = f"{BYTE_ORDER_MARK}{lines[0].strip()}"
    if not any(glued in line for line in lines):
        return lines
    parts = []
    for line in lines:
        before, found, after = line.partition(glued)
        parts += [f"{before}\n", f"{lines[0].strip()}{after}"] if found else [line]
    return parts


def find_delimiter(lines: list[str], wanted: list[str]) -> str:
    """Return the separator that yields the wanted columns, else the one that fits most records.

    Excel writes semicolons where the decimal sign is a comma, as in Vietnam.

    Args:
        lines: header and records.
        wanted: names of columns, which the header may not have.

    Example:
        >>> find_delimiter(["Câu hỏi;Lời giải", "1,5 + 1 = ?;2,5"], ["question"])
        ';'
    """
    best, found = (0.0, 0), ","
    for delimiter in DELIMITERS:
        shown = [line[:100_000] for line in lines[: 5 * LOOKED_AT]]
        widths = [len(r.cells) for r in islice(records(shown, delimiter), LOOKED_AT) if r.cells]
        names = next(csv.reader(shown, delimiter=delimiter), [])
        if wanted and set(_plain(names)).issuperset(_plain(wanted)):
            return delimiter
        if len(names) > 1 and widths:
            fit = (widths.count(len(names)) / len(widths), len(names))
            best, found = max((best, found), (fit, delimiter), key=lambda pair: pair[0])
    return found


def records(lines: list[str], delimiter: str) -> Iterator[Record]:
    """Yield the records; blank lines are skipped.

    A wrong quotation mark costs the lines that it swallows. Each of them is yielded as an
    unreadable record, because each may have been a record. If the first line after the header
    begins with a quotation mark, reading resumes at the next such line, so that the tail of a
    broken text is not taken for a record.

    Args:
        lines: with their line ends, header included.
        delimiter: one character.
    """
    before = csv.field_size_limit(FIELD_LIMIT)
    quoted = len(lines) > 1 and lines[1].startswith('"')
    start = 0
    try:
        while start < len(lines):
            reader = csv.reader(
                map(lines.__getitem__, range(start, len(lines))), delimiter=delimiter, strict=True
            )
            begin = start
            try:
                for cells in reader:
                    end = start + reader.line_num
                    if cells:
                        yield Record(cells, "".join(lines[begin:end]))
                    begin = end
                return
            except csv.Error as error:
                start += reader.line_num
                while quoted and start < len(lines) and not lines[start].startswith('"'):
                    start += 1
                problem = f"quotation marks are wrong from line {begin + 1} on: {error}"
                for line in lines[begin:start]:
                    yield Record(None, line, problem)
    finally:
        csv.field_size_limit(before)
