"""The one place where a problem becomes chat tokens, for training, evaluation and chat.

The text layout is the tokenizer's own chat template. This module adds what a template cannot
say: which tokens the loss may see, and the proofs (the mask gate) that they are the right ones.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from mathpal.errors import DataError
from mathpal.problems import Problem
from mathpal.progress import Progress

END_OF_TURN = "<end_of_turn>"
CHUNK = 2_000


class TokenTable(NamedTuple):
    """Tokenized problems, flat so that a million fit into memory.

    Attributes:
        ids: all token ids one after another, int32 (total,).
        starts: row i is ids[starts[i]:starts[i + 1]], int64 (rows + 1,).
        prompts: how many leading tokens of row i are prompt and carry no loss, int32 (rows,).
        dropped: problems left out because they are longer than the limit.
    """

    ids: np.ndarray
    starts: np.ndarray
    prompts: np.ndarray
    dropped: int

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each row, int64 (rows,)."""
        return np.diff(self.starts)

    @property
    def supervised(self) -> np.ndarray:
        """Tokens of each row that carry loss, int64 (rows,)."""
        return self.lengths - self.prompts


def messages(question: str, solution: str | None = None) -> list[dict[str, str]]:
    """The conversation of one problem; without a solution it waits for the model's turn."""
    turns = [{"role": "user", "content": question}]
    if solution is not None:
        turns.append({"role": "assistant", "content": solution})
    return turns


def prompt_text(tokenizer: Any, question: str) -> str:
    """The rendered prompt, up to the point where the model's answer begins."""
    return tokenizer.apply_chat_template(
        messages(question), tokenize=False, add_generation_prompt=True
    )


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

    The loss sees the solution and its `<end_of_turn>`, nothing before and nothing after.

    Args:
        problems: at least one.
        tokenizer: a Hugging Face tokenizer with a chat template.
        max_length: rows with more tokens are left out and counted, never cut: a cut solution
            would teach the model not to finish.
        label: shown with the progress.

    Raises:
        DataError: when the mask gate fails (see `check_row`), or no row is short enough.
    """
    stop = stop_token(tokenizer)
    rows: list[np.ndarray] = []
    prompts: list[int] = []
    dropped = 0
    with Progress(label, total=len(problems), unit="problem") as bar:
        for begin in range(0, len(problems), CHUNK):
            chunk = problems[begin : begin + CHUNK]
            heads = [prompt_text(tokenizer, p.question) for p in chunk]
            wholes = [_whole_text(tokenizer, p, stop) for p in chunk]
            head_ids = tokenizer(heads, add_special_tokens=False).input_ids
            whole_ids = tokenizer(wholes, add_special_tokens=False).input_ids
            for problem, head, whole in zip(chunk, head_ids, whole_ids, strict=True):
                check_row(problem.id, head, whole, tokenizer, stop)
                if len(whole) > max_length:
                    dropped += 1
                    continue
                rows.append(np.asarray(whole, dtype=np.int32))
                prompts.append(len(head))
            bar.advance(len(chunk))
    if not rows:
        raise DataError(
            f"none of the {len(problems)} problems fits into model.max_length={max_length} tokens; "
            "raise model.max_length or use shorter problems"
        )
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return TokenTable(np.concatenate(rows), starts, np.asarray(prompts, np.int32), dropped)


def _whole_text(tokenizer: Any, problem: Problem, stop: str) -> str:
    """Prompt, solution and stop token; what a template writes after the stop is left off."""
    text = tokenizer.apply_chat_template(
        messages(problem.question, problem.solution), tokenize=False
    )
    return text[: text.rindex(stop) + len(stop)] if stop in text else text


def check_row(
    name: str, head: Sequence[int], whole: Sequence[int], tokenizer: Any, stop: str
) -> None:
    """The mask gate for one row.

    Raises:
        DataError: unless there is exactly one BOS (where the tokenizer has one), the prompt's
            ids are a prefix of the whole, something is supervised besides the stop token, and
            the stop token is supervised once, at the end.
    """
    bos = tokenizer.bos_token_id
    faults = []
    if bos is not None and list(whole).count(bos) > 1:
        faults.append(f"{list(whole).count(bos)} BOS tokens, at most one is right")
    if stop == END_OF_TURN and bos is not None and whole[0] != bos:
        faults.append("no BOS at the start")
    if list(whole[: len(head)]) != list(head):
        faults.append("the prompt's ids are not a prefix of the conversation's ids")
    if len(whole) < len(head) + 2:
        faults.append("the solution is empty")
    stop_id = tokenizer.convert_tokens_to_ids(stop)
    if (stops := list(whole[len(head) :]).count(stop_id)) > 1:
        faults.append(f"{stops} stop tokens in the solution, one at its end is right")
    if whole[-1] != stop_id:
        faults.append(f"the last supervised token is not {stop}: the model would never stop")
    if faults:
        raise DataError(
            f"mask gate: problem {name} cannot be trained on: {'; '.join(faults)}. "
            "Mend the tokenizer's chat template, or the problem."
        )


def mask_sample(table: TokenTable, tokenizer: Any, row: int = 0) -> dict[str, object]:
    """One row as text pieces with its mask, for the log and the report."""
    ids = table.ids[table.starts[row] : table.starts[row + 1]].tolist()
    prompt = int(table.prompts[row])
    pieces = [{"text": tokenizer.decode([t]), "supervised": i >= prompt} for i, t in enumerate(ids)]
    return {
        "tokens": pieces,
        "prompt_tokens": prompt,
        "supervised_tokens": len(ids) - prompt,
    }
