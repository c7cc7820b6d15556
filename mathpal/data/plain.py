"""Plain text as a problem without a question: how it is held, and how its tokens become rows.

Knows nothing of chat: continued pre-training sees text as it stands.
"""

from collections.abc import Iterator, Sequence
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
    name: str, ids: Sequence[int], tokenizer: Any, *, max_length: int
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

    Raises:
        DataError: when the text spells out one of the tokenizer's special tokens.
    """
    bos, eos = tokenizer.bos_token_id, tokenizer.eos_token_id
    # A tokenizer without byte fallback gives <unk> for a strange sign; that is no damage.
    control = set(ids) & (set(tokenizer.all_special_ids) - {tokenizer.unk_token_id})
    if control:
        shown = ", ".join(tokenizer.convert_ids_to_tokens(sorted(control)))
        raise DataError(f"mask gate: text {name} holds {shown}; remove these words from it")
    stream = [*([] if bos is None else [bos]), *ids, *([] if eos is None else [eos])]
    step = max_length - 1
    for begin in range(1, len(stream), step):
        yield [stream[begin - 1] if bos is None else bos, *stream[begin : begin + step]]
