"""The mask gate: prove for each row that the loss sees the answers and nothing else.

Knows token ids. Knows nothing of templates, problems or the layout of a mask.
"""

from collections.abc import Sequence
from typing import Any

from mathpal.errors import DataError

END_OF_TURN = "<end_of_turn>"
Span = tuple[Sequence[int], Sequence[int]]


def check_row(name: str, spans: Sequence[Span], tokenizer: Any, stop: str) -> None:
    """Check one row.

    Args:
        name: the problem's id.
        spans: for each answer of the model, the ids of the prompt, and of prompt and answer.
        tokenizer: the tokenizer of the ids.
        stop: the token that ends an answer.

    Raises:
        DataError: the row breaks a rule: at most one BOS (with Gemma's stop token exactly one,
            at the start); each prompt is a prefix of prompt and answer, and that of the whole
            row; at least one token besides the stop token is supervised; each answer has one
            stop token, at its end.
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
            "Correct the tokenizer's chat template, or the problem."
        )
