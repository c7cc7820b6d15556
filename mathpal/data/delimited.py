"""Records out of lines with separators and quotation marks (CSV, TSV).

Knows how such files break and what a break costs. Knows nothing of columns' meanings.
"""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

FIELD_LIMIT = 2**31 - 1  # the csv module's own limit of 131,072 would end the reading


class Record(NamedTuple):
    """One record: its cells, or the message that says why there are none.

    Attributes:
        cells: the texts between the separators; None where the record could not be read.
        raw: the record's own text.
        problem: why it could not be read; "" for a record that was read.
    """

    cells: list[str] | None
    raw: str
    problem: str = ""


def find_delimiter(header: str, wanted: list[str]) -> str:
    """The separator that makes the wanted columns appear; a comma where none does.

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
    """The records; blank lines are left out.

    A quotation mark gone wrong costs the lines it swallowed. Each of them is handed on as a
    record of its own that could not be read, because each may have been one. Where the first
    line after the header begins with a quotation mark, reading goes on at the next such
    line, so that the tail of a broken text is not taken for a record.

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
