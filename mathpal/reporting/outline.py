"""Writes nested JSON values as indented text in the style of YAML."""

import json
from typing import Any

# Texts that YAML would read as another type than text, so that they need quotes.
_RESERVED = {"", "null", "true", "false", "yes", "no", "on", "off", "~"}


def outline(value: Any) -> str:
    """Return nested objects and lists as indented text, keys in the given order.

    Args:
        value: anything that `json.loads` returns.
    """
    return "\n".join(_lines(value)) if isinstance(value, dict | list) and value else _leaf(value)


def _lines(value: dict[str, Any] | list[Any]) -> list[str]:
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    lines: list[str] = []
    for key, item in pairs:
        head = "-" if key is None else f"{key}:"
        if not isinstance(item, dict | list) or not item or _is_row(item):
            lines.append(f"{head} {_leaf(item)}")
        elif key is None:
            first, *rest = _lines(item)
            lines += [f"- {first}", *(f"  {line}" for line in rest)]
        else:
            lines += [head, *(f"  {line}" for line in _lines(item))]
    return lines


def _is_row(value: Any) -> bool:
    """Return whether a value is a list of plain values short enough for one line."""
    return (
        isinstance(value, list)
        and not any(isinstance(item, dict | list) for item in value)
        and sum(len(str(item)) + 2 for item in value) <= 80
    )


def _leaf(value: Any) -> str:
    if isinstance(value, str):
        plain = value.isprintable() and value.strip() == value and ": " not in value
        special = value.lower() in _RESERVED or value[:1] in "\"'{}[]&*#?|-<>=!%@`" or " #" in value
        return value if plain and not special and not _is_number(value) else _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(_leaf(item) for item in value)}]"
    return _quoted(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
