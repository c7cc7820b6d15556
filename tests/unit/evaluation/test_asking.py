"""Systems are asked every problem once; a comparison that was killed has the same bytes."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mathpal.evaluation.asking import NAME, ask_all
from mathpal.generation.records import Decoding, Question, Response
from mathpal.problems import Problem

PROBLEMS = [Problem(f"p{n}", f"{n} + 1 = ?", "", answer=str(n + 1)) for n in range(11)]


class Scripted:
    """Answers with its name and the question; stops like a killed process after some answers."""

    def __init__(self, name: str, *, separate: bool = False, dies_after: int = 10**9) -> None:
        self.name, self.separate, self.record = name, separate, {}
        self.left, self.asked = dies_after, []

    def answer(
        self,
        questions: Sequence[Question],
        decoding: Decoding,
        finished: Callable[[int, Response], None] | None = None,
        streamed: Any = None,
    ) -> list[Response]:
        found: dict[int, Response] = {}
        for place in reversed(range(len(questions))):  # batches end in any order
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
            self.asked.append(questions[place].id)
            text = f"{self.name}: {questions[place].turns[-1]['content']}"
            found[place] = Response(text, 3, True, 7, ("s1",))
            if finished:
                finished(place, found[place])
        return [found[place] for place in range(len(questions))]


def ask(folder: Path, *systems: Any, chunk: int = 4) -> Any:
    return ask_all(systems, PROBLEMS, Decoding(), folder, chunk=chunk)


def test_every_system_answers_every_problem_once(tmp_path: Path) -> None:
    one, two = Scripted("one"), Scripted("two", separate=True)
    answers = ask(tmp_path, one, two)
    assert list(answers) == ["one", "two"]
    for system in (one, two):
        assert sorted(system.asked) == sorted(p.id for p in PROBLEMS)
        assert answers[system.name]["p3"].text == f"{system.name}: 3 + 1 = ?"
    lines = [json.loads(line) for line in (tmp_path / NAME).read_text().splitlines()]
    assert len(lines) == 22
    assert lines[0] == {
        "system": "one", "id": "p0", "text": "one: 0 + 1 = ?", "tokens": 3, "finished": True,
        "prompt_tokens": 7, "sources": ["s1"],
    }  # fmt: skip


@pytest.mark.parametrize("dies_after", range(0, 11))
def test_after_a_kill_only_the_open_chunk_is_asked_again(tmp_path: Path, dies_after: int) -> None:
    whole = ask(tmp_path / "whole", Scripted("one"))
    with pytest.raises(KeyboardInterrupt):
        ask(tmp_path / "cut", Scripted("one", dies_after=dies_after))
    again = Scripted("one")
    assert ask(tmp_path / "cut", again) == whole
    done = dies_after // 4 * 4
    assert sorted(again.asked) == sorted(p.id for p in PROBLEMS[done:])
    assert (tmp_path / "cut" / NAME).read_bytes() == (tmp_path / "whole" / NAME).read_bytes()


@pytest.mark.parametrize("dies_after", [0, 1, 5, 10])
def test_an_endpoint_is_never_asked_again_for_an_answer_that_it_gave(
    tmp_path: Path, dies_after: int
) -> None:
    first, again = Scripted("one", separate=True, dies_after=dies_after), Scripted("one")
    again.separate = True
    with pytest.raises(KeyboardInterrupt):
        ask(tmp_path, first)
    answers = ask(tmp_path, again)
    assert not set(first.asked) & set(again.asked)
    assert len(answers["one"]) == len(first.asked) + len(again.asked) == 11


@pytest.mark.parametrize("cut", [1, 30, 100, 101, 102, 250])
def test_a_torn_file_is_repaired(tmp_path: Path, cut: int) -> None:
    whole = ask(tmp_path, Scripted("one"))
    content = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(content[:-cut])
    again = Scripted("one")
    assert ask(tmp_path, again) == whole
    assert (tmp_path / NAME).read_bytes() == content
    assert len(again.asked) in ((0,) if cut == 1 else (3, 7))


def test_damaged_lines_and_strangers_are_left_out(tmp_path: Path) -> None:
    whole = ask(tmp_path, Scripted("one"))
    path = tmp_path / NAME
    content = path.read_text()
    path.write_text('{"system": "one"}\nnonsense\n[]\n' + content.replace('"one"', '"two"', 1))
    assert ask(tmp_path, Scripted("one")) == whole
    assert path.read_text() == content


def test_an_answer_that_failed_is_asked_for_again(tmp_path: Path) -> None:
    class Failing(Scripted):
        def answer(self, questions: Any, *rest: Any, **more: Any) -> list[Response]:
            found = super().answer(questions, *rest, **more)
            return [f._replace(error="time-out", text="") if q.id == "p2" else f
                    for q, f in zip(questions, found, strict=True)]  # fmt: skip

    failed = ask(tmp_path, Failing("one", separate=False), chunk=1)
    assert failed["one"]["p2"].error == "time-out"
    again = Scripted("one")
    answers = ask(tmp_path, again, chunk=1)
    assert again.asked == ["p2"]
    assert not answers["one"]["p2"].error
