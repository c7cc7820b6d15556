"""Write an evaluation to files and as a text table. Grades and counts nothing."""

from pathlib import Path

from mathpal.evaluation.evaluate import Report, Row
from mathpal.evaluation.statistics import Proportion
from mathpal.record.files import SCHEMA, write_json, write_lines

MANY_FAMILIES = 24  # the text table shows topics if there are more families than this


def write_report(report: Report, folder: Path) -> None:
    """Write `samples.jsonl`, `disagreements.jsonl` if asked for, and last `results.json`."""
    write_lines(folder / "samples.jsonl", report.samples)
    if report.disagreements is not None:
        write_lines(folder / "disagreements.jsonl", report.disagreements)
    rows = [
        {
            "group": row.group,
            "title": title(row.group),
            "cohort": row.cohort,
            "n": row.n,
            "base": _share(row.systems.get("base")),
            "tuned": _share(row.systems.get("tuned")),
        }
        for row in report.rows
    ]
    results = {
        "schema": SCHEMA,
        "settings": report.settings,
        "rows": rows,
        "verdicts": report.verdicts,
    }
    lenient = {k: v for k, v in report.metrics.items() if k.endswith("/accuracy_lenient")}
    if lenient:
        results["lenient"] = lenient
    if report.disagreements is not None:
        results["disagreements"] = len(report.disagreements)
    write_json(folder / "results.json", results)


def _share(share: Proportion | None) -> dict[str, float] | None:
    if share is None:
        return None
    return {
        "correct": share.correct,
        "accuracy": share.accuracy,
        "low": share.low,
        "high": share.high,
    }


def title(group: str) -> str:
    """Title of a group for readers; of a family or topic, the curriculum's title."""
    from mathpal.curriculum import FAMILIES
    from mathpal.curriculum.listing import HEADINGS

    kind, _, name = group.partition("/")
    if kind == "topic":
        return HEADINGS.get(name, name)
    if kind == "family":
        return FAMILIES[name].title if name in FAMILIES else name
    return {"all": "all problems", "new": "new families", "old": "old families"}.get(kind, kind)


def text_table(report: Report) -> str:
    """Base and tuned side by side: exact match in % with 95 % intervals, one line a group."""
    systems = [name for name in ("base", "tuned") if name in report.verdicts]
    rows = _shown(report.rows)
    names = [f"  {title(row.group)}" if row.cohort else title(row.group) for row in rows]
    width = max(map(len, names))
    head = f"{'exact match, %':<{width}}  {'n':>5}" + "".join(f"  {s:>18}" for s in systems)
    lines = [head, "-" * len(head)]
    for name, row in zip(names, rows, strict=True):
        cells = "".join(f"  {_cell(row.systems[s]):>18}" for s in systems)
        lines.append(f"{name:<{width}}  {row.n:>5}{cells}")
    return "\n".join(lines)


def _shown(rows: list[Row]) -> list[Row]:
    """The sums, each cohort followed by its families, or by topics if there are many families."""
    topics = [row for row in rows if row.group.startswith("topic/")]
    families = [row for row in rows if row.group.startswith("family/")]
    parts = topics if topics and len(families) > MANY_FAMILIES else families
    sums = [row for row in rows if not row.cohort]
    return [
        shown
        for row in sums
        for shown in (row, *(part for part in parts if part.cohort == row.group))
    ]


def _cell(share: Proportion) -> str:
    return f"{100 * share.accuracy:5.1f} [{100 * share.low:4.1f}–{100 * share.high:5.1f}]"
