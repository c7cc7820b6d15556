"""Find the faults of a data set, row by row, before a run learns from it.

Modules: `entries` (the rows before cleaning), `texts`, `language`, `golds`, `copies` (the
checks), `lengths`, `findings` (the list of checks), `auditing` (all checks together), `writing`.
"""

from mathpal.data.audit.auditing import Audit, audit, over
from mathpal.data.audit.entries import material
from mathpal.data.audit.findings import CHECKS, GROUPS
from mathpal.data.audit.writing import text_table, write_audit

__all__ = [
    "CHECKS", "GROUPS", "Audit", "audit", "material", "over", "text_table", "write_audit",
]  # fmt: skip
