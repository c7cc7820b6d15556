"""Gates that a data set passes before training.

Without them a fault would surface after hours, or not at all and make the result untrue. The mask
gate is in `mathpal.tokens.mask_gate`; leaks are found by `mathpal.data.leakage`.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mathpal.answers import parse_gold
from mathpal.data.leakage import MEANING, Leak, find_leaks
from mathpal.errors import DataError
from mathpal.problems import Problem, Splits
from mathpal.record.files import write_lines

log = logging.getLogger(__name__)

SHOWN = 3


def leakage_gate(splits: Splits, *, allow: bool = False, listed: Path | None = None) -> None:
    """Require training problems, none of which gives a held-out question away.

    Args:
        splits: the data of a run. If leaks are allowed, `notes["leaks_allowed"]` receives the
            number of leaking held-out problems by kind (see `mathpal.data.leakage.Leak`).
        allow: whether a leak is a warning instead of an error.
        listed: JSONL file for all leaking pairs; not written without leaks.

    Raises:
        DataError: no training problem, or leaks; the message shows the first pairs.
    """
    if not splits.train:
        raise DataError("the data gives no training problem; it needs more rows")
    leaks = find_leaks(splits.train, [*splits.test, *splits.validation])
    if not leaks:
        return
    texts = {p.id: p.question for split in splits[:3] for p in split}
    if listed is not None:
        write_lines(listed, [_record(leak, texts) for leak in leaks])
    counts = Counter(leak.kind for leak in leaks)
    message = _message(leaks, counts, texts, listed)
    if not allow:
        raise DataError(
            f"{message}\nRemove one of each pair (`mathpal data audit` lists the rows), or accept "
            "a score that cannot be trusted with allow_leakage=true"
        )
    log.warning("%s\nallowed by allow_leakage=true", message)
    splits.notes["leaks_allowed"] = dict(counts)


def _record(leak: Leak, texts: dict[str, str]) -> dict[str, object]:
    questions = {
        "held_out_question": texts[leak.held_out],
        "train_question": texts[leak.train],
    }
    return {**leak._asdict(), **questions}


def _message(
    leaks: Sequence[Leak], counts: Counter[str], texts: dict[str, str], listed: Path | None
) -> str:
    kinds = "; ".join(f"{MEANING[kind]}: {count}" for kind, count in counts.items())
    lines = [f"leakage gate: {len(leaks)} held-out questions occur in the training split ({kinds})"]
    for leak in leaks[:SHOWN]:
        near = f" ({100 * leak.share:.0f} %)" if leak.kind == "near" else ""
        lines.append(f"  {leak.held_out} = {leak.train}, {MEANING[leak.kind]}{near}:")
        lines += [f"    {_excerpt(texts[name])}" for name in (leak.held_out, leak.train)]
    if listed is not None:
        lines.append(f"  all pairs: {listed}")
    return "\n".join(lines)


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else line[:119] + "…"


def gold_gate(problems: Sequence[Problem]) -> None:
    """Require that the test problems can be graded: there is a gold, and every gold parses.

    Raises:
        DataError: no problem has a gold, or some golds do not parse; the message names the first.
    """
    golds = [p for p in problems if p.answer is not None]
    if not golds:
        raise DataError(
            f"none of the {len(problems)} test problems has an answer that can be checked, so "
            "accuracy cannot be measured. Use more rows, a larger data.test_share, or "
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
