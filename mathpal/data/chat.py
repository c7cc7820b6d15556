"""The one place where a problem becomes chat tokens, for training, evaluation and chat.

The text layout is the tokenizer's own chat template. This module adds what a template cannot
say: which tokens the loss may see, and the proofs (the mask gate) that they are the right ones.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from jinja2 import TemplateError

from mathpal.data.plain import control_ids, cut_text, is_text, require_no_control
from mathpal.errors import DataError
from mathpal.problems import Problem
from mathpal.progress import Progress

END_OF_TURN = "<end_of_turn>"
CHUNK = 2_000
Span = tuple[Sequence[int], Sequence[int]]


class TokenTable(NamedTuple):
    """Tokenized problems, flat so that a million fit into memory.

    Attributes:
        ids: all token ids one after another, int32 (total,).
        starts: row i is ids[starts[i]:starts[i + 1]], int64 (rows + 1,); no row is empty.
        supervised: which of the ids carry loss, bool (total,).
        dropped: problems left out because they are longer than the limit.
    """

    ids: np.ndarray
    starts: np.ndarray
    supervised: np.ndarray
    dropped: int

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each row, int64 (rows,)."""
        return np.diff(self.starts)

    @property
    def loss_tokens(self) -> np.ndarray:
        """Tokens of each row that carry loss, int64 (rows,)."""
        return np.add.reduceat(self.supervised, self.starts[:-1], dtype=np.int64)


def messages(question: str, solution: str | None = None) -> list[dict[str, str]]:
    """The conversation of one problem; without a solution it waits for the model's turn."""
    turns = [{"role": "user", "content": question}]
    if solution is not None:
        turns.append({"role": "assistant", "content": solution})
    return turns


def turns_of(problem: Problem) -> list[dict[str, str]]:
    """The whole conversation of a problem: its own turns, or question and solution."""
    if not problem.messages:
        return messages(problem.question, problem.solution)
    return [{"role": role, "content": text} for role, text in problem.messages]


def asked_turns(problem: Problem) -> list[dict[str, str]]:
    """The turns before the problem's last answer: what a model is asked with."""
    return turns_of(problem)[:-1]


def prompt_text(tokenizer: Any, turns: str | list[dict[str, str]]) -> str:
    """The rendered prompt, up to the point where the model's answer begins.

    Args:
        tokenizer: with a chat template.
        turns: the conversation so far, or one question.
    """
    asked = messages(turns) if isinstance(turns, str) else turns
    return tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)


def stop_token(tokenizer: Any) -> str:
    """The token that ends a turn: Gemma's `<end_of_turn>` where there is one, else EOS.

    Gemma's eos_token is `<eos>`, which its template never writes; a model that is not taught
    `<end_of_turn>` never stops.
    """
    return END_OF_TURN if END_OF_TURN in tokenizer.get_vocab() else tokenizer.eos_token


def stop_ids(tokenizer: Any) -> list[int]:
    """Ids at which generation ends."""
    stop = tokenizer.convert_tokens_to_ids(stop_token(tokenizer))
    return sorted({stop, tokenizer.eos_token_id} - {None})


def encode(
    problems: Sequence[Problem], tokenizer: Any, *, max_length: int, label: str = "tokens"
) -> TokenTable:
    """Tokenize problems and prove the loss mask of every row.

    The loss sees every answer of the model and its `<end_of_turn>`, nothing before, between
    and after. Of plain text (see `mathpal.data.text`) it sees everything.

    Args:
        problems: at least one.
        tokenizer: a Hugging Face tokenizer with a chat template.
        max_length: conversations with more tokens are left out and counted, never cut: a cut
            solution would teach the model not to finish. Plain text is cut into several rows.
        label: shown with the progress.

    Raises:
        DataError: when the mask gate fails (see `check_row`), a text spells out a special token,
            or no row is short enough.
    """
    rows: list[np.ndarray] = []
    masks: list[np.ndarray] = []
    dropped = 0
    with Progress(label, total=len(problems), unit="problem") as bar:
        for begin in range(0, len(problems), CHUNK):
            chunk = problems[begin : begin + CHUNK]
            for ids, mask in _rows(chunk, tokenizer, max_length):
                if len(ids) > max_length:
                    dropped += 1
                    continue
                rows.append(np.asarray(ids, dtype=np.int32))
                masks.append(mask)
            bar.advance(len(chunk))
    if not rows:
        raise DataError(
            f"none of the {len(problems)} problems fits into model.max_length={max_length} tokens; "
            "raise model.max_length or use shorter problems"
        )
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return TokenTable(np.concatenate(rows), starts, np.concatenate(masks), dropped)


