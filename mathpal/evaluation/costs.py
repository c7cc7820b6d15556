"""What a right answer costs: seconds of answering, and the training spread over n questions."""

from math import ceil
from typing import NamedTuple


class Cost(NamedTuple):
    """The cost of one system, in seconds of this machine.

    Attributes:
        answer: seconds a question, asked in full batches.
        training: seconds of training before the first question; 0 for a system without any.
        accuracy: share of right answers, 0..1.
    """

    answer: float
    training: float
    accuracy: float

    def correct(self, questions: int) -> float | None:
        """Seconds a right answer if so many questions are asked; None if none is right."""
        if not self.accuracy:
            return None
        return (self.training / questions + self.answer) / self.accuracy


def break_even(trained: Cost, other: Cost) -> int | None:
    """Return from how many questions on a right answer of the trained system is the cheaper one.

    None if it never is; 1 if it always is.

    Example:
        >>> break_even(Cost(1.0, 300.0, 0.9), Cost(2.0, 0.0, 0.6))
        150
    """
    if not trained.accuracy:
        return None
    if not other.accuracy:
        return 1
    saved = trained.accuracy * other.answer / other.accuracy - trained.answer
    extra = trained.training - trained.accuracy * other.training / other.accuracy
    if extra <= 0:
        return 1 if saved >= 0 else None
    return max(1, ceil(extra / saved)) if saved > 0 else None
