"""The share of a machine that each trial gets: GPUs of its own, part of the cores."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from mathpal.errors import ConfigError
from mathpal.record.lock import locked
from mathpal.settings.faults import Fault, report_faults


class Slots(NamedTuple):
    """The share of one trial.

    Attributes:
        gpus: ids of the GPUs that trials divide among themselves; empty leaves all visible.
        per_trial: GPUs of one trial.
        threads: CPU threads of one trial; None for PyTorch's default.
    """

    gpus: tuple[str, ...] = ()
    per_trial: int = 1
    threads: int | None = None


def slots(
    wanted: Literal["auto"] | Sequence[int | str] | None,
    per_job: int,
    threads_wanted: Literal["auto"] | int | None,
    at_a_time: int,
) -> Slots:
    """Return the share of each job; the arguments are the launcher's settings.

    Raises:
        ConfigError: when a job needs more GPUs than there are.
    """
    found = gpus(wanted)
    if found and len(found) < per_job:
        fault = Fault(
            f"hydra.launcher.gpus_per_job={per_job}",
            f"at most {len(found)}, as many as there are GPUs: {', '.join(found)}",
        )
        raise ConfigError(report_faults([fault]))
    return Slots(found, per_job, threads(threads_wanted, at_a_time))


def threads(wanted: Literal["auto"] | int | None, at_a_time: int) -> int | None:
    """Return the CPU threads of a trial; more in all than there are cores slow every trial."""
    if wanted != "auto":
        return wanted
    cores = len(os.sched_getaffinity(0))
    return max(1, cores // at_a_time) if at_a_time > 1 else None


def gpus(wanted: Literal["auto"] | Sequence[int | str] | None) -> tuple[str, ...]:
    """Return the GPUs that trials divide among themselves.

    Args:
        wanted: ids; auto for those in CUDA_VISIBLE_DEVICES or, where it is not set, all that
            nvidia-smi lists; None for none.
    """
    if wanted is None:
        return ()
    if wanted != "auto":
        return tuple(str(gpu) for gpu in wanted)
    if (visible := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return tuple(part.strip() for part in visible.split(",") if part.strip())
    if shutil.which("nvidia-smi") is None:
        return ()
    listed = subprocess.run(
        ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return tuple(line.strip() for line in listed.stdout.splitlines() if line.strip().isdigit())


@contextlib.contextmanager
def taken(slots: Slots) -> Iterator[None]:
    """Hold as many GPUs as a trial needs; wait while other trials of this machine have them."""
    if not slots.gpus:
        yield
        return
    folder = Path(tempfile.gettempdir(), f"mathpal-gpus-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    with contextlib.ExitStack() as held:
        mine: list[str] = []
        # One trial waits at a time, so that none gets half of its GPUs.
        with locked(folder / "gate", wait=True):
            while len(mine) < slots.per_trial:
                for gpu in slots.gpus:
                    if gpu in mine or len(mine) == slots.per_trial:
                        continue
                    with contextlib.suppress(BlockingIOError):
                        held.enter_context(locked(folder / gpu, wait=False))
                        mine.append(gpu)
                if len(mine) < slots.per_trial:
                    time.sleep(0.2)
        os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(mine)
        yield


def use_threads(threads: int | None) -> None:
    """Compute with so many CPU threads; None leaves the number to PyTorch."""
    if threads is None:
        return
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)
