"""The records of asking: a question, how it is answered, the response."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Turns = Sequence[Mapping[str, str]]


class Question(NamedTuple):
    """A conversation to be answered.

    Attributes:
        id: of the problem; with `Decoding.seed` and `sample` it decides what is drawn, whoever
            else is in the batch.
        turns: "role" and "content" of each turn, the user's question last.
        sample: number of this answer among several to the same question.
    """

    id: str
    turns: Turns
    sample: int = 0


class Decoding(NamedTuple):
    """How an answer is generated.

    Attributes:
        max_new_tokens: most tokens of an answer, 1 or more.
        temperature: 0 for greedy decoding; above 0, answers are sampled.
        top_k: sample among this many most likely tokens; 0 for all.
        top_p: sample among the most likely tokens that together have this probability, in 0..1.
        stop: texts that end an answer, beside the model's own stop tokens; left out of the answer.
        seed: of the sampling.
        batch_tokens: most tokens of prompts and answers, padding included, in a KV cache.
    """

    max_new_tokens: int = 320
    temperature: float = 0.0
    top_k: int = 64
    top_p: float = 0.95
    stop: tuple[str, ...] = ()
    seed: int = 42
    batch_tokens: int = 65536


class Response(NamedTuple):
    """The answer to one question.

    Attributes:
        text: without special tokens; "" if there is none.
        tokens: length of the answer, the stop token included; of a vote, of all its answers.
        finished: False if the answer was cut off at the token limit.
        prompt_tokens: length of the prompt, with instruction and examples; 0 if unknown.
        sources: ids of the problems that were shown as examples.
        error: why there is no answer; "" if there is one. Only this question fails.
    """

    text: str
    tokens: int
    finished: bool
    prompt_tokens: int = 0
    sources: tuple[str, ...] = ()
    error: str = ""


def draw_seed(seed: int, id: str, sample: int = 0) -> int:
    """Return the seed of one answer's draws, in 0..2**31-1.

    It depends on nothing but its arguments, so the other questions of a batch do not matter.
    """
    digest = hashlib.sha256(f"{seed}\0{sample}\0{id}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
