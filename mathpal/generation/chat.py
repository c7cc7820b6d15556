"""Stream one answer to the terminal, and run an interactive chat.

Knows a model's `generate`, and what the run's data taught: single questions or conversations of
many turns. Knows no gold answers and no batches.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, NotRequired

from annotated_types import Ge
from typing_extensions import TypedDict

from mathpal.errors import ConfigError, MathPalError
from mathpal.generation.responses import decoding, within_positions, without_defaults
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


def reply(
    loaded: Loaded,
    turns: Turns,
    *,
    max_new_tokens: int,
    temperature: float = 0.0,
    top_k: int = 64,
    top_p: float = 0.95,
) -> str:
    """Answer the last turn, printing each word as it is generated.

    Args:
        loaded: model and tokenizer.
        turns: the conversation so far, the user's turn last.
        max_new_tokens: most tokens of the answer.
        temperature: 0 for greedy decoding.
        top_k: used if the temperature is above 0, like `top_p`; see `mathpal generate --help`.

    Raises:
        ConfigError: if the last turn is no text, or too long for the model.
    """
    require_text(turns[-1]["content"])
    import torch
    from transformers import TextStreamer

    tokenizer = loaded.tokenizer
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    inputs = tokenizer(text, add_special_tokens=False, return_tensors="pt").to(loaded.model.device)
    drawing = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    length = inputs.input_ids.shape[1]
    if length > loaded.max_length:
        raise ConfigError(
            f"the question and the turns before it have {length} tokens, and the model is loaded "
            f"for {loaded.max_length}; expected a shorter question (in a chat, /new forgets the "
            f"turns before it), or model.max_length={length + max_new_tokens}"
        )
    room = within_positions(loaded.model, length, max_new_tokens)
    settings = decoding(tokenizer, room, **(drawing if temperature > 0 else {}))
    with torch.inference_mode(), without_defaults(loaded.model):
        out = loaded.model.generate(
            input_ids=inputs.input_ids,
            attention_mask=inputs.attention_mask,
            generation_config=settings,
            streamer=TextStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True),
        )
    return tokenizer.decode(out[0, length:], skip_special_tokens=True)


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
