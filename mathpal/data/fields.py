"""A column of a source's rows that a problem does not carry, such as the link of a scraped page.

Reads the raw rows that the source returns a way to. Knows no source.
"""

from collections.abc import Sequence

from mathpal.data.cleaning import clean
from mathpal.errors import DataError
from mathpal.problems import RawRows


def fields_of(raw: Sequence[RawRows], name: str, *, source: str) -> dict[str, str]:
    """Map each cleaned question to the field's text, for the rows that have the field.

    Args:
        raw: ways to a source's rows; empty for a source without fields.
        name: the column, or the payload key.
        source: the source's name, for messages.

    Raises:
        DataError: no row has the field.
    """
    found: dict[str, str] = {}
    for rows in raw:
        for row in rows.read(name):
            if row.fields is None:
                continue
            question, value = row.fields.get(rows.columns["question"]), row.fields.get(name)
            if isinstance(question, str) and value not in (None, ""):
                found.setdefault(clean(question), str(value))
    if not found:
        raise DataError(
            f"group={name}: no row of data={source} has a field of this name; name a "
            "column or payload key of its rows, or group=question"
        )
    return found
