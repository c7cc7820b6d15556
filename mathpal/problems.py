"""The records that data sources return: problems, rejected rows, and a way to the raw rows.

Knows nothing of chat templates, tokens or grading.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


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
        unlearnt: indices of the messages, answers of the assistant, that carry no loss; the last
            message is never one of them.
        source: name of the mixture's source; "" outside a mixture.
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
    unlearnt: tuple[int, ...] = ()
    source: str = ""


class Fault(NamedTuple):
    """Why a row cannot be used: a short code for counting, a message for reading."""

    code: str
    message: str


class Row(NamedTuple):
    """One row of a source.

    Attributes:
        number: 1, 2, … in the source's order; in JSONL the number of the line.
        fields: column name to value; None where the row could not be read.
        raw: the start of the unreadable row's text; "" for a row that was read.
        fault: why it could not be read.
    """

    number: int
    fields: dict[str, Any] | None
    raw: str = ""
    fault: Fault | None = None


class LeftOut(NamedTuple):
    """A row that a source rejected.

    Attributes:
        row: its number in the source, or its problem's id.
        split: the split it would be in; "" where the source has a single list of rows.
        fault: why it was rejected.
        excerpt: the start of its text.
        problem: the problem of a row that is sound in itself.
    """

    row: int | str
    split: str
    fault: Fault
    excerpt: str
    problem: Problem | None = None


class RawRows(NamedTuple):
    """A way to a source's rows before cleaning. They are read again, never kept in memory.

    Attributes:
        read: returns every row. Given the name of a further column or payload key, it returns
            that one too, where the rows have it.
        columns: keyword ("question", "solution", "answer") to column name.
        make: makes a row's problem from its fields, as the source did, for an audit of the rows.
            None where a row's number does not identify it, so that only problems can be audited.
    """

    read: Callable[[str | None], Iterable[Row]]
    columns: Mapping[str, str]
    make: Callable[[Mapping[str, Any]], Problem | Fault] | None = None


class Splits(NamedTuple):
    """What a data source returns. The three lists share no problem.

    Attributes:
        train: the problems of the training loss.
        validation: the problems of `validation/loss`.
        test: the problems that accuracy is measured on.
        notes: facts about the making (rows read, dropped and why), for manifest and report.
        rejected: the rows that are in none of the three lists because of a fault.
        raw: ways to the rows before cleaning; empty for a source without rows of its own.
    """

    train: list[Problem]
    validation: list[Problem]
    test: list[Problem]
    notes: dict[str, object]
    rejected: Sequence[LeftOut] = ()
    raw: Sequence[RawRows] = ()
