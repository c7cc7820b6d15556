"""The record that flows from the sources to the report: one problem.

Knows nothing of chat templates, tokens or grading.
"""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Problem:
    """One mathematics problem with its worked solution.

    Attributes:
        id: unique within a data set and stable between machines.
        question: the text put to the pupil (NFC).
        solution: the worked solution (NFC).
        answer: the gold answer as text, as after "Đáp số:"; None where the source states none.
        kind: the gold's kind (see `mathpal.answers.KINDS`); None lets the checker infer it.
        family: the generator's family, or the data set's own grouping; "" where unknown.
        grade: school grade 1-12; None where unknown.
        template: id of the surface template; "" where there is none.
        parameters: canonical text of the drawn values; equal text means the same problem.
        cohort: "new" for what the run is to teach, "old" for what the base knew before.
        topic: the part of the curriculum; "" where unknown.
        stratum: "standard", or "advanced" for entrance-exam problems; "" where unknown.
        difficulty: equations of the solution plus digits of its largest number; 0 where unknown.
        steps: the solution's equations, a line each; empty where unknown.
        messages: (role, text) turns of a conversation that ends with the solution, roles
            "system", "user" and "assistant"; one turn "text" for plain text; empty for rows of
            question and solution.
        rejected: the worse response of a preference pair, whose better one is the solution.
    """

    id: str
    question: str
    solution: str
    answer: str | None = None
    kind: str | None = None
    family: str = ""
    grade: int | None = None
    template: str = ""
    parameters: str = ""
    cohort: str = "new"
    topic: str = ""
    stratum: str = ""
    difficulty: int = 0
    steps: tuple[str, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    rejected: str | None = None


class Splits(NamedTuple):
    """A data set ready for a run. The three lists share no problem.

    Attributes:
        train: what the loss sees.
        validation: what `validation/loss` is measured on.
        test: what accuracy is measured on.
        notes: facts about the making (rows read, dropped and why), for manifest and report.
    """

    train: list[Problem]
    validation: list[Problem]
    test: list[Problem]
    notes: dict[str, object]
