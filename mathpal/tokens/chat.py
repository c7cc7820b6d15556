"""Turn problems into chat tokens: the single place for training, evaluation and chat.

The text layout is the tokenizer's own chat template. This module adds the loss mask, which a
template cannot express. `mask_gate` proves the mask.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jinja2 import TemplateError

from mathpal.errors import DataError
from mathpal.problems import Problem
from mathpal.progress import Progress
from mathpal.tokens.answer_span import answer_span, answer_tokens
from mathpal.tokens.mask_gate import END_OF_TURN, check_row
from mathpal.tokens.plain import control_ids, cut_text, is_text, require_no_control

log = logging.getLogger(__name__)
CHUNK = 2_000


class TokenTable(NamedTuple):
    """Tokenized problems, in flat arrays so that a million fit into memory.

    Attributes:
        ids: the token ids of all rows, one row after another, int32 (total,).
        starts: row i is ids[starts[i]:starts[i + 1]], int64 (rows + 1,); no row is empty.
        supervised: whether an id carries loss, bool (total,).
        dropped: problems left out because they are longer than the limit.
        answer: whether a supervised id states a final answer, bool (total,); None without
            `mark_answers`.
    """

    ids: np.ndarray
    starts: np.ndarray
    supervised: np.ndarray
    dropped: int
    answer: np.ndarray | None = None

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each row, int64 (rows,)."""
        return np.diff(self.starts)

    @property
    def loss_tokens(self) -> np.ndarray:
        """Tokens of each row that carry loss, int64 (rows,)."""
        return np.add.reduceat(self.supervised, self.starts[:-1], dtype=np.int64)


def messages(question: str, solution: str | None = None) -> list[dict[str, str]]:
    """Return the conversation of one problem; without a solution, it ends with the question."""
    turns = [{"role": "user", "content": question}]
    if solution is not None:
        turns.append({"role": "assistant", "content": solution})
    return turns


def turns_of(problem: Problem) -> list[dict[str, str]]:
    """Return the whole conversation of a problem: its own turns, or question and solution."""
    if not problem.messages:
        return messages(problem.question, problem.solution)
    return [{"role": role, "content": text} for role, text in problem.messages]


def asked_turns(problem: Problem) -> list[dict[str, str]]:
    """Return the turns before the problem's last answer: the prompt of a model."""
    return turns_of(problem)[:-1]


def prompt_text(tokenizer: Any, turns: str | Sequence[Mapping[str, str]]) -> str:
    """Return the rendered prompt, up to the beginning of the model's answer.

    Args:
        tokenizer: with a chat template.
        turns: the conversation so far, or one question.
    """
    asked = messages(turns) if isinstance(turns, str) else [dict(turn) for turn in turns]
    return tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)


def stop_token(tokenizer: Any) -> str:
    """Return the token that ends a turn: Gemma's `<end_of_turn>` if there is one, else EOS.

    Gemma's eos_token is `<eos>`, which its template never writes. A model that does not learn
    `<end_of_turn>` never stops.
    """
    return END_OF_TURN if END_OF_TURN in tokenizer.get_vocab() else tokenizer.eos_token


def stop_ids(tokenizer: Any) -> list[int]:
    """Return the ids that end generation."""
    stop = tokenizer.convert_tokens_to_ids(stop_token(tokenizer))
    return sorted({stop, tokenizer.eos_token_id} - {None})


def encode(
    problems: Sequence[Problem],
    tokenizer: Any,
    *,
    max_length: int,
    mark_answers: bool = False,
    label: str = "tokens",
) -> TokenTable:
    """Tokenize problems and prove the loss mask of every row.

    The loss covers every answer of the model with its `<end_of_turn>`, except those that the
    problem says are not learnt (`Problem.unlearnt`). Of plain text it covers everything.

    Args:
        problems: at least one.
        tokenizer: a Hugging Face tokenizer with a chat template.
        max_length: conversations with more tokens are left out and counted, never cut: a cut
            solution would teach the model not to finish. Plain text is cut into several rows.
        mark_answers: whether to mark the tokens of each conversation's declared final answer.
        label: what the problems are, shown with the progress and in errors.

    Raises:
        DataError: the mask gate fails (see `check_row`), a text spells out a special token, or no
            row is short enough.
    """
    # One array a chunk: a million small arrays would take more memory than their contents.
    ids: list[np.ndarray] = []
    masks: list[np.ndarray] = []
    answers: list[np.ndarray] = []
    lengths: list[int] = []
    dropped = 0
    with Progress(label, total=len(problems), unit="problem") as bar:
        for begin in range(0, len(problems), CHUNK):
            chunk = problems[begin : begin + CHUNK]
            found = list(_rows(chunk, tokenizer, max_length))
            kept = [row for row in found if len(row.ids) <= max_length]
            dropped += len(found) - len(kept)
            if kept:
                ids.append(np.concatenate([np.asarray(row.ids, dtype=np.int32) for row in kept]))
                masks.append(np.concatenate([row.supervised for row in kept]))
                lengths += [len(row.ids) for row in kept]
                if mark_answers:
                    answers += [_answer(row, tokenizer) for row in kept]
            bar.advance(len(chunk))
    if not lengths:
        raise DataError(
            f"{label}: none of the {len(problems)} problems fits into "
            f"model.max_length={max_length} tokens; raise model.max_length or use shorter problems"
        )
    starts = np.concatenate([[0], np.cumsum(lengths)])
    if mark_answers and not all(marks.any() for marks in answers):
        without = sum(not marks.any() for marks in answers)
        log.info(
            "%s: %d of %d rows state no answer that can be marked", label, without, len(lengths)
        )
    marked = np.concatenate(answers) if mark_answers else None
    return TokenTable(np.concatenate(ids), starts, np.concatenate(masks), dropped, marked)


