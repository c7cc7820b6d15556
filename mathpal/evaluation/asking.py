"""Ask systems the same problems, in an order that a kill and a resume do not change.

The answers stand in `answers.jsonl`, one line each. A model's answers are asked for and written in
chunks of fixed problems: batch mates change logits by rounding, so a chunk is answered whole or
not at all, and a resumed comparison has the same bytes. An endpoint's answers are written one by
one. Grades and counts nothing.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NotRequired

from annotated_types import Ge
from typing_extensions import TypedDict

from mathpal.generation.records import Decoding, Response
from mathpal.problems import Problem
from mathpal.progress import Progress
from mathpal.record import journal
from mathpal.record.files import append_lines, write_lines
from mathpal.systems.prompting import questions
from mathpal.systems.system import System

NAME = "answers.jsonl"

Whole = Annotated[int, Ge(0)]


class Line(TypedDict):
    """One line of answers.jsonl."""

    system: str
    id: str
    text: str
    tokens: Whole
    finished: bool
    prompt_tokens: Whole
    sources: list[str]
    error: NotRequired[str]


Answers = Mapping[str, Mapping[str, Response]]  # by system and problem


def ask_all(
    systems: Sequence[System],
    problems: Sequence[Problem],
    decoding: Decoding,
    folder: Path,
    *,
    chunk: int,
) -> Answers:
    """Ask every system every problem that it has not answered yet, and return all answers.

    Args:
        systems: with different names.
        problems: with different ids, one or more.
        decoding: how answers are generated; a system may set some of it itself.
        folder: of the comparison; answers.jsonl there is resumed.
        chunk: problems that a model answers together.
    """
    path = folder / NAME
    answers = _recorded(path, systems, problems, chunk)
    for system in systems:
        own = answers[system.name]
        with Progress(f"asking {system.name}", total=len(problems), unit="problem") as bar:
            bar.advance(len(own))
            for begin in range(0, len(problems), chunk):
                waiting = [p for p in problems[begin : begin + chunk] if p.id not in own]
                if waiting:
                    _ask(system, waiting, decoding, path, own, bar)
    write_lines(path, _lines(answers, problems))  # in order: endpoints answer in any
    return answers


def _ask(
    system: System,
    problems: Sequence[Problem],
    decoding: Decoding,
    path: Path,
    own: dict[str, Response],
    bar: Progress,
) -> None:
    """Ask one chunk, and write its answers."""

    def told(place: int, response: Response) -> None:
        bar.advance()
        if system.separate:
            append_lines(path, [_line(system.name, problems[place].id, response)])

    responses = system.answer(questions(problems), decoding, told)
    lines = [_line(system.name, p.id, r) for p, r in zip(problems, responses, strict=True)]
    if not system.separate:
        append_lines(path, lines)
    own.update(zip((problem.id for problem in problems), responses, strict=True))


def _line(system: str, problem: str, response: Response) -> dict[str, Any]:
    fields = response._asdict() | {"sources": list(response.sources)}
    if not response.error:
        del fields["error"]
    return {"system": system, "id": problem, **fields}


def _recorded(
    path: Path, systems: Sequence[System], problems: Sequence[Problem], chunk: int
) -> dict[str, dict[str, Response]]:
    """Return the answers of an earlier process; drop those of chunks that it did not finish."""
    answers: dict[str, dict[str, Response]] = {system.name: {} for system in systems}
    if not os.path.lexists(path):
        return answers
    read = journal.read_lines(path, Line)
    known = {problem.id for problem in problems}
    for row in read.rows:
        if row["system"] in answers and row["id"] in known:
            fields = {key: row[key] for key in Response._fields if key in row}
            fields["sources"] = tuple(fields["sources"])
            answers[row["system"]].setdefault(row["id"], Response(**fields))
    for system in systems:
        own = answers[system.name]
        size = 1 if system.separate else chunk
        for begin in range(0, len(problems), size):
            together = [problem.id for problem in problems[begin : begin + size]]
            if not all(each in own and _sound(own[each]) for each in together):
                for each in together:
                    own.pop(each, None)
    write_lines(path, _lines(answers, problems))  # without a torn last line
    return answers


def _lines(answers: Answers, problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [
        _line(system, problem.id, own[problem.id])
        for system, own in answers.items()
        for problem in problems
        if problem.id in own
    ]


def _sound(response: Response) -> bool:
    """Whether an answer stands: an endpoint that failed is asked again."""
    return not response.error
