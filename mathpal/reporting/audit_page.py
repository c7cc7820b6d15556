"""Writes audit.html: one self-contained page of the findings of a data audit.

Knows finished audits; checks no row itself.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mathpal.data.audit.auditing import Audit
from mathpal.data.audit.entries import Entry
from mathpal.data.audit.findings import CHECKS, PER_HELD_OUT
from mathpal.data.audit.lengths import Lengths
from mathpal.data.audit.writing import percent
from mathpal.drawing import formatting
from mathpal.drawing.histograms import histogram
from mathpal.record.files import write_text

PAGE = "audit.html"
SHOWN = 5  # example rows shown for each check
_EXCERPT = 320  # characters


class Row(NamedTuple):
    """One check in the table; `width` is its share in percent, for the bar."""

    code: str
    title: str
    group: str
    rows: int
    share: str
    width: float
    spoils: bool
    after_break: bool


class Example(NamedTuple):
    """One row that a check reported."""

    row: int | str
    message: str
    question: str
    solution: str


def write_page(audit: Audit, folder: Path, *, title: str, passed: Sequence[str]) -> Path:
    """Write the page of an audit and return its path.

    Args:
        audit: the finished audit.
        folder: where to write the page.
        title: name of the audited data set.
        passed: the exceeded thresholds, one line of text each.
    """
    template = _environment().get_template("audit.html.j2")
    path = folder / PAGE
    text = template.render(_content(audit, title, passed))
    # Text read from invalid UTF-8 may hold lone surrogates, which a UTF-8 file cannot hold.
    write_text(path, text.encode("utf-8", "replace").decode())
    return path


def _content(audit: Audit, title: str, passed: Sequence[str]) -> dict[str, Any]:
    entries = audit.material.entries
    return {
        "title": title,
        "total": len(entries),
        "usable": len(audit.checkable),
        "sizes": audit.material.sizes,
        "raw": audit.material.raw,
        "refusal": audit.material.refusal,
        "passed": list(passed),
        "rows": _rows(audit),
        "lengths": [(found, _drawn(found)) for found in audit.lengths],
        "examples": _examples(audit),
        "shown": SHOWN,
    }


def _rows(audit: Audit) -> list[Row]:
    sizes = audit.material.sizes
    rows: list[Row] = []
    for code, check in CHECKS.items():
        held_out = check.group in PER_HELD_OUT
        base = sizes["validation"] + sizes["test"] if held_out else len(audit.material.entries)
        count = audit.counts[code]
        rows.append(
            Row(
                code=code,
                title=check.title,
                group=check.group,
                rows=count,
                share=percent(count, base),
                width=round(100 * count / base, 2) if base else 0.0,
                spoils=check.spoils,
                after_break=bool(rows) and rows[-1].group != check.group,
            )
        )
    return rows


def _drawn(found: Lengths) -> Markup:
    title = f"How many {found.unit} a {found.name} has"
    return histogram(found.bars, width=found.width, unit=found.unit, title=title, limit=found.limit)


def _examples(audit: Audit) -> list[tuple[str, int, list[Example]]]:
    """Return (title, number of reported rows, first of these rows) for each check with findings."""
    found: dict[str, list[Example]] = {code: [] for code in CHECKS}
    for entry, findings in zip(audit.material.entries, audit.findings, strict=True):
        for code in {finding.code for finding in findings}:
            if len(found[code]) < SHOWN:
                message = "; ".join(f.message for f in findings if f.code == code)
                found[code].append(_example(entry, message))
    return [
        (CHECKS[code].title, audit.counts[code], examples)
        for code, examples in found.items()
        if examples
    ]


def _example(entry: Entry, message: str) -> Example:
    question = entry.question or entry.raw_question
    solution = entry.solution or entry.raw_solution
    # Keep the end of a long solution: it shows the answer, or where the text was cut off.
    tail = solution if len(solution) <= _EXCERPT else f"… {solution[-_EXCERPT:]}"
    return Example(entry.row, message, question[:_EXCERPT], tail)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=formatting.number, percent=formatting.percent)
    return environment