class _Row(NamedTuple):
    """Ids and mask of a row; of a conversation also its text and the begin of its last answer."""

    ids: Sequence[int]
    supervised: np.ndarray
    text: str = ""
    begin: int = 0


def _answer(row: _Row, tokenizer: Any) -> np.ndarray:
    """Mark the ids of a row that state its final answer, bool (ids,)."""
    span = answer_span(row.text[row.begin :]) if row.text else None
    if span is None:
        return np.zeros(len(row.ids), bool)
    found = tokenizer(row.text, add_special_tokens=False, return_offsets_mapping=True)
    marks = answer_tokens(span, found.offset_mapping, begin=row.begin)
    return np.pad(marks, (0, len(row.ids) - len(marks))) & row.supervised


def _rows(chunk: Sequence[Problem], tokenizer: Any, max_length: int) -> Iterator[_Row]:
    """Yield the rows of some problems; a conversation of any length gives one row."""
    stop, control = stop_token(tokenizer), control_ids(tokenizer)
    words = tokenizer.convert_ids_to_tokens(sorted(control))
    special = re.compile("|".join(map(re.escape, words)))
    texts = [_texts(problem, tokenizer, stop) for problem in chunk]
    flat = _ids([text for own in texts for text in own], tokenizer)
    begin = 0
    for problem, own in zip(chunk, texts, strict=True):
        ids = flat[begin : begin + len(own)]
        begin += len(own)
        if is_text(problem):
            for piece in cut_text(
                problem.id, ids[0], tokenizer, max_length=max_length, control=control
            ):
                yield _Row(piece, np.arange(len(piece)) > 0)  # nothing precedes the first token
            continue
        spans = list(zip(ids[::2], ids[1::2], strict=True))
        check_row(problem.id, spans, tokenizer, stop)
        for turn in filter(lambda turn: special.search(turn["content"]), turns_of(problem)):
            said = tokenizer(turn["content"], add_special_tokens=False).input_ids
            where = f"the {turn['role']} turn of problem {problem.id}"
            require_no_control(where, set(said) & control, tokenizer)
        whole = spans[-1][1]
        mask = np.zeros(len(whole), bool)
        answers = [i for i, turn in enumerate(turns_of(problem)) if turn["role"] == "assistant"]
        for place, (head, through) in zip(answers, spans, strict=True):
            mask[len(head) : len(through)] = place not in problem.unlearnt
        # The stop token's text is no part of the solution.
        yield _Row(whole, mask, own[-1].removesuffix(stop), len(own[-2]))


def _ids(texts: Sequence[str], tokenizer: Any) -> list[list[int]]:
    """Return `tokenizer(texts, add_special_tokens=False).input_ids` in two thirds of the time.

    The core of a fast tokenizer encodes many texts at once, without offsets.
    """
    from transformers import PreTrainedTokenizerFast

    kind = type(tokenizer)
    if not issubclass(kind, PreTrainedTokenizerFast) or any(
        getattr(kind, name) is not getattr(PreTrainedTokenizerFast, name)
        for name in ("__call__", "_encode_plus")
    ):
        return tokenizer(texts, add_special_tokens=False).input_ids
    tokenizer(texts[0], add_special_tokens=False)  # turns off truncation and padding in the core
    core = tokenizer.backend_tokenizer
    return [found.ids for found in core.encode_batch_fast(texts, add_special_tokens=False)]


def _texts(problem: Problem, tokenizer: Any, stop: str) -> list[str]:
    """The text before each answer of the model, and the text up to its stop token.

    Text that a template writes after the stop token is left out.
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
    assert texts, "a source returns conversations with an answer"
    return texts
