"""Write an evaluation to files and as a text table. Grades and counts nothing."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mathpal.answers.failures import FAILURES
from mathpal.evaluation.summary import Report, Row, Shares
from mathpal.record.files import SCHEMA, write_json, write_lines
from mathpal.statistics.proportions import Proportion

MANY_FAMILIES = 24  # the text table shows topics if there are more families than this
MOST_FAILING = 12  # families in the table of failures
TITLE = 38  # characters of a family's title there
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
    """One system's numbers of a row: accuracy, and beside it the other shares and failures."""
    if system not in row.systems:
        return None
    found: dict[str, Any] = _named(row.systems[system], "correct", "accuracy")
    if system in row.lenient:
        found["lenient"] = _named(row.lenient[system], "correct", "accuracy")
        found["unreadable"] = _named(row.unreadable[system], "count", "share")
    if system in row.failures:
        found["failures"] = dict(row.failures[system])
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
    A second table counts why the wrong answers are wrong, if there are any.
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
    failing = list(_failing(report.rows))
    return "\n".join([*lines, "", *failing] if failing else lines)


def _failing(rows: list[Row]) -> Iterator[str]:
    """Yield the lines of the table of failures: all problems, then the families that fail most.

    Those in which the tuned model answers all correctly (the base, if alone) are left out.
    """
    whole = next(row for row in rows if row.group == "all")
    systems = [name for name in ("base", "tuned") if name in whole.failures]
    if not any(_wrong(whole, system) for system in systems):
        return
    found = sorted(
        (row for row in _families(rows) if _wrong(row, systems[-1])),
        key=lambda row: [-_wrong(row, system) for system in reversed(systems)],
    )
    table = [["why wrong, " + " → ".join(systems), "n", "wrong", *FAILURES]]
    for row in (whole, *found[:MOST_FAILING]):
        name = f"  {_shortened(_title(row))}" if row is not whole else _title(row)
        counts = [[_wrong(row, s), *row.failures[s].values()] for s in systems]
        table.append([name, str(row.n), *map(_counted, zip(*counts, strict=True))])
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for number, (name, *cells) in enumerate(table):
        columns = zip(cells, widths[1:], strict=True)
        yield f"{name:<{widths[0]}}" + "".join(f"  {cell:>{width}}" for cell, width in columns)
        if number == 0:
            yield "-" * (sum(widths) + 2 * len(cells))
    if more := len(found[MOST_FAILING:]):
        yield f"  … {more} more {'family' if more == 1 else 'families'}"


def _wrong(row: Row, system: str) -> int:
    return sum(row.failures[system].values())


def _shortened(text: str) -> str:
    return text if len(text) <= TITLE else text[: TITLE - 1].rstrip() + "…"


def _counted(counts: tuple[int, ...]) -> str:
    """Counts of the systems, "160 → 103"; a dash for none at all."""
    return " → ".join(map(str, counts)) if any(counts) else "–"


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
    topics = [row for row in rows if row.group.startswith("topic/")]
    families = _families(rows)
    parts = topics if topics and len(families) > MANY_FAMILIES else families
    shown = [
        found
        for row in sums
        for found in (row, *(part for part in parts if part.cohort == row.group))
    ]
    return [*shown, *(part for part in parts if part not in shown)]


def _families(rows: list[Row]) -> list[Row]:
    """The families that are no source."""
    sources = {(row.group.removeprefix("source/"), row.n) for row in rows if _kind(row) == "source"}
    return [
        row
        for row in rows
        if row.group.startswith("family/")
        and (row.group.removeprefix("family/"), row.n) not in sources
    ]


def _kind(row: Row) -> str:
    """What a row is one of: "source", "cohort", …; a sum repeats the whole where it is alone."""
    kind = row.group.split("/")[0]
    return "cohort" if kind in ("new", "old") else kind


def _cell(share: Proportion) -> str:
    return f"{100 * share.accuracy:5.1f} [{100 * share.low:4.1f}–{100 * share.high:5.1f}]"
