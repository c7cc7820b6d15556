"""Gates that every data set passes before anything is trained on it.

What fails here would otherwise fail after hours, or worse, would not fail and make the result
untrue. The mask gate is in `mathpal.data.chat`, where the tokens are.
"""

from collections.abc import Sequence

from mathpal.answers import parse_gold
from mathpal.errors import DataError
from mathpal.problems import Problem, Splits


def leakage_gate(splits: Splits) -> None:
    """There is something to train on, and no held-out question stands in the training split.

    Raises:
        DataError: with the first offending pairs.
    """
    if not splits.train:
        raise DataError("the data gives no training problem; it needs more rows")
    trained = {_plain(p.question): p.id for p in splits.train}
    shared = [
        f"{p.id} = {trained[_plain(p.question)]}"
        for p in (*splits.test, *splits.validation)
        if _plain(p.question) in trained
    ]
    if shared:
        raise DataError(
            f"leakage gate: {len(shared)} held-out questions stand in the training split, "
            f"e.g. {'; '.join(shared[:3])}. Remove them from one of the two."
        )


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def gold_gate(problems: Sequence[Problem]) -> None:
    """The test problems can be graded: at least one has a gold, and every gold parses.

    Raises:
        DataError: naming the first problems whose gold does not parse.
    """
    golds = [p for p in problems if p.answer is not None]
    if not golds:
        raise DataError(
            f"none of the {len(problems)} test problems has an answer that can be checked, so "
            "accuracy cannot be measured. Mend: more rows, a larger data.test_share, or "
            "evaluation=none"
        )
    faults = []
    for item in golds:
        try:
            parse_gold(item.answer or "", kind=item.kind)
        except DataError as error:
            faults.append(f"{item.id}: {error}")
    if faults:
        raise DataError(
            f"the gold answers of {len(faults)} test problems cannot be read; the first: "
            + "; ".join(faults[:3])
        )
