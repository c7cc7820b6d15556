"""Grade one answer of one system. Knows a problem and a response; asks and counts nothing."""

from typing import TYPE_CHECKING, Any

from mathpal.generation.records import Response
from mathpal.problems import Problem

if TYPE_CHECKING:
    from mathpal.answers import Answer


def graded(
    item: Problem,
    system: str,
    response: Response,
    gold: "Answer",
    *,
    lenient: bool,
    steps: bool = False,
) -> dict[str, Any]:
    """Grade an answer: one object of `evaluation/samples.jsonl`.

    Args:
        item: the problem.
        system: name of the system that answered.
        response: its answer.
        gold: of the problem, read by `parse_gold`.
        lenient: also grade it free of layout.
        steps: also count the steps of right answers.
    """
    from mathpal.answers import check_steps, grade
    from mathpal.answers.failures import failure

    text, question = response.text, item.question
    mark = grade(text, gold, question=question, explain=True)
    free = grade(text, gold, question=question, lenient=True) if lenient else None
    wrong = mark.verdict != "correct"
    found = check_steps(text) if wrong or steps else []
    sample = {
        "id": item.id,
        "system": system,
        "family": item.family,
        "topic": item.topic,
        "cohort": item.cohort,
        "source": item.source,
        "question": question,
        "gold": item.answer,
        "response": text,
        "extracted": mark.extracted,
        "verdict": mark.verdict,
        "explanation": mark.explanation,
        "failure": failure(mark, found, gold=gold, finished=response.finished, lenient=free),
        "claims": [
            {"line": c.line, "role": c.role, "polarity": c.polarity, "text": c.letter or c.text}
            for c in mark.claims
            if c.letter or c.text
        ],
        "tokens": response.tokens,
        "finished": response.finished,
    }
    if false := next((step.text for step in found if step.verdict == "invalid"), None):
        sample["false_step"] = false
    if steps:
        for verdict in ("valid", "invalid"):
            sample[f"steps_{verdict}"] = sum(step.verdict == verdict for step in found)
    if free:
        sample["verdict_lenient"] = free.verdict
    return sample
