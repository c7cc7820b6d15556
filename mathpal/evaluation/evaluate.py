"""Base against tuned on held-out problems: generate, grade, count by group.

The facade that `conf/evaluation/*.yaml` names.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from annotated_types import Ge, MinLen

from mathpal.evaluation.grading import graded
from mathpal.evaluation.instructions import (
    Instructed,
    System,
    instructions,
    only_measured_systems_are_instructed,
)
from mathpal.evaluation.summary import Report, summarise
from mathpal.models.loaded import Loaded
from mathpal.problems import Problem
from mathpal.settings.capabilities import declares
from mathpal.systems.prompting import INSTRUCTION, questions

Count = Annotated[int, Ge(1)]


@declares(rule=only_measured_systems_are_instructed)
def evaluate(
    loaded: Loaded,
    problems: Sequence[Problem],
    *,
    systems: Sequence[System] = ("base", "tuned"),
    limit: Count | None = None,
    max_new_tokens: Count = 320,
    batch_tokens: Count = 65536,
    instruction: Annotated[str, MinLen(1)] = INSTRUCTION,
    instructed: Instructed = (),
    lenient: bool = True,
    second_opinion: bool = False,
) -> Report:
    """Answer the problems with each system and grade every answer against its gold.

    Args:
        loaded: the tuned model; "base" is the same model with its LoRA weights off.
        problems: held-out problems; those without a gold answer cannot be graded and are
            left out (and counted in the settings).
        systems: which to measure. base needs LoRA: full fine-tuning overwrites the base.
        limit: at most so many problems, evenly spread over the list; in a mixture over each
            source, and at least one of each. None for all.
        max_new_tokens: most tokens of an answer; an answer cut off there is graded as it stands.
        batch_tokens: most tokens of prompts and answers, padding included, that the KV cache
            holds; how many problems are answered together follows from their lengths.
        instruction: text before each question of the instructed systems.
        instructed: which systems are asked with it; the others are asked the bare question, as in
            training. auto: base, unless MathPal trained it.
        lenient: also report the accuracy free of layout, with the last equation as the answer if
            none is declared, and the share without a readable answer.
        second_opinion: list the disagreements of math-verify; verdicts stay the same.

    Raises:
        ConfigError: if a second opinion is asked for and math-verify is not installed.
        DataError: if no problem has a gold answer.
    """
    from mathpal.answers import parse_gold
    from mathpal.answers.second_opinion import checker
    from mathpal.generation.records import Decoding
    from mathpal.progress import Progress
    from mathpal.systems.local import LocalModel

    if second_opinion:
        checker()  # raises before anything is generated
    checkable = [p for p in problems if p.answer is not None]
    chosen = spread(checkable, limit)
    golds = [parse_gold(p.answer or "", kind=p.kind) for p in chosen]
    samples: list[dict[str, Any]] = []
    before = instructions(loaded, systems, instruction, instructed)
    asked = questions(chosen)
    decoding = Decoding(max_new_tokens=max_new_tokens, batch_tokens=batch_tokens)
    for system in systems:
        model = LocalModel(system, loaded, adapted=system == "tuned", instruction=before[system])
        with Progress(f"evaluating {system}", total=len(asked), unit="problem") as bar:
            responses = model.answer(asked, decoding, lambda place, response: bar.advance())
        for item, gold, response in zip(chosen, golds, responses, strict=True):
            sample = graded(item, system, response, gold, lenient=lenient)
            samples.append({**sample, "instruction": before[system]})
    settings = {
        "decoding": "greedy",
        "systems": list(systems),
        "instruction": before,
        "max_new_tokens": max_new_tokens,
        "batch_tokens": batch_tokens,
        "problems": len(chosen),
        "without_gold": len(problems) - len(checkable),
    }
    report = summarise(samples, settings)
    return report._replace(disagreements=_differing(samples)) if second_opinion else report


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
    """At most `limit` items, evenly spaced over each source; at least one of each source."""
    if limit is None or len(items) <= limit:
        return list(items)
    sources: dict[str, list[Problem]] = {}
    for item in items:
        sources.setdefault(item.source, []).append(item)
    counts = dict.fromkeys(sources, 1)
    for _ in range(limit - len(sources)):  # each to the source that is furthest below its share
        counts[min(counts, key=lambda name: counts[name] / len(sources[name]))] += 1
    chosen = ((own, counts[name]) for name, own in sources.items())
    return [own[i * len(own) // count] for own, count in chosen for i in range(count)]
