"""Base against tuned on held-out problems: generate, grade, count by group.

The facade that `conf/evaluation/*.yaml` names.
"""

import contextlib
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from annotated_types import Ge

from mathpal.evaluation.statistics import Proportion, wilson
from mathpal.models.loaded import Loaded
from mathpal.problems import Problem
from mathpal.settings.capabilities import declares

if TYPE_CHECKING:
    from mathpal.generation.responses import Response

System = Literal["base", "tuned"]
Count = Annotated[int, Ge(1)]


class Row(NamedTuple):
    """Accuracy of each system on one group of problems.

    Attributes:
        group: "all", "new", "old", "topic/<name>" or "family/<name>".
        cohort: "new" or "old" of a topic or family; "" for the sums.
        n: problems.
        systems: by name; a system that was not measured is missing.
    """

    group: str
    cohort: str
    n: int
    systems: dict[str, Proportion]


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
    samples: list[dict[str, Any]]
    verdicts: dict[str, dict[str, int]]
    metrics: dict[str, float]
    settings: dict[str, Any]
    disagreements: list[dict[str, str]] | None = None


def evaluate(
    loaded: Loaded,
    problems: Sequence[Problem],
    *,
    systems: Sequence[System] = ("base", "tuned"),
    limit: Count | None = None,
    max_new_tokens: Count = 200,
    batch_tokens: Count = 65536,
    lenient: bool = False,
    second_opinion: bool = False,
) -> Report:
    """Answer the problems with each system and grade every answer against its gold.

    Args:
        loaded: the tuned model; "base" is the same model with its LoRA weights off.
        problems: held-out problems; those without a gold answer cannot be graded and are
            left out (and counted in the settings).
        systems: which to measure. base needs LoRA: full fine-tuning overwrites the base.
        limit: at most so many problems, evenly spread over the list; None for all.
        max_new_tokens: most tokens of an answer; an answer cut off there is graded as it stands.
        batch_tokens: most tokens of prompts and answers, padding included, that the KV cache
            holds; how many problems are answered together follows from their lengths.
        lenient: also grade with the last equation as the answer if no answer is declared; reported
            separately as accuracy_lenient.
        second_opinion: list the disagreements of math-verify; verdicts stay the same.

    Raises:
        ConfigError: if a second opinion is asked for and math-verify is not installed.
        DataError: if no problem has a gold answer.
    """
    from mathpal.answers import parse_gold
    from mathpal.answers.second_opinion import checker
    from mathpal.generation.responses import respond
    from mathpal.tokens.chat import asked_turns

    if second_opinion:
        checker()  # raises before anything is generated
    checkable = [p for p in problems if p.answer is not None]
    chosen = spread(checkable, limit)
    golds = [parse_gold(p.answer or "", kind=p.kind) for p in chosen]
    samples: list[dict[str, Any]] = []
    for system in systems:
        with switched_off(loaded.model) if system == "base" else contextlib.nullcontext():
            responses = respond(
                loaded,
                [asked_turns(p) for p in chosen],
                max_new_tokens=max_new_tokens,
                batch_tokens=batch_tokens,
                label=f"evaluating {system}",
            )
        for item, gold, response in zip(chosen, golds, responses, strict=True):
            samples.append(_sample(item, system, response, gold, lenient=lenient))
    settings = {
        "decoding": "greedy",
        "systems": list(systems),
        "max_new_tokens": max_new_tokens,
        "batch_tokens": batch_tokens,
        "problems": len(chosen),
        "without_gold": len(problems) - len(checkable),
    }
    report = summarise(samples, settings)
    return report._replace(disagreements=_differing(samples)) if second_opinion else report


def _sample(
    item: Problem, system: str, response: "Response", gold: Any, *, lenient: bool
) -> dict[str, Any]:
    """Grade an answer: one object of `evaluation/samples.jsonl`."""
    from mathpal.answers import grade

    mark = grade(response.text, gold, question=item.question)
    sample = {
        "id": item.id,
        "system": system,
        "family": item.family,
        "topic": item.topic,
        "cohort": item.cohort,
        "question": item.question,
        "gold": item.answer,
        "response": response.text,
        "extracted": mark.extracted,
        "verdict": mark.verdict,
        "explanation": mark.explanation,
        "tokens": response.tokens,
        "finished": response.finished,
    }
    if lenient:
        second = grade(response.text, gold, question=item.question, lenient=True)
        sample["verdict_lenient"] = second.verdict
    return sample


def _differing(samples: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Disagreements of the second opinion, system by system."""
    from mathpal.answers.second_opinion import Judged, disagreements

    return [
        {"system": system, **found._asdict()}
        for system in dict.fromkeys(s["system"] for s in samples)
        for found in disagreements(
            Judged(s["id"], s["response"], s["gold"], s["verdict"])
            for s in samples
            if s["system"] == system
        )
    ]


@declares(measures=False)
def skip(loaded: Loaded, problems: Sequence[Problem]) -> None:
    """Measure nothing."""


def spread(items: Sequence[Problem], limit: int | None) -> list[Problem]:
    """At most `limit` items, evenly spaced over the sequence."""
    if limit is None or len(items) <= limit:
        return list(items)
    return [items[i * len(items) // limit] for i in range(limit)]


def switched_off(model: Any) -> contextlib.AbstractContextManager[None]:
    """Context in which the LoRA weights have no effect."""
    assert hasattr(model, "disable_adapter"), "preflight refuses base without LoRA"
    return model.disable_adapter()


def summarise(samples: list[dict[str, Any]], settings: dict[str, Any]) -> Report:
    """Count the verdicts by group.

    Raises:
        DataError: for no samples.
    """
    groups: dict[tuple[str, str], dict[str, list[bool]]] = {}
    for sample in samples:
        names = [("all", ""), (sample["cohort"], "")]
        for kind in ("topic", "family"):
            if sample.get(kind):
                names.append((f"{kind}/{sample[kind]}", sample["cohort"]))
        for name in names:
            marks = groups.setdefault(name, {}).setdefault(sample["system"], [])
            marks.append(sample["verdict"] == "correct")
    order = {"all": 0, "new": 1, "old": 2, "topic": 3, "family": 4}
    rows = [
        Row(group, cohort, len(next(iter(marks.values()))),
            {system: wilson(sum(m), len(m)) for system, m in marks.items()})
        for (group, cohort), marks in sorted(
            groups.items(),
            key=lambda item: (order[item[0][0].split("/")[0]], item[0][1], item[0][0]),
        )
    ]  # fmt: skip
    wilson(0, len(samples))  # an empty set raises
    metrics = {
        f"{system}/accuracy{_suffix(row)}": share.accuracy
        for row in rows
        for system, share in row.systems.items()
    }
    for system in dict.fromkeys(s["system"] for s in samples if "verdict_lenient" in s):
        scored = [s["verdict_lenient"] == "correct" for s in samples if s["system"] == system]
        metrics[f"{system}/accuracy_lenient"] = wilson(sum(scored), len(scored)).accuracy
    verdicts = {
        system: dict(Counter(s["verdict"] for s in samples if s["system"] == system))
        for system in dict.fromkeys(s["system"] for s in samples)
    }
    return Report(rows, samples, verdicts, metrics, settings)


def _suffix(row: Row) -> str:
    """Suffix of a metric's name: "" for all, `_new`, `_old`, `_new/<topic>`, `/<family>`."""
    kind, _, name = row.group.partition("/")
    if kind == "topic":
        return f"_{row.cohort}/{name}"
    return f"/{name}" if kind == "family" else "" if kind == "all" else f"_{kind}"
