"""Formats numbers for readers. Knows nothing of runs, files or HTML."""

import math

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


def percent(share: float) -> str:
    """Return a share of 0..1 as a percentage with one decimal."""
    return f"{100 * share:.1f}%"


def interval(low: float, high: float) -> str:
    """Return two shares of 0..1 as one range in percent."""
    return f"{100 * low:.1f}{DASH}{100 * high:.1f}%"


def points(change: float) -> str:
    """Return a difference of two shares (-1..1) in signed percentage points."""
    rounded = round(100 * change, 1)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):.1f}"


def number(value: object) -> str:
    """Return a value of a JSON file in readable form; text stays as it is."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return _real(value)
    return str(value)


def _real(value: float) -> str:
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if value.is_integer() and abs(value) < 1e9:
        return f"{int(value):,}".replace("-", MINUS)
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace("-", MINUS)
    if abs(value) < 1e-3:
        return scientific(value)
    return f"{value:.4g}".replace("-", MINUS)


def scientific(value: float) -> str:
    """Return a real number in short scientific notation, as learning rates are written: 2e-4."""
    mantissa, exponent = f"{value:.2e}".split("e")
    short = mantissa.rstrip("0").rstrip(".")
    return f"{short}e{int(exponent)}".replace("-", MINUS)


def duration(seconds: float) -> str:
    """Return a duration in its two largest units."""
    if not math.isfinite(seconds):
        return number(float(seconds))
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def size(count: int) -> str:
    """Return a number of bytes in the largest decimal unit that fits: B, kB, MB or GB."""
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 999.5:
            return f"{amount:.0f} B" if unit == "B" else f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} GB"


def cut(text: str, limit: int) -> tuple[str, int]:
    """Return the first `limit` characters of a text, and how many were left out."""
    return (text, 0) if len(text) <= limit else (text[:limit], len(text) - limit)
