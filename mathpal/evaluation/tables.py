"""An evaluation as files and as a text table."""

from pathlib import Path

from mathpal.evaluation.evaluate import Report
from mathpal.evaluation.statistics import Proportion
from mathpal.rundir import SCHEMA, write_json, write_lines


def write_report(report: Report, folder: Path) -> None:
    """Write `samples.jsonl` and then `results.json` into the folder."""
    write_lines(folder / "samples.jsonl", report.samples)
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
    """The group's name for people: the family's title where it is a curriculum family."""
    from mathpal.curriculum import FAMILIES

    name = group.removeprefix("family/")
    if name != group and name in FAMILIES:
        return FAMILIES[name].title
    return {"all": "all problems", "new": "new families", "old": "old families"}.get(name, name)


def text_table(report: Report) -> str:
    """Base against tuned, exact match in percent with 95 % intervals, one group a line."""
    systems = [name for name in ("base", "tuned") if name in report.verdicts]
    names = [f"  {title(row.group)}" if row.cohort else title(row.group) for row in report.rows]
    width = max(map(len, names))
    head = f"{'exact match, %':<{width}}  {'n':>5}" + "".join(f"  {s:>18}" for s in systems)
    lines = [head, "-" * len(head)]
    for name, row in zip(names, report.rows, strict=True):
        cells = "".join(f"  {_cell(row.systems[s]):>18}" for s in systems)
        lines.append(f"{name:<{width}}  {row.n:>5}{cells}")
    return "\n".join(lines)


def _cell(share: Proportion) -> str:
    return f"{100 * share.accuracy:5.1f} [{100 * share.low:4.1f}–{100 * share.high:5.1f}]"
