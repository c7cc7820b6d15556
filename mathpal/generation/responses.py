"""Answers to many conversations.

Knows prompts and texts; knows nothing of gold answers or of batching (see `decoding`).
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mathpal.errors import ConfigError
from mathpal.generation.ending import Ending, Stream
from mathpal.generation.library import library
from mathpal.generation.records import Decoding, Question, Response, Turns, draw_seed
from mathpal.models.fitting import learned_positions
from mathpal.models.loaded import Loaded
from mathpal.tokens.chat import prompt_text, stop_ids

log = logging.getLogger(__name__)


def respond(
    loaded: Loaded,
    questions: Sequence[Question],
    decoding: Decoding,
    *,
    finished: Callable[[int, Response], None] | None = None,
    streamed: Callable[[int, str], None] | None = None,
) -> list[Response]:
    """Answer each question, in the order of the questions.

    Args:
        loaded: model and tokenizer.
        questions: without chat markup.
        decoding: how answers are generated.
        finished: called with the place of a question and its answer, as soon as it is there.
        streamed: called with the place of a question and each new piece of its answer's text.

    Raises:
        ConfigError: if a prompt fills all positions of the model.
    """
    tokenizer = loaded.tokenizer
    prompts = [prompt_ids(tokenizer, question.turns) for question in questions]
    longest = max(map(len, prompts), default=0)
    room = within_positions(loaded.model, longest, decoding.max_new_tokens)
    decoding = decoding._replace(max_new_tokens=room)
    seeds = [draw_seed(decoding.seed, question.id, question.sample) for question in questions]
    ends = Ending(tokenizer, stop_ids(tokenizer), decoding.stop)
    stream = Stream(ends, streamed) if streamed else None
    grow = stream.grow if stream else None
    answers: dict[int, Response] = {}
    for place, ids in _written(loaded, prompts, seeds, decoding, ends, grow):
        text, complete = ends.text(ids)
        answers[place] = Response(text, len(ids), complete, len(prompts[place]))
        if stream:
            stream.end(place, text)
        if finished:
            finished(place, answers[place])
    return [answers[place] for place in range(len(prompts))]


def prompt_ids(tokenizer: Any, turns: str | Turns) -> list[int]:
    """Return the tokens of a rendered prompt, up to the beginning of the model's answer."""
    ids: list[int] = tokenizer(prompt_text(tokenizer, turns), add_special_tokens=False).input_ids
    return ids


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
    loaded: Loaded,
    prompts: list[list[int]],
    seeds: list[int],
    decoding: Decoding,
    ends: Ending,
    told: Callable[[int, Sequence[int]], None] | None,
) -> Iterator[tuple[int, list[int]]]:
    """Yield each prompt's number and the tokens of its answer as soon as it is finished."""
    from mathpal.generation.cache import attention_windows
    from mathpal.generation.decoding import decode
    from mathpal.generation.sampling import drawing

    choose = drawing(
        seeds, temperature=decoding.temperature, top_k=decoding.top_k, top_p=decoding.top_p
    )
    windows = attention_windows(loaded.model.config)
    if windows is None:
        yield from library(loaded, prompts, choose, decoding, ends, told)
        return
    yield from decode(
        loaded.model,
        prompts,
        windows=windows,
        ends=ends,
        choose=choose,
        max_new_tokens=decoding.max_new_tokens,
        batch_tokens=decoding.batch_tokens,
        told=told,
    )
