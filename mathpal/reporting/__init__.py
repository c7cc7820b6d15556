"""Self-contained HTML pages: a run's report, and a data set's audit page.

Knows the files of a run directory and what an audit found; trains, grades and measures nothing.
"""

from mathpal.reporting.report import write_report

__all__ = ["write_report"]
