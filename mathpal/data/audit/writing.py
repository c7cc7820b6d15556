"""Write an audit as text for the terminal and as files; the page is in `reporting`."""

from pathlib import Path
from typing import Any

from mathpal.data.audit.auditing import Audit
from mathpal.data.audit.entries import Entry
from mathpal.data.audit.findings import CHECKS, GROUPS, PER_HELD_OUT, Finding, spoils
from mathpal.data.turns import written
from mathpal.record.files import write_json, write_lines

SCHEMA = 1


def text_table(audit: Audit) -> str:
    """Return the counts as lines of at most 88 characters."""
    sizes = audit.material.sizes
    total = len(audit.material.entries)
    held_out = sizes["validation"] + sizes["test"]
    kind = "rows as read" if audit.material.raw else "problems and rows left out by the source"
    lines = [
        f"{total:,} {kind}; train {sizes['train']:,}, validation {sizes['validation']:,}, "
        f"test {sizes['test']:,}",
    ]
    if audit.material.refusal:
        lines.append(f"the source refuses this data: {audit.material.refusal.splitlines()[0]}")
    lines += ["", f"{'':<63}{'rows':>8}{'share':>9}  spoils"]
    for code, check in CHECKS.items():
        count = audit.counts[code]
        base = held_out if check.group in PER_HELD_OUT else total
        spoiling = "yes" if check.spoils else ""
        lines.append(f"{check.title:<63}{count:>8,}{percent(count, base):>9}  {spoiling}")
    usable = len(audit.checkable)
    lines += [
        "-" * 80,
        f"{'checkable subset (no finding that spoils a row)':<63}{usable:>8,}"
        f"{percent(usable, total):>9}",
        "",
        "group of the findings, for fail_on: rows",
        ", ".join(f"{group} {audit.groups[group]:,}" for group in GROUPS),
        "",
    ]
    for found in audit.lengths:
        quantiles = ", ".join(f"{name} {value:,}" for name, value in found.quantiles.items())
        lines.append(f"{found.name}, {found.unit}: {quantiles}")
        if found.limit is not None:
            lines.append(f"  {found.above:,} longer than model.max_length={found.limit}")
    return "\n".join(lines)


def percent(count: int, base: int) -> str:
    """Format a share; below 1 % with a further digit, and as a dash if `base` is 0."""
    if not base:
        return "–"
    share = 100 * count / base
    return f"{share:.2f} %" if 0 < share < 1 else f"{share:.1f} %"


def write_audit(audit: Audit, folder: Path) -> None:
    """Write `audit.json`, `checkable.jsonl` and `quarantine.jsonl`.

    `checkable.jsonl` holds cleaned rows with their answer. `data=file data.path=…
    data.answer=answer` trains on it; for conversations `data=messages`, for pairs
    `data=preference data.prompt=question data.chosen=solution`. `quarantine.jsonl` holds every
    other row with its reasons.

    Args:
        audit: of the data.
        folder: created if it is missing; its files of these names are replaced.
    """
    rows = list(zip(audit.material.entries, audit.findings, strict=True))
    kept = [_kept(entry, found) for entry, found in rows if not spoils(found)]
    write_lines(folder / "checkable.jsonl", kept)
    left_out = [_left_out(entry, found) for entry, found in rows if spoils(found)]
    write_lines(folder / "quarantine.jsonl", left_out)
    write_json(folder / "audit.json", summary(audit))


def summary(audit: Audit) -> dict[str, Any]:
    """Return the audit without the texts of its rows."""
    return {
        "schema": SCHEMA,
        "rows": len(audit.material.entries),
        "raw": audit.material.raw,
        "refusal": audit.material.refusal,
        "splits": audit.material.sizes,
        "checkable": len(audit.checkable),
        "counts": audit.counts,
        "groups": audit.groups,
        "shares": audit.shares,
        "lengths": [found._asdict() for found in audit.lengths],
        "flagged": {
            code: [
                entry.row
                for entry, found in zip(audit.material.entries, audit.findings, strict=True)
                if any(finding.code == code for finding in found)
            ]
            for code in CHECKS
        },
    }


def _kept(entry: Entry, found: list[Finding]) -> dict[str, Any]:
    return {
        "row": entry.row,
        "split": entry.split,
        "question": entry.question,
        "solution": entry.solution,
        "answer": entry.gold,
        **_context(entry),
        "notes": [finding._asdict() for finding in found],
    }


def _left_out(entry: Entry, found: list[Finding]) -> dict[str, Any]:
    return {
        "row": entry.row,
        "split": entry.split,
        "reasons": [finding.code for finding in found if CHECKS[finding.code].spoils],
        "findings": [finding._asdict() for finding in found],
        "question": _writable(entry.raw_question),
        "solution": _writable(entry.raw_solution),
        **_context(entry),
    }


def _context(entry: Entry) -> dict[str, Any]:
    """The conversation and the rejected response of a row, in columns that the sources read."""
    if entry.problem is None:
        return {}
    known = {"messages": written(entry.problem), "rejected": entry.problem.rejected}
    return {name: value for name, value in known.items() if value}


def _writable(text: str) -> str:
    """Escape lone surrogates (bytes that are not UTF-8), which a file cannot hold."""
    return text.encode("utf-8", "backslashreplace").decode()
