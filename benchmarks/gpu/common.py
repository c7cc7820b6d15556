"""The frame of all scripts of this folder: cells, their results on disk, the time budget.

A cell is one named measurement. If it fails, runs out of memory or lacks a package, the error is
recorded and the next cell begins. Knows nothing of what is measured.
"""

import argparse
import fnmatch
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from store import Column, Store, Values, brief

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

UNTIL = "GPU_BENCH_UNTIL"  # environment variable: end of the budget, kept when a script restarts
LEAST = 5.0  # seconds: no cell begins with less time left
Cell = tuple[str, Callable[[], Values]]


class Missing(Exception):
    """An optional package is not installed."""


class TooLong(Exception):
    """A cell exceeded its time limit."""


def need(module: str, package: str | None = None) -> None:
    """Raise `Missing` if a module cannot be found."""
    if find_spec(module) is None:
        raise Missing(f"{package or module}: not installed")


def arguments(doc: str | None, argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the options that all scripts have."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "benchmarks/results", help="folder of JSON and table"
    )
    parser.add_argument(
        "--seconds", type=float, default=600.0, help="no cell begins later (%(default)s)"
    )
    parser.add_argument(
        "--cell-seconds", type=float, default=150.0, help="longest a cell may take (%(default)s)"
    )
    parser.add_argument(
        "--only", default="*", help="names of cells, with * and ?, divided by commas"
    )
    parser.add_argument("--toy", action="store_true", help="tiny shapes, on the CPU")
    asked = parser.parse_args(argv)
    asked.argv = ["python", str(Path(sys.argv[0]).name), *(sys.argv[1:] if argv is None else argv)]
    return asked


def device(asked: argparse.Namespace) -> Any:
    """The device to measure on: the GPU, or with --toy the CPU."""
    import torch

    if asked.toy:
        return torch.device("cpu")
    if not torch.cuda.is_available():
        sys.exit("no CUDA device: measure on a GPU, or try the script with --toy")
    return torch.device("cuda", torch.cuda.current_device())


def measure(
    question: str,
    cells: Sequence[Cell],
    columns: Sequence[Column],
    asked: argparse.Namespace,
    *,
    notes: str = "",
) -> dict[str, Values]:
    """Run the cells that are wanted and not yet measured; store and print their values.

    Args:
        question: name of the files in `asked.out`.
        cells: names and measurements, the most important first.
        columns: of the table.
        asked: see `arguments`.
        notes: text below the table.

    Returns:
        The values of all cells of this commit, by name.
    """
    until = float(os.environ.setdefault(UNTIL, str(time.time() + asked.seconds)))
    store = Store(asked, question, columns, notes)
    patterns = asked.only.split(",")
    wanted = [c for c in cells if any(fnmatch.fnmatch(c[0], pattern) for pattern in patterns)]
    for number, (name, work) in enumerate(wanted, 1):
        label = f"[{question} {number}/{len(wanted)}] {name}"
        if store.has(name):
            print(f"{label}: measured before", flush=True)
            continue
        left = until - time.time()
        if left < LEAST:
            print(f"{label}: no time left, {len(wanted) - number + 1} cells not begun", flush=True)
            break
        print(f"{label} …", flush=True)
        began = time.perf_counter()
        values = _tried(work, min(asked.cell_seconds, left))
        values["cell_seconds"] = round(time.perf_counter() - began, 1)
        store.put(name, values)
        print(f"{label}: {brief(values, columns)}", flush=True)
        if "error" in values and _broken():
            # After a failed kernel, every later one of the process fails too.
            print("the GPU's context is broken: restarting the script", flush=True)
            os.execv(sys.executable, [sys.executable, *sys.argv])
    os.environ.pop(UNTIL, None)
    print(store.table(), flush=True)
    return store.mine()


def _tried(work: Callable[[], Values], seconds: float) -> Values:
    """Run a cell; return its values, or the error that ended it."""
    try:
        with _at_most(seconds):
            values = work()
    except Missing as absent:
        values = {"missing": str(absent)}
    except Exception as error:  # the edge of a cell: record every error
        kind = "out of memory" if is_oom(error) else type(error).__name__
        values = {
            "error": f"{kind}: {str(error).strip()[:1500]}",
            "traceback": traceback.format_exc()[-4000:],
        }
    free()
    return values


def is_oom(error: BaseException) -> bool:
    """Whether the error means out of memory, from torch or from a library."""
    said = str(error).lower()
    named = type(error).__name__ == "OutOfMemoryError"
    return named or "out of memory" in said or "cublas_status_alloc_failed" in said


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def ring(number: int, frame: Any) -> None:
        raise TooLong(f"took more than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    # Repeat every 5 s, because an exception raised in a destructor is swallowed.
    signal.setitimer(signal.ITIMER_REAL, seconds, 5.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def free() -> None:
    """Free the memory of the last cell, and reset the peak."""
    import torch

    gc.collect()
    if torch.cuda.is_available() and not _broken():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def _broken() -> bool:
    import torch

    if not torch.cuda.is_available() or not torch.cuda.is_initialized():
        return False
    try:
        torch.cuda.synchronize()
    except Exception:
        return True
    return False
