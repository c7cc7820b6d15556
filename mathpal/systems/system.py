"""The protocol of everything that answers: conversations in, responses out.

`evaluate`, `compare` and `generate` ask through it and know nothing of models, indexes or
endpoints.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

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

    max_new_tokens: int = 200
    temperature: float = 0.0
    top_k: int = 64
    top_p: float = 0.95
    stop: tuple[str, ...] = ()
    seed: int = 42
    batch_tokens: int = 65536


class Answered(NamedTuple):
    """A system's answer to one question.

    Attributes:
        text: without special tokens; "" if there is none.
        tokens: length of the answer, the stop token included; of a vote, of all its answers.
        prompt_tokens: length of the prompt, with instruction and examples.
        finished: False if the answer was cut off at the token limit.
        sources: ids of the problems that were shown as examples.
        error: why there is no answer; "" if there is one. Only this question fails.
    """

    text: str
    tokens: int
    prompt_tokens: int
    finished: bool
    sources: tuple[str, ...] = ()
    error: str = ""


class System(Protocol):
    """What answers.

    Attributes:
        name: among the systems of a comparison.
        record: its settings, as they are written into results: JSON values, no secrets.
    """

    name: str
    record: Mapping[str, Any]

    def answer(
        self,
        questions: Sequence[Question],
        decoding: Decoding,
        finished: Callable[[int, Answered], None] = ...,
    ) -> list[Answered]:
        """Answer every question, in the order of the questions.

        Args:
            questions: one or more.
            decoding: how answers are generated.
            finished: called with the place of each question and its answer, as soon as it is there.
        """
        ...
