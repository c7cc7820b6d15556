"""Builds the table of speed and cost of a comparison's page from performance.json.

The only sums are what a right answer costs at a number of questions, as
`mathpal.evaluation.costs.Cost.correct` defines it.
"""

from collections.abc import Callable, Sequence
from functools import partial

from mathpal.reporting import labels, numbers
from mathpal.reporting.cells import NOTHING, Cell, Row
from mathpal.reporting.compare_records import Cost, Percentiles, Performance, Speed
from mathpal.reporting.numbers import Language

QUESTIONS = (100, 1_000, 10_000)


def speeds(performance: Performance, names: Sequence[str], language: Language) -> list[Row]:
    """Return speed and cost: a row for each measure, a column for each system."""
    t, measured = labels.translator(language), [performance["systems"][name] for name in names]
    batch = max((one["speed"]["batch"] for one in measured if one["speed"]), default=1)
    together = t("together_more", n=batch)

    def row(title: str, more: str, write: Callable[[Speed], str]) -> Row:
        found = [one["speed"] for one in measured]
        return Row(title, more, [Cell(write(one) if one else t("not_measured")) for one in found])

    def priced(title: str, more: str, write: Callable[[Cost], str]) -> Row:
        found = [one["cost"] for one in measured]
        return Row(title, more, [Cell(write(one) if one else t("not_measured")) for one in found])

    def times(found: Percentiles | None) -> str:
        if found is None:
            return NOTHING
        return " / ".join(numbers.seconds(found[key], language) for key in ("p50", "p95"))

    def rate(found: float | None) -> str:
        return NOTHING if found is None else numbers.decimal(found, 1, language)

    def right(cost: Cost, questions: int) -> str:
        found = cost_of_right(cost, questions)
        return t("never_right") if found is None else numbers.seconds(found, language)

    def training(cost: Cost) -> str:
        return numbers.seconds(cost["training"], language) if cost["training"] else t("none")

    def memory(speed: Speed) -> str:
        return f"{numbers.decimal(speed['peak_memory_gb'], 2, language)}{numbers.SPACE}GB"

    return [
        row(t("ttft"), "", lambda speed: times(speed["ttft"])),
        row(t("between"), "", lambda speed: times(speed["between"])),
        row(t("total"), "", lambda speed: times(speed["total"])),
        row(t("alone"), "", lambda speed: rate(speed["tokens_per_second"])),
        row(t("together"), together, lambda speed: rate(speed["batch_tokens_per_second"])),
        row(t("each"), together, lambda speed: numbers.seconds(speed["batch_seconds"], language)),
        row(t("memory"), t("memory_more"), memory),
        row(t("failed"), "", lambda speed: numbers.count(speed["failed"], language)),
        priced(t("training"), "", training),
        *(priced(t("right_answer", n=n), "", partial(right, questions=n)) for n in QUESTIONS),
    ]


def cost_of_right(cost: Cost, questions: int) -> float | None:
    """Return the seconds of a right answer; None if no answer is right."""
    if not cost["accuracy"]:
        return None
    return (cost["training"] / questions + cost["answer"]) / cost["accuracy"]
