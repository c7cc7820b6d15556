"""What is wrong with a composition, and how it is told. Standard library only."""

import json
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """One thing wrong with a composition.

    Attributes:
        given: what the user wrote, as an override.
        expected: what would be right.
        mend: what to write instead; "" where `expected` says it.
    """

    given: str
    expected: str
    mend: str = ""


def report_faults(faults: list[Fault]) -> str:
    """The message of a composition with these faults."""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = [f"{count} in this composition; nothing was started."]
    for fault in faults:
        lines += ["", f"  {fault.given}", f"      expected: {fault.expected}"]
        if fault.mend:
            lines.append(f"      mend:     {fault.mend}")
    return "\n".join(lines)


def shown(value: Any) -> str:
    """A value as the user would write it in an override."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
