"""The majority of several answers of one system (self-consistency).

Source: Wang et al. 2023, "Self-consistency improves chain of thought reasoning" (ICLR).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from mathpal.answers import declared_answer, grade, parse_gold
from mathpal.errors import DataError
from mathpal.generation.records import Decoding, Question, Response
from mathpal.systems.system import System


class Vote(NamedTuple):
    """The outcome of a vote.

    Attributes:
        winner: place of the first answer of the largest group.
        votes: answers of that group.
        cast: answers that declare something.
    """

    winner: int
    votes: int
    cast: int


def vote(question: str, texts: Sequence[str]) -> Vote:
    """Return the answer that most of the texts declare; of equal groups the first.

    Two texts agree if the checker finds one's declared answer in the other. Texts that declare
    nothing have no vote.

    Args:
        question: the problem's text, which names the form and unit of the answer.
        texts: one or more responses.
    """
    declared = [declared_answer(text) for text in texts]
    groups: list[list[int]] = []
    for place, answer in enumerate(declared):
        if answer is None:
            continue
        for group in groups:
            if _agrees(question, texts[place], declared[group[0]] or "", answer):
                group.append(place)
                break
        else:
            groups.append([place])
    largest = max(groups, key=len, default=[0])
    return Vote(largest[0], len(largest) if groups else 0, sum(map(len, groups)))


def _agrees(question: str, text: str, other: str, answer: str) -> bool:
    try:
        return grade(text, parse_gold(other), question=question).verdict == "correct"
    except DataError:  # no kind of answer that the checker knows
        return answer.casefold() == other.casefold()


class Majority:
    """Answers with what most of a system's samples declare; implements `System`.

    Args:
        name: among the systems of a comparison.
        system: the system that is asked.
        samples: answers to each question, 2 or more.
        changed: fields of `Decoding` with which it is asked.
    """

    def __init__(
        self, name: str, system: System, *, samples: int, changed: Mapping[str, Any]
    ) -> None:
        self.name, self.system, self.samples = name, system, samples
        self.separate = system.separate
        self.changed = dict(changed)
        self.record: Mapping[str, Any] = {
            "of": system.name,
            "samples": samples,
            **self.changed,
            "system": dict(system.record),
        }

    def answer(
        self,
        questions: Sequence[Question],
        decoding: Decoding,
        finished: Callable[[int, Response], None] | None = None,
        streamed: Callable[[int, str], None] | None = None,
    ) -> list[Response]:
        """Answer every question; see `System.answer`."""
        own = decoding._replace(**self.changed)
        answers: dict[int, Response] = {}
        waiting: dict[int, dict[int, Response]] = {}

        def told(place: int, response: Response) -> None:
            number, sample = divmod(place, self.samples)
            found = waiting.setdefault(number, {})
            found[sample] = response
            if len(found) < self.samples:
                return
            ordered = [found[n] for n in range(self.samples)]
            answers[number] = _won(questions[number].turns[-1]["content"], ordered)
            del waiting[number]
            if streamed:
                streamed(number, answers[number].text)
            if finished:
                finished(number, answers[number])

        asked = [
            question._replace(sample=question.sample * self.samples + n)
            for question in questions
            for n in range(self.samples)
        ]
        self.system.answer(asked, own, told)
        return [answers[number] for number in range(len(questions))]


def _won(question: str, responses: Sequence[Response]) -> Response:
    """The winning response, with the tokens of all."""
    sound = [response for response in responses if not response.error]
    if not sound:
        return responses[0]
    result = vote(question, [response.text for response in sound])
    return sound[result.winner]._replace(
        tokens=sum(response.tokens for response in responses),
        prompt_tokens=sum(response.prompt_tokens for response in responses),
    )
