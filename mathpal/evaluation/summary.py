"""Count graded answers by group: exact match, right in any layout, unreadable, why they are wrong.

Knows the rows of `evaluation/samples.jsonl`; neither asks nor grades.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mathpal.answers.failures import FAILURES, Failure
from mathpal.statistics.proportions import Proportion, wilson

Sample = dict[str, Any]
Shares = Mapping[str, Proportion]
Kinds = Mapping[Failure, int]

_ORDER = {"all": 0, "source": 1, "new": 2, "old": 3, "topic": 4, "family": 5}


class Row(NamedTuple):
    """Shares of the answers to one group of problems, by system.

    Attributes:
        group: "all", "source/<name>", "new", "old", "topic/<name>" or "family/<name>".
        cohort: "new" or "old" of a topic or family; "" for the sums.
        n: problems.
        systems: accuracy; a system that was not measured is missing.
        lenient: accuracy free of layout; {} if it was not asked for.
        unreadable: answers in which no answer can be read; {} if it was not asked for.
        failures: wrong answers by kind, of each kind and in the order of `FAILURES`; {} if the
            samples name no kinds.
        families: whether every problem has a family (other than its source's name).
    """

    group: str
    cohort: str
    n: int
    systems: Mapping[str, Proportion]
    lenient: Mapping[str, Proportion] = {}
    unreadable: Mapping[str, Proportion] = {}
    failures: Mapping[str, Kinds] = {}
    families: bool = True


class Report(NamedTuple):
    """The result of an evaluation.

    Attributes:
        rows: the table, sums first.
        samples: one object for each problem and system: question, gold, response, verdict, …
        verdicts: system -> verdict -> count.
        metrics: flat, e.g. "tuned/accuracy_new".
        settings: how it was measured.
        disagreements: where the second opinion differs; None if it was not asked for.
    """

    rows: list[Row]
    samples: list[Sample]
    verdicts: dict[str, dict[str, int]]
    metrics: dict[str, float]
    settings: dict[str, Any]
    disagreements: list[dict[str, str]] | None = None


def summarise(samples: list[Sample], settings: dict[str, Any]) -> Report:
    """Count the verdicts by group.

    Raises:
        DataError: for no samples.
    """
    wilson(0, len(samples))  # an empty set raises
    groups: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        names = [("all", ""), (sample["cohort"], "")]
        if source := sample.get("source"):
            names.append((f"source/{source}", ""))
        for kind in ("topic", "family"):
            if sample.get(kind):
                names.append((f"{kind}/{sample[kind]}", sample["cohort"]))
        for name in names:
            groups.setdefault(name, []).append(sample)
    rows = [
        _row(group, cohort, found)
        for (group, cohort), found in sorted(
            groups.items(),
            key=lambda item: (_ORDER[item[0][0].split("/")[0]], item[0][1], item[0][0]),
        )
    ]
    verdicts = {
        system: dict(Counter(s["verdict"] for s in found))
        for system, found in _by_system(samples).items()
    }
    return Report(rows, samples, verdicts, _metrics(rows), settings)


def _row(group: str, cohort: str, samples: list[Sample]) -> Row:
    by_system = _by_system(samples)
    both = {s: found for s, found in by_system.items() if "verdict_lenient" in found[0]}
    return Row(
        group,
        cohort,
        len(next(iter(by_system.values()))),
        _shares(by_system, lambda s: s["verdict"] == "correct"),
        _shares(both, lambda s: s["verdict_lenient"] == "correct"),
        _shares(both, lambda s: s["verdict"] == "no_answer"),
        {s: _kinds(found) for s, found in by_system.items() if "failure" in found[0]},
        all(s["family"] not in ("", s.get("source")) for s in samples),
    )


def _kinds(samples: list[Sample]) -> Kinds:
    counts = Counter(sample["failure"] for sample in samples)
    return {kind: counts[kind] for kind in FAILURES}


def _by_system(samples: list[Sample]) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        found.setdefault(sample["system"], []).append(sample)
    return found


def _shares(by_system: dict[str, list[Sample]], holds: Callable[[Sample], bool]) -> Shares:
    return {system: wilson(sum(map(holds, own)), len(own)) for system, own in by_system.items()}


def _metrics(rows: list[Row]) -> dict[str, float]:
    """Accuracy of every group; the other two shares of the sums."""
    metrics = {}
    for row in rows:
        measures = {"accuracy": row.systems}
        if not row.cohort:
            measures |= {"accuracy_lenient": row.lenient, "unreadable": row.unreadable}
        for measure, shares in measures.items():
            for system, share in shares.items():
                metrics[f"{system}/{measure}{_suffix(row)}"] = share.accuracy
    return metrics


def _suffix(row: Row) -> str:
    """Suffix of a metric's name.

    It is "" for all, `_source/<name>`, `_new`, `_old`, `_new/<topic>` or `/<family>`.
    """
    kind, _, name = row.group.partition("/")
    if kind == "topic":
        return f"_{row.cohort}/{name}"
    if kind == "source":
        return f"_source/{name}"
    return f"/{name}" if kind == "family" else "" if kind == "all" else f"_{kind}"
