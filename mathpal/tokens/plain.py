"""Plain text as a problem without a question, and the cutting of its tokens into rows.

Knows nothing of chat templates: continued pre-training sees the text unchanged.
"""

from collections.abc import Iterator, Sequence, Set
from typing import Any

from mathpal.errors import DataError
from mathpal.problems import Problem

ROLE = "text"


def text_problem(name: str, text: str) -> Problem:
    """Make a problem of a text; the text is its `question`, which the leakage gate compares."""
    return Problem(id=name, question=text, solution="", messages=((ROLE, text),))


def is_text(problem: Problem) -> bool:
    """Whether the problem is plain text."""
    return problem.messages[:1] == ((ROLE, problem.question),)


def cut_text(
    name: str, ids: Sequence[int], tokenizer: Any, *, max_length: int, control: Set[int]
) -> Iterator[list[int]]:
    """Cut a text into rows, so that every token is learnt exactly once.

    The text ends with EOS. Every row begins with a token that carries no loss: BOS, or, without
    a BOS, the last token of the previous row. (The first token of the text is then not learnt,
    since nothing precedes it.)

    Args:
        name: the problem's id.
        ids: of the text, without special tokens.
        tokenizer: the tokenizer of the ids.
        max_length: most tokens of a row, at least 2.
        control: see `control_ids`.

    Raises:
        DataError: the text spells out one of the tokenizer's special tokens.
    """
    bos, eos = tokenizer.bos_token_id, tokenizer.eos_token_id
    require_no_control(f"text {name}", set(ids) & control, tokenizer)
    stream = [*([] if bos is None else [bos]), *ids, *([] if eos is None else [eos])]
    step = max_length - 1
    for begin in range(1, len(stream), step):
        yield [stream[begin - 1] if bos is None else bos, *stream[begin : begin + step]]


def control_ids(tokenizer: Any) -> set[int]:
    """Return the ids of the special tokens, which no text may spell out.

    <unk> is not among them: a tokenizer without byte fallback gives it for unknown characters.
    """
    added = tokenizer.added_tokens_decoder.items()
    special = {number for number, token in added if token.special}
    return (special | set(tokenizer.all_special_ids)) - {tokenizer.unk_token_id}


def require_no_control(where: str, found: Set[int], tokenizer: Any) -> None:
    """Require that a text spells out no special token.

    Args:
        where: name of the text, for the message.
        found: the ids of the text that are in `control_ids`.
        tokenizer: the tokenizer of the ids.

    Raises:
        DataError: the text spells out special tokens; the message names them.
    """
    if found:
        shown = ", ".join(tokenizer.convert_ids_to_tokens(sorted(found)))
        raise DataError(f"mask gate: {where} holds {shown}; remove these words from it")
