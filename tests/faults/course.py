"""A short training in its own process, which a test may kill, signal or deny disk space.

The fork server imports this once; every training is then a fork of it and starts immediately.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import contextlib
import copy
import json
import multiprocessing
import resource
import signal
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import torch

from mathpal.curriculum import FAMILIES, problem
from mathpal.errors import MathPalError
from mathpal.models.lora import attach_lora
from mathpal.models.scratch import create_gemma3n
from mathpal.objectives.sft import sft
from mathpal.tokens.chat import encode
from mathpal.tracking.local import local
from mathpal.training import checkpoints
from mathpal.training.fit import fit
from mathpal.training.job import TrainingJob
from tests.conftest import TINY

STEPS, SAVED_EVERY = 12, 3
EXACT = ("train/loss", "train/lr", "train/grad_norm", "validation/loss")
FAILED = 2  # exit code of a training that ended with a message

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload([__name__])

torch.set_num_threads(1)
LOADED = create_gemma3n(**TINY, seed=7)
LOADED.model.eval()
_NAMES = sorted(FAMILIES)[:20]
TRAIN, CHECK = (
    encode(
        [problem("faults", split, name, i) for name in _NAMES for i in range(count)],
        LOADED.tokenizer,
        max_length=256,
    )
    for split, count in (("train", 2), ("validation", 1))
)


def _train(run_dir: Path, largest_file: int | None, settings: dict[str, Any]) -> None:
    log = (run_dir / "log.txt").open("a")
    os.dup2(log.fileno(), sys.stderr.fileno())
    if largest_file is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    torch.manual_seed(0)
    model = attach_lora(copy.deepcopy(LOADED.model), r=4, alpha=8, dropout=0.2)
    asked: dict[str, Any] = {
        "lr": 1e-2, "batch_tokens": 1024, "max_steps": STEPS, "checkpoint_every": SAVED_EVERY,
        "record_every": 2, "evaluate_every": 6, "accelerator": "cpu", "warmup": 2,
    } | settings  # fmt: skip
    try:
        fit(
            TrainingJob(LOADED._replace(model=model), TRAIN, CHECK, sft(), local(run_dir), run_dir),
            **asked,
        )
    except MathPalError as error:
        (run_dir / "message.txt").write_text(str(error))
        os._exit(FAILED)


def start(run_dir: Path, *, largest_file: int | None = None, **settings: Any) -> BaseProcess:
    """Start or resume the training of a run directory.

    Args:
        run_dir: created if it is missing.
        largest_file: largest size of a file in bytes, to simulate a full disk; None for no limit.
        settings: of `fit`.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    process = _server.Process(target=_train, args=(run_dir, largest_file, settings), daemon=True)
    process.start()
    return process


def finish(run_dir: Path, **settings: Any) -> int:
    """Train to the end and return the exit code."""
    process = start(run_dir, **settings)
    process.join(120)
    assert process.exitcode is not None, "the training hangs"
    return process.exitcode


def records(run_dir: Path) -> list[dict[str, Any]]:
    """Return a run's metric records, only the values that must be equal in every run."""
    lines = [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text().splitlines()]
    return [{n: v for n, v in line.items() if n in ("step", *EXACT)} for line in lines]


def same_end(one: Path, other: Path) -> bool:
    """Return whether both runs have the same last checkpoint, to the bit, and the same records."""
    ends = [checkpoints.newest(path / "checkpoints") for path in (one, other)]
    assert all(end is not None and end.step == STEPS for end in ends)
    for name in ("weights", "optimizer"):
        mine, theirs = (getattr(end, name) for end in ends)
        if mine.keys() != theirs.keys() or any(not mine[n].equal(theirs[n]) for n in mine):
            return False
    return records(one) == records(other)


def kill(process: BaseProcess) -> None:
    """Kill a process with SIGKILL, if it still runs."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid or 0, signal.SIGKILL)
    process.join(30)