def _rows(
    chunk: Sequence[Problem], tokenizer: Any, max_length: int
) -> Iterator[tuple[Sequence[int], np.ndarray]]:
    """Ids and mask of each row; conversations give one row whatever their length."""
    stop, control = stop_token(tokenizer), control_ids(tokenizer)
    words = tokenizer.convert_ids_to_tokens(sorted(control))
    spelt = re.compile("|".join(map(re.escape, words)))
    texts = [_texts(problem, tokenizer, stop) for problem in chunk]
    # One call for the whole chunk: a fast tokenizer works on many texts at once.
    flat = tokenizer([text for own in texts for text in own], add_special_tokens=False).input_ids
    begin = 0
    for problem, own in zip(chunk, texts, strict=True):
        ids = flat[begin : begin + len(own)]
        begin += len(own)
        if is_text(problem):
            for piece in cut_text(
                problem.id, ids[0], tokenizer, max_length=max_length, control=control
            ):
                yield piece, np.arange(len(piece)) > 0  # nothing precedes the first token
            continue
        spans = list(zip(ids[::2], ids[1::2], strict=True))
        check_row(problem.id, spans, tokenizer, stop)
        for turn in filter(lambda turn: spelt.search(turn["content"]), turns_of(problem)):
            said = tokenizer(turn["content"], add_special_tokens=False).input_ids
            where = f"the {turn['role']} turn of problem {problem.id}"
            require_no_control(where, set(said) & control, tokenizer)
        whole = spans[-1][1]
        mask = np.zeros(len(whole), bool)
        for head, through in spans:
            mask[len(head) : len(through)] = True
        yield whole, mask


def _texts(problem: Problem, tokenizer: Any, stop: str) -> list[str]:
    """For each answer of the model: all before it, and all up to its stop token.

    What a template writes after the stop is left off.
    """
    if is_text(problem):
        return [problem.question]
    turns = turns_of(problem)
    texts = []
    try:
        for place, turn in enumerate(turns):
            if turn["role"] == "assistant":
                text = tokenizer.apply_chat_template(turns[: place + 1], tokenize=False)
                whole = text[: text.rindex(stop) + len(stop)] if stop in text else text
                texts += [prompt_text(tokenizer, turns[:place]), whole]
    except TemplateError as error:
        raise DataError(
            f"mask gate: the tokenizer's chat template refuses problem {problem.id} with the turns "
            f"{', '.join(turn['role'] for turn in turns)}: {error}"
        ) from error
    assert texts, "a source gives conversations with an answer"
    return texts


def check_row(name: str, spans: Sequence[Span], tokenizer: Any, stop: str) -> None:
    """The mask gate for one row.

    Args:
        name: the problem's id.
        spans: for each answer of the model, the ids of all before it and of all up to its end.
        tokenizer: whose ids they are.
        stop: see `stop_token`.

    Raises:
        DataError: unless there is exactly one BOS (where the tokenizer has one), each prompt's
            ids are a prefix of its answer's and those of the whole, something is supervised
            besides the stop token, and each answer's stop token is supervised once, at its end.
    """
    bos = tokenizer.bos_token_id
    stop_id = tokenizer.convert_tokens_to_ids(stop)
    row = list(spans[-1][1])
    faults = []
    if bos is not None and row.count(bos) > 1:
        faults.append(f"{row.count(bos)} BOS tokens, at most one is right")
    if stop == END_OF_TURN and bos is not None and row[0] != bos:
        faults.append("no BOS at the start")
    for number, (head, through) in enumerate(spans, 1):
        where = f"answer {number}: " if len(spans) > 1 else ""
        if list(through[: len(head)]) != list(head) or list(through) != row[: len(through)]:
            faults.append(f"{where}the prompt's ids are not a prefix of the conversation's ids")
        if len(through) < len(head) + 2:
            faults.append(f"{where}the solution is empty")
        if (stops := list(through[len(head) :]).count(stop_id)) > 1:
            faults.append(f"{where}{stops} stop tokens in the solution, one at its end is right")
        if through[-1] != stop_id:
            faults.append(
                f"{where}the last supervised token is not {stop}: the model would never stop"
            )
    if faults:
        raise DataError(
            f"mask gate: problem {name} cannot be trained on: {'; '.join(faults)}. "
            "Mend the tokenizer's chat template, or the problem."
        )


def mask_sample(table: TokenTable, tokenizer: Any) -> dict[str, object]:
    """The first row as text pieces with its mask, for the log and the report."""
    own = slice(0, table.starts[1])
    ids, seen = table.ids[own].tolist(), table.supervised[own].tolist()
    pieces = [
        {"text": tokenizer.decode([t]), "supervised": s} for t, s in zip(ids, seen, strict=True)
    ]
    return {
        "tokens": pieces,
        "prompt_tokens": len(ids) - sum(seen),
        "supervised_tokens": sum(seen),
    }
