"""Which held-out questions stand, changed or not, in another set of questions.

Knows exact copies, equal parameters, equal text with the numbers masked, and shared word
n-grams. Knows nothing of files or of what is done about a leak.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from mathpal.data.cleaning import masked
from mathpal.data.ngrams import LABEL, contained
from mathpal.problems import Problem

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[-+−–×÷*:=<>/%^]")


class Leak(NamedTuple):
    """A held-out problem that training would see.

    Attributes:
        kind: "exact", "parameters", "masked" or "near".
        held_out: id of the held-out problem.
        train: id of the training problem that gives it away.
        share: of the held-out question's 5-grams that the other holds, 0 to 1; 1 but for "near".
    """

    kind: str
    held_out: str
    train: str
    share: float


def plain(text: str) -> str:
    """The text in lower case with single spaces: equal for the same question."""
    return " ".join(unicodedata.normalize("NFC", text).lower().split())


def wording(text: str) -> str:
    """A key equal for questions that differ in label, case, spaces and punctuation only.

    Numbers, operators and words stay, so no two different problems share it.

    Example:
        >>> wording("Câu 4: Tính $3 + 4 = ?$") == wording("câu 2.  tính 3+4")
        True
    """
    text = LABEL.sub("", unicodedata.normalize("NFC", text).lower())
    return " ".join(_TOKEN.findall(text)).rstrip("= :")


def asked_text(problem: Problem) -> str:
    """All that is said before the answer; the last turn of a talk ("Vì sao?") is no problem.

    A system turn is left out: it is the same in every conversation of a data set.
    """
    turns = [text for role, text in problem.messages[:-1] if role != "system"]
    return "\n".join(turns) if len(turns) > 1 else problem.question


def find_leaks(train: Sequence[Problem], held_out: Sequence[Problem]) -> list[Leak]:
    """Every held-out problem that the training problems give away, with the clearest reason.

    Problems with parameters (generated ones) leak by equal text or by equal family and
    parameters; their number-masked text is shared by design. All others leak by equal text
    too, by equal number-masked text, and by half of their 5-grams in one training question.

    Args:
        train: what the loss sees.
        held_out: what is measured on.
    """
    if not train or not held_out:
        return []
    texts = {plain(asked_text(p)): p.id for p in reversed(train)}
    drawn = {(p.family, p.parameters): p.id for p in reversed(train) if p.parameters}
    leaks: list[Leak] = []
    foreign: list[Problem] = []
    for p in held_out:
        if (twin := texts.get(plain(asked_text(p)))) is not None:
            leaks.append(Leak("exact", p.id, twin, 1.0))
        elif p.parameters:
            if (twin := drawn.get((p.family, p.parameters))) is not None:
                leaks.append(Leak("parameters", p.id, twin, 1.0))
        else:
            foreign.append(p)
    others = [p for p in train if not p.parameters]
    return leaks + _foreign_leaks(others, foreign) if foreign and others else leaks


def _foreign_leaks(train: Sequence[Problem], held_out: Sequence[Problem]) -> list[Leak]:
    keys = {masked(asked_text(p)): p.id for p in reversed(train)}
    keys.pop("", None)
    twins = [(p, keys.get(masked(asked_text(p)))) for p in held_out]
    leaks = [Leak("masked", p.id, twin, 1.0) for p, twin in twins if twin is not None]
    rest = [p for p, twin in twins if twin is None]
    found = contained([asked_text(p) for p in rest], [asked_text(p) for p in train])
    near = (Leak("near", rest[i].id, train[j].id, share) for i, j, share in found)
    return leaks + sorted(near, key=lambda leak: -leak.share)


def without_leaks(
    train: list[Problem], held_out: Sequence[Problem]
) -> tuple[list[Problem], list[Leak]]:
    """The training problems that give no held-out problem away, and the leaks that went.

    The held-out problems stay as they are, so a score stays comparable when training rows
    are added.

    Args:
        train: what the loss is to see.
        held_out: what is measured on.
    """
    gone: list[Leak] = []
    while leaks := find_leaks(train, held_out):  # each round names one twin a held-out problem
        gone += leaks
        spoilt = {leak.train for leak in leaks}
        train = [p for p in train if p.id not in spoilt]
    return train, gone
