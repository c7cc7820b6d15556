"""What a system puts before a question: solved examples as earlier turns, and an instruction.

A model that did not learn the layout of our solutions cannot know that an answer is declared by
"Đáp số: …"; without being told, it is graded on its layout. Knows no model and no grading.
"""

from collections.abc import Iterable, Mapping, Sequence

from mathpal.generation.records import Question, Turns
from mathpal.problems import Problem
from mathpal.retrieval.examples import Example

INSTRUCTION = 'Hãy giải bài toán dưới đây. Kết thúc bằng một dòng theo mẫu "Đáp số: …".'


def questions(problems: Iterable[Problem]) -> list[Question]:
    """Return what systems are asked of problems: the turns before each one's answer."""
    from mathpal.tokens.chat import asked_turns

    return [Question(problem.id, asked_turns(problem)) for problem in problems]


def prompted(
    turns: Turns, instruction: str | None = None, examples: Sequence[Example] = ()
) -> list[Mapping[str, str]]:
    """Return the turns that a model is asked.

    Args:
        turns: of the conversation, the question last.
        instruction: text before the question; None for the bare question.
        examples: shown as earlier turns, after a system turn if there is one; the last one stands
            nearest to the question.
    """
    *before, question = turns
    if instruction is not None:
        question = {**question, "content": f"{instruction}\n\n{question['content']}"}
    begin = 1 if before and before[0]["role"] == "system" else 0
    shown = [
        {"role": role, "content": text}
        for example in examples
        for role, text in (("user", example.question), ("assistant", example.solution))
    ]
    return [*before[:begin], *shown, *before[begin:], question]
