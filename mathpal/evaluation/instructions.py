"""Which of base and tuned are asked with an instruction; see `mathpal.systems.prompting`.

The tuned model is asked as it was trained. Knows no grading.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mathpal.models.loaded import Loaded
from mathpal.settings.faults import Fault

System = Literal["base", "tuned"]
Instructed = Literal["auto"] | Sequence[System]


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
