"""Run all checks over all rows and count the findings."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from mathpal.data.audit.copies import duplicate_findings, leak_findings
from mathpal.data.audit.entries import Entry, Material
from mathpal.data.audit.findings import CHECKS, GROUPS, PER_HELD_OUT, Finding, spoils
from mathpal.data.audit.golds import gold_findings
from mathpal.data.audit.lengths import Lengths, characters, tokens
from mathpal.data.audit.texts import encoding_findings, limit_findings, text_findings
from mathpal.progress import track

_REFUSED = {"damaged_encoding": "", "bad_utf8": "bad_utf8", "duplicate": ""}
# Sound problems that the test does not need, and damage that has a check of its own.
_UNSPOILT = ("asked", "damaged_encoding")
_UNREADABLE = (
    "not_object", "not_json", "columns", "quotes", "missing_key", "empty", "not_text",
)  # fmt: skip


class Audit(NamedTuple):
    """The result of an audit.

    Attributes:
        material: the rows.
        findings: the findings of each row, in the order of `material.entries`.
        counts: number of rows by check, for every check.
        groups: number of rows by group; "unusable" counts rows outside the checkable subset.
        shares: `groups` as shares of all rows (leaks: of the held-out rows), 0 to 1.
        lengths: of the texts, in characters and tokens.
    """

    material: Material
    findings: list[list[Finding]]
    counts: dict[str, int]
    groups: dict[str, int]
    shares: dict[str, float]
    lengths: list[Lengths]

    @property
    def checkable(self) -> list[Entry]:
        """The rows without a spoiling finding."""
        return [
            entry
            for entry, found in zip(self.material.entries, self.findings, strict=True)
            if not spoils(found)
        ]


def audit(material: Material, tokenizer: Any = None, *, max_length: int = 2048) -> Audit:
    """Check every row.

    Args:
        material: see `mathpal.data.audit.entries.material`.
        tokenizer: counts tokens; None counts none.
        max_length: most tokens of a training row.
    """
    entries = material.entries
    findings: list[list[Finding]] = [[] for _ in entries]
    rows = track(enumerate(entries), "auditing", total=len(entries), unit="row")
    for index, entry in rows:
        findings[index] += _row_findings(entry)
    for index, finding in limit_findings(entries).items():
        findings[index].append(finding)
    for found in (duplicate_findings(entries), leak_findings(entries)):
        for index, more in found.items():
            findings[index] += more
    counts = Counter(code for found in findings for code in {finding.code for finding in found})
    groups = Counter(group for found in findings for group in _groups(found))
    held_out = material.sizes["validation"] + material.sizes["test"]
    lengths = characters(entries)
    if tokenizer is not None:
        lengths += tokens(entries, tokenizer, max_length=max_length)
    return Audit(
        material=material,
        findings=findings,
        counts={code: counts[code] for code in CHECKS},
        groups={group: groups[group] for group in GROUPS},
        shares={
            group: groups[group] / max(1, held_out if group in PER_HELD_OUT else len(entries))
            for group in GROUPS
        },
        lengths=lengths,
    )


def _groups(found: Iterable[Finding]) -> set[str]:
    groups = {CHECKS[finding.code].group for finding in found}
    return groups | ({"unusable"} if spoils(list(found)) else set())


def _row_findings(entry: Entry) -> list[Finding]:
    found = [] if entry.problem is None else [*text_findings(entry), *gold_findings(entry)]
    if entry.fault is None:
        return found
    code, message = entry.fault
    if code == "leak":
        return [*found, Finding("gives_away", message)]
    if entry.problem is not None:
        return found if code in _UNSPOILT else [*found, Finding("refused", f"{code}: {message}")]
    if code in _REFUSED:
        found = list(encoding_findings(entry.raw_question, entry.raw_solution))
        # The excerpt of a refused row may be too short to show its damage.
        known = code == "duplicate" or any(CHECKS[f.code].group == "damaged" for f in found)
        return found if known else [*found, Finding(_REFUSED[code] or "replacement", message)]
    known_code = "unreadable" if code in _UNREADABLE else "refused"
    return [Finding(known_code, f"{code}: {message}")]


def over(audit: Audit, fail_on: Mapping[str, float | None]) -> list[str]:
    """Return a line for each exceeded threshold.

    Args:
        audit: of the data.
        fail_on: group to the largest tolerated share, 0 to 1; None tolerates any share.
    """
    return [
        f"{group}: {audit.groups[group]} rows, {100 * audit.shares[group]:.2f} %; "
        f"fail_on.{group}={limit:g} allows {100 * limit:g} %"
        for group, limit in fail_on.items()
        if limit is not None and audit.shares[group] > limit
    ]
