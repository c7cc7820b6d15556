"""Checks answers to Vietnamese school mathematics.

`parse_gold` reads a gold answer once, `grade` judges a response against it, and `check_steps`
checks the equations of a solution. Knows Vietnamese notation, units and phrasing; nothing of
models, data sets or runs. Standard library only (math-verify only for the second opinion).

Modules for grading:
- reading text: `latex`, `notation` (numbers), `units`, `quantities`, `enumerations`, `sentences`,
  `headings`, `extraction` (declared answers), `asking` (what the question demands), `words`,
  `directions`, `yesno`, `dates`, `regions`, `exact`;
- reading golds: `kinds`, `golds`;
- judging by kind: `candidates`, `scalars`, `labels`, `structured`, `comparisons`, `writings`,
  `textual`, `factors`, `letters`;
- the whole response: `consistency`, `grading`, `second_opinion`.

Modules for steps: `tokens`, `values`, `expressions`, `sides`, `agreement`, `steps`.
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
