"""Greedy answers to many conversations, and the settings of decoding.

Knows prompts and texts; knows nothing of gold answers or of batching (see `decoding`).
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from mathpal.errors import ConfigError
from mathpal.models.fitting import learned_positions
from mathpal.models.loaded import Loaded
from mathpal.progress import Progress
from mathpal.tokens.chat import prompt_text, stop_ids

log = logging.getLogger(__name__)


class Response(NamedTuple):
    """The model's answer to one prompt.

    Attributes:
        text: without special tokens.
        tokens: length of the answer, the stop token included.
        finished: False if it was cut off at the token limit.
    """

    text: str
    tokens: int
    finished: bool


def respond(
    loaded: Loaded,
    conversations: Sequence[str | list[dict[str, str]]],
    *,
    max_new_tokens: int,
    batch_tokens: int,
    label: str = "answers",
) -> list[Response]:
    """Answer each conversation greedily, in the order of the conversations.

    Args:
        loaded: model and tokenizer.
        conversations: a question, or the turns before the answer (see
            `mathpal.tokens.chat.asked_turns`), without chat markup.
        max_new_tokens: most tokens of an answer.
        batch_tokens: most tokens of prompts and answers together in the model's cache.
        label: shown beside the progress bar.
    """
    tokenizer = loaded.tokenizer
    prompts = [
        tokenizer(prompt_text(tokenizer, turns), add_special_tokens=False).input_ids
        for turns in conversations
    ]
    longest = max(map(len, prompts), default=0)
    max_new_tokens = within_positions(loaded.model, longest, max_new_tokens)
    stops = set(stop_ids(tokenizer))
    answers: dict[int, Response] = {}
    with Progress(label, total=len(prompts), unit="problem") as bar:
        for number, ids in _written(loaded, prompts, max_new_tokens, batch_tokens):
            finished = ids[-1] in stops
            text = tokenizer.decode(ids[:-1] if finished else ids, skip_special_tokens=True)
            answers[number] = Response(text, len(ids), finished)
            bar.advance()
    return [answers[i] for i in range(len(prompts))]


def within_positions(model: Any, longest: int, max_new_tokens: int) -> int:
    """Return the most new tokens for which a model has positions, with a warning if it has fewer.

    Args:
        model: a causal LM.
        longest: tokens of the longest prompt.
        max_new_tokens: the most that are wanted.

    Raises:
        ConfigError: if the longest prompt fills all positions.
    """
    places = learned_positions(model.config)
    if places is None or longest + max_new_tokens <= places:
        return max_new_tokens
    if longest >= places:
        raise ConfigError(
            f"a prompt has {longest} tokens and the model knows {places} positions, so it cannot "
            "answer; expected shorter questions, or a model with more positions"
        )
    log.warning(
        "answers are cut off after %d tokens, not %d: the longest prompt has %d, and the model "
        "knows %d positions", places - longest, max_new_tokens, longest, places,
    )  # fmt: skip
    return places - longest


def _written(
    loaded: Loaded, prompts: list[list[int]], max_new_tokens: int, batch_tokens: int
) -> Iterator[tuple[int, list[int]]]:
    """Yield each prompt's number and the tokens of its answer as soon as it is finished."""
    from mathpal.generation.cache import attention_windows
    from mathpal.generation.decoding import greedy

    windows = attention_windows(loaded.model.config)
    if windows is None:
        yield from _library(loaded, prompts, max_new_tokens, batch_tokens)
        return
    yield from greedy(
        loaded.model,
        prompts,
        windows=windows,
        stops=stop_ids(loaded.tokenizer),
        max_new_tokens=max_new_tokens,
        batch_tokens=batch_tokens,
    )


def _library(
    loaded: Loaded, prompts: list[list[int]], max_new_tokens: int, batch_tokens: int
) -> Iterator[tuple[int, list[int]]]:
    """Generate with Transformers' own loop, for models with other state than keys and values.

    A batch runs until its last answer is finished.
    """
    import torch

    model, stops = loaded.model, stop_ids(loaded.tokenizer)
    settings = decoding(loaded.tokenizer, max_new_tokens)
    waiting = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
    while waiting:
        width = len(prompts[waiting[0]])
        rows = max(1, batch_tokens // (width + max_new_tokens))
        chosen, waiting = waiting[:rows], waiting[rows:]
        pads = [width - len(prompts[i]) for i in chosen]
        ids = [[settings.pad_token_id] * n + prompts[i] for n, i in zip(pads, chosen, strict=True)]
        mask = [[0] * n + [1] * (width - n) for n in pads]
        with torch.inference_mode(), without_defaults(model):
            out = model.generate(
                input_ids=torch.tensor(ids, device=model.device),  # (B, T), left-padded
                attention_mask=torch.tensor(mask, device=model.device),
                generation_config=settings,
            )
        for number, row in zip(chosen, out[:, width:].tolist(), strict=True):
            end = next((i for i, token in enumerate(row) if token in stops), len(row))
            yield number, row[: end + 1]


def decoding(tokenizer: Any, max_new_tokens: int, **drawing: Any) -> Any:
    """Transformers' generation settings that stop at the end of a turn; greedy by default.

    Args:
        tokenizer: gives the stop, padding and start tokens.
        max_new_tokens: most tokens of an answer.
        drawing: settings of sampling (temperature, top_k, top_p); none for greedy decoding.
    """
    from transformers import GenerationConfig

    return GenerationConfig(
        do_sample=bool(drawing),
        max_new_tokens=max_new_tokens,
        eos_token_id=stop_ids(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        **drawing,
    )


@contextmanager
def without_defaults(model: Any) -> Iterator[None]:
    """Within the context, `generate` takes nothing from the base's generation_config.json.

    It fills in what `decoding` leaves unset: a penalty or beams of the base would change answers.
    """
    from transformers import GenerationConfig

    holders = [module for module in model.modules() if "generation_config" in vars(module)]
    before = [module.generation_config for module in holders]
    try:
        for module in holders:
            module.generation_config = GenerationConfig()
        yield
    finally:
        for module, own in zip(holders, before, strict=True):
            module.generation_config = own
