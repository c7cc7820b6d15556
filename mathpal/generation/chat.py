"""Stream one answer to the terminal, and run an interactive chat.

Knows a model's answers, and what the run's data taught: single questions or conversations of
many turns. Knows no gold answers and no batches.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, NotRequired

from annotated_types import Ge
from typing_extensions import TypedDict

from mathpal.errors import ConfigError, MathPalError
from mathpal.generation.records import Decoding, Question
from mathpal.generation.responses import prompt_ids, respond
from mathpal.models.loaded import Loaded
from mathpal.problems import Problem
from mathpal.record import reading

MANY_TURNS: Final = "many_turn_rows"  # key of data/summary.json: rows with several questions
HELP = """\
/help: trợ giúp · /new: cuộc trò chuyện mới · /quit (hoặc Ctrl-D): thoát"""
SEPARATE = "Mỗi câu hỏi được trả lời riêng: mô hình này học từng bài một, không học hội thoại."
REMEMBERED = "Câu hỏi sau được hiểu theo các câu trước; /new quên chúng."

Turns = list[dict[str, str]]


class Taught(TypedDict):
    """What the chat reads of data/summary.json."""

    many_turn_rows: NotRequired[Annotated[int, Ge(0)]]


def reply(loaded: Loaded, turns: Turns, decoding: Decoding, *, number: int = 0) -> str:
    """Answer the last turn, printing the text as it is generated.

    Args:
        loaded: model and tokenizer.
        turns: the conversation so far, the user's turn last.
        decoding: how the answer is generated.
        number: of the answer; with the seed it decides what is drawn.

    Raises:
        ConfigError: if the last turn is no text, or too long for the model.
    """
    require_text(turns[-1]["content"])
    length = len(prompt_ids(loaded.tokenizer, turns))
    if length > loaded.max_length:
        raise ConfigError(
            f"the question and the turns before it have {length} tokens, and the model is loaded "
            f"for {loaded.max_length}; expected a shorter question (in a chat, /new forgets the "
            f"turns before it), or model.max_length={length + decoding.max_new_tokens}"
        )
    (answer,) = respond(
        loaded,
        [Question("chat", turns, number)],
        decoding,
        streamed=lambda _, text: print(text, end="", flush=True),
    )
    print()
    return answer.text


def require_text(question: str) -> None:
    """Require that a question was read as UTF-8: other bytes arrive as half characters.

    Raises:
        ConfigError: showing the question.
    """
    try:
        question.encode()
    except UnicodeEncodeError as error:
        shown = question.encode(errors="backslashreplace").decode()[:80]
        raise ConfigError(
            f"the question {shown!r} is not UTF-8; expected: a terminal or a file in UTF-8"
        ) from error


def has_many_turns(problem: Problem) -> bool:
    """Whether the problem is a conversation in which the user speaks more than once."""
    return sum(role == "user" for role, _ in problem.messages) > 1


def taught_many_turns(run_dir: Path) -> bool:
    """Whether the run's training data had conversations of many turns, as its record says.

    False for a run whose record does not say.
    """
    try:
        summary = reading.read_tolerantly(run_dir / "data" / "summary.json", Taught).value
    except FileNotFoundError:
        return False
    return summary is not None and summary.get(MANY_TURNS, 0) > 0


def chat(
    answer: Callable[[Turns], str], ask: Callable[[str], str] = input, *, remembers: bool
) -> None:
    """Chat until the user quits with `/quit` or Ctrl-D; `/help` lists the commands.

    Args:
        answer: returns the model's answer to the turns so far, and prints it.
        ask: shows a prompt and reads a line.
        remembers: whether the model gets the earlier turns too, until `/new`. A model that was
            trained on single questions answers them worse with other ones before them.
    """
    about = REMEMBERED if remembers else SEPARATE
    print(f"Hỏi một bài toán. {HELP}\n{about}")
    turns: Turns = []
    while True:
        try:
            line = ask("» ").strip()
        except EOFError:
            print()
            return
        command = line.lower()
        if command == "/quit":
            return
        if command == "/new":
            turns = []
        elif command == "/help":
            print(f"{HELP}\n{about}")
        elif re.fullmatch(r"/[a-z]+", command):
            print(f"Không có lệnh {line}. {HELP}")
        elif line:
            asked = [*(turns if remembers else []), {"role": "user", "content": line}]
            try:
                turns = [*asked, {"role": "assistant", "content": answer(asked)}]
            except MathPalError as error:  # of this question; the chat stays open
                print(error)
