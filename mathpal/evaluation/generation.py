"""Greedy answers in batches, and one streamed answer for a chat.

Knows prompts and texts; knows nothing of gold answers.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from mathpal.data.chat import prompt_text, stop_ids
from mathpal.models.loaded import Loaded
from mathpal.progress import Progress


class Response(NamedTuple):
    """What the model wrote to one prompt.

    Attributes:
        text: without special tokens.
        tokens: how many it wrote, the stop token included.
        finished: False when it ran into the token limit.
    """

    text: str
    tokens: int
    finished: bool


def respond(
    loaded: Loaded,
    conversations: Sequence[str | list[dict[str, str]]],
    *,
    max_new_tokens: int,
    batch_size: int,
    label: str = "answers",
) -> list[Response]:
    """Answer each conversation greedily.

    Prompts of like length share a batch; the order of the result is that of the conversations.

    Args:
        loaded: model and tokenizer.
        conversations: a question, or the turns before the answer (see
            `mathpal.data.chat.asked_turns`), without chat markup.
        max_new_tokens: most tokens of an answer.
        batch_size: conversations answered together.
        label: shown with the progress.
    """
    tokenizer = loaded.tokenizer
    prompts = [
        tokenizer(prompt_text(tokenizer, turns), add_special_tokens=False).input_ids
        for turns in conversations
    ]
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    answers: dict[int, Response] = {}
    with Progress(label, total=len(prompts), unit="problem") as bar:
        for begin in range(0, len(order), batch_size):
            chosen = order[begin : begin + batch_size]
            batch = _generate(loaded, [prompts[i] for i in chosen], max_new_tokens)
            answers.update(zip(chosen, batch, strict=True))
            bar.advance(len(chosen))
    return [answers[i] for i in range(len(prompts))]


def _generate(loaded: Loaded, prompts: list[list[int]], max_new_tokens: int) -> list[Response]:
    import torch

    tokenizer, model = loaded.tokenizer, loaded.model
    width = max(map(len, prompts))
    pad = tokenizer.pad_token_id
    ids = torch.tensor([[pad] * (width - len(p)) + p for p in prompts])  # (B, T), left-padded
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts])
    stops = stop_ids(tokenizer)
    with torch.inference_mode():
        out = model.generate(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            generation_config=decoding(tokenizer, max_new_tokens),
        )
    responses = []
    for row in out[:, width:].tolist():
        end = next((i for i, token in enumerate(row) if token in stops), None)
        kept = row if end is None else row[:end]
        text = tokenizer.decode(kept, skip_special_tokens=True)
        responses.append(Response(text, len(kept) + (end is not None), finished=end is not None))
    return responses


def decoding(tokenizer: Any, max_new_tokens: int, **drawing: Any) -> Any:
    """Transformers' settings for decoding that stops at the end of a turn; greedy by default."""
    from transformers import GenerationConfig

    return GenerationConfig(
        do_sample=bool(drawing),
        max_new_tokens=max_new_tokens,
        eos_token_id=stop_ids(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        **drawing,
    )
