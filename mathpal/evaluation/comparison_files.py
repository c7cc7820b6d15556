"""Write a comparison: compare.json, performance.json, samples.jsonl, Markdown, a text table.

compare.json and samples.jsonl hold no times, so that a resumed comparison has the same bytes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from mathpal.evaluation.comparison import Comparison, Group, Pair, Sample
from mathpal.evaluation.costs import Cost
from mathpal.evaluation.performance import Speed
from mathpal.evaluation.tables import title
from mathpal.evaluation.verdicts import Language, bargains, probability, verdicts
from mathpal.record.files import SCHEMA, write_json, write_lines, write_text
from mathpal.statistics.proportions import Proportion

RESULTS, PERFORMANCE, SAMPLES, NOTES = (
    "compare.json", "performance.json", "samples.jsonl", "compare.md"
)  # fmt: skip
LANGUAGES: tuple[Language, ...] = get_args(Language)


def write_comparison(
    folder: Path,
    found: Comparison,
    samples: Mapping[str, Sequence[Sample]],
    records: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Any],
    untrained: Sequence[str],
) -> None:
    """Write compare.json, samples.jsonl and compare.md.

    Args:
        folder: of the comparison.
        found: the comparison.
        samples: graded answers by system.
        records: settings of each system.
        settings: of the comparison.
        untrained: names of the systems that need no training.
    """
    write_lines(folder / SAMPLES, [dict(s) for own in samples.values() for s in own])
    sentences = {language: verdicts(found, untrained, language) for language in LANGUAGES}
    result = {
        "schema": SCHEMA,
        "settings": dict(settings),
        "problems": found.standings[0].accuracy.n,
        "clusters": found.clusters,
        "untrained": list(untrained),
        "verdict": sentences,
        "systems": [{**_plain(one), "record": dict(records[one.name])} for one in found.standings],
        "pairs": [_plain(pair) for pair in found.pairs],
        "groups": [{**_plain(group), "title": group_title(group)} for group in found.groups],
    }
    write_json(folder / RESULTS, result)
    write_text(folder / NOTES, markdown(found, sentences["en"], settings))


def write_performance(
    folder: Path, speeds: Mapping[str, Speed | None], costs: Mapping[str, Cost]
) -> None:
    """Write performance.json: speed and cost of each system, and where costs meet."""
    write_json(
        folder / PERFORMANCE,
        {
            "schema": SCHEMA,
            "systems": {
                name: {
                    "speed": None if speed is None else _plain(speed),
                    "cost": _plain(costs[name]) if name in costs else None,
                }
                for name, speed in speeds.items()
            },
            "verdict": {language: bargains(costs, language) for language in LANGUAGES},
        },
    )


def _plain(value: Any) -> Any:
    """Named tuples as objects, at every depth."""
    if hasattr(value, "_asdict"):
        return {key: _plain(item) for key, item in value._asdict().items()}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def group_title(group: Group) -> str:
    """Title of a group for readers."""
    if group.kind == "grade":
        return f"grade {group.name}"
    return title(group.name if group.kind == "cohort" else f"{group.kind}/{group.name}")


def text_table(found: Comparison) -> str:
    """The systems and their pairs as lines of text: shares in %, differences in points."""
    return "\n".join([*_columns(_systems(found)), "", *_columns(_pairs(found.pairs))])


def markdown(found: Comparison, sentences: Sequence[str], settings: Mapping[str, Any]) -> str:
    """The comparison for a lab notebook."""
    facts = ", ".join(f"{key} {value}" for key, value in settings.items() if value is not None)
    lines = [
        f"## {', '.join(one.name for one in found.standings)}",
        "",
        *(f"- {sentence}" for sentence in sentences),
        "",
        *_table(_systems(found)),
        "",
        *_table(_pairs(found.pairs)),
        "",
        f"{found.standings[0].accuracy.n} problems in {found.clusters} clusters; {facts}.",
    ]
    return "\n".join(lines) + "\n"


def _systems(found: Comparison) -> list[list[str]]:
    head = ["system", "exact match, %", "in any layout", "no readable answer", "steps valid",
            "answer tokens", "prompt tokens"]  # fmt: skip
    rows = [
        [
            one.name,
            _share(one.accuracy),
            _share(one.lenient),
            _share(one.unreadable),
            "–" if one.steps is None else _share(one.steps),
            f"{one.tokens:.0f}",
            f"{one.prompt_tokens:.0f}",
        ]
        for one in found.standings
    ]
    return [head, *rows]


def _pairs(pairs: Sequence[Pair]) -> list[list[str]]:
    head = ["pair", "points [95 %]", "won : lost", "p", "McNemar p", "detectable"]
    rows = []
    for pair in pairs:
        one = pair.strict
        interval = "" if one.low is None or one.high is None else (
            f" [{100 * one.low:+.1f}; {100 * one.high:+.1f}]"
        )  # fmt: skip
        rows.append(
            [
                f"{pair.second} − {pair.first}",
                f"{100 * one.difference:+.1f}{interval}",
                f"{one.won} : {one.lost}",
                "–" if pair.p is None else probability(pair.p).removeprefix("= "),
                probability(pair.mcnemar).removeprefix("= "),
                "–" if one.detectable is None else f"{100 * one.detectable:.1f}",
            ]
        )
    return [head, *rows]


def _share(found: Proportion) -> str:
    return f"{100 * found.accuracy:.1f} [{100 * found.low:.1f}–{100 * found.high:.1f}]"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            f"{cell:<{width}}" if place == 0 else f"{cell:>{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return [lines[0], "-" * len(lines[0]), *lines[1:]]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return [head, "|---" + "|---:" * (len(rows[0]) - 1) + "|", *body]
