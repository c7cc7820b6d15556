"""Write an evaluation to files and as a text table. Grades and counts nothing."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mathpal.evaluation.statistics import Proportion
from mathpal.evaluation.summary import Report, Row, Shares
from mathpal.record.files import SCHEMA, write_json, write_lines

MANY_FAMILIES = 24  # the text table shows topics if there are more families than this
ANY_LAYOUT, UNREADABLE = "right in any layout", "no readable answer"


def write_report(report: Report, folder: Path) -> None:
    """Write `samples.jsonl`, `disagreements.jsonl` if asked for, and last `results.json`."""
    write_lines(folder / "samples.jsonl", report.samples)
    if report.disagreements is not None:
        write_lines(folder / "disagreements.jsonl", report.disagreements)
    rows = [
        {
            "group": row.group,
            "title": _title(row),
            "cohort": row.cohort,
            "n": row.n,
            "base": _measured(row, "base"),
            "tuned": _measured(row, "tuned"),
        }
        for row in report.rows
    ]
    results = {
        "schema": SCHEMA,
        "settings": report.settings,
        "rows": rows,
        "verdicts": report.verdicts,
    }
    if report.disagreements is not None:
        results["disagreements"] = len(report.disagreements)
    write_json(folder / "results.json", results)


def _measured(row: Row, system: str) -> dict[str, Any] | None:
    """One system's numbers of a row: accuracy, and beside it the two other shares if measured."""
    if system not in row.systems:
        return None
    found: dict[str, Any] = _named(row.systems[system], "correct", "accuracy")
    if system in row.lenient:
        found["lenient"] = _named(row.lenient[system], "correct", "accuracy")
        found["unreadable"] = _named(row.unreadable[system], "count", "share")
    return found


def _named(found: Proportion, count: str, share: str) -> dict[str, float]:
    return {count: found.correct, share: found.accuracy, "low": found.low, "high": found.high}


def title(group: str) -> str:
    """Title of a group for readers; of a family or topic, the curriculum's title."""
    from mathpal.curriculum import FAMILIES
    from mathpal.curriculum.listing import HEADINGS

    kind, _, name = group.partition("/")
    if kind == "topic":
        return HEADINGS.get(name, name)
    if kind == "family":
        return FAMILIES[name].title if name in FAMILIES else name
    if kind == "source":
        return f"source {name}"
    return {"all": "all problems", "new": "new families", "old": "old families"}.get(kind, kind)


def _title(row: Row) -> str:
    """Title of a row: problems without families, as a user's own rows are, are no families."""
    return title(row.group) if row.families else title(row.group).replace("families", "problems")


def text_table(report: Report) -> str:
    """Base and tuned side by side: exact match in % with 95 % intervals, one line a group.

    Below each sum stand the answers that are right in any layout, and those without a readable
    answer: what changes from base to tuned in the first line only is layout, not mathematics.
    """
    systems = [name for name in ("base", "tuned") if name in report.verdicts]
    found = list(_lines(report.rows))
    width = max(len(name) for name, _, _ in found)
    head = f"{'exact match, %':<{width}}  {'n':>5}" + "".join(f"  {s:>18}" for s in systems)
    lines = [head, "-" * len(head)]
    for name, n, shares in found:
        cells = "".join(f"  {_cell(shares[s]):>18}" for s in systems)
        lines.append(f"{name:<{width}}  {n:>5}{cells}")
    told = report.settings.get("instruction") or {}
    lines += [f"{system} was asked with: {text}" for system, text in told.items() if text]
    return "\n".join(lines)


def _lines(rows: list[Row]) -> Iterator[tuple[str, int, Shares]]:
    """Yield the name, the number of problems and the shares of each line."""
    for row in _shown(rows):
        yield f"  {_title(row)}" if row.cohort else _title(row), row.n, row.systems
        if not row.cohort and row.lenient:
            yield f"  {ANY_LAYOUT}", row.n, row.lenient
            yield f"  {UNREADABLE}", row.n, row.unreadable


def _shown(rows: list[Row]) -> list[Row]:
    """The sums, each cohort followed by its families, or by topics if there are many families.

    The only cohort and the only source are all problems again, and are left out; so is a source
    as a family.
    """
    kinds = Counter(_kind(row) for row in rows)
    sums = [row for row in rows if row.group == "all" or (not row.cohort and kinds[_kind(row)] > 1)]
    sources = {(row.group.removeprefix("source/"), row.n) for row in rows if _kind(row) == "source"}
    topics = [row for row in rows if row.group.startswith("topic/")]
    families = [
        row
        for row in rows
        if row.group.startswith("family/")
        and (row.group.removeprefix("family/"), row.n) not in sources
    ]
    parts = topics if topics and len(families) > MANY_FAMILIES else families
    shown = [
        found
        for row in sums
        for found in (row, *(part for part in parts if part.cohort == row.group))
    ]
    return [*shown, *(part for part in parts if part not in shown)]


def _kind(row: Row) -> str:
    """What a row is one of: "source", "cohort", …; a sum repeats the whole where it is alone."""
    kind = row.group.split("/")[0]
    return "cohort" if kind in ("new", "old") else kind


def _cell(share: Proportion) -> str:
    return f"{100 * share.accuracy:5.1f} [{100 * share.low:4.1f}–{100 * share.high:5.1f}]"
