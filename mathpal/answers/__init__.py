"""The typed answer checker for Vietnamese school mathematics; standard library only.

`parse_gold` reads a gold once, `grade` judges a response against it. Modules: `notation`
(numbers), `units`, `quantities`, `enumerations`, `extraction` (declarations), `asking` (the
question's demands), `words`, `golds`, `scalars` and `structured` (judges), `grading`.
"""

from mathpal.answers.extraction import declared_answer
from mathpal.answers.golds import parse_gold
from mathpal.answers.grading import grade
from mathpal.answers.notation import normalise
from mathpal.answers.records import KINDS, VERDICTS, Answer, Grade, Quantity

__all__ = [
    "KINDS",
    "VERDICTS",
    "Answer",
    "Grade",
    "Quantity",
    "declared_answer",
    "grade",
    "normalise",
    "parse_gold",
]
