"""What a source made of its rows, in a few plain lines."""

from collections.abc import Mapping
from typing import Any


def number(value: int) -> str:
    """A count with a space between thousands."""
    return f"{value:,}".replace(",", " ")


def describe(notes: Mapping[str, Any]) -> str:
    """The notes of `mathpal.data.finish.finish` in a few plain lines."""
    quarantined, splits = notes["quarantined"], notes["splits"]
    reasons = ", ".join(f"{code} {number(count)}" for code, count in quarantined.items())
    lines = [
        f"{notes['title']}: {number(notes['rows_read'])} rows read, "
        f"{number(notes['duplicates'])} duplicates dropped, "
        f"{number(sum(quarantined.values()))} malformed rows set aside"
        f"{f' ({reasons})' if reasons else ''}, {number(notes['kept'])} kept",
        f"{number(notes['checkable'])} state an answer that the checker can read, "
        f"{number(notes['not_checkable'])} do not; {number(notes['images'])} show an image",
        f"train {number(splits['train'])}, validation {number(splits['validation'])}, "
        f"test {number(splits['test'])}",
    ]
    if notes["test_unused"]:
        unused = number(notes["test_unused"])
        lines[-1] += f"; {unused} left unused: beyond data.max_test, or asked in the test already"
    if notes["leaks"]:
        lines[-1] += f"; {number(notes['leaks'])} too like a held-out question, dropped from train"
    if notes["validation_leaks"]:
        dropped = number(notes["validation_leaks"])
        lines[-1] += f"; {dropped} too like a test question, dropped from validation"
    return "\n".join(lines)
