"""From rows to problems: which can be used, which are copies, which split each belongs to.

Serves every source of foreign rows. Knows nothing of where rows come from or where the
rejected ones are written.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from mathpal.answers import declared_answer, parse_gold
from mathpal.data.cleaning import clean, damage, masked, only_image
from mathpal.data.reading import Fault, Row
from mathpal.errors import DataError
from mathpal.problems import Problem
from mathpal.progress import track

EXCERPT_CHARACTERS = 500
MANY_ROWS = 20_000  # from here on the checking takes long enough to show progress
_SURROGATE = re.compile("[\ud800-\udfff]")


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
    found: dict[object, list[tuple[Row, Problem]]] = {}
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
            found.setdefault(_asked(outcome), []).append((row, outcome))

    kept: list[Problem] = []
    duplicates: list[Reject] = []
    for copies in found.values():
        copies.sort(key=lambda copy: (copy[1].answer is None, digest(copy[1].solution)))
        kept.append(copies[0][1])
        fault = Fault("duplicate", f"the same question as row {copies[0][0].number}")
        for row, _ in copies[1:]:
            duplicates.append(Reject(row.number, fault, _excerpt(row, columns)))
    return Sieved(sorted(kept, key=lambda problem: problem.id), malformed, duplicates)


def _asked(problem: Problem) -> object:
    """What makes two problems copies of each other."""
    if problem.rejected is not None:
        return problem.question, problem.solution, problem.rejected
    return problem.messages[:-1] or problem.question


class Divided(NamedTuple):
    """Problems by split, each in an order that the seed chooses."""

    train: list[Problem]
    validation: list[Problem]
    test: list[Problem]


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
        place = digest(f"{seed}\x1f{masked(problem.question)}")
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

    The evaluation asks the question without what was said before it.
    """
    return problem.answer is not None and len(problem.messages) <= 2


def read_texts(
    fields: Mapping[str, Any], names: Iterable[str], max_characters: int
) -> list[str] | Fault:
    """The cleaned texts of these columns, or what is wrong with the first faulty one.

    Args:
        fields: of the row.
        names: columns.
        max_characters: most of all of them together, before cleaning.
    """
    names = list(names)
    for name in names:
        if (fault := _fault(fields, name)) is not None:
            return fault
    length = sum(len(fields[name]) for name in names)
    if length > max_characters:
        return Fault("too_long", f"{length} characters; data.max_characters is {max_characters}")
    for name in names:
        if _SURROGATE.search(fields[name]):
            return Fault("bad_utf8", f"{name!r} holds bytes that are not UTF-8")
        if (kind := damage(fields[name])) is not None:
            return Fault("damaged_encoding", f"{name!r} is {kind}")
    texts = [clean(fields[name]) for name in names]
    return texts if all(texts) else Fault("empty", "nothing is left after cleaning")


def gold_of(fields: Mapping[str, Any], columns: Mapping[str, str], solution: str) -> str | None:
    """The gold of the answer column, or the one that the solution declares; None if unreadable."""
    if "answer" in columns:
        gold = _cell(fields.get(columns["answer"]))
    else:
        gold = declared_answer(solution)
    return gold if gold is not None and _checkable(gold) else None


def _fault(fields: Mapping[str, Any], name: str) -> Fault | None:
    if name not in fields:
        return Fault("missing_key", f"there is no {name!r}; there is {list(fields)[:8]}")
    text = fields[name]
    if text is None or (isinstance(text, str) and not text.strip()):
        return Fault("empty", f"{name!r} is empty")
    if not isinstance(text, str):
        return Fault("not_text", f"{name!r} is not text but {type(text).__name__}")
    return None


def _cell(value: object) -> str | None:
    """The text of an answer cell; numbers are written as a Vietnamese pupil writes them."""
    if isinstance(value, float):
        return repr(value).removesuffix(".0").replace(".", ",")
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return clean(str(value)) or None
    return None


def _checkable(gold: str) -> bool:
    try:
        parse_gold(gold)
    except DataError:
        return False
    return True


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
