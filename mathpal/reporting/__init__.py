"""The page that a run leaves behind: one self-contained HTML file made from the run's own files."""

from mathpal.reporting.report import write_report

__all__ = ["write_report"]
