"""What of an audit's findings is still there in the rows that were kept."""

from collections import Counter
from collections.abc import Sequence

from mathpal.data.audit import CHECKS, Audit
from mathpal.data.audit.copies import first_pairs
from mathpal.data.cleaning import masked
from mathpal.data.leakage import plain, wording
from mathpal.data.sieve import asked_text, copy_text
from mathpal.problems import Problem

_KEYS = {"duplicate_exact": plain, "duplicate_wording": wording, "duplicate_masked": masked}


def remaining(audit: Audit, problems: Sequence[Problem]) -> Counter[str]:
    """Kept rows by check. Copies are counted among the kept rows; cleaning has mended typing.

    Args:
        audit: of the source's rows.
        problems: the rows that were kept.
    """
    waiting = {(problem.question, problem.solution) for problem in problems}
    counts: Counter[str] = Counter()
    for entry, found in zip(audit.material.entries, audit.findings, strict=True):
        if (entry.question, entry.solution) in waiting:
            waiting.discard((entry.question, entry.solution))
            counts.update({finding.code for finding in found} - set(_KEYS))
    for code, key in _KEYS.items():
        # As in the audit: generated rows are compared by exact text only.
        own = [p for p in problems if code == "duplicate_exact" or not p.parameters]
        text = copy_text
        if code == "duplicate_masked":
            text, own = asked_text, [own[i] for i in first_pairs(dict(enumerate(own)))]
        keys = [name for problem in own if (name := key(text(problem)))]
        counts[code] = len(keys) - len(set(keys))
    for code, check in CHECKS.items():
        if check.group == "typing":
            counts[code] = 0
    return counts
