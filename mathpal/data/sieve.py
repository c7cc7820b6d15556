"""From rows to problems: which can be used, which are copies, which split each belongs to.

Serves every source of foreign rows. Knows nothing of where rows come from or where the
rejected ones are written.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from mathpal.data.cells import gold_of, read_texts
from mathpal.data.cleaning import masked, only_image
from mathpal.data.quarantine import EXCERPT_CHARACTERS
from mathpal.problems import Fault, Problem, Row
from mathpal.progress import track

MANY_ROWS = 20_000  # from here on the checking takes long enough to show progress

# A row's fields, keyword to column, most characters -> the problem, or why there is none.
Make = Callable[[Mapping[str, Any], Mapping[str, str], int], Problem | Fault]


class Reject(NamedTuple):
    """A row that is left out, with the reason and the start of its text."""

    number: int
    fault: Fault
    excerpt: str


class Sieved(NamedTuple):
    """Rows told apart.

    Attributes:
        kept: the problems, in an order that does not depend on the rows' order.
        malformed: rows that hold no usable problem.
        duplicates: rows whose cleaned question another row has too.
    """

    kept: list[Problem]
    malformed: list[Reject]
    duplicates: list[Reject]


def worked_problem(
    fields: Mapping[str, Any], columns: Mapping[str, str], max_characters: int
) -> Problem | Fault:
    """The problem of a row of question and solution (`Make`)."""
    texts = read_texts(fields, [columns["question"], columns["solution"]], max_characters)
    if isinstance(texts, Fault):
        return texts
    question, solution = texts
    if only_image(question):
        return Fault("image_only", f"{columns['question']!r} is only an image")
    return Problem(
        id=f"file/{digest(question)}",
        question=question,
        solution=solution,
        answer=gold_of(fields, columns, solution),
    )


def sieve(
    rows: list[Row],
    *,
    columns: Mapping[str, str],
    max_characters: int,
    make: Make = worked_problem,
) -> Sieved:
    """Tell usable rows from malformed ones and from copies.

    Of rows with the same question the one with a checkable answer is kept, else the one
    whose solution comes first by hash; the rows' order has no say. Conversations are copies
    when all before their last answer is the same, preference pairs when all three texts are.

    Args:
        rows: as read.
        columns: what `make` needs to column names: "question", "solution" and, if there is
            one, "answer".
        max_characters: longest texts of a row together, before cleaning.
        make: makes a problem of a row.
    """
    found: dict[str, list[tuple[Row, Problem]]] = {}
    malformed: list[Reject] = []
    shown: Iterable[Row] = rows
    if len(rows) >= MANY_ROWS:
        shown = track(rows, "checking rows", total=len(rows), unit="row")
    for row in shown:
        outcome = row.fault if row.fields is None else make(row.fields, columns, max_characters)
        assert outcome is not None, "a row without fields names its fault"
        if isinstance(outcome, Fault):
            malformed.append(Reject(row.number, outcome, _excerpt(row, columns)))
        else:
            found.setdefault(copy_text(outcome), []).append((row, outcome))

    kept: list[Problem] = []
    duplicates: list[Reject] = []
    for copies in found.values():
        copies.sort(key=lambda copy: (copy[1].answer is None, digest(copy[1].solution)))
        kept.append(copies[0][1])
        fault = Fault("duplicate", f"the same question as row {copies[0][0].number}")
        for row, _ in copies[1:]:
            duplicates.append(Reject(row.number, fault, _excerpt(row, columns)))
    return Sieved(sorted(kept, key=lambda problem: problem.id), malformed, duplicates)


def copy_text(problem: Problem) -> str:
    """All texts that two problems must share to be copies of each other.

    Of a question with its solution that is the question; of a conversation all before its last
    answer; of a preference pair all three texts.
    """
    if problem.rejected is not None:
        return "\x1f".join((problem.question, problem.solution, problem.rejected))
    before = [text for turn in problem.messages[:-1] for text in turn]
    return "\x1f".join(before) if len(before) > 2 else problem.question


def asked_text(problem: Problem) -> str:
    """All that is said before the answer; the last turn of a talk ("Vì sao?") is no problem.

    A system turn is left out: it is the same in every conversation of a data set.
    """
    turns = [text for role, text in problem.messages[:-1] if role != "system"]
    return "\n".join(turns) if len(turns) > 1 else problem.question


class Divided(NamedTuple):
    """Problems by split, each in an order that the seed chooses."""

    train: list[Problem]
    validation: list[Problem]
    test: list[Problem]


SPLITS = Divided._fields


def divide(
    problems: list[Problem], *, seed: int, validation_share: float, test_share: float
) -> Divided:
    """Split by a hash of the seed and the question with its numbers masked.

    A problem's split depends on nothing else, so more rows or another order move none, and
    one problem with other numbers is never in both train and test. Problems of the test
    share that cannot be tested on (see `testable`) go to validation.

    Args:
        problems: without copies.
        seed: chooses the split.
        validation_share: expected share, 0 to 1.
        test_share: expected share, 0 to 1.
    """
    split = Divided([], [], [])
    for problem in sorted(problems, key=lambda problem: digest(f"{seed}\x1f{problem.id}")):
        place = digest(f"{seed}\x1f{masked(asked_text(problem))}")
        point = int(place, 16) / 16 ** len(place)
        if point < test_share and testable(problem):
            split.test.append(problem)
        elif point < test_share + validation_share:
            split.validation.append(problem)
        else:
            split.train.append(problem)
    return split


def testable(problem: Problem) -> bool:
    """Whether accuracy can be measured on it: a checkable answer to a question that stands alone.

    A system turn may come before the question; the evaluation gives it to the model.
    """
    asked = sum(role == "user" for role, _ in problem.messages)
    return problem.answer is not None and asked <= 1


def _excerpt(row: Row, columns: Mapping[str, str]) -> str:
    text = row.raw
    if row.fields is not None:
        wanted = {name: row.fields[name] for name in columns.values() if name in row.fields}
        # A row of ten megabytes must not be copied to show its beginning.
        short = {
            name: value[:EXCERPT_CHARACTERS] if isinstance(value, str) else value
            for name, value in (wanted or row.fields).items()
        }
        text = json.dumps(short, ensure_ascii=False, default=repr)
    return text[:EXCERPT_CHARACTERS].encode("utf-8", "backslashreplace").decode()


def digest(text: str) -> str:
    """A short hash, the same on every machine: of texts that name or place a problem."""
    return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()
