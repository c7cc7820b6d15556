"""Preference pairs as a data set: what `data=preference` names.

Knows which pairs are usable. Knows nothing of objectives.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import FilePath

from mathpal.data.cells import gold_of, read_texts
from mathpal.data.finish import EVERY_ROW, ONE_SPLIT, Characters, Count, Share, Tolerance
from mathpal.data.sieve import digest
from mathpal.data.tables import from_file
from mathpal.problems import Fault, Problem, Splits
from mathpal.settings.capabilities import Limits, declares


@declares(limits=Limits(audited=EVERY_ROW, undivided=ONE_SPLIT))
def preference(
    run_dir: Path | None,
    *,
    path: FilePath,
    prompt: str = "prompt",
    chosen: str = "chosen",
    rejected: str = "rejected",
    answer: str | None = None,
    split: str | None = None,
    validation_share: Share = 0.05,
    test_share: Share = 0.1,
    max_test: Count = 200,
    max_quarantine: Tolerance = 0.2,
    max_characters: Characters = 20_000,
    seed: int = 42,
) -> Splits:
    """Load questions with a better and a worse response from a file of any known format.

    Supervised fine-tuning learns the better response; the worse one is in `Problem.rejected`.
    A pair of equal responses is malformed. Several pairs of one prompt stay in one split; the
    test has each prompt once.

    The arguments that are not explained here are those of `from_file`.

    Args:
        run_dir: where `data/quarantine.jsonl` is written.
        path: the file; its suffix chooses the format.
        prompt: column of the question.
        chosen: column of the better response.
        rejected: column of the worse response.
        answer: column of the gold answer; None takes the answer that `chosen` declares.
        split: which list to take from a JSON object of several lists.
        max_characters: longest prompt and both responses together.

    Raises:
        DataError: nothing readable, wrong columns, too many malformed rows, nothing to
            train on.
        ConfigError: the shares leave nothing to train on.
    """
    return from_file(
        path,
        run_dir,
        columns={"prompt": prompt, "chosen": chosen, "rejected": rejected, "answer": answer},
        make=_pair,
        split=split,
        max_characters=max_characters,
        validation_share=validation_share,
        test_share=test_share,
        max_test=max_test,
        max_quarantine=max_quarantine,
        seed=seed,
    )


def _pair(
    fields: Mapping[str, Any],
    columns: Mapping[str, str],
    max_characters: int,
    removed: Counter[str] | None = None,
) -> Problem | Fault:
    names = [columns[name] for name in ("prompt", "chosen", "rejected")]
    texts = read_texts(fields, names, max_characters, removed)
    if isinstance(texts, Fault):
        return texts
    question, better, worse = texts
    if better == worse:
        return Fault("equal", f"{names[1]!r} and {names[2]!r} are the same text")
    return Problem(
        id=f"preference/{digest(chr(0).join(texts))}",
        question=question,
        solution=better,
        answer=gold_of(fields, columns, better),
        rejected=worse,
    )
