"""Fingerprints of a run's inputs: data, model, tokenizer and chat template."""

import hashlib
import json
from typing import Any

from mathpal.models.loaded import Loaded
from mathpal.problems import Problem, Splits


def fingerprints(loaded: Loaded, splits: Splits) -> dict[str, str]:
    """Return the sha256 of each input of a run, by name."""
    tokenizer = loaded.tokenizer
    return {
        "data": data_fingerprint(splits),
        "model": loaded.fingerprint,
        "tokenizer": _digest(sorted(tokenizer.get_vocab().items())),
        "template": _digest(tokenizer.chat_template),
    }


def data_fingerprint(splits: Splits) -> str:
    """Return the sha256 of all rows as one JSON list, hashed row by row to save memory."""
    digest, comma = hashlib.sha256(b"["), ""
    for split in (splits.train, splits.validation, splits.test):
        for problem in split:
            digest.update((comma + json.dumps(_row(problem), ensure_ascii=False)).encode())
            comma = ", "
    digest.update(b"]")
    return digest.hexdigest()


def _row(problem: Problem) -> list[Any]:
    row = [problem.id, problem.question, problem.solution, problem.answer]
    # Without the last list the fingerprint is that of earlier versions.
    return row + [
        problem.messages,
        problem.rejected,
        *([problem.unlearnt] if problem.unlearnt else []),
    ]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()
