"""Checks answers to Vietnamese school mathematics.

`parse_gold` reads a gold answer once, `grade` judges a response against it, `check_steps` checks
the equations of a solution, and `failures.failure` names why a wrong answer is wrong. Knows
Vietnamese notation, units and phrasing; nothing of models, data sets or runs. Standard library only
(math-verify only for the second opinion).

Modules for grading:
- reading a response: `layout` (Markdown, code), `phrases` (the table of phrases), `sentences`,
  `leading` (letters of options), `polarity`, `claims` (what the response declares, concludes,
  corrects and doubts), `declared` (the gold of a reference solution);
- reading values: `latex`, `notation` (numbers), `numerals`, `units`, `quantities`,
  `enumerations`, `headings`, `words`, `directions`, `yesno`, `dates`, `regions`, `exact`,
  `equations`, `listings`;
- reading questions and golds: `asking`, `kinds`, `golds`, `refusals`;
- judging by kind: `candidates`, `scalars`, `forms`, `labels`, `structured`, `comparisons`,
  `writings`, `textual`, `factors`, `letters`;
- the whole response: `decision` (which claim counts), `consistency`, `grading`, `second_opinion`,
  `failures` (why it is wrong).

Modules for steps: `working`, `tokens`, `leads`, `divisors`, `values`, `expressions`, `sides`,
`agreement`, `steps`.
"""

from mathpal.answers.declared import declared_answer
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
