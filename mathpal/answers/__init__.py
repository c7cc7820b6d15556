"""The typed answer checker for Vietnamese school mathematics; standard library only.

`parse_gold` reads a gold once, `grade` judges a response against it, `check_steps` checks the
equations of a solution. Modules, grading: `notation` (numbers), `units`, `quantities`,
`enumerations`, `sentences`, `extraction` (declarations), `asking` (the question's demands),
`words`, `yesno`, `kinds`, `golds`, `scalars`, `structured`, `comparisons`, `textual`, `factors`,
`letters` (judges), `consistency`, `grading`, `second_opinion`; steps: `tokens`, `values`,
`expressions`, `sides`, `agreement`, `steps`.
"""

from mathpal.answers.extraction import declared_answer
from mathpal.answers.golds import parse_gold
from mathpal.answers.grading import grade
from mathpal.answers.notation import normalise
from mathpal.answers.records import KINDS, VERDICTS, Answer, Grade, Quantity
from mathpal.answers.steps import Step, check_steps

__all__ = [
    "KINDS",
    "VERDICTS",
    "Answer",
    "Grade",
    "Quantity",
    "Step",
    "check_steps",
    "declared_answer",
    "grade",
    "normalise",
    "parse_gold",
]
