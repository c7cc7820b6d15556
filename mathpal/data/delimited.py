"""Split lines with separators and quotation marks (CSV, TSV) into records.

Knows how such files break and which lines a break costs. Knows nothing of the columns' meanings.
"""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

FIELD_LIMIT = 2**31 - 1  # the csv module's default limit of 131,072 would stop the reading


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


def find_delimiter(header: str, wanted: list[str]) -> str:
    """Return the separator that yields the wanted columns; a comma if none does.

    Excel writes semicolons where the decimal sign is a comma, as in Vietnam.

    Example:
        >>> find_delimiter("question;solution", ["question"])
        ';'
    """
    for delimiter in ",;\t":
        cells = next(csv.reader([header[:100_000]], delimiter=delimiter), [])
        if {cell.strip() for cell in cells}.issuperset(wanted):
            return delimiter
    return ","


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
            reader = csv.reader(islice(lines, start, None), delimiter=delimiter, strict=True)
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
