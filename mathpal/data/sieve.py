"""Turn rows into problems: sort out malformed rows and copies, and divide the rest into splits.

Serves every source of external rows. Knows nothing of where rows come from or where rejected
rows are written.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from mathpal.data.cells import gold_of, read_texts
from mathpal.data.cleaning import masked, only_image
from mathpal.data.quarantine import EXCERPT_CHARACTERS
from mathpal.problems import Fault, Problem, Row
from mathpal.progress import track

MANY_ROWS = 20_000  # from here on checking takes long enough to show progress

# (a row's fields, keyword to column, most characters, kind to number of what cleaning removed) ->
# the problem, or the row's fault.
Make = Callable[[Mapping[str, Any], Mapping[str, str], int, Counter[str]], Problem | Fault]


class Reject(NamedTuple):
    """A rejected row: its number, the reason and the start of its text."""

    number: int
    fault: Fault
    excerpt: str


class Sieved(NamedTuple):
    """Rows, sorted into usable and rejected ones.

    Attributes:
        kept: the problems, in an order independent of the rows' order.
        malformed: rows without a usable problem.
        duplicates: copies of kept problems.
        removed: kind to number of what cleaning removed or repaired.
    """

    kept: list[Problem]
    malformed: list[Reject]
    duplicates: list[Reject]
    removed: Mapping[str, int]


def worked_problem(
    fields: Mapping[str, Any],
    columns: Mapping[str, str],
    max_characters: int,
    removed: Counter[str] | None = None,
) -> Problem | Fault:
    """Make the problem of a row of question and solution (see `Make`)."""
    texts = read_texts(fields, [columns["question"], columns["solution"]], max_characters, removed)
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
    """Sort rows into problems, malformed rows and copies.

    Of rows with the same question, one with a checkable answer is kept, else the one whose
    solution comes first by hash; the rows' order does not matter. Conversations are copies if all
    turns before the last answer are equal, preference pairs if all three texts are.

    Args:
        rows: as read.
        columns: keyword of `make` to column name: "question", "solution" and, if there is
            one, "answer".
        max_characters: longest texts of a row together, before cleaning.
        make: makes a problem of a row.
    """
    found: dict[str, list[tuple[Row, Problem]]] = {}
    malformed: list[Reject] = []
    removed: Counter[str] = Counter()
    shown: Iterable[Row] = rows
    if len(rows) >= MANY_ROWS:
        shown = track(rows, "checking rows", total=len(rows), unit="row")
    for row in shown:
        outcome: Problem | Fault | None = row.fault
        if row.fields is not None:
            outcome = make(row.fields, columns, max_characters, removed)
        assert outcome is not None, "a row without fields names its fault"
        if isinstance(outcome, Fault):
            malformed.append(Reject(row.number, outcome, _excerpt(row, columns)))
        else:
            found.setdefault(copy_text(outcome), []).append((row, outcome))

    kept: list[Problem] = []
    duplicates: list[Reject] = []
    for copies in found.values():
        copies.sort(key=lambda copy: _preference(copy[1]))
        kept.append(copies[0][1])
        fault = Fault("duplicate", f"the same question as row {copies[0][0].number}")
        for row, _ in copies[1:]:
            duplicates.append(Reject(row.number, fault, _excerpt(row, columns)))
    return Sieved(sorted(kept, key=lambda problem: problem.id), malformed, duplicates, removed)


def _preference(problem: Problem) -> tuple[Any, ...]:
    """The key by which the first of several copies is kept, whatever the rows' order."""
    return problem.answer is None, digest(problem.solution), problem.unlearnt


def copy_text(problem: Problem) -> str:
    """Return the texts that two copies share.

    These are the question; of a conversation, all turns before its last answer; of a preference
    pair, all three texts.
    """
    if problem.rejected is not None:
        return "\x1f".join((problem.question, problem.solution, problem.rejected))
    before = [text for turn in problem.messages[:-1] for text in turn]
    return "\x1f".join(before) if len(before) > 2 else problem.question


def asked_text(problem: Problem) -> str:
    """Return all turns before the answer. The last turn alone ("Vì sao?") is no whole question.

    A system turn is left out, since every conversation of a data set has the same one.
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

    A problem's split depends on nothing else. So further rows or another order move no problem,
    and one problem with other numbers is never in both train and test. Problems of the test
    share that accuracy cannot be measured on (see `testable`) go to validation.

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
    """Whether accuracy can be measured: a checkable answer to a question that stands alone.

    A system turn may precede the question; the evaluation gives it to the model.
    """
    asked = sum(role == "user" for role, _ in problem.messages)
    return problem.answer is not None and asked <= 1


def _excerpt(row: Row, columns: Mapping[str, str]) -> str:
    text = row.raw
    if row.fields is not None:
        wanted = {name: row.fields[name] for name in columns.values() if name in row.fields}
        # Do not copy a row of ten megabytes for its beginning.
        short = {
            name: value[:EXCERPT_CHARACTERS] if isinstance(value, str) else value
            for name, value in (wanted or row.fields).items()
        }
        text = json.dumps(short, ensure_ascii=False, default=repr)
    return text[:EXCERPT_CHARACTERS].encode("utf-8", "backslashreplace").decode()


def digest(text: str) -> str:
    """Return a short hash, the same on every machine, for ids and for the order of problems."""
    return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()
