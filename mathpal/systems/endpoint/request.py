"""A question as the body of a request. Knows no connection."""

import json
from typing import Any, Literal, NamedTuple

from mathpal.generation.records import Decoding, Question, draw_seed
from mathpal.systems.prompting import prompted

LimitName = Literal["max_tokens", "max_completion_tokens"]


class Form(NamedTuple):
    """How questions are written for an endpoint.

    Attributes:
        model: its name there.
        instruction: text before the last question; None for the bare question.
        limit_name: field of the token limit.
        send_seed: whether the seed is sent.
        send_temperature: whether temperature and top_p are sent.
        send_top_k: whether top_k is sent.
    """

    model: str
    instruction: str | None = None
    limit_name: LimitName = "max_tokens"
    send_seed: bool = True
    send_temperature: bool = True
    send_top_k: bool = False


def request_body(question: Question, decoding: Decoding, form: Form) -> bytes:
    """Return the JSON of a request, in ASCII.

    At temperature 0 neither top_p nor top_k is sent: they would change nothing, and some endpoints
    refuse them beside a temperature.
    """
    turns = prompted(question.turns, form.instruction)
    body: dict[str, Any] = {
        "model": form.model,
        "messages": [{"role": turn["role"], "content": turn["content"]} for turn in turns],
        form.limit_name: decoding.max_new_tokens,
    }
    sampled = decoding.temperature > 0
    if form.send_temperature:
        body["temperature"] = decoding.temperature
        if sampled:
            body["top_p"] = decoding.top_p
    if form.send_top_k and sampled and decoding.top_k > 0:
        body["top_k"] = decoding.top_k
    if form.send_seed:
        body["seed"] = draw_seed(decoding.seed, question.id, question.sample)
    if decoding.stop:
        body["stop"] = list(decoding.stop)
    return json.dumps(body, allow_nan=False).encode("ascii")
