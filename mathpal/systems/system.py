"""The protocol of everything that answers: conversations in, responses out.

`evaluate`, `compare` and `generate` ask through it and know nothing of models, indexes or
endpoints.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from mathpal.generation.records import Decoding, Question, Response


class System(Protocol):
    """What answers.

    Attributes:
        name: among the systems of a comparison.
        separate: whether an answer depends on its question alone; a local model's batch mates
            change it by rounding.
        record: its settings, as they are written into results: JSON values, no secrets.
    """

    name: str
    separate: bool
    record: Mapping[str, Any]

    def answer(
        self,
        questions: Sequence[Question],
        decoding: Decoding,
        finished: Callable[[int, Response], None] | None = None,
        streamed: Callable[[int, str], None] | None = None,
    ) -> list[Response]:
        """Answer every question, in the order of the questions.

        Args:
            questions: one or more.
            decoding: how answers are generated.
            finished: called with the place of each question and its answer, as soon as it is there.
            streamed: called with the place of a question and each new piece of its answer's text;
                a system that cannot stream calls it once, with the whole text.
        """
        ...
