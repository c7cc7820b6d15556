"""A chat: what the model gets of the earlier turns, and the commands."""

import json
from pathlib import Path
from typing import Any

import pytest

from mathpal.cli.runs import generate
from mathpal.errors import ConfigError
from mathpal.generation.chat import (
    Turns,
    chat,
    has_many_turns,
    reply,
    require_text,
    taught_many_turns,
)
from mathpal.generation.records import Decoding
from mathpal.models.loaded import Loaded
from mathpal.problems import Problem

FOUR = Decoding(max_new_tokens=4)


def asked(*lines: str, remembers: bool) -> list[list[str]]:
    """What the model gets, call by call."""
    seen: list[list[str]] = []

    def answer(turns: Turns) -> str:
        seen.append([turn["content"] for turn in turns])
        return f"answer {len(seen)}"

    rest = iter([*lines, "/quit", "never"])
    chat(answer, ask=lambda prompt: next(rest), remembers=remembers)
    return seen


def test_where_many_turns_were_taught_it_remembers_and_forgets() -> None:
    seen = asked("one", "", "two", "/new", "three", remembers=True)
    assert seen == [["one"], ["one", "answer 1", "two"], ["three"]]


def test_where_single_questions_were_taught_each_is_asked_alone() -> None:
    assert asked("one", "two", "/new", "three", remembers=False) == [["one"], ["two"], ["three"]]


@pytest.mark.parametrize("remembers", [False, True])
def test_help_says_what_can_be_typed_and_what_is_kept(
    remembers: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked("/help", remembers=remembers) == []
    beginning, *_ = shown = capsys.readouterr().out.splitlines()
    assert shown[:2] == [beginning, shown[1]] and beginning.endswith(shown[2])
    assert all(word in beginning for word in ("/help", "/new", "/quit"))
    assert ("trả lời riêng" in shown[1]) is not remembers


def test_a_conversation_longer_than_the_model_was_loaded_for_is_refused(
    shared_tiny: Loaded,
) -> None:
    turns = [{"role": "user", "content": "Tính: " + "1 + " * shared_tiny.max_length + "1"}]
    with pytest.raises(ConfigError, match=r"tokens, and the model is loaded for 256.*/new") as said:
        reply(shared_tiny, turns, FOUR)
    enough = int(str(said.value).rsplit("=", 1)[1])
    wider = shared_tiny._replace(max_length=enough - 4)
    reply(wider, turns, FOUR)
    with pytest.raises(ConfigError):
        reply(wider._replace(max_length=enough - 5), turns, FOUR)


def test_commands_are_read_in_any_letters() -> None:
    assert asked("one", "/NEW", "two", "/Quit", remembers=True) == [["one"], ["two"]]


def test_an_unknown_command_is_no_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked("/exit", remembers=False) == []
    assert "Không có lệnh /exit" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["/3 + 2 = ?", "1/2 + 1/3", "/ là gì?", "new", "/new bài khác"])
def test_a_question_with_a_slash_is_one(line: str) -> None:
    assert asked(line, remembers=False) == [[line]]


def test_a_question_that_cannot_be_asked_leaves_the_chat_open(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def answer(turns: Turns) -> str:
        require_text(turns[-1]["content"])
        seen.append([turn["content"] for turn in turns])
        return "x"

    seen: list[list[str]] = []
    rest = iter(["one", "Ti\udcednh 1 + 1", "Tính 1 + 1", "/quit"])
    chat(answer, ask=lambda prompt: next(rest), remembers=True)
    assert seen == [["one"], ["one", "x", "Tính 1 + 1"]]
    assert r"Ti\\udcednh 1 + 1' is not UTF-8; expected" in capsys.readouterr().out


def test_a_question_of_half_characters_is_refused_before_the_model_is_loaded(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError, match="is not UTF-8; expected: a terminal or a file"):
        generate(None, run=tmp_path, question="1 + \udcff")  # type: ignore[arg-type]


def test_it_ends_with_the_input(capsys: pytest.CaptureFixture[str]) -> None:
    def ask(prompt: str) -> str:
        raise EOFError

    chat(lambda turns: "", ask=ask, remembers=False)
    assert "/quit" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("roles", "many"),
    [
        ("", False),
        ("user assistant", False),
        ("system user assistant", False),
        ("user assistant user assistant", True),
        ("text", False),
    ],
)
def test_many_turns_are_several_of_the_user(roles: str, many: bool) -> None:
    messages = tuple((role, "x") for role in roles.split())
    assert has_many_turns(Problem("1", "x", "x", messages=messages)) is many


@pytest.mark.parametrize(
    ("recorded", "many"),
    [
        ({"many_turn_rows": 3}, True),
        ({"many_turn_rows": 0}, False),
        ({"lines": []}, False),  # an older run
        ({"many_turn_rows": "3"}, False),
        ([], False),
        (None, False),
    ],
)
def test_the_record_of_the_run_decides(tmp_path: Path, recorded: Any, many: bool) -> None:
    if recorded is not None:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "summary.json").write_text(json.dumps(recorded))
    assert taught_many_turns(tmp_path) is many
