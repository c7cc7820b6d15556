"""Writes numbers for readers of English or Vietnamese. Knows nothing of files or HTML.

Vietnamese has decimal commas and, as its school books do, spaces between thousands.
"""

import math
from typing import Literal

from mathpal.drawing import formatting
from mathpal.drawing.formatting import DASH, MINUS

Language = Literal["en", "vi"]

SPACE = "\N{NO-BREAK SPACE}"
_VIETNAMESE = str.maketrans(",.", f"{SPACE},")
_UNITS = {" min": f"{SPACE}phút", " h": f"{SPACE}giờ", " s": f"{SPACE}giây"}


def written(text: str, language: Language) -> str:
    """Return a number, written in the English way, in that of the language.

    Example:
        >>> written("1,234.5", "vi") == f"1{SPACE}234,5"
        True
    """
    return text.translate(_VIETNAMESE) if language == "vi" else text


def count(value: int, language: Language) -> str:
    """Return a whole number."""
    return written(f"{value:,}", language)


def decimal(value: float, digits: int, language: Language) -> str:
    """Return a number with so many decimals."""
    return written(f"{value:,.{digits}f}", language).replace("-", MINUS)


def percent(share: float, language: Language) -> str:
    """Return a share of 0..1 in percent."""
    return f"{decimal(100 * share, 1, language)}{SPACE}%"


def span(low: float, high: float, language: Language) -> str:
    """Return two shares of 0..1 as one range in percent, without the sign."""
    return f"{decimal(100 * low, 1, language)}{DASH}{decimal(100 * high, 1, language)}"


def points(change: float, language: Language) -> str:
    """Return a difference of two shares (-1..1) in signed percentage points."""
    return written(formatting.points(change), language)


def probability(p: float, language: Language) -> str:
    """Return a p value with three decimals."""
    return f"<{SPACE}{decimal(0.001, 3, language)}" if p < 0.001 else decimal(p, 3, language)


def seconds(value: float, language: Language) -> str:
    """Return a time: milliseconds below one second, the two largest units from a minute on.

    Example:
        >>> seconds(0.0731, "en") == f"73{SPACE}ms", seconds(75, "en") == "1 min 15 s"
        (True, True)
    """
    if value < 0.9995:
        return f"{decimal(1000 * value, 0 if value >= 0.01 else 1, language)}{SPACE}ms"
    if value < 59.95:
        digits = max(0, 2 - math.floor(math.log10(value)))
        return f"{decimal(value, digits, language)}{SPACE}s"
    text = formatting.duration(value)
    if language == "vi":
        for unit, own in _UNITS.items():
            text = text.replace(unit, own)
    return text
