"""The cost of a run's data work as the data grows: 10³ to 10⁶ problems.

    python benchmarks/growth.py [--sizes 1000,10000,100000,1000000] [key=value …]

Every size has its own process. The default data set with that many training problems passes the
gates, is tokenized (and read again from the cache), and its batches are made, packed as with
trainer.layout=auto. Columns are seconds, peak megabytes of the process, and milliseconds per batch
over 200 batches at the beginning, middle and end of an epoch.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")
LOOKED_AT = 200  # batches
COLUMNS = {
    "problems": 10, "generate": 9, "gates": 7, "tokenize": 9, "cached": 7, "fingerprint": 12,
    "windows": 8, "tokens": 12, "MB_imports": 11, "MB_rows": 9, "MB_peak": 9, "steps": 8,
    "ms_first": 9, "ms_middle": 10, "ms_last": 8, "MB_more": 8,
}  # fmt: skip


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return the result of `work` and the seconds it took."""
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def peak() -> float:
    """Peak memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(count: int, overrides: list[str]) -> dict[str, float]:
    """Measure one row of the table."""
    from omegaconf import OmegaConf

    from mathpal.data.gates import gold_gate, leakage_gate
    from mathpal.models.loading import load_tokenizer
    from mathpal.run import fingerprints
    from mathpal.settings.composition import compose
    from mathpal.settings.preflight import preflight
    from mathpal.tokens.batches import TrainingBatches
    from mathpal.tokens.token_cache import encode_cached
    from mathpal.tokens.windows import Plan

    cfg = compose([f"data.train={count}", "evaluation=none", *overrides])
    tokenizer = load_tokenizer(cfg.model.path)
    row: dict[str, float] = {"problems": count, "MB_imports": peak()}
    cfg = OmegaConf.masked_copy(cfg, [str(key) for key in cfg if key != "hydra"])
    data: Callable[[None], Any] = preflight(cfg).data
    splits, row["generate"] = timed(partial(data, None))
    row["MB_rows"] = peak()
    _, row["gates"] = timed(lambda: (leakage_gate(splits), gold_gate(splits.test)))
    encoded = partial(encode_cached, splits.train, tokenizer, max_length=cfg.model.max_length)
    _, row["tokenize"] = timed(encoded)
    table, row["cached"] = timed(encoded)
    row["tokens"] = len(table.ids)
    _, row["fingerprint"] = timed(lambda: fingerprints.data_fingerprint(splits))
    plan = Plan(cfg.trainer.batch_tokens, 1, 0, layout="packed")
    batches, row["windows"] = timed(
        lambda: TrainingBatches(table, plan, steps=None, epochs=1, pad=tokenizer.pad_token_id)
    )
    row["MB_peak"], row["steps"] = peak(), len(batches)
    looked = min(LOOKED_AT, len(batches))
    begins = {"first": 0, "middle": (len(batches) - looked) // 2, "last": len(batches) - looked}
    for name, begin in begins.items():
        _, seconds = timed(lambda b=begin: [batches[i] for i in range(b, b + looked)] and None)
        row[f"ms_{name}"] = 1000 * seconds / looked
    row["MB_more"] = peak() - row["MB_peak"]
    return row


def shown(value: float) -> str:
    """Format whole numbers exactly, others with about three digits."""
    if value == int(value) and value >= 0:
        return f"{int(value):,}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def main() -> None:
    """Print the table, each row as soon as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--sizes", default="1000,10000,100000,1000000", help="training problems, with commas"
    )
    parser.add_argument("--only", type=int, help="measure this many problems in this process")
    arguments, overrides = parser.parse_known_args()
    if arguments.only:
        print(json.dumps(measure(arguments.only, overrides)))
        return
    print(f"load of this machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print("".join(f"{name:>{width}}" for name, width in COLUMNS.items()), flush=True)
    for size in arguments.sizes.split(","):
        with tempfile.TemporaryDirectory() as cache:
            done = subprocess.run(
                [sys.executable, __file__, "--only", size, *overrides],
                env={**os.environ, "MATHPAL_CACHE": cache}, stdout=subprocess.PIPE, text=True,
                check=True,
            )  # fmt: skip
        row = json.loads(done.stdout.splitlines()[-1])
        print("".join(f"{shown(row[n]):>{w}}" for n, w in COLUMNS.items()), flush=True)


if __name__ == "__main__":
    main()
