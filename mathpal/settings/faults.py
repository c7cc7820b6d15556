"""Faults of a composition, and the message that reports them. Standard library only."""

import json
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """One fault of a composition.

    Attributes:
        given: what the user wrote, as an override.
        expected: what is valid there, as a noun phrase.
        fix: what to write instead; "" if `expected` says enough.
    """

    given: str
    expected: str
    fix: str = ""


def report_faults(faults: list[Fault]) -> str:
    """Return the message that lists these faults."""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = [f"{count} in this composition; nothing was started."]
    for fault in faults:
        lines += ["", f"  {fault.given}", f"      expected: {fault.expected}"]
        if fault.fix:
            lines.append(f"      fix:      {fault.fix}")
    return "\n".join(lines)


def shown(value: Any) -> str:
    """Return a value as the user would write it in an override."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
