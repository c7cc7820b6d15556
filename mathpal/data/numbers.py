"""Numbers as tools store them, written as a Vietnamese pupil writes them.

Knows the traces of storage: width, noise of floating point, scientific notation, one value in a
list. Knows nothing of what an answer means.
"""

import ast
import json
import math
import re
import struct
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from mathpal.data.cleaning import clean
from mathpal.problems import Row

NOISY = 15  # digits from which on a float may hold noise: a double has 15 certain ones
SURE = 10  # digits that a number without its noise has at most
LONGEST = 400  # characters of a cell that is a list or a mapping of one value
_PLAIN = re.compile(r"[-+]?\d+\.\d+(?:e[-+]?\d{1,3})?|[-+]?\d+e[-+]?\d{1,3}")
_NUMBER = re.compile(r"(?<![\d.,\w])\d(?:[\d.,]*\d)?(?![\d\w]|[.,]\d)")
_GROUPS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ENGLISH = re.compile(
    r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|0\d*\.\d+|\d{4,}\.\d+|\d+\.(?!\d{3}$)\d+"
)
_VIETNAMESE = re.compile(
    r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|0\d*,\d+|\d{4,},\d+|\d+,(?!\d{3}$)\d+"
)


def written(value: object) -> str | None:
    """Return the text of an answer cell; None for a cell without one value.

    Numbers get a decimal comma and no noise, however they are stored: as a float, a decimal, text
    of a program ("5e-05", "2.50"), or as the only value of a list or a mapping.

    Example:
        >>> [written(cell) for cell in (0.1 + 0.2, "5.0", [7], '{"value": 2.5}', "1.500")]
        ['0,3', '5', '7', '2,5', '1.500']
    """
    if isinstance(value, float):
        return _decimal(shortest(value)) if value - value == 0 else None
    if isinstance(value, Decimal):
        return _decimal(value) if value.is_finite() else None
    if isinstance(value, (list, tuple)):
        return written(value[0]) if len(value) == 1 else None
    if isinstance(value, Mapping):
        held = [item for item in value.values() if item is not None]
        return written(held[0]) if len(held) == 1 else None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    text = clean(str(value))
    if text[:1] in ("[", "{") and (inner := _only_value(text)) is not None:
        return written(inner)
    if _PLAIN.fullmatch(text) and (_ENGLISH.fullmatch(text.lstrip("+-")) or "e" in text):
        number = Decimal(text)
        noisy = len(text) > NOISY and math.isfinite(float(text))
        return _decimal(shortest(float(text)) if noisy else number)
    return text or None


def _decimal(value: Decimal) -> str:
    if value == 0:
        return "0"
    # str alone writes 5E-5, of which the checker would read the 5.
    return format(value.normalize(), "f").replace(".", ",")


def shortest(value: float, *, narrow: bool = False) -> Decimal:
    """Return the decimal that a float stands for, without the noise of its storage.

    Args:
        value: finite.
        narrow: whether it was stored in 32 bits or fewer. If not, only noise is taken away: many
            digits of which few are left by rounding to 12, or by 32 bits.
    """
    own = Decimal(repr(value))
    if not narrow and _digits(own) < NOISY:
        return own
    single = next(
        (text for size in range(1, 10) if _as_single(float(text := f"{value:.{size}g}")) == value),
        None,
    )
    for text in filter(None, (single, f"{value:.12g}")):
        if narrow or _digits(Decimal(text)) <= SURE:
            return Decimal(text)
    return own


def _as_single(value: float) -> float:
    """The nearest float of 32 bits."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return value


def _digits(value: Decimal) -> int:
    return len(value.normalize().as_tuple().digits)


def _only_value(text: str) -> Any:
    """The value of a list or mapping of one value that is written out; None for other text."""
    if len(text) > LONGEST:
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            value = parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        if isinstance(value, (list, dict)) and len(value) == 1:
            return value
    return None


def with_decimal_commas(rows: Iterable[Row], column: str | None) -> list[Row]:
    """Write the numbers of a column with decimal commas if its cells prove decimal points.

    "1.500" alone is 1500, as Vietnam writes it. Beside "2.5" or "0.125", and without a number like
    "1.250.000" or "2,5", the column's point is a decimal point, and "1.500" is 1.5.

    Args:
        rows: of a source.
        column: of the answers; None changes nothing.
    """
    rows = list(rows)
    cells = [row.fields.get(column) for row in rows if row.fields] if column is not None else []
    numbers = [
        number
        for cell in cells
        if isinstance(cell, str) and len(cell) <= LONGEST
        for number in _NUMBER.findall(cell)
    ]
    if not any(map(_ENGLISH.fullmatch, numbers)) or any(map(_VIETNAMESE.fullmatch, numbers)):
        return rows
    assert column is not None
    return [_with_comma(row, column) for row in rows]


def _with_comma(row: Row, column: str) -> Row:
    cell = row.fields.get(column) if row.fields else None
    if not isinstance(cell, str) or row.fields is None or len(cell) > LONGEST:
        return row
    text = _NUMBER.sub(_comma, cell)
    if re.fullmatch(r"[-+]?\d+,\d+", text.strip()):
        text = text.strip().rstrip("0").rstrip(",")
    return row._replace(fields={**row.fields, column: text})


def _comma(found: re.Match[str]) -> str:
    number = found[0]
    if _GROUPS.fullmatch(number):
        number = number.replace(",", "")
    return number.replace(".", ",") if number.count(".") == 1 and "," not in number else number
