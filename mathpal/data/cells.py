"""Read the cells of a row as cleaned texts and as a gold answer.

Knows what one cell may hold. Knows nothing of whole rows, copies or splits.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from mathpal.answers import declared_answer, parse_gold
from mathpal.data.cleaning import SURROGATE, clean, damage
from mathpal.data.columns import is_header
from mathpal.data.numbers import written
from mathpal.errors import DataError
from mathpal.problems import Fault


def read_texts(
    fields: Mapping[str, Any],
    names: Iterable[str],
    max_characters: int,
    removed: Counter[str] | None = None,
) -> list[str] | Fault:
    """Return the cleaned texts of some columns, or the fault of the first bad one.

    Args:
        fields: column name to cell of the row.
        names: the columns.
        max_characters: greatest total length before cleaning.
        removed: kind to number of what cleaning removed, counted up here.
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
    if len(names) > 1 and is_header(fields[name] for name in names):
        return Fault("header", "the names of columns: two exports were put together")
    texts = [clean(fields[name], removed) for name in names]
    return texts if all(texts) else Fault("empty", "nothing is left after cleaning")


def stated_gold(fields: Mapping[str, Any], columns: Mapping[str, str], solution: str) -> str | None:
    """Return the text of the answer column, or, without one, the answer that the solution declares.

    The checker may be unable to read it.
    """
    if "answer" in columns:
        return written(fields.get(columns["answer"]))
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


def _checkable(gold: str) -> bool:
    try:
        parse_gold(gold)
    except DataError:
        return False
    return SURROGATE.search(gold) is None  # half a character: no file could hold it
