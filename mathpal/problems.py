"""One mathematics problem: the record that every stage passes on, from data source to report.

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
        cohort: "new" for problems that the run is to teach, "old" for ones of families that the
            base model already knows.
        topic: the part of the curriculum; "" where unknown.
        stratum: "standard", or "advanced" for entrance-exam problems; "" where unknown.
        difficulty: number of equations in the solution plus number of digits of the largest
            number in question or solution; 0 where unknown.
        steps: the solution's equations, one per line; empty where unknown.
        messages: (role, text) turns of a conversation that ends with the solution, roles
            "system", "user" and "assistant"; one turn "text" for plain text; empty for rows of
            question and solution.
        rejected: the worse response of a preference pair (the better one is the solution); None
            for rows that are no preference pair.
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
        train: problems to train on.
        validation: problems that `validation/loss` is measured on.
        test: problems that accuracy is measured on.
        notes: how the splits were made (rows read, rows dropped and why), for manifest and report.
    """

    train: list[Problem]
    validation: list[Problem]
    test: list[Problem]
    notes: dict[str, object]
