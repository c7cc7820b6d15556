"""Which systems are asked with an instruction, and how it is put before a question.

A model that did not learn the layout of our solutions cannot know that an answer is declared by
"Đáp số: …"; without being told, it is graded on its layout. The tuned model is asked as it was
trained. Knows no grading.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mathpal.models.loaded import Loaded
from mathpal.problems import Problem
from mathpal.settings.faults import Fault

System = Literal["base", "tuned"]
Instructed = Literal["auto"] | Sequence[System]

INSTRUCTION = 'Hãy giải bài toán dưới đây. Kết thúc bằng một dòng theo mẫu "Đáp số: …".'


def instructions(
    loaded: Loaded, systems: Sequence[System], instruction: str, instructed: Instructed
) -> dict[System, str | None]:
    """Return the text before each question, by system; None for a bare question.

    Args:
        loaded: says whether MathPal trained the base.
        systems: which are measured.
        instruction: the text.
        instructed: the systems that are asked with it; auto: base, unless MathPal trained it.
    """
    if instructed == "auto":
        instructed = () if loaded.trained_by_mathpal else ("base",)
    return {system: instruction if system in instructed else None for system in systems}


def asked(problem: Problem, instruction: str | None) -> list[dict[str, str]]:
    """Return the turns before a problem's answer, the instruction before the last question."""
    from mathpal.tokens.chat import asked_turns

    *before, question = asked_turns(problem)
    if instruction is None:
        return [*before, question]
    return [*before, {**question, "content": f"{instruction}\n\n{question['content']}"}]


def only_measured_systems_are_instructed(settings: Mapping[str, Any]) -> Fault | None:
    """Return a fault if a system is to be instructed that is not measured."""
    systems, instructed = settings["systems"], settings["instructed"]
    if instructed == "auto" or set(instructed) <= set(systems):
        return None
    return Fault(
        f"evaluation.instructed=[{','.join(instructed)}]",
        f"systems that are measured: evaluation.systems=[{','.join(systems)}]",
        "evaluation.instructed=auto",
    )
