"""Read the cells of a row as cleaned texts and as a gold answer.

Knows what one cell may hold. Knows nothing of whole rows, copies or splits.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from mathpal.answers import declared_answer, parse_gold
from mathpal.data.cleaning import SURROGATE, clean, damage
from mathpal.errors import DataError
from mathpal.problems import Fault


def read_texts(
    fields: Mapping[str, Any], names: Iterable[str], max_characters: int
) -> list[str] | Fault:
    """Return the cleaned texts of some columns, or the fault of the first bad one.

    Args:
        fields: column name to cell of the row.
        names: the columns.
        max_characters: greatest total length before cleaning.
    """
    names = list(names)
    for name in names:
        if (fault := _fault(fields, name)) is not None:
            return fault
    length = sum(len(fields[name]) for name in names)
    if length > max_characters:
        return Fault("too_long", f"{length} characters; data.max_characters is {max_characters}")
    for name in names:
        if SURROGATE.search(fields[name]):
            return Fault("bad_utf8", f"{name!r} holds bytes that are not UTF-8")
        if (kind := damage(fields[name])) is not None:
            return Fault("damaged_encoding", f"{name!r} is {kind}")
    texts = [clean(fields[name]) for name in names]
    return texts if all(texts) else Fault("empty", "nothing is left after cleaning")


def stated_gold(fields: Mapping[str, Any], columns: Mapping[str, str], solution: str) -> str | None:
    """Return the text of the answer column, or, without one, the answer that the solution declares.

    The checker may be unable to read it.
    """
    if "answer" in columns:
        return _written(fields.get(columns["answer"]))
    return declared_answer(solution)


def gold_of(fields: Mapping[str, Any], columns: Mapping[str, str], solution: str) -> str | None:
    """Return the stated gold; None if the checker cannot read it."""
    gold = stated_gold(fields, columns, solution)
    return gold if gold is not None and _checkable(gold) else None


def _fault(fields: Mapping[str, Any], name: str) -> Fault | None:
    if name not in fields:
        return Fault("missing_key", f"there is no {name!r}; there is {list(fields)[:8]}")
    text = fields[name]
    if text is None or (isinstance(text, str) and not text.strip()):
        return Fault("empty", f"{name!r} is empty")
    if not isinstance(text, str):
        return Fault("not_text", f"{name!r} is not text but {type(text).__name__}")
    return None


def _written(value: object) -> str | None:
    """The text of an answer cell; numbers are written as a Vietnamese pupil writes them."""
    if isinstance(value, float):
        # repr alone writes 5e-05, of which the checker would read the 5.
        return format(Decimal(repr(value)), "f").removesuffix(".0").replace(".", ",")
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return clean(str(value)) or None
    return None


def _checkable(gold: str) -> bool:
    try:
        parse_gold(gold)
    except DataError:
        return False
    return SURROGATE.search(gold) is None  # half a character: no file could hold it
