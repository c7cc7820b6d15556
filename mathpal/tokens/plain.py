"""Plain text as a problem without a question: how it is held, and how its tokens become rows.

Knows nothing of chat: continued pre-training sees text as it stands.
"""

from collections.abc import Iterator, Sequence, Set
from typing import Any

from mathpal.errors import DataError
from mathpal.problems import Problem

ROLE = "text"


def text_problem(name: str, text: str) -> Problem:
    """The text as a problem; it stands in `question`, so that the leakage gate compares it."""
    return Problem(id=name, question=text, solution="", messages=((ROLE, text),))


def is_text(problem: Problem) -> bool:
    """Whether the problem is plain text, to be learnt as a whole."""
    return problem.messages[:1] == ((ROLE, problem.question),)


def cut_text(
    name: str, ids: Sequence[int], tokenizer: Any, *, max_length: int, control: Set[int]
) -> Iterator[list[int]]:
    """Rows of a text; over all of them every token is learnt exactly once.

    The text ends with EOS. Every row begins with a token that is only seen: BOS, or, where the
    tokenizer has none, the last token of the row before (the first token of the text then has
    nothing before it and is not learnt).

    Args:
        name: the problem's id.
        ids: of the text, without special tokens.
        tokenizer: whose ids they are.
        max_length: most tokens of a row, at least 2.
        control: see `control_ids`.

    Raises:
        DataError: when the text spells out one of the tokenizer's special tokens.
    """
    bos, eos = tokenizer.bos_token_id, tokenizer.eos_token_id
    require_no_control(f"text {name}", set(ids) & control, tokenizer)
    stream = [*([] if bos is None else [bos]), *ids, *([] if eos is None else [eos])]
    step = max_length - 1
    for begin in range(1, len(stream), step):
        yield [stream[begin - 1] if bos is None else bos, *stream[begin : begin + step]]


def control_ids(tokenizer: Any) -> set[int]:
    """Ids of the special tokens, which stand for no text and which no text may spell out.

    A tokenizer without byte fallback gives <unk> for a strange sign; that is no damage.
    """
    added = tokenizer.added_tokens_decoder.items()
    special = {number for number, token in added if token.special}
    return (special | set(tokenizer.all_special_ids)) - {tokenizer.unk_token_id}


def require_no_control(where: str, found: Set[int], tokenizer: Any) -> None:
    """Stop where a text spells out special tokens.

    Args:
        where: the text, in words.
        found: those of its ids that are of `control_ids`.
        tokenizer: whose ids they are.

    Raises:
        DataError: naming them.
    """
    if found:
        shown = ", ".join(tokenizer.convert_ids_to_tokens(sorted(found)))
        raise DataError(f"mask gate: {where} holds {shown}; remove these words from it")
