"""Fingerprints of a run's inputs: data, model, tokenizer and chat template."""

import hashlib
import json
from typing import Any

from mathpal.models.loaded import Loaded
from mathpal.problems import Problem, Splits


def fingerprints(loaded: Loaded, splits: Splits | None = None) -> dict[str, str]:
    """Return the sha256 of each input of a run, by name; without splits, that of the model's."""
    tokenizer = loaded.tokenizer
    return ({} if splits is None else {"data": data_fingerprint(splits)}) | {
        "model": loaded.fingerprint,
        "base_weights": _bits(loaded.model),
        "tokenizer": _digest(sorted(tokenizer.get_vocab().items())),
        "tokenizer_rules": _digest(_rules(tokenizer)),
        "template": _digest(tokenizer.chat_template),
    }


def _bits(model: Any, chunk: int = 2**24) -> str:
    """Return the sha256 of the sum of every base weight's bits, as float32: no value is left out.

    Integer sums do not depend on their order, and so not on threads or the device.
    """
    import torch

    sums = {}
    for name, weight in model.state_dict().items():
        if "lora_" not in name:
            parts = weight.detach().flatten().split(chunk)
            bits = (part.float().view(torch.int32).sum(dtype=torch.int64) for part in parts)
            sums[name] = sum(int(part) for part in bits)
    return _digest(sorted(sums.items()))


def _rules(tokenizer: Any) -> list[Any]:
    """Return what turns a text into ids beside the vocabulary: merges, normalizer, added tokens."""
    core = getattr(tokenizer, "backend_tokenizer", None)
    rules = {} if core is None else json.loads(core.to_str())
    calls = ("truncation", "padding")  # set by each call
    return [tokenizer.special_tokens_map, {k: v for k, v in rules.items() if k not in calls}]


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
