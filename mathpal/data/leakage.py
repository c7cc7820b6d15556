"""Find held-out questions that occur, changed or not, in another set of questions.

Knows exact copies, equal parameters, equal text with the numbers masked, short questions with
the same formula, and shared word n-grams. Knows nothing of files or of the consequences of a leak.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mathpal.data.cleaning import masked
from mathpal.data.ngrams import LABEL, NEAR_LEAST, NEAR_SIZE, contained, holders, words
from mathpal.data.sieve import asked_text
from mathpal.problems import Problem

MEANING = {
    "exact": "the same question",
    "parameters": "the same values of one family",
    "masked": "the same question with other numbers",
    "formula": "the same formula, asked in other words",
    "near": "half or more of the question's 5-grams",
}

_SIGN = "-+−–×÷*:=<>/%^"
# Brackets matter around a calculation: "(3 + 4) × 5" is not "3 + 4 × 5", but "7 (kẹo)" is "7 kẹo".
_BRACKETS = re.compile(r"\(([^()]*)\)")
_CALCULATES = re.compile(rf"\w\s*[{_SIGN}]\s*[^()\s]")
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)*|[^\W\d_]+|[{_SIGN}⟦⟧]")

_UNIFIED = (
    (re.compile(r"\\(?:times|cdot)(?![a-z])|(?<=[\d)])(?:\s*[x*·]\s*|\s\.\s)(?=[\d(])"), " × "),
    (re.compile(r"\\div(?![a-z])|÷"), " : "),
    (re.compile("[−–]"), "-"),
    (re.compile(r"(?<!\w)tìm\s+(?:số\s+)?\$?[a-z]\$?(?=[\s,.:;])[\s,.:;]*"), " "),
    (re.compile(r"(?<=\w\w):(?=\s|$)"), " "),
)
# Words that only ask to calculate.
_ASKING_WORDS = frozenset(
    "hãy em tính nhanh nhẩm giá trị của biểu thức sau thực hiện các phép kết quả là bằng cách "
    "thuận tiện nhất hợp lí lý đặt rồi tìm biết cho bao nhiêu".split()
)


class Leak(NamedTuple):
    """A held-out problem that training would see.

    Attributes:
        kind: one of `MEANING`.
        held_out: id of the held-out problem.
        train: id of the training problem that gives it away.
        share: share of the held-out question's 5-grams in the other, 0 to 1; always 1 except for
            "near".
    """

    kind: str
    held_out: str
    train: str
    share: float

    def reason(self) -> str:
        """Say why the training problem is dropped."""
        share = f", {100 * self.share:.0f} %" if self.kind == "near" else ""
        return f"gives {self.held_out} away: {MEANING[self.kind]}{share}"


def plain(text: str) -> str:
    """Return the text in lower case with single spaces: equal for the same question."""
    return " ".join(unicodedata.normalize("NFC", text).lower().split())


def wording(text: str) -> str:
    """Return a key that is equal for questions that differ only in label, case and punctuation.

    Spaces do not count either. Numbers, operators and words stay, so no two different problems
    share a key.

    Example:
        >>> wording("Câu 4: Tính $3 + 4 = ?$") == wording("câu 2.  tính 3+4")
        True
    """
    text = LABEL.sub("", unicodedata.normalize("NFC", text).lower())
    return " ".join(_TOKEN.findall(_BRACKETS.sub(_marked, text))).rstrip("= :")


def _marked(found: re.Match[str]) -> str:
    return f"⟦{found[1]}⟧" if _CALCULATES.search(found[1]) else found[0]


def formula(text: str) -> str:
    """Return a key that is equal for short questions with the same calculation; "" for others.

    Short questions have too few n-grams for a comparison. Words that only ask to calculate are
    removed; all other words stay with the numbers and operators.

    Example:
        >>> formula("Hãy tính nhanh: 25 × 4 + 36") == formula("Tính 25 x 4 + 36")
        True
    """
    if len(words(text)) >= NEAR_LEAST + NEAR_SIZE - 1:
        return ""
    text = unicodedata.normalize("NFC", text).lower()
    for pattern, unified in _UNIFIED:
        text = pattern.sub(unified, text)
    tokens = [token for token in wording(text).split() if token not in _ASKING_WORDS]
    numbers = sum(token[0].isdigit() for token in tokens)
    return " ".join(tokens) if numbers > 1 and any(token in _SIGN for token in tokens) else ""


def find_leaks(train: Sequence[Problem], held_out: Sequence[Problem]) -> list[Leak]:
    """Return every held-out problem that training gives away, with the clearest reason.

    Generated problems (those with parameters) leak by equal text, or by equal family and
    parameters; they share number-masked text by design. All others leak by equal text, by equal
    number-masked text, by the same formula in a short question, or by half of their 5-grams in
    one training question.

    Args:
        train: the training problems.
        held_out: the problems of validation and test.
    """
    if not train or not held_out:
        return []
    equal, rest = _equals(held_out, train)
    leaks = [Leak(kind, own, twin, 1.0) for kind, own, twin in equal]
    pool = _not_generated(train)
    found = contained([asked_text(p) for p in rest], [asked_text(p) for p in pool])
    leaks += [Leak("near", rest[i].id, pool[j].id, share) for i, j, share in found]
    kinds = list(MEANING)
    return sorted(leaks, key=lambda leak: (kinds.index(leak.kind), -leak.share))


def giving_away(train: Sequence[Problem], held_out: Sequence[Problem]) -> dict[str, Leak]:
    """Return every training problem that gives a held-out problem away, by its id.

    Without these problems, no leak is left.

    Args:
        train: problems to train on.
        held_out: the problems of validation or test.
    """
    if not train or not held_out:
        return {}
    equal, rest = _equals(train, held_out)
    found = {own: Leak(kind, twin, own, 1.0) for kind, own, twin in equal}
    asked = _not_generated(held_out)
    while near := holders([asked_text(p) for p in asked], [asked_text(p) for p in rest]):
        for i, j, share in near:
            found.setdefault(rest[j].id, Leak("near", asked[i].id, rest[j].id, share))
        # Repeat: the removed rows may have hidden others (`mathpal.data.ngrams.TRIED`).
        hit = {j for _, j, _ in near}
        rest = [problem for j, problem in enumerate(rest) if j not in hit]
    return found


def _not_generated(problems: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in problems if not problem.parameters]


def _equals(
    these: Sequence[Problem], those: Sequence[Problem]
) -> tuple[list[tuple[str, str, str]], list[Problem]]:
    """Compare two sets of problems by their keys.

    Returns:
        (kind, id, id of its twin) of `these` that share a key with `those`, and the problems
        without a twin that were not generated.
    """
    # Of a million training problems, keep only the keys that a held-out problem has.
    wanted = {key for p in these for key in _keys(p)} if len(these) < len(those) else None
    twins = {
        key: p.id for p in reversed(those) for key in _keys(p) if wanted is None or key in wanted
    }
    found: list[tuple[str, str, str]] = []
    rest: list[Problem] = []
    for p in these:
        key = next((key for key in _keys(p) if key in twins), None)
        if key is not None:
            found.append((key[0], p.id, twins[key]))
        elif not p.parameters:
            rest.append(p)
    return found, rest


def _keys(problem: Problem) -> Iterator[tuple[str, str]]:
    """Yield (kind, text that must be equal), the clearest kind first."""
    asked = asked_text(problem)
    yield "exact", plain(asked)
    if problem.parameters:
        yield "parameters", f"{problem.family}\x1f{problem.parameters}"
        return
    if key := masked(asked):
        yield "masked", key
    if key := formula(asked):
        yield "formula", key
